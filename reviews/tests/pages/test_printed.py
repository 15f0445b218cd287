"""The printed code's page: for anybody who scans the code, and is not a contact."""

from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from PIL import Image, ImageFile

from oauth.models import Account
from oauth.models.account import SCAN_ALPHABET, new_scan_code
from reviews.models import Feedback, Logo, ReviewSite
from reviews.pages import logos
from reviews.tests.support.helpers import asked

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(account: Account) -> str:
    return f"/b/{account.scan_code}"


def image(kind: str = "PNG", size: tuple[int, int] = (900, 300), **options: Any) -> bytes:
    written = BytesIO()
    Image.new("RGB", size, "#1d4ed8").save(written, kind, **options)
    return written.getvalue()


def test_codes_can_be_typed_and_differ() -> None:
    codes = {new_scan_code() for _ in range(200)}
    assert len(codes) == 200
    assert set("".join(codes)) <= set(SCAN_ALPHABET)
    assert not set("01ilo") & set(SCAN_ALPHABET)


def test_whoever_scans_sees_the_same_sites_and_asks_nobody_s_name(client: Client, account: Account, url: str) -> None:
    response = client.get(url)
    page = response.content.decode()
    assert response.status_code == 200
    assert "Review us on Google" in page
    assert "How did we do?" in page
    assert "unsubscribe" not in page
    assert "noindex" in response["X-Robots-Tag"]
    assert response.cookies == {}
    assert client.get(url.upper().replace("/B/", "/b/")).status_code == 200  # typed from a card


def test_a_press_leads_to_a_saved_site_and_to_no_other(
    client: Client, account: Account, other_account: Account, url: str
) -> None:
    own, theirs = (ReviewSite.objects.get(account=owner) for owner in (account, other_account))
    response = client.post(f"{url}/go/{own.pk}")
    assert (response.status_code, response["Location"]) == (303, own.url)
    assert client.post(f"{url}/go/{theirs.pk}").status_code == 404
    assert client.get(f"{url}/go/{own.pk}").status_code == 405


@pytest.mark.parametrize("given", [{"rating": "1"}, {"rating": "5", "text": "Fine."}])
def test_feedback_is_kept_for_the_business_alone(
    client: Client, account: Account, url: str, given: dict[str, str]
) -> None:
    before = client.get(url).content.decode()
    after = client.post(url, given).content.decode()
    assert "Thank you" in after
    assert "Change what you wrote" not in after
    assert links(before) == links(after) != []
    feedback = Feedback.objects.get()
    assert (feedback.account, feedback.request, str(feedback.rating)) == (account, None, given["rating"])


def links(page: str) -> list[str]:
    start, end = page.index('<ul class="sites">'), page.index("</ul>")
    return page[start:end].split()


def test_several_people_may_write(client: Client, url: str) -> None:
    for text in ("One.", "Two."):
        client.post(url, {"text": text})
    assert Feedback.objects.count() == 2


@pytest.mark.parametrize("given", [{}, {"rating": "9"}, {"text": "a\x00b"}, {"text": "x" * 5001}])
def test_empty_feedback_is_refused_in_words(client: Client, url: str, given: dict[str, str]) -> None:
    response = client.post(url, given)
    assert response.status_code == 400
    assert 'role="alert"' in response.content.decode()
    assert not Feedback.objects.exists()


def test_nobody_writes_without_end(client: Client, url: str, now: datetime) -> None:
    with time_machine.travel(now, tick=False):
        answers = [client.post(url, {"text": "again"}) for _ in range(31)]
    assert [response.status_code for response in answers] == [200] * 30 + [429]
    assert answers[-1]["Retry-After"] == "60"
    assert Feedback.objects.count() == 30


def test_an_unknown_code_and_a_closed_business_lead_nowhere(client: Client, account: Account, url: str) -> None:
    for code in ("nope", "x" * 500, "%00", "\N{SNOWMAN}", "AAAAAAAAA"):
        assert client.get(f"/b/{code}").status_code == 404
        assert client.get(f"/b/{code}/logo").status_code == 404
    Account.objects.update(is_active=False)
    assert client.get(url).status_code == 404


def test_the_printed_page_costs_two_queries(client: Client, url: str, django_assert_num_queries: Any) -> None:
    client.get(url)
    with django_assert_num_queries(2):  # the account, its sites
        response = client.get(url)
    assert len(response.content) < 10_000


# --- Own words ----------------------------------------------------------------------------------------


def test_the_business_speaks_in_its_own_words(client: Client, account: Account, now: datetime, url: str) -> None:
    Account.objects.update(
        page_heading="Hello {{ first_name | default: 'you' }}!",
        page_text="One <b>line</b>.\n\nAnother.",
        thanks_text="Cheers from {{ business_name }}.",
    )
    asked(account, now)
    delivery = account.deliveries.get()
    page = client.get(f"/r/{delivery.link_token}").content.decode()
    assert "Hello Jane!" in page
    assert "<p>One &lt;b&gt;line&lt;/b&gt;.</p>" in page
    assert "Hello you!" in client.get(url).content.decode()
    assert "Cheers from Riverside Dental." in client.post(url, {"rating": "1"}).content.decode()


def test_words_that_cannot_be_filled_in_do_not_take_the_page_away(client: Client, account: Account, url: str) -> None:
    Account.objects.update(page_heading="{{ nobody_knows }}")
    assert "How did we do?" in client.get(url).content.decode()


# --- Logo ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_an_image_is_made_small_and_shown(client: Client, account: Account, url: str, kind: str) -> None:
    logos.set_logo(account=account, content=logos.shrink(image(kind)))
    page = client.get(url).content.decode()
    assert f'src="{url}/logo?{account.logo}"' in page
    response = client.get(f"{url}/logo?{account.logo}")
    assert response["Content-Type"] == "image/png"
    assert "immutable" in response["Cache-Control"]
    assert Image.open(BytesIO(response.content)).size == (480, 160)
    assert "immutable" not in client.get(f"{url}/logo?old")["Cache-Control"]


def test_nothing_but_pixels_is_kept() -> None:
    details = Image.Exif()
    details[0x010E] = "secret place"
    assert b"secret place" in image("JPEG", exif=details)
    assert b"secret place" not in logos.shrink(image("JPEG", exif=details))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no image"),
        (b"GIF89a", "no image|damaged"),
        (image()[:60], "damaged"),
        (b"x" * 5_000_001, "larger than 5 MB"),
    ],
)
def test_a_file_that_is_no_image_is_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        logos.shrink(content)


@pytest.mark.parametrize("size", [(6000, 5000), (1, 10_001), (10_001, 1)])
def test_an_image_of_too_many_pixels_is_not_unpacked(size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    content = image(size=size)
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda _: pytest.fail("it was unpacked"))
    with pytest.raises(ValidationError, match="too many pixels"):
        logos.shrink(content)


def test_a_logo_is_taken_away_with_its_image(client: Client, account: Account, url: str) -> None:
    logos.set_logo(account=account, content=logos.shrink(image()))
    logos.remove_logo(account=account)
    assert not Logo.objects.exists()
    assert client.get(f"{url}/logo").status_code == 404
    assert "/logo" not in client.get(url).content.decode()
