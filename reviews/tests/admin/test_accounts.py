"""The look and the words of an account, as its people set them, and the card with its code."""

from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
import zxingcpp
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from oauth.models import Account, User
from oauth.tests.flow import signed_in
from reviews.models import FollowUpStep, Logo, Sequence
from reviews.tests.pages.test_printed import image
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


def problems(client: Client, account: Account, **changes: Any) -> list[str]:
    response = client.post(address(account), form(account, **changes))
    assert response.status_code == 200
    found = response.context["adminform"].form.errors
    return [str(problem) for messages in found.values() for problem in messages]


def test_the_owner_chooses_language_words_and_logo(account: Account, owner: User) -> None:
    client = signed_in(owner)
    assert "Deutsch" in client.get(address(account)).content.decode()
    changes = {"language": "de", "page_heading": "Hallo {{ first_name }}!", "thanks_text": "Danke."}
    file = SimpleUploadedFile("logo.jpg", image("JPEG"), "image/jpeg")
    assert client.post(address(account), form(account, logo_file=file, **changes)).status_code == 302
    account.refresh_from_db()
    assert (account.language, account.page_heading, account.thanks_text) == ("de", "Hallo {{ first_name }}!", "Danke.")
    assert len(account.logo) == 32
    assert bytes(Logo.objects.get(account=account).content).startswith(b"\x89PNG")
    assert "Remove the logo" in client.get(address(account)).content.decode()
    client.post(address(account), form(account))  # saved again without a file: the logo stays
    account.refresh_from_db()
    assert account.logo
    client.post(address(account), form(account, no_logo="on"))
    account.refresh_from_db()
    assert account.logo == ""


def test_words_of_a_page_are_checked_like_those_of_a_message(account: Account, owner: User) -> None:
    client = signed_in(owner)
    found = problems(client, account, page_heading="{{ link }}", page_text="5 stars get a gift", language="tlh")
    assert len(found) == 4
    assert "There is no variable link." in " ".join(found)
    assert "“get a gift”" in " ".join(found)
    assert "“5 stars”" in " ".join(found)
    assert "tlh is not one of the available choices" in " ".join(found)
    account.refresh_from_db()
    assert account.page_heading == ""


@pytest.mark.parametrize("content", [b"<svg onload='alert(1)'/>", b"\x89PNG\r\n\x1a\nbroken"])
def test_a_file_that_is_no_image_is_refused_at_its_field(account: Account, owner: User, content: bytes) -> None:
    found = problems(signed_in(owner), account, logo_file=SimpleUploadedFile("logo.png", content))
    assert len(found) == 1
    assert "image" in found[0]
    assert not Logo.objects.exists()


def test_a_new_accounts_messages_start_in_its_language(account: Account, operator: User) -> None:
    client = signed_in(operator)
    given = form(account, name="Taller Sol", language="es", country="ES", time_zone="Europe/Madrid")
    assert client.post(reverse("admin:oauth_account_add"), given).status_code == 302
    step = FollowUpStep.objects.get(sequence=Sequence.objects.get(account__name="Taller Sol"), position=0)
    assert step.sms_text.startswith("Hola")


def test_the_card_shows_code_and_link_to_everybody_of_the_account(account: Account, viewer: User) -> None:
    client = signed_in(viewer)
    assert address(account, "card") in client.get(address(account)).content.decode()
    Account.objects.update(language="fr")
    page = client.get(address(account, "card")).content.decode()
    assert f"/b/{account.scan_code}" in page
    assert "<svg" in page
    assert "Dites-nous comment cela s’est passé" in page
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
