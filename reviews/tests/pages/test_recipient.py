"""The pages of a message: the ask, a press, feedback, and the ways out."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client

from oauth.models import Account
from reviewhub.outages import DATABASE_AWAY
from reviews import tasks
from reviews.models import Contact, Delivery, Feedback, ReviewRequest, ReviewSite, Suppression
from reviews.pages import recipient
from reviews.requests import lifecycle
from reviews.requests.matching import Person
from reviews.tests.support.helpers import asked

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(account: Account, now: datetime) -> Delivery:
    """A mail that was sent, with the follow-up that comes after it."""
    request = asked(account, now)
    Delivery.objects.update(status="sent", sent_at=now)
    ReviewRequest.objects.update(status="sent", sent_at=now)
    Delivery.objects.create(
        account=account, request=request, step=1, channel="sms", address="+1", due_at=now, created_at=now
    )
    return Delivery.objects.get(step=0)


@pytest.fixture
def url(message: Delivery) -> str:
    return f"/r/{message.link_token}"


def state(message: Delivery) -> tuple[str, list[str]]:
    request = ReviewRequest.objects.get(pk=message.request_key)
    return request.status, list(request.deliveries.order_by("step").values_list("status", flat=True))


OPEN = ("sent", ["sent", "planned"])
ANSWERED = ("responded", ["sent", "cancelled"])


# --- Looking ----------------------------------------------------------------------------------------


def test_the_page_shows_every_site_and_only_notes_that_it_was_seen(
    client: Client, account: Account, message: Delivery, url: str
) -> None:
    ReviewSite.objects.create(account=account, name="Yelp", url="https://yelp.example/x", position=1)
    ReviewSite.objects.create(account=account, name="Hidden", url="https://old.example/x", is_active=False)
    response = client.get(url)
    content = response.content.decode()
    assert response.status_code == 200
    assert "Review us on Google" in content
    assert "Review us on Yelp" in content
    assert "Hidden" not in content
    assert "How did we do, Jane?" in content
    message.refresh_from_db()
    assert message.seen_at is not None
    assert state(message) == OPEN


def test_the_first_look_stands(client: Client, message: Delivery, url: str, now: datetime) -> None:
    Delivery.objects.update(seen_at=now)
    client.get(url)
    message.refresh_from_db()
    assert message.seen_at == now


def test_a_scanner_that_asks_for_the_head_is_no_look(client: Client, message: Delivery, url: str) -> None:
    assert client.head(url).status_code == 200
    message.refresh_from_db()
    assert message.seen_at is None


def test_the_page_is_private_and_leaves_no_trace(client: Client, url: str) -> None:
    response = client.get(url)
    assert "noindex" in response["X-Robots-Tag"]
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "no-referrer"
    assert response.cookies == {}
    policy = response["Content-Security-Policy"]
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert "form-action 'self' https://reviews.example" in policy
    assert b"<script" not in response.content


def test_the_page_is_small_and_costs_few_queries(client: Client, url: str, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(3):  # the message, the first look, the sites
        response = client.get(url)
    with django_assert_num_queries(2):
        client.get(url)
    assert len(response.content) < 10_000


# SQLite adds an event and its notices one after the other. In a test, a transaction is a savepoint: two statements.
EVENT = 1 if connection.vendor == "postgresql" else 2


def test_a_press_costs_few_queries(client: Client, message: Delivery, url: str, django_assert_num_queries: Any) -> None:
    site = ReviewSite.objects.get(account=message.account)
    with django_assert_num_queries(7 + 2 * EVENT):  # the message, the sites, its request, what is planned, the press
        client.post(f"{url}/go/{site.pk}")


# --- Pressing ---------------------------------------------------------------------------------------


def test_a_press_goes_to_the_saved_site_and_ends_the_follow_ups(client: Client, message: Delivery, url: str) -> None:
    site = ReviewSite.objects.get(account=message.account)
    response = client.post(f"{url}/go/{site.pk}")
    assert (response.status_code, response["Location"]) == (303, "https://reviews.example/google")
    assert state(message) == ANSWERED
    message.refresh_from_db()
    assert message.clicked_at is not None
    assert message.clicked_site == site
    assert message.request.reason == "Went to Google."


def test_the_first_press_stands_and_later_ones_still_lead_on(
    client: Client, account: Account, message: Delivery, url: str
) -> None:
    first = ReviewSite.objects.get(account=account)
    second = ReviewSite.objects.create(account=account, name="Yelp", url="https://yelp.example/x")
    client.post(f"{url}/go/{first.pk}")
    assert client.post(f"{url}/go/{second.pk}")["Location"] == "https://yelp.example/x"
    message.refresh_from_db()
    assert message.clicked_site == first


def test_looking_at_a_sites_address_is_no_press(client: Client, message: Delivery, url: str) -> None:
    site = ReviewSite.objects.get(account=message.account)
    assert client.get(f"{url}/go/{site.pk}").status_code == 405
    assert state(message) == OPEN


def test_only_the_accounts_own_shown_sites_are_led_to(
    client: Client, account: Account, other_account: Account, message: Delivery, url: str
) -> None:
    theirs = ReviewSite.objects.get(account=other_account)
    ReviewSite.objects.filter(account=account).update(is_active=False)
    own = ReviewSite.objects.get(account=account)
    for site in (theirs.pk, own.pk, 999_999):
        assert client.post(f"{url}/go/{site}").status_code == 404
    assert state(message) == OPEN


# --- Feedback ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given", [{"rating": "1"}, {"rating": "5"}, {"text": "Fine."}, {"rating": "3", "text": "So so"}]
)
def test_whatever_the_rating_the_same_sites_are_shown(
    client: Client, message: Delivery, url: str, given: dict[str, str]
) -> None:
    before = client.get(url).content.decode()
    after = client.post(url, given).content.decode()
    assert links(before) == links(after) != []
    assert state(message) == ANSWERED


def links(page: str) -> list[str]:
    start, end = page.index('<ul class="sites">'), page.index("</ul>")
    return page[start:end].split()


def test_feedback_is_kept_and_can_be_changed(client: Client, message: Delivery, url: str) -> None:
    client.post(url, {"rating": "2", "text": "Waited long."})
    page = client.get(url).content.decode()
    assert "You already answered" in page
    assert "Waited long." in page
    client.post(url, {"rating": "4", "text": "They called back."})
    feedback = Feedback.objects.get()
    assert (feedback.rating, feedback.text, feedback.account) == (4, "They called back.", message.account)
    assert feedback.updated_at > feedback.created_at


@pytest.mark.parametrize(
    "given", [{}, {"text": "  "}, {"rating": "9"}, {"rating": "x"}, {"text": "a\x00b"}, {"text": "x" * 5001}]
)
def test_feedback_that_says_nothing_or_too_much_is_refused_in_words(
    client: Client, message: Delivery, url: str, given: dict[str, str]
) -> None:
    response = client.post(url, given)
    assert response.status_code == 400
    assert 'role="alert"' in response.content.decode()
    assert not Feedback.objects.exists()
    assert state(message) == OPEN


def test_words_that_were_refused_are_still_there(client: Client, url: str) -> None:
    response = client.post(url, {"rating": "9", "text": "A long story."})
    assert "A long story." in response.content.decode()


def test_the_same_link_may_not_write_without_end(client: Client, url: str, message: Delivery, now: datetime) -> None:
    with time_machine.travel(now, tick=False):
        answers = {client.post(url, {"text": f"{number}"}).status_code for number in range(31)}
    assert answers == {200, 429}
    assert Feedback.objects.get().text == "29"
    assert client.get(url).status_code == 200


# --- Leaving ----------------------------------------------------------------------------------------


WILL = {
    "en": "If you press the button, Riverside Dental will stop sending you mail like this. "
    "Until you do, nothing changes.",
    "de": "Wenn Sie auf die Schaltfläche drücken, schicken wir Ihnen keine E-Mails dieser Art mehr. "
    "Bis dahin ändert sich nichts.",
    "es": "Si pulsa el botón, dejaremos de enviarle correos como este. Mientras no lo haga, todo sigue igual.",
    "fr": "Si vous appuyez sur le bouton, nous ne vous enverrons plus d’e-mails de ce type. D’ici là, rien ne change.",
}
DONE = {
    "en": "You are unsubscribed. Riverside Dental will not send you any more mail like this.",
    "de": "Sie sind abgemeldet. Wir schicken Ihnen keine E-Mails dieser Art mehr.",
    "es": "Su baja está confirmada. No le enviaremos más correos como este.",
    "fr": "Votre désinscription est confirmée. Nous ne vous enverrons plus d’e-mails de ce type.",
}


@pytest.mark.parametrize("language", WILL)
def test_the_way_out_says_what_its_button_will_do_and_after_the_press_that_it_is_done(
    client: Client, message: Delivery, url: str, language: str
) -> None:
    Account.objects.update(language=language)
    before = client.get(f"{url}/unsubscribe").content.decode()
    assert WILL[language] in before
    assert DONE[language] not in before
    assert f'action="{url}/unsubscribe"' in before
    assert not Suppression.objects.exists()  # looking changes nothing
    assert state(message) == OPEN
    after = client.post(f"{url}/unsubscribe").content.decode()
    again = client.get(f"{url}/unsubscribe").content.decode()
    for page in (after, again):
        assert DONE[language] in page
        assert WILL[language] not in page
        assert "/unsubscribe" not in page.replace("/language?at=unsubscribe", "")


@pytest.mark.parametrize(
    ("language", "will", "done"),
    [
        ("en", "will stop sending you text messages like this.", "will not send you any more text messages like this."),
        ("de", "drücken, schicken wir Ihnen keine SMS dieser Art mehr.", "Sie sind abgemeldet."),
        ("es", "dejaremos de enviarle SMS como este.", "No le enviaremos más SMS como este."),
        ("fr", "Si vous appuyez sur le bouton, nous ne vous enverrons plus de SMS", "est confirmée."),
    ],
)
def test_the_way_out_of_texts_says_so_in_every_language(
    client: Client, message: Delivery, url: str, language: str, will: str, done: str
) -> None:
    Account.objects.update(language=language)
    Delivery.objects.filter(pk=message.pk).update(channel="sms", address="+12125550001")
    before, after = (call(f"{url}/unsubscribe").content.decode() for call in (client.get, client.post))
    assert (will in before, done in before) == (True, False)
    assert (will in after, done in after) == (False, True)


BOUNDARY = "----=_Part_7"
MULTIPART = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--{BOUNDARY}--\r\n'
)
URLENCODED = "application/x-www-form-urlencoded"
# RFC 8058 §3.2 recommends multipart; many post the other one, and a broken body is no reason to go on writing.
BODIES = [
    ("", URLENCODED),
    ("List-Unsubscribe=One-Click", URLENCODED),
    (MULTIPART, f"multipart/form-data; boundary={BOUNDARY}"),
    ("List-Unsubscribe=One-Click", "multipart/form-data"),
]


@pytest.mark.parametrize(("body", "content_type"), BODIES)
def test_one_press_leaves_for_good_without_login_or_cookie(
    message: Delivery, url: str, body: str, content_type: str
) -> None:
    client = Client(enforce_csrf_checks=True)
    for _ in range(2):
        response = client.post(f"{url}/unsubscribe", body, content_type=content_type)
        assert response.status_code == 200
        assert response.cookies == {}
    suppression = Suppression.objects.get()
    assert (suppression.channel, suppression.address, suppression.reason) == (
        "email",
        "jane@example.com",
        "unsubscribed",
    )
    assert state(message) == ("suppressed", ["sent", "cancelled"])


def test_forty_five_presses_from_one_address_in_a_minute_all_count(
    client: Client, account: Account, now: datetime, without_redis: None
) -> None:
    """A mail provider presses for all its customers; while Redis is away as well (docs/rules.md E2)."""
    for number in range(45):
        asked(account, now, person=Person(email=f"customer{number}@example.com"))
    tokens = Delivery.objects.values_list("link_token", flat=True)
    body = "List-Unsubscribe=One-Click"
    with time_machine.travel(now, tick=False):
        answers = [client.post(f"/r/{token}/unsubscribe", body, content_type=URLENCODED) for token in tokens]
        assert [answer.status_code for answer in answers] == [200] * 45
        assert Suppression.objects.count() == 45
        unknown = [client.post(f"/r/{'x' * 18}/unsubscribe").status_code for _ in range(45)]
        assert unknown == [404] * 45


def test_feedback_is_limited_as_before_while_redis_is_away(
    client: Client, url: str, now: datetime, without_redis: None
) -> None:
    with time_machine.travel(now, tick=False):
        answers = [client.post(url, {"text": "again"}).status_code for _ in range(31)]
    assert answers == [200] * 30 + [429]


@pytest.mark.parametrize("error", DATABASE_AWAY)
@pytest.mark.parametrize("path", ["", "/unsubscribe", "/preferences"])
def test_a_choice_that_cannot_be_stored_is_never_called_done(
    client: Client, url: str, path: str, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: Any) -> None:
        raise error("cannot execute INSERT in a read-only transaction")

    for name in ("suppress_address", "save_choice"):
        monkeypatch.setattr(recipient, name, refuse)
    monkeypatch.setattr(recipient.actions, "record_feedback", refuse)
    answer = client.post(f"{url}{path}", {"text": "Fine."}, headers={"accept-language": "de"})
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "Das klappt gerade nicht." in answer.content.decode()
    assert not Suppression.objects.exists()


def test_a_mail_of_four_hundred_days_ago_still_lets_go(
    client: Client, message: Delivery, url: str, now: datetime
) -> None:
    ReviewRequest.objects.update(status="completed", ended_at=message.created_at)
    with time_machine.travel(now + timedelta(days=400), tick=False):
        tasks.sweep()
        assert client.post(f"{url}/unsubscribe").status_code == 200
    assert Suppression.objects.get().address == "jane@example.com"


def test_a_cancelled_request_still_lets_go(client: Client, message: Delivery, url: str, now: datetime) -> None:
    lifecycle.cancel_request(request=message.request, now=now)
    assert client.post(f"{url}/unsubscribe").status_code == 200
    assert Suppression.objects.exists()


def test_the_address_that_got_the_message_leaves_not_the_one_on_file_now(
    client: Client, message: Delivery, url: str
) -> None:
    Contact.objects.update(email="new@example.com")
    client.post(f"{url}/unsubscribe")
    assert Suppression.objects.get().address == "jane@example.com"


# --- Links that lead nowhere ------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "/unsubscribe"])
def test_an_unknown_link_gets_a_friendly_page(client: Client, db: None, path: str) -> None:
    for token in ("nope", "x" * 500, "%00", "\N{SNOWMAN}"):
        response = client.get(f"/r/{token}{path}")
        assert response.status_code == 404
        assert b"This link leads nowhere" in response.content


def test_a_cancelled_request_has_ended(client: Client, message: Delivery, url: str, now: datetime) -> None:
    lifecycle.cancel_request(request=message.request, now=now)
    assert client.get(url).status_code == 410
    assert client.post(url, {"text": "late"}).status_code == 410
    site = ReviewSite.objects.get(account=message.account)
    assert client.post(f"{url}/go/{site.pk}").status_code == 410
    assert not Feedback.objects.exists()


def test_words_of_staff_are_text_on_the_page_and_no_markup(
    client: Client, account: Account, message: Delivery, url: str
) -> None:
    Account.objects.update(name="<script>alert(1)</script>")
    assert b"<script>" not in client.get(url).content
