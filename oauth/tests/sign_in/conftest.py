from typing import Any

import pytest
from django.test import Client

from oauth.models import User
from oauth.tests.authenticator import confirm
from oauth.tests.flow import signed_in
from oauth.tests.passkey import Passkey, give_passkey


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
