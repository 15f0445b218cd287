"""`manage.py check_texts`: the saved texts that cannot be filled in any more."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from oauth.models import Account
from oauth.tests.commands import run
from reviews.models import FollowUpStep

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def test_texts_that_can_be_filled_in_are_counted(account: Account) -> None:
    assert run("check_texts").startswith("All ")


def test_a_text_with_a_filter_that_is_gone_is_named(account: Account, other_account: Account) -> None:
    FollowUpStep.objects.filter(sequence__account=account, position=1).update(
        email_text="{{ first_name | base64_encode }} {{ link }}"
    )
    Account.objects.filter(pk=other_account.pk).update(page_text="{% include 'x' %}")
    with pytest.raises(CommandError, match="2 problems"):
        call_command("check_texts", stdout=(out := StringIO()))
    printed = out.getvalue()
    assert f"{account}, Standard, step 1, e-mail text: There is no filter base64_encode." in printed
    assert f"{other_account}, page, page text: The template cannot be read" in printed
