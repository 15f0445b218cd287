from typing import Any

import pytest
from django.test import Client

from oauth.models import Account, User
from oauth.tests.authenticator import confirm
from oauth.tests.flow import App, make_application, signed_in
from oauth.tests.passkey import Passkey, give_passkey


@pytest.fixture
def app(owner: User, account: Account) -> App:
    return App(owner, account, make_application())


@pytest.fixture
def other_app(stranger: User, other_account: Account) -> App:
    return App(stranger, other_account, make_application(client_id="other"))


@pytest.fixture
def public_url(settings: Any) -> None:
    settings.PUBLIC_URL = "https://reviews.example"


@pytest.fixture
def client_of_owner(owner: User, public_url: None) -> Client:
    """The owner, who has confirmed that it is them."""
    client = signed_in(owner)
    confirm(client)
    return client


@pytest.fixture
def passkey(client_of_owner: Client) -> Passkey:
    """A passkey of the owner."""
    return give_passkey(client_of_owner)
