"""The page of an account, which the operator makes, and the card with its code."""

import re
from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
import zxingcpp
from django.conf import settings
from django.urls import reverse
from PIL import Image

from oauth.models import Account, User
from oauth.tests.flow import signed_in
from reviews.models import FollowUpStep, Sequence
from reviews.tests.support.helpers import asked

pytestmark = pytest.mark.django_db


def address(account: Account, page: str = "change") -> str:
    return reverse(f"admin:oauth_account_{page}", args=[account.pk])


def form(account: Account, **changes: Any) -> dict[str, Any]:
    """The form as the page sends it."""
    names = ("name", "country", "time_zone", "language", "colour", "cooldown_days", "postal_address")
    given = {name: getattr(account, name) for name in names} | {"window_start": "09:00", "window_end": "20:00"}
    inline = {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}
    return given | inline | changes


def test_what_other_tabs_hold_is_not_changed_here(account: Account, operator: User) -> None:
    client = signed_in(operator)
    assert client.post(address(account), form(account, language="de", colour="#000000")).status_code == 302
    account.refresh_from_db()
    assert (account.language, account.colour) == ("en", "#1d4ed8")


def test_a_new_accounts_messages_start_in_its_language(account: Account, operator: User) -> None:
    client = signed_in(operator)
    given = form(account, name="Taller Sol", language="es", country="ES", time_zone="Europe/Madrid")
    assert client.post(reverse("admin:oauth_account_add"), given).status_code == 302
    step = FollowUpStep.objects.get(sequence=Sequence.objects.get(account__name="Taller Sol"), position=0)
    assert step.sms_text.startswith("{{ business_name }}: Hola")


def test_the_card_shows_code_and_link_to_everybody_of_the_account(account: Account, viewer: User) -> None:
    client = signed_in(viewer)
    assert address(account, "card") in client.get(reverse("settings-page")).content.decode()
    Account.objects.update(language="fr")
    page = client.get(address(account, "card")).content.decode()
    assert f"/b/{account.scan_code}" in page
    assert "<svg" in page
    assert "Donnez-nous votre avis" in page
    for kind, start in (("svg", b"<?xml"), ("png", b"\x89PNG")):
        response = client.get(address(account, "card"), {"as": kind})
        assert response.content.startswith(start)
        assert f"review-code-{account.scan_code}.{kind}" in response["Content-Disposition"]


def test_another_accounts_card_does_not_exist(account: Account, stranger: User) -> None:
    assert signed_in(stranger).get(address(account, "card")).status_code == 404


def test_the_code_reads_as_the_link(account: Account, owner: User) -> None:
    """By another reader than the library that wrote it."""
    content = signed_in(owner).get(address(account, "card"), {"as": "png"}).content
    read = zxingcpp.read_barcode(Image.open(BytesIO(content)).convert("L"))
    assert read is not None
    assert read.text == f"{settings.PUBLIC_URL}/b/{account.scan_code}"


def test_a_new_account_can_ask_at_once(operator: User, now: datetime) -> None:
    form = {
        "name": "New Shop",
        "country": "US",
        "time_zone": "America/New_York",
        "colour": "#1d4ed8",
        "language": "en",
        "window_start": "09:00",
        "window_end": "20:00",
        "cooldown_days": "90",
        "postal_address": "1 Main Street",
        "is_active": "on",
        "memberships-TOTAL_FORMS": "0",
        "memberships-INITIAL_FORMS": "0",
    }
    assert signed_in(operator).post(reverse("admin:oauth_account_add"), form).status_code == 302
    assert asked(Account.objects.get(name="New Shop"), now).status == "scheduled"


def test_the_operator_chooses_country_and_zone_by_name_in_the_menu_of_the_installation(
    account: Account, operator: User
) -> None:
    client = signed_in(operator)
    for page in (reverse("admin:oauth_account_add"), address(account)):
        content = client.get(page).content.decode()
        assert "United States" in content
        assert "New York (" in content
        assert '<nav class="rh-width rh-tabs"' not in content  # those of Settings are of another business, or of none
    assert "Created at" not in client.get(reverse("admin:oauth_account_add")).content.decode()


def test_a_new_business_begins_where_the_last_one_is(account: Account, operator: User) -> None:
    Account.objects.update(country="DE", time_zone="Europe/Berlin")
    page = signed_in(operator).get(reverse("admin:oauth_account_add")).content.decode()
    assert re.search(r'<option value="DE" selected', page)
    assert re.search(r'<option value="Europe/Berlin" selected', page)
