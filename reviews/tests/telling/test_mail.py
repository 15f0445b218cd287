"""The mail to a member: what stands in it, in which language, and what other programs read of it."""

from datetime import datetime

import pytest
from django.core import mail as django_mail
from django.test import Client
from django.urls import reverse

from oauth.models import Account, MemberMail, Membership, User
from reviewhub.testing import make_member
from reviews.delivery.channels import ChannelError
from reviews.delivery.channels.mime import serialize
from reviews.inbox import items
from reviews.models import Delivery, DeliveryEvent, InboxItem, Telling
from reviews.pages import actions
from reviews.telling import mail as mail_module
from reviews.telling import rows
from reviews.telling.teller import hand_over
from reviews.tests.inbox.test_decisions import unclear
from reviews.tests.support.helpers import Clock, asked
from reviews.tests.telling.conftest import Server
from reviews.tests.telling.test_rows import Leave, Tell, reply

pytestmark = pytest.mark.django_db

__all__ = ["unclear"]

OF_THE_CUSTOMER = ("Jane", "Smith", "jane@", "+1212", "filling", "1 of 5", "★")


def test_the_mail_has_what_it_takes_to_act_and_its_subject_nothing_of_the_customer(
    owner: User, leave: Leave, tell: Tell
) -> None:
    leave(1, "The filling fell out.\nI need an appointment.")
    [mail] = tell()
    item = InboxItem.objects.get()
    assert mail.to == owner.email
    assert mail.subject == "Riverside Dental: a customer left feedback for you"
    for part in (mail.text, mail.html):
        for words in ("Jane Smith", "★☆☆☆☆ 1 of 5", "The filling fell out.", "3 Mar 2026, 10:00"):
            assert words in part
        for link in (f"/admin/reviews/inboxitem/{item.pk}/change/", "/security/mail", "/security/mail/stop/"):
            assert f"https://reviews.example{link}" in part
    assert "told what comes into the inbox of Riverside Dental" in mail.text


@pytest.mark.parametrize("kind", ["feedback", "reply", "unclear_opt_out", "bounce", "several"])
def test_no_subject_has_anything_of_a_customer(
    account: Account, owner: User, clock: Clock, tell: Tell, kind: str, request: pytest.FixtureRequest
) -> None:
    if kind == "unclear_opt_out":
        request.getfixturevalue("unclear")
    else:
        asked(account, clock())
    if kind == "bounce":
        delivery = Delivery.objects.filter(channel="email").get()
        items.record_bounce(delivery, evidence="550", text="No such filling", now=clock())
    if kind in ("reply", "several"):
        reply(account, clock(), "The filling fell out.")
    if kind == "several":
        reply(account, clock(), "The filling fell out.", key="r2")
    if kind == "feedback":
        request.getfixturevalue("leave")(1)
    [mail] = tell()
    assert mail.subject.startswith("Riverside Dental: ")
    assert [words for words in OF_THE_CUSTOMER if words in mail.subject] == []
    assert "example.com" in mail.text if kind == "bounce" else "Jane" in mail.text


def test_the_paths_are_those_of_the_pages() -> None:
    assert reverse("admin:reviews_inboxitem_changelist") == mail_module.INBOX
    assert reverse("admin:reviews_inboxitem_change", args=[7]) == mail_module.ITEM.format(7)
    assert reverse("member-mail") == mail_module.CHOICE
    assert reverse("stop-member-mail", args=["x:y"]) == mail_module.STOP.format("x:y")


def test_the_link_leads_to_the_item_and_switches_the_business_in_view(
    account: Account, other_account: Account, owner: User, tell: Tell, clock: Clock, client: Client
) -> None:
    Membership.objects.create(account=other_account, user=owner, role="owner")
    reply(account, clock())
    [mail] = tell()
    client.force_login(owner)
    assert "Harbour Garage" in client.get("/admin/").content.decode()
    [link] = [line for line in mail.text.splitlines() if "/change/" in line]
    page = client.get(link.removeprefix("https://reviews.example"))
    assert page.status_code == 200
    assert "It hurts." in page.content.decode()
    assert client.session["business"] == str(account.pk)


def test_programs_that_answer_while_somebody_is_away_leave_it_and_one_press_ends_it(
    owner: User, leave: Leave, tell: Tell
) -> None:
    leave()
    [mail] = tell()
    assert mail.headers["Auto-Submitted"] == "auto-generated"
    assert mail.headers["X-Auto-Response-Suppress"] == "All"
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = mail.headers["List-Unsubscribe"].strip("<>")
    assert link in mail.text
    assert mail.reply_to == ""  # a customer is answered in the inbox


def test_each_member_reads_their_own_language_or_the_business_s(
    account: Account, owner: User, leave: Leave, tell: Tell
) -> None:
    User.objects.filter(pk=owner.pk).update(language="de")
    make_member(account, "owner", "second@riverside.example")
    account.language = "fr"
    account.save()
    leave()
    mails = {mail.to: mail for mail in tell()}
    assert "1 von 5" in mails[owner.email].text
    assert '<html lang="de">' in mails[owner.email].html
    assert "1 sur 5" in mails["second@riverside.example"].text
    assert mails[owner.email].text != mails["second@riverside.example"].text


def test_times_are_those_of_the_business(account: Account, owner: User, tell: Tell, clock: Clock) -> None:
    account.time_zone = "Asia/Tokyo"
    account.save()
    reply(account, clock())  # midnight, there
    [mail] = tell()
    assert "4 Mar 2026, 00:00" in mail.text


@pytest.mark.parametrize(
    "words",
    [
        "<script>alert(1)</script> & <b>bold</b>",
        "Subject: x\r\nBcc: all@example.com\r\n\r\n.",
        "null \0 and \x1b[31m red \u202e olleh",
        "שלום, זה כואב\n日本語 🦷",
    ],
)
def test_a_customers_words_are_text_whatever_they_are(
    account: Account, owner: User, tell: Tell, clock: Clock, words: str
) -> None:
    item = reply(account, clock())
    InboxItem.objects.filter(pk=item.pk).update(text=words.replace("\0", ""))
    [mail] = tell()
    assert "<script>" not in mail.html
    assert "<b>" not in mail.html
    assert "\x1b" not in mail.text
    assert "\u202e" not in mail.text
    head = serialize(mail).split(b"\r\n\r\n")[0]
    assert b"Bcc" not in head
    assert b"filling" not in head


def test_ten_thousand_characters_are_cut_and_many_items_counted(
    account: Account, owner: User, tell: Tell, clock: Clock
) -> None:
    for number in range(25):
        reply(account, clock(), f"Number {number}. " + "x" * 9_000, key=f"k{number}")
    [mail] = tell()
    assert mail.text.count("Open") + mail.text.count("/change/") == 20
    assert "5 more are in the inbox." in mail.text
    assert "In all, 25 wait in the inbox" in mail.text
    assert f"https://reviews.example/admin/reviews/inboxitem/?business={account.pk}" in mail.text
    assert "Reply: 25" in mail.text
    assert len(mail.html) < 60_000  # below what mail programs cut off
    assert not Telling.objects.exists()


def test_the_worst_comes_first(account: Account, owner: User, leave: Leave, tell: Tell, clock: Clock) -> None:
    leave(2, "two stars")
    actions.record_scanned_feedback(account=account, rating=1, text="one star", now=clock())
    [mail] = tell()
    assert mail.text.index("one star") < mail.text.index("two stars")
    assert "Somebody at the printed code" in mail.text


def test_a_text_of_nobody_known_has_its_number(account: Account, owner: User, tell: Tell, clock: Clock) -> None:
    event = DeliveryEvent.objects.create(
        provider="twilio",
        key="x",
        kind="replied",
        address="+12125550000",
        text="Who is this?",
        occurred_at=clock(),
        received_at=clock(),
    )
    items.add_reply(event, account=account)
    [mail] = tell()
    assert "+12125550000" in mail.text


def test_a_mail_a_day_says_so(account: Account, tell: Tell, clock: Clock) -> None:
    make_member(account, "manager", "manager@riverside.example")
    reply(account, clock())
    assert tell() == []
    [mail] = tell(days=1)
    assert "one mail a day" in mail.text


def test_a_second_try_has_the_same_message_id_and_another_mail_another_one(
    account: Account, owner: User, tell: Tell, clock: Clock, server: Server
) -> None:
    server.errors = [ChannelError("no-answer", "Silence", in_doubt=True)]
    item = reply(account, clock())
    tell()
    tell(minutes=1)
    InboxItem.objects.filter(pk=item.pk).update(is_to_tell=True)  # the same words once more
    tell(minutes=10)
    first, second, third = (message.headers["Message-ID"] for message in server.tried)
    assert first == second
    assert second != third
    assert first.endswith("@testserver>")


def test_the_mail_leaves_by_the_mail_backend_with_its_headers(
    account: Account, owner: User, clock: Clock, now: datetime
) -> None:
    reply(account, clock())
    rows.note_wanted(now)
    claimed = rows.claim(now)
    assert claimed is not None
    message = mail_module.write(claimed, now=now).message
    assert message is not None
    hand_over(message)
    [sent] = django_mail.outbox
    assert (sent.to, sent.subject) == ([owner.email], "Riverside Dental: a customer replied")
    assert sent.message()["Auto-Submitted"] == "auto-generated"
    assert MemberMail.objects.get().claim is not None
