"""Settings, Page: looks and words are typed, seen as customers see them, and saved; a logo is chosen once."""

import re
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from oauth.models import Account, Membership, User
from oauth.tests.flow import signed_in
from reviews.admin.settings.page_form import note_on
from reviews.models import FollowUpStep, Logo
from reviews.tests.pages.test_printed import image
from reviews.texts import texts_in

pytestmark = pytest.mark.django_db

PAGE, PREVIEW = "/admin/settings/page/", "/admin/settings/page/preview/"


def form(account: Account, **changes: Any) -> dict[str, Any]:
    """The form as the page sends it."""
    names = ("language", "colour", "page_heading", "page_text", "thanks_text")
    return {name: getattr(account, name) for name in names} | {"business": str(account.pk)} | changes


def logo(content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile("logo.jpg", image("JPEG") if content is None else content, "image/jpeg")


def posted(client: Client, account: Account, **changes: Any) -> str:
    """The page that comes back with errors."""
    response = client.post(PAGE, form(account, **changes))
    assert response.status_code == 400
    return response.content.decode()


def problems_of(client: Client, account: Account, **changes: Any) -> list[str]:
    response: Any = client.post(PAGE, form(account, **changes))
    assert response.status_code == 400
    return [problem for found in response.context_data["form"].errors.values() for problem in found]


def previewed(client: Client, account: Account, **changes: Any) -> str:
    response = client.post(PREVIEW, form(account, **changes))
    assert response.status_code == 200
    return response.content.decode()


def sample_in(page: str) -> str:
    """The customers' page in the preview's frame."""
    match = re.search(r'srcdoc="([^"]*)"', page)
    assert match is not None
    return unescape(match[1])


def draft_in(page: str) -> str:
    match = re.search(r'name="logo_draft" value="([^"]*)"', page)
    assert match is not None
    return match[1]


# --- Saving -----------------------------------------------------------------------------------------


def test_the_owner_chooses_language_words_and_logo(account: Account, owner: User) -> None:
    client = signed_in(owner)
    assert "Deutsch" in client.get(PAGE).content.decode()
    changes = {
        "language": "de",
        "page_heading": "Hallo {{ first_name }}!",
        "thanks_text": "Danke.",
        "colour": "#AA0000",
    }
    saved = client.post(PAGE, form(account, logo_file=logo(), **changes), follow=True).content.decode()
    assert f'Saved. <a href="/b/{account.scan_code}"' in saved
    account.refresh_from_db()
    assert {name: getattr(account, name) for name in changes} == changes
    assert len(account.logo) == 32
    assert bytes(Logo.objects.get(account=account).content).startswith(b"\x89PNG")
    client.post(PAGE, form(account))  # saved again without a file: the logo stays
    account.refresh_from_db()
    assert account.logo
    assert "Show no logo" in client.get(PAGE).content.decode()
    client.post(PAGE, form(account, no_logo="on"))
    account.refresh_from_db()
    assert account.logo == ""


def test_what_another_tab_saved_meanwhile_stays(account: Account, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    client, given = signed_in(owner), form(account, page_heading="Hello")
    save = Account.save

    def save_later(row: Account, **options: Any) -> None:
        Account.objects.filter(pk=account.pk).update(name="Renamed", cooldown_days=7)
        save(row, **options)

    monkeypatch.setattr(Account, "save", save_later)
    client.post(PAGE, given)
    account.refresh_from_db()
    assert (account.name, account.cooldown_days, account.page_heading) == ("Renamed", 7, "Hello")


def test_each_change_is_in_the_history(account: Account, owner: User) -> None:
    client = signed_in(owner)
    client.post(PAGE, form(account, language="de"))
    page = client.get(reverse("admin:oauth_account_history", args=[account.pk])).content.decode()
    assert ">en</del>" in page
    assert ">de</ins>" in page


def test_words_are_checked_like_those_of_a_message(account: Account, owner: User) -> None:
    changes = {"page_heading": "{{ link }}", "page_text": "5 stars get a gift", "language": "tlh"}
    page = posted(signed_in(owner), account, **changes)
    for words in ("There is no variable link.", "“get a gift”", "“5 stars”", "tlh is not one of the available choices"):
        assert words in page
    assert "Not saved: 3 fields need another look." in page
    account.refresh_from_db()
    assert account.page_heading == ""


@pytest.mark.parametrize("colour", ["", "red", "#12345", "#1234567", "#12345g", "red;}</style>", "\x00"])
def test_a_colour_that_is_none_is_refused_and_never_reaches_the_page(
    account: Account, owner: User, colour: str
) -> None:
    page = posted(signed_in(owner), account, colour=colour)
    assert 'id="id_colour_error"' in page
    assert "--accent: #1d4ed8;" in sample_in(page)
    account.refresh_from_db()
    assert account.colour == "#1d4ed8"


# --- The logo ---------------------------------------------------------------------------------------


def test_a_logo_is_kept_while_an_error_elsewhere_is_mended(account: Account, owner: User) -> None:
    client = signed_in(owner)
    page = posted(client, account, logo_file=logo(), page_heading="{{ nobody }}")
    assert not Logo.objects.exists()
    assert '<img class="logo" src="data:image/png;base64,' in sample_in(page)
    page = posted(client, account, logo_draft=draft_in(page), page_heading="{{ nobody2 }}")  # wrong once more
    response = client.post(PAGE, form(account, logo_draft=draft_in(page), page_heading="Hello"))
    assert response.status_code == 302
    account.refresh_from_db()
    assert bytes(Logo.objects.get(account=account).content).startswith(b"\x89PNG")
    assert account.logo


def test_a_newer_logo_wins_over_the_one_that_was_kept(account: Account, owner: User) -> None:
    client = signed_in(owner)
    kept = draft_in(previewed(client, account, logo_file=logo()))
    newer = draft_in(previewed(client, account, logo_file=logo(image("PNG", (50, 50))), logo_draft=kept))
    assert newer != kept
    assert draft_in(previewed(client, account, logo_draft=newer)) == newer
    assert draft_in(previewed(client, account, logo_draft=newer, no_logo="on")) == ""


@pytest.mark.parametrize(
    "content", [b"<svg onload='alert(1)'/>", b"\x89PNG\r\n\x1a\nbroken", b"\x89PNG" + b"x" * 5_000_001]
)
def test_a_file_that_is_no_logo_is_refused_at_its_field_and_the_kept_one_stays(
    account: Account, owner: User, content: bytes
) -> None:
    client = signed_in(owner)
    kept = draft_in(previewed(client, account, logo_file=logo()))
    page = posted(client, account, logo_file=logo(content), logo_draft=kept)
    assert re.search(r'id="id_logo_file_error"[^>]*>\s*<ul class="rh-problems">\s*<li>[^<]*image', page)
    assert draft_in(page) == kept
    assert not Logo.objects.exists()


@pytest.mark.parametrize("draft", ["x", "AAAA", "*" * 100, "A" * 600_001])
def test_a_draft_that_is_no_image_is_not_taken(account: Account, owner: User, draft: str) -> None:
    page = posted(signed_in(owner), account, logo_draft=draft)
    assert draft_in(page) == ""
    assert not Logo.objects.exists()


# --- The preview ------------------------------------------------------------------------------------


def test_the_preview_is_the_page_that_customers_open(account: Account, owner: User, client: Client) -> None:
    changes = {"page_heading": "Hi {{ first_name }}", "page_text": "How was it?", "language": "fr", "colour": "#00aa00"}
    sample = sample_in(previewed(signed_in(owner), account, **changes))
    Account.objects.filter(pk=account.pk).update(**changes | {"page_heading": "Hi Jane"})
    real = client.get(f"/b/{account.scan_code}").content.decode()
    # The printed page has no message, and so no way out and another address; all else is the same.
    between = re.compile(r"<h1>.*?</h1>|<style.*?</style>|lang=\"\w+\"|<footer>", re.DOTALL)
    ours = [re.sub(r'nonce="[^"]*"', "", part) for part in between.findall(sample)]
    theirs = [re.sub(r'nonce="[^"]*"', "", part) for part in between.findall(real)]
    assert ours == theirs
    assert "Hi Jane" in sample


def test_the_preview_shows_what_follows_an_answer(account: Account, owner: User) -> None:
    page = previewed(signed_in(owner), account, thanks_text="Come again, {{ first_name }}", view="answered")
    assert "Come again, Jane" in sample_in(page)


def test_the_preview_saves_nothing(account: Account, owner: User) -> None:
    before = Account.objects.values().get(pk=account.pk)
    previewed(signed_in(owner), account, page_heading="New", logo_file=logo(), colour="#000000")
    assert Account.objects.values().get(pk=account.pk) == before
    assert not Logo.objects.exists()


def test_a_script_in_the_words_stays_text(account: Account, owner: User) -> None:
    evil = "</h1></iframe><script>alert(1)</script>"
    page = previewed(signed_in(owner), account, page_heading=evil, page_text=evil, thanks_text=evil)
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in sample_in(page)
    assert 'sandbox=""' in page


def test_what_is_wrong_stands_at_its_field_and_is_gone_once_it_is_mended(account: Account, owner: User) -> None:
    client = signed_in(owner)
    problem = re.compile(r'data-place="problems-page_text">\s*<ul class="rh-problems">')
    assert problem.search(previewed(client, account, page_text="{{ nobody }}"))
    assert not problem.search(previewed(client, account, page_text="{{ first_name }}"))


def test_without_a_script_a_button_shows_the_preview(account: Account, owner: User) -> None:
    response = signed_in(owner).post(PAGE, form(account, page_heading="Fine?", _preview="1"))
    assert response.status_code == 200
    assert "Fine?" in sample_in(response.content.decode())
    account.refresh_from_db()
    assert account.page_heading == ""


@pytest.mark.parametrize(
    ("colour", "words"),
    [("#ffffff", "white page"), ("#ffee88", "white page"), ("#000000", "to dark"), ("#1d4ed8", ""), ("#b3261e", "")],
)
def test_a_colour_that_is_hard_to_see_is_told(colour: str, words: str) -> None:
    note = note_on(colour)
    assert words in note
    assert bool(note) == bool(words)


# --- Who --------------------------------------------------------------------------------------------


def test_a_viewer_looks_and_changes_nothing(account: Account, viewer: User) -> None:
    client = signed_in(viewer)
    page = client.get(PAGE).content.decode()
    assert "You may look at the page, but not change it." in page
    assert "How did we do, Jane?" in sample_in(page)
    assert "<textarea" not in page
    for address in (PAGE, PREVIEW):
        assert client.post(address, form(account, page_heading="Mine")).status_code == 403
    account.refresh_from_db()
    assert account.page_heading == ""


def test_to_a_stranger_the_business_is_not_there(account: Account, stranger: User) -> None:
    client = signed_in(stranger)
    for address in (PAGE, PREVIEW):
        assert client.post(address, form(account, page_heading="Mine")).status_code == 404
    account.refresh_from_db()
    assert account.page_heading == ""


def test_who_belongs_to_no_business_has_no_page(account: Account) -> None:
    client = signed_in(User.objects.create_user("nobody@example.com", "correct horse", is_staff=True))
    assert client.get(PAGE).status_code == 404


def test_a_form_counts_for_the_business_that_it_was_shown_for(
    account: Account, other_account: Account, owner: User
) -> None:
    Membership.objects.create(account=other_account, user=owner, role="owner")
    client = signed_in(owner)
    client.post(reverse("switch-business"), {"to": str(other_account.pk)})  # in another tab
    client.post(PAGE, form(account, page_heading="Riverside asks"))
    account.refresh_from_db()
    other_account.refresh_from_db()
    assert (account.page_heading, other_account.page_heading) == ("Riverside asks", "")


def test_the_operator_chooses_a_business_first(account: Account, other_account: Account, operator: User) -> None:
    client = signed_in(operator)
    response = client.get(PAGE, follow=True)
    assert "Harbour Garage" in response.content.decode()
    assert client.post(PREVIEW, {}).status_code == 404
    client.post(reverse("switch-business"), {"to": str(account.pk)})
    assert client.post(PAGE, form(account, page_heading="Hello")).status_code == 302


def test_the_page_costs_few_queries(account: Account, owner: User, django_assert_max_num_queries: Any) -> None:
    client = signed_in(owner)
    client.get(PAGE)
    with django_assert_max_num_queries(10):
        page = client.get(PAGE).content
    assert len(page) < 40_000
    with django_assert_max_num_queries(8):
        previewed(client, account)


def test_the_form_of_address_is_chosen_and_the_preview_follows(account: Account, owner: User) -> None:
    client = signed_in(owner)
    seen = client.post(PREVIEW, form(account, language="de", is_informal="True")).content.decode()
    assert "Wie zufrieden warst du mit uns, Jane?" in unescape(unescape(seen))
    client.post(PAGE, form(account, language="de", is_informal="True"))
    account.refresh_from_db()
    assert account.is_informal
    assert '<option value="True" selected>' in client.get(PAGE).content.decode()
    client.post(PAGE, form(account, language="de", is_informal="False"))
    account.refresh_from_db()
    assert not account.is_informal


def test_own_words_are_translated_checked_and_shown(account: Account, owner: User) -> None:
    client = signed_in(owner)
    Account.objects.update(page_heading="How was it, {{ first_name }}?")
    account.refresh_from_db()
    assert "<small>1 missing</small>" in client.get(PAGE).content.decode()
    spanish = {"page_heading_es": "¿Qué tal, {{ first_name }}?", "_language": "es"}
    seen = unescape(unescape(client.post(PREVIEW, form(account, **spanish)).content.decode()))
    assert "<span>¿Qué tal, Jane?</span>" in seen
    assert '<html lang="es"' in seen
    client.post(PAGE, form(account, **spanish))
    account.refresh_from_db()
    assert account.page_translations == {
        "es": {"page_heading": "¿Qué tal, {{ first_name }}?", "page_text": "", "thanks_text": ""}
    }
    assert "¿Qué tal, {{ first_name }}?" in client.get(PAGE).content.decode()
    assert problems_of(client, account, page_text_de="Gewinnen Sie {{ nix }}")
    assert problems_of(client, account, thanks_text_fr="{{ link }}")
    client.post(PAGE, form(account, page_heading_es=""))
    account.refresh_from_db()
    assert account.page_translations == {}


def test_our_own_messages_follow_the_form_of_address(other_account: Account, account: Account, owner: User) -> None:
    steps = FollowUpStep.objects.filter(sequence__account=account).order_by("position")
    german, formal = texts_in("de", informal=True), texts_in("de", informal=False)
    FollowUpStep.objects.update(translations={"de": vars(formal.first)})
    steps.filter(position=1).update(translations={"de": vars(formal.reminder) | {"email_subject": "Eigene Worte"}})
    signed_in(owner).post(PAGE, form(account, is_informal="True"))
    assert steps[0].translations == {"de": vars(german.first)}
    assert steps[1].translations["de"]["email_text"] == formal.reminder.email_text
    assert steps[0].email_subject == texts_in("en", informal=True).first.email_subject
    theirs = FollowUpStep.objects.filter(sequence__account=other_account)
    assert {step.translations["de"]["email_subject"] for step in theirs} == {formal.first.email_subject}
    answer = signed_in(owner).post(PAGE, form(account, is_informal="False"))
    assert answer.status_code == 302
    account.refresh_from_db()
    assert account.is_informal is False
    assert steps[0].translations == {"de": vars(formal.first)}
