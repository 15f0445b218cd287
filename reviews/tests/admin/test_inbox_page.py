"""An item's page: the conversation to read, the box to answer in, and who may do what."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from oauth.models import Account, User
from oauth.tests.flow import signed_in
from reviewhub.testing import make_member
from reviews.contacts import doubts, suppressions
from reviews.delivery import drain
from reviews.delivery.channels import ChannelError
from reviews.models import Contact, Delivery, InboxItem, Suppression
from reviews.requests.matching import Person
from reviews.tests.support.conversations import COMPLAINT, answer, text_in
from reviews.tests.support.helpers import JANE, Clock, FakeProvider, asked

pytestmark = pytest.mark.django_db

NUMBER = JANE.phone


@pytest.fixture
def item(account: Account, now: datetime) -> InboxItem:
    """The reply of a customer who has a number and a mail address."""
    contact = Contact.objects.create(account=account, first_name="Jane", email=JANE.email, phone=NUMBER)
    return reply(account, contact, COMPLAINT)


def reply(account: Account, contact: Contact, words: str, **more: Any) -> InboxItem:
    values: dict[str, Any] = {"kind": "reply", "created_at": timezone.now()} | more
    return InboxItem.objects.create(account=account, contact=contact, text=words, **values)


def page_of(item: InboxItem) -> str:
    return reverse("admin:reviews_inboxitem_change", args=[item.pk])


def address(item: InboxItem, name: str = "answer") -> str:
    return reverse(f"admin:reviews_inboxitem_{name}", args=[item.pk])


def form(item: InboxItem, **fields: Any) -> dict[str, Any]:
    filled = {"words": "Come at four.", "channel": "sms", "token": "t", "read_item": item.pk, "read_answer": 0}
    return filled | fields


def get(client: Client, item: InboxItem) -> str:
    return client.get(page_of(item)).content.decode()


def test_an_answer_is_written_and_sent_and_the_item_handled(item: InboxItem, owner: User) -> None:
    client = signed_in(owner)
    page = get(client, item)
    assert 'value="sms" checked' in page
    sent = client.post(address(item), form(item))
    assert (sent.status_code, sent["Location"]) == (302, page_of(item))
    item.refresh_from_db()
    assert item.handled_by == owner
    page = get(client, item)
    assert f"by {owner}" in page
    assert "Your answer leaves as soon as it may." in page
    assert f"{owner} answered by Text message" in page
    assert "Come at four." in page


def test_the_note_is_kept_by_whoever_goes_on_to_the_next(item: InboxItem, owner: User, viewer: User) -> None:
    page = get(signed_in(owner), item)
    assert f'form="note-form" formaction="{address(item, "handled")}"' in page
    assert signed_in(viewer).post(address(item, "handled"), {"note": "Mine."}).status_code == 403
    signed_in(owner).post(address(item, "handled"), {"note": "Called her."})
    item.refresh_from_db()
    assert (item.note, item.handled_by) == ("Called her.", owner)
    signed_in(owner).post(address(item, "handled"))
    item.refresh_from_db()
    assert item.note == "Called her."


def test_the_page_says_what_became_of_it(
    item: InboxItem, owner: User, clock: Clock, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(owner)
    answer(item, owner, timezone.now(), channel="email")
    assert 'hx-trigger="every 3s"' in get(client, item)
    drain.send_due()
    assert ">Sent<" in "".join(get(client, item).split())
    Delivery.objects.update(sent_at=timezone.now() - timedelta(hours=1))
    assert "hx-trigger" not in get(client, item).split('id="conversation"')[1].split(">")[0]


@pytest.mark.parametrize(("reason", "words"), [("stop", "replied STOP on "), ("wrong_number", "a wrong number (")])
def test_a_way_that_is_closed_says_why(item: InboxItem, owner: User, account: Account, reason: str, words: str) -> None:
    now = timezone.now()
    suppressions.suppress(
        account=account, channel="sms", address=NUMBER, reason=Suppression.Reason(reason), evidence="", now=now
    )
    client = signed_in(owner)
    page = get(client, item)
    assert f"Text message: {words}" in page
    assert 'value="email" checked' in page
    assert 'value="sms"' not in page
    refused = client.post(address(item), form(item))
    assert refused.status_code == 400
    assert "Come at four." in refused.content.decode(), "the draft is kept"
    assert not Delivery.objects.exists()


def test_without_any_way_there_is_no_box(account: Account, owner: User) -> None:
    page = get(signed_in(owner), reply(account, Contact.objects.create(account=account, first_name="Jane"), "Hm"))
    assert "No mobile number of the customer is known." in page
    assert 'name="words"' not in page


def test_a_text_at_night_says_when_it_leaves(
    item: InboxItem, owner: User, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.contacts.update(time_zone=zone_where_it_is(3))
    assert "Leaves at " in get(signed_in(owner), item)
    account.contacts.update(time_zone=zone_where_it_is(12))
    assert "Leaves at " not in get(signed_in(owner), item)


def zone_where_it_is(hour: int) -> str:
    away = (timezone.now().hour - hour) % 24
    return f"Etc/GMT{'+' if away <= 12 else '-'}{away if away <= 12 else 24 - away}"


def test_a_double_press_sends_once(item: InboxItem, owner: User) -> None:
    client = signed_in(owner)
    for _ in range(2):
        assert client.post(address(item), form(item)).status_code == 302
    assert Delivery.objects.answers().count() == 1


def test_of_two_people_the_second_is_told_and_may_send_all_the_same(
    item: InboxItem, owner: User, account: Account
) -> None:
    anna, ben = signed_in(owner), signed_in(make_member(account, "manager", "ben@riverside.example"))
    anna.post(address(item), form(item, words="Come at four."))
    told = ben.post(address(item), form(item, words="Come at five.", token="b"))
    assert told.status_code == 409
    page = told.content.decode()
    for words in (
        f"{owner} answered meanwhile",
        "Come at four.",
        "Come at five.",
        "Send all the same",
        "Keep my draft",
    ):
        assert words in page
    kept = ben.post(address(item), form(item, words="Come at five.", token="b", keep="1")).content.decode()
    assert "Come at five.</textarea>" in kept
    assert Delivery.objects.answers().count() == 1
    ben.post(address(item), form(item, words="Come at five.", token="b", all_the_same="1"))
    assert Delivery.objects.answers().count() == 2


def test_a_viewer_reads_and_answers_nothing(item: InboxItem, viewer: User) -> None:
    client = signed_in(viewer)
    page = get(client, item)
    assert COMPLAINT in page
    assert 'name="words"' not in page
    assert "Handled, next" not in page
    for name in ("answer", "size", "handled"):
        assert client.post(address(item, name), form(item)).status_code == 403
    assert not Delivery.objects.exists()


def test_a_stranger_finds_nothing(item: InboxItem, stranger: User) -> None:
    client = signed_in(stranger)
    for name in ("answer", "size", "handled"):
        assert client.post(address(item, name), form(item)).status_code == 404
    assert not Delivery.objects.exists()


def test_what_no_form_sends_is_refused(item: InboxItem, owner: User) -> None:
    client = signed_in(owner)
    wrong: list[dict[str, Any]] = [{"channel": "fax"}, {"read_item": "x"}, {"read_answer": 2**63}, {"token": "x" * 65}]
    for fields in wrong:
        assert client.post(address(item), form(item, **fields)).status_code == 400
    for name in ("answer", "size", "handled"):
        assert client.get(address(item, name)).status_code == 405
    assert client.post(address(item), form(item, words=" ")).status_code == 400
    assert not Delivery.objects.exists()


def test_segments_are_counted_while_somebody_writes(item: InboxItem, owner: User) -> None:
    client = signed_in(owner)
    assert "1 segment: 13 of 160" in client.post(address(item, "size"), form(item)).content.decode()
    assert "Unicode because of “" in client.post(address(item, "size"), form(item, words="“Hi”")).content.decode()
    assert "segment" not in client.post(address(item, "size"), form(item, channel="email")).content.decode()


def test_words_that_did_not_leave_are_in_the_box_again(
    item: InboxItem, owner: User, account: Account, clock: Clock
) -> None:
    row = answer(item, owner, timezone.now(), words="Call me back")
    Contact.objects.update(phone="")
    Delivery.objects.filter(pk=row.pk).update(status="cancelled", reason="The customer's address was removed.")
    InboxItem.objects.update(handled_at=None, handled_by=None)
    page = get(signed_in(owner), item)
    assert "Call me back</textarea>" in page
    assert "was removed." in page


# --- The conversation ------------------------------------------------------------------------------


def test_replies_of_one_customer_stand_together_and_the_newest_waits(
    account: Account, owner: User, clock: Clock, provider: FakeProvider
) -> None:
    account.text_sender = "+12125550100"
    account.save()
    asked(account, clock(), person=Person(first_name="Jane", phone=NUMBER))
    drain.send_due(clock)
    text_in(account, COMPLAINT, clock.forward(minutes=5))
    first = InboxItem.objects.get()
    answer(first, owner, clock.forward(minutes=5))
    drain.send_due(clock)
    text_in(account, "Four is fine", clock.forward(minutes=5))
    [second] = InboxItem.objects.filter(handled_at=None)
    assert second.text == "Four is fine"
    page = get(signed_in(owner), second)
    places = [page.index(words) for words in ("First ask, Text message", COMPLAINT, "Come at four.", "Four is fine")]
    assert places == sorted(places)


@pytest.mark.parametrize(
    "words",
    [
        "<script>alert(1)</script><b>bold</b> {{ 7 }} {% now %}",
        "הסתימה נפלה, אני צריך תור היום",
        "詰め物が取れました。" * 20,
        "‮gnihtemos 😡",
    ],
)
def test_words_of_any_kind_are_shown_as_text(account: Account, owner: User, words: str) -> None:
    item = reply(account, Contact.objects.create(account=account, first_name="Jane", phone=NUMBER), words)
    page = get(signed_in(owner), item)
    assert "<script>alert" not in page
    assert "<b>bold" not in page
    shown = words.replace("<", "&lt;").replace(">", "&gt;")
    assert f'<p class="ib-words" dir="auto">{shown}</p>' in page


def test_long_words_are_folded_and_there_as_a_whole(account: Account, owner: User) -> None:
    words = "x" * 9_990 + " the end."
    item = reply(account, Contact.objects.create(account=account, first_name="Jane", phone=NUMBER), words)
    page = get(signed_in(owner), item)
    beginning, whole = page.split("Show all of it")
    assert "the end." not in beginning
    assert "the end." in whole


def test_a_long_conversation_takes_as_many_statements_as_a_short_one(
    item: InboxItem, account: Account, owner: User, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(owner)
    for number in range(30):
        reply(account, Contact.objects.get(), f"Words {number}")
        answer(item, owner, timezone.now(), words=f"Answer {number}")
    get(client, item)
    with django_assert_max_num_queries(26):
        get(client, item)


def test_pages_that_show_messages_show_answers_as_well(
    item: InboxItem, account: Account, operator: User, owner: User, provider: FakeProvider
) -> None:
    answer(item, owner, timezone.now(), channel="email")
    provider.errors = [ChannelError("554", "No, thank you", permanent=True)]
    drain.send_due()
    row = Delivery.objects.get()
    assert row.status == "failed"
    event = row.events.get()
    client = signed_in(operator)
    pages = {
        reverse("operations"): "Jane",
        reverse("admin:reviews_delivery_changelist"): "Jane",
        reverse("admin:reviews_delivery_change", args=[row.pk]): "Answer by E-mail",
        reverse("admin:reviews_deliveryevent_changelist"): "Jane: Answer by E-mail",
        reverse("admin:reviews_deliveryevent_change", args=[event.pk]): "an answer to Jane",
        reverse("admin:reviews_contact_evidence", args=[item.contact_id]): "Answer of staff",
        reverse("admin:reviews_contact_data", args=[item.contact_id]): "Come at four.",
        reverse("admin:reviews_contact_change", args=[item.contact_id]): "Jane",
    }
    for page, words in pages.items():
        shown = client.get(page)
        assert (shown.status_code, words in shown.content.decode()) == (200, True), page


# --- One after the other -----------------------------------------------------------------------------


def test_the_worst_and_oldest_wait_first_and_one_is_handled_after_the_other(account: Account, owner: User) -> None:
    contact = Contact.objects.create(account=account, first_name="Jane", phone=NUMBER)
    good, words, bad, old_bad = (
        reply(account, contact, "a", stars=5, kind="feedback"),
        reply(account, contact, "b"),
        reply(account, contact, "c", stars=1, kind="feedback"),
        reply(account, contact, "d", stars=1, kind="feedback"),
    )
    client = signed_in(owner)
    listed = client.get(reverse("admin:reviews_inboxitem_changelist")).content.decode()
    places = [listed.index(f"{row.pk}/change/") for row in (bad, old_bad)]
    assert places == sorted(places)
    went = [bad]
    for _ in range(3):
        location = client.post(address(went[-1], "handled"))["Location"]
        went.append(next(row for row in (good, words, bad, old_bad) if page_of(row) == location))
    assert went == [bad, old_bad, words, good]
    assert client.post(address(good, "handled"))["Location"] == reverse("admin:reviews_inboxitem_changelist")
    assert not InboxItem.objects.filter(handled_at=None).exists()


def test_what_is_unclear_is_not_handled_by_going_on(account: Account, owner: User) -> None:
    contact = Contact.objects.create(account=account, first_name="Jane", phone=NUMBER)
    doubts.hold(account=account, number=NUMBER, evidence="", now=timezone.now())
    item = reply(account, contact, "cancel?", kind="unclear_opt_out")
    client = signed_in(owner)
    page = get(client, item)
    assert "Handled, next" not in page
    assert "Text message: perhaps an opt-out, you decide (" in page
    client.post(address(item, "handled"))
    item.refresh_from_db()
    assert item.handled_at is None


def test_a_wish_not_to_be_written_to_takes_one_press_and_a_confirmation(item: InboxItem, owner: User) -> None:
    client = signed_in(owner)
    leave_alone = f"{reverse('admin:reviews_contact_leave_alone', args=[item.contact_id])}?item={item.pk}"
    assert leave_alone in get(client, item)
    assert client.get(leave_alone).status_code == 200
    client.post(leave_alone, {"item": str(item.pk)})
    assert set(Suppression.objects.values_list("channel", flat=True)) == {"sms", "email"}
