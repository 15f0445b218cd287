"""Who is told of what, when, and once: rows of telling, through the teller."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from oauth.member_mail import choose
from oauth.models import Account, MemberMail, Membership, User
from oauth.sign_in.members import remove_member
from oauth.tests.threads import at_once
from reviewhub.testing import make_member
from reviews import tasks
from reviews.contacts import erase
from reviews.delivery.channels import ChannelError, Message
from reviews.inbox import items
from reviews.models import Contact, Delivery, InboxItem, Telling
from reviews.telling import rows
from reviews.telling.mail import write
from reviews.telling.rows import WINDOW, next_morning
from reviews.telling.teller import Teller
from reviews.tests.inbox.test_decisions import texted, unclear
from reviews.tests.support.helpers import Clock
from reviews.tests.telling.conftest import Server

pytestmark = pytest.mark.django_db

__all__ = ["unclear"]

Tell = Callable[..., list[Message]]
Leave = Callable[..., None]


def reply(account: Account, now: datetime, words: str = "It hurts.", key: str = "r1") -> InboxItem:
    items.add_reply(texted(account, now, words, key), account=account)
    return InboxItem.objects.get(event__key=key)


def member(account: Account, role: str, tell: str = "", name: str = "") -> Membership:
    user = make_member(account, role, f"{name or role}@riverside.example")
    Membership.objects.filter(user=user).update(tell=tell)
    return Membership.objects.get(user=user)


# --- Of what ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rating", "text", "is_told"),
    [(1, "", True), (2, "Hm.", True), (3, "Hm.", False), (5, "", False), (None, "It hurts.", True), (None, " ", False)],
)
def test_a_complaint_is_told_and_words_without_stars_may_be_one(
    owner: User, leave: Leave, tell: Tell, rating: int | None, text: str, is_told: bool
) -> None:
    leave(rating, text)
    assert bool(tell()) is is_told
    assert not Telling.objects.exists()


def test_a_rating_that_becomes_bad_is_told_and_one_that_becomes_good_is_not(
    owner: User, leave: Leave, tell: Tell
) -> None:
    leave(4, "Fine.")
    assert tell() == []
    leave(1, "Fine.")
    assert len(tell(minutes=1)) == 1
    leave(5, "Fine.")
    assert tell(minutes=10) == []
    leave(1, "Fine.")
    assert len(tell(minutes=10)) == 1


def test_words_that_follow_the_stars_are_told_and_the_same_words_again_are_not(
    owner: User, leave: Leave, tell: Tell
) -> None:
    leave(1, "")
    assert len(tell()) == 1
    leave(1, "It fell out.")
    [mail] = tell(minutes=10)
    assert "It fell out." in mail.text
    leave(2, "It fell out.")
    assert tell(minutes=10) == []


def test_a_rating_that_is_good_before_the_mail_leaves_is_not_told(owner: User, leave: Leave, tell: Tell) -> None:
    leave(1)
    leave(5)
    assert tell() == []
    leave(1)
    rows.note_wanted(datetime(2026, 3, 3, 15, tzinfo=UTC))
    leave(5)
    assert tell() == []
    assert not Telling.objects.exists()


def test_stars_changed_before_anybody_was_told_are_still_told(owner: User, leave: Leave, tell: Tell) -> None:
    leave(1, "Bad.")
    leave(2, "Bad.")
    assert len(tell()) == 1


def test_a_reply_an_unclear_text_and_an_address_that_is_gone_are_told(
    unclear: InboxItem, owner: User, account: Account, tell: Tell, clock: Clock
) -> None:
    reply(account, clock())
    items.record_bounce(Delivery.objects.first(), evidence="550", text="No such user", now=clock())  # type: ignore[arg-type]
    [mail] = tell()
    for item in InboxItem.objects.all():
        assert f"https://reviews.example/admin/reviews/inboxitem/{item.pk}/change/" in mail.text
    assert InboxItem.objects.count() == 3


# --- Whom, and when ---------------------------------------------------------------------------------


def test_by_default_owners_are_told_at_once_managers_in_the_morning_and_viewers_never(
    account: Account, owner: User, viewer: User, leave: Leave, tell: Tell, clock: Clock
) -> None:
    manager = member(account, "manager")
    leave()
    assert [mail.to for mail in tell()] == [owner.email]
    assert tell(hours=4) == []
    clock.now = datetime(2026, 3, 4, 12, 59, tzinfo=UTC)  # one minute to eight in New York
    assert tell() == []
    assert [mail.to for mail in tell(minutes=1)] == [manager.user.email]
    assert tell(days=2) == []


@pytest.mark.parametrize(("role", "tell_"), [("owner", "never"), ("viewer", "at_once"), ("manager", "at_once")])
def test_a_choice_goes_before_the_role(account: Account, leave: Leave, tell: Tell, role: str, tell_: str) -> None:
    member(account, role, tell_)
    leave()
    assert bool(tell()) is (tell_ != "never")


def test_nobody_of_another_business_is_told(
    account: Account, owner: User, stranger: User, leave: Leave, tell: Tell
) -> None:
    leave()
    assert [mail.to for mail in tell()] == [owner.email]


def test_the_first_is_told_at_once_and_the_others_at_the_end_of_five_minutes(
    account: Account, owner: User, tell: Tell, clock: Clock
) -> None:
    reply(account, clock(), "one")
    assert len(tell()) == 1
    for number, words in enumerate(("two", "three", "four")):
        reply(account, clock.forward(minutes=1), words, key=words)
        assert tell() == [], number
    clock.now += WINDOW - timedelta(minutes=3, seconds=1)
    assert tell() == []
    [mail] = tell(seconds=1)
    assert [words in mail.text for words in ("one", "two", "three", "four")] == [False, True, True, True]
    assert tell(minutes=10) == []


def test_members_and_businesses_have_five_minutes_each_of_their_own(
    account: Account, other_account: Account, owner: User, stranger: User, tell: Tell, clock: Clock
) -> None:
    Membership.objects.create(account=other_account, user=owner, role="owner")
    reply(account, clock())
    assert [mail.to for mail in tell()] == [owner.email]
    reply(other_account, clock.forward(minutes=1), key="r2")
    assert sorted(mail.to for mail in tell()) == sorted([owner.email, stranger.email])


@pytest.mark.parametrize(
    ("zone", "at", "morning"),
    [
        ("America/New_York", "2026-03-04T12:59+00:00", "2026-03-04T08:00-05:00"),
        ("America/New_York", "2026-03-04T13:00+00:00", "2026-03-05T08:00-05:00"),
        ("America/New_York", "2026-03-07T20:00+00:00", "2026-03-08T08:00-04:00"),  # the clocks go forward in between
        ("Asia/Tokyo", "2026-03-04T22:59+00:00", "2026-03-05T08:00+09:00"),
        ("Asia/Tokyo", "2026-03-04T23:00+00:00", "2026-03-06T08:00+09:00"),
    ],
)
def test_the_morning_is_that_of_the_business(zone: str, at: str, morning: str) -> None:
    assert next_morning(Account(time_zone=zone), datetime.fromisoformat(at)) == datetime.fromisoformat(morning)


# --- What nobody is told ----------------------------------------------------------------------------


def test_what_was_handled_before_the_mail_leaves_is_not_told(
    account: Account, owner: User, tell: Tell, clock: Clock
) -> None:
    reply(account, clock(), "one")
    tell()
    two, three = (reply(account, clock(), words, key=words) for words in ("two", "three"))
    rows.note_wanted(clock())
    items.handle(InboxItem.objects.filter(pk=two.pk), by=owner, now=clock())
    [mail] = tell(minutes=5)
    assert ("two" in mail.text, "three" in mail.text) == (False, True)
    four = reply(account, clock(), "four", key="four")
    items.handle(InboxItem.objects.filter(pk=four.pk), by=owner, now=clock())
    assert tell(minutes=5) == []
    assert three.handled_at is None
    assert not Telling.objects.exists()


def test_a_mail_with_nothing_left_to_tell_begins_no_five_minutes(
    account: Account, owner: User, tell: Tell, clock: Clock
) -> None:
    item = reply(account, clock())
    rows.note_wanted(clock())
    items.handle(InboxItem.objects.filter(pk=item.pk), by=None, now=clock())
    assert tell() == []
    reply(account, clock(), key="r2")
    assert len(tell()) == 1


def test_who_leaves_or_wants_no_mail_any_more_gets_none(
    account: Account, owner: User, tell: Tell, clock: Clock
) -> None:
    gone, silent, barred = (member(account, "manager", "at_once", name) for name in ("gone", "silent", "barred"))
    reply(account, clock())
    rows.note_wanted(clock())
    remove_member(membership=gone, now=clock())
    choose(silent, Membership.Tell.NEVER)
    User.objects.filter(pk=barred.user_id).update(is_active=False)
    assert [mail.to for mail in tell()] == [owner.email]
    assert Telling.objects.count() == 2
    tasks.sweep()
    assert Telling.objects.count() == 0


def test_who_leaves_while_the_mail_is_written_gets_none(account: Account, owner: User, clock: Clock) -> None:
    reply(account, clock())
    rows.note_wanted(clock())
    mail = rows.claim(clock())
    assert mail is not None
    Membership.objects.update(tell="never")
    assert write(mail, now=clock()).message is None
    Membership.objects.all().delete()
    assert write(mail, now=clock()).message is None


def test_another_choice_holds_for_what_waits(account: Account, tell: Tell, clock: Clock) -> None:
    manager, viewer = member(account, "manager", "daily"), member(account, "viewer", "at_once")
    reply(account, clock())
    rows.note_wanted(clock())
    choose(manager, Membership.Tell.AT_ONCE)
    choose(viewer, Membership.Tell.DAILY)
    assert [mail.to for mail in tell()] == [manager.user.email]
    assert [mail.to for mail in tell(days=1)] == [viewer.user.email]


def test_a_business_that_is_switched_off_tells_nobody(account: Account, owner: User, tell: Tell, clock: Clock) -> None:
    reply(account, clock())
    rows.note_wanted(clock())
    Account.objects.update(is_active=False)
    assert tell() == []


def test_an_erased_customer_is_not_written_about(
    owner: User, account: Account, leave: Leave, tell: Tell, clock: Clock
) -> None:
    leave(1, "Zebedee's words")
    rows.note_wanted(clock())
    erase.erase(contact=Contact.objects.get(), by="Ann", now=clock())
    for mail in tell():
        assert "Zebedee" not in mail.text
        assert "Jane" not in mail.text


# --- Nothing is lost, and nothing told twice ----------------------------------------------------------


def test_without_a_mail_server_what_is_to_be_told_waits(
    account: Account, owner: User, tell: Tell, clock: Clock, settings: Any
) -> None:
    settings.MAIL_PROVIDER = False
    reply(account, clock())
    assert tell() == []
    settings.MAIL_PROVIDER = True
    assert len(tell(days=3)) == 1


def test_a_refused_mail_is_tried_again_says_why_and_takes_along_what_came_meanwhile(
    account: Account, owner: User, tell: Tell, clock: Clock, server: Server
) -> None:
    server.errors = [ChannelError("535", "Login refused\0", untried=True), ChannelError("connect", "Refused")]
    reply(account, clock(), "one")
    assert tell() == []
    mail, began = MemberMail.objects.get(), clock()
    assert (mail.claim, mail.attempts, mail.failing_since, mail.error) == (None, 1, clock(), "535 Login refused")
    assert tell(seconds=59) == []
    assert len(server.errors) == 1
    reply(account, clock(), "two", key="two")
    assert tell(seconds=1) == []  # the second attempt
    mail.refresh_from_db()
    assert (mail.attempts, mail.failing_since, mail.error) == (2, began, "connect Refused")
    [letter] = tell(minutes=5)
    assert "one" in letter.text
    assert "two" in letter.text
    mail.refresh_from_db()
    assert (mail.attempts, mail.failing_since, mail.error, mail.sent_at) == (0, None, "", clock())
    assert not Telling.objects.exists()


def test_a_server_that_refuses_for_days_is_asked_on_and_on_and_one_for_good_seldom(
    account: Account, owner: User, tell: Tell, clock: Clock, server: Server
) -> None:
    server.errors = [ChannelError("451", "Later", retry_after=timedelta(minutes=30))]
    reply(account, clock())
    tell()
    assert MemberMail.objects.get().due_at == clock() + timedelta(minutes=30)
    for _ in range(5):
        server.errors = [ChannelError("451", "Later")]
        tell(minutes=30)
    assert MemberMail.objects.get().due_at == clock() + timedelta(minutes=15)
    server.errors = [ChannelError("550", "No such user", address_gone=True)]
    tell(minutes=15)
    assert MemberMail.objects.get().due_at == clock() + timedelta(hours=6)
    assert len(tell(hours=6)) == 1


def test_a_refused_mail_keeps_nobody_else_waiting(account: Account, tell: Tell, clock: Clock, server: Server) -> None:
    for name in ("a", "b", "c"):
        member(account, "owner", name=name)
    server.errors = [ChannelError("550", "No such user", permanent=True)]
    reply(account, clock())
    assert len(tell()) == 2


def test_a_mail_that_cannot_be_written_is_not_tried_at_once_again(
    account: Account, owner: User, tell: Tell, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("reviews.telling.teller.write", lambda *_, **__: 1 / 0)
        reply(account, clock())
        assert tell() == []
    mail = MemberMail.objects.get()
    assert (mail.error, mail.due_at) == (rows.OWN_FAULT, clock() + rows.REFUSED_WAIT)
    assert len(tell(hours=6)) == 1


def test_a_process_that_dies_leaves_the_mail_to_the_next(
    account: Account, owner: User, tell: Tell, clock: Clock
) -> None:
    reply(account, clock())
    rows.note_wanted(clock())
    mail = rows.claim(clock())
    assert mail is not None
    assert rows.claim(clock()) is None
    clock.forward(seconds=30)
    rows.renew([mail], clock())
    assert tell(seconds=59) == []
    assert len(tell(seconds=1)) == 1


def test_a_mail_that_processes_die_of_rests_and_keeps_nobody_waiting(
    account: Account, owner: User, tell: Tell, clock: Clock
) -> None:
    reply(account, clock())
    rows.note_wanted(clock())
    for _ in range(rows.MAX_LAPSES):
        assert rows.claim(clock()) is not None
        clock.now += rows.LEASE
    assert rows.claim(clock()) is None
    mail = MemberMail.objects.get()
    assert (mail.claim, mail.lapses, mail.error, mail.failing_since) == (None, 0, rows.OWN_FAULT, clock())
    assert tell() == []
    assert len(tell(hours=6)) == 1


def test_a_mail_that_left_after_its_claim_was_lost_is_told_and_leaves_the_other_claim_alone(
    account: Account, owner: User, clock: Clock
) -> None:
    reply(account, clock())
    rows.note_wanted(clock())
    first = rows.claim(clock())
    second = rows.claim(clock.forward(minutes=2))
    assert first is not None
    assert second is not None
    rows.settle_sent(first, list(Telling.objects.values_list("pk", flat=True)), clock())
    assert not Telling.objects.exists()
    assert MemberMail.objects.get().claim == second.claim


def test_what_comes_while_a_mail_is_on_its_way_is_in_the_next(
    account: Account, owner: User, teller: Teller, tell: Tell, clock: Clock
) -> None:
    reply(account, clock(), "one")
    rows.note_wanted(clock())
    mail = rows.claim(clock())
    assert mail is not None
    keys = list(Telling.objects.values_list("pk", flat=True))
    reply(account, clock(), "two", key="two")
    rows.note_wanted(clock())
    rows.settle_sent(mail, keys, clock())
    assert tell(minutes=4) == []
    [letter] = tell(minutes=1)
    assert ("one" in letter.text, "two" in letter.text) == (False, True)


def test_a_look_at_nothing_costs_two_statements(owner: User, teller: Teller, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        assert teller.work() is False


def test_noting_costs_the_same_for_many_items_and_members(
    account: Account, owner: User, clock: Clock, django_assert_max_num_queries: Any
) -> None:
    for number in range(5):
        member(account, "manager", name=f"m{number}")
    for number in range(20):
        reply(account, clock(), key=f"k{number}")
    with django_assert_max_num_queries(9):
        assert rows.note_wanted(clock()) == 20
    assert Telling.objects.count() == 20 * 6


# --- Many processes ---------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs connections that wait for each other")
@pytest.mark.django_db(transaction=True)
def test_processes_that_meet_note_each_item_once_and_claim_each_mail_once(
    account: Account, owner: User, clock: Clock
) -> None:
    for number in range(4):
        member(account, "manager", "at_once", f"m{number}")
    for number in range(20):
        reply(account, clock(), key=f"k{number}")
    assert sum(at_once(*[lambda: rows.note_wanted(clock())] * 6)) == 20
    assert Telling.objects.count() == 20 * 5

    def claim_all() -> list[int]:
        mails = []
        while (mail := rows.claim(clock())) is not None:
            mails.append(mail.pk)
        return mails

    claimed = [pk for keys in at_once(*[claim_all] * 6) for pk in keys]
    assert sorted(claimed) == sorted(MemberMail.objects.values_list("pk", flat=True))
    assert len(claimed) == 5


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs connections that wait for each other")
@pytest.mark.django_db(transaction=True)
def test_who_is_removed_while_an_item_is_noted_stops_nothing(account: Account, owner: User, clock: Clock) -> None:
    gone = member(account, "manager", "at_once", "gone")
    reply(account, clock())
    at_once(lambda: rows.note_wanted(clock()), lambda: remove_member(membership=gone, now=clock()))
    rows.note_wanted(clock())
    assert [row.mail.membership.user for row in Telling.objects.all()] == [owner]


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs connections that wait for each other")
@pytest.mark.django_db(transaction=True)
def test_feedback_that_turns_bad_while_its_item_is_noted_is_told(
    account: Account, owner: User, leave: Leave, tell: Tell, clock: Clock
) -> None:
    leave(1, "Once.")
    at_once(lambda: rows.note_wanted(clock()), lambda: leave(1, "Twice."))
    [mail] = tell()
    assert "Twice." in mail.text
