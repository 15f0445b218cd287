import pytest

from oauth.models import Account, User
from oauth.tests.flow import App, make_application


@pytest.fixture
def app(owner: User, account: Account) -> App:
    return App(owner, account, make_application())


@pytest.fixture
def other_app(stranger: User, other_account: Account) -> App:
    return App(stranger, other_account, make_application(client_id="other"))
