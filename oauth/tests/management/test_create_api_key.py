"""`manage.py create_api_key`: a key, printed once."""

import pytest
from django.core.management import CommandError

from oauth.models import Account, ApiKey, User
from oauth.tests.commands import run, works

pytestmark = pytest.mark.django_db


def test_a_key_is_printed_once_and_works(account: Account, owner: User) -> None:
    key = run("create_api_key", str(account.pk), "--name", "Till", "--scope", "read").split()[0]
    assert works(key)
    row = ApiKey.objects.get()
    assert (row.user, row.scope, row.name) == (owner, "read", "Till")
    assert key not in (row.key_hash, row.prefix)


@pytest.mark.parametrize(
    "line", [["nonsense"], ["00000000-0000-0000-0000-000000000000"], ["ACCOUNT", "--user", "nobody@example.com"]]
)
def test_a_key_for_nobody_is_refused(account: Account, owner: User, line: list[str]) -> None:
    with pytest.raises(CommandError):
        run("create_api_key", *[str(account.pk) if word == "ACCOUNT" else word for word in line])
