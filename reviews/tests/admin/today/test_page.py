"""Today, the first page of the back-office."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from oauth.models import Account, Membership, User
from oauth.tests.flow import signed_in
from reviews.models import Contact, Delivery, InboxItem, ReviewRequest, WorkerBeat
from reviews.pages import actions
from reviews.requests.matching import Person
from reviews.tests.support.helpers import asked

pytestmark = pytest.mark.django_db

ASK = "/admin/reviews/reviewrequest/add/"
LIVE = "/admin/today/live"


def page(user: User | Client) -> str:
    client = user if isinstance(user, Client) else signed_in(user)
    return " ".join(client.get("/admin/").content.decode().split())


def beat() -> None:
    WorkerBeat.objects.create(worker="w", started_at=timezone.now(), beat_at=timezone.now())


# --- Asking -------------------------------------------------------------------------------------


def ask(client: Client, account: Account, **changes: str) -> Any:
    Account.objects.update(window_start="00:00", window_end="00:00")  # mail may leave all day
    typed = {"account": str(account.pk), "next": "today", "first_name": "Ava", "last_name": "Martin", "_save": "1"}
    return client.post(ASK, typed | {"email": "ava@example.com"} | changes)


def test_a_customer_is_asked_from_the_first_page(account: Account, owner: User) -> None:
    client = signed_in(owner)
    assert f'name="account" value="{account.pk}"' in page(client)
    answer = ask(client, account)
    assert answer["Location"] == "/admin/#id_first_name"
    content = page(client)
    request = ReviewRequest.objects.get()
    link = reverse("admin:reviews_reviewrequest_change", args=[request.pk])
    words = "Ava Martin is asked right away by e-mail. (Sandbox: it is only recorded.)"
    assert f'{words} <a href="{link}">See the request</a>' in content
    assert 'value="Ava"' not in content


def test_a_text_that_waits_for_the_morning_is_said_with_its_time(
    account: Account, owner: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SANDBOX = False
    settings.MAIL_PROVIDER = settings.TEXT_PROVIDER = True
    client = signed_in(owner)
    ask(client, account, email="", phone="+12125551234", when="other", delay_hours="24")
    due = timezone.localtime(Delivery.objects.get().due_at, ZoneInfo(account.time_zone))
    assert f"{due:%H:%M} by text." in page(client)
    assert "Sandbox" not in page(client)


def test_what_is_wrong_is_shown_on_the_page_with_all_fields_and_leads_back(account: Account, owner: User) -> None:
    content = ask(signed_in(owner), account, email="", last_name="M").content.decode()
    assert "Give an e-mail address or a mobile number." in content
    assert 'name="next" value="today"' in content


def test_a_name_is_shown_as_text(account: Account, owner: User) -> None:
    client = signed_in(owner)
    ask(client, account, first_name="<b>Ava", last_name="</b>")
    assert "&lt;b&gt;Ava &lt;/b&gt; is asked" in page(client)


def test_who_may_only_look_is_offered_no_way_to_ask_and_nothing_to_set_up(account: Account, viewer: User) -> None:
    content = page(viewer)
    assert ASK not in content
    assert reverse("admin:reviews_importjob_add") not in content
    assert "Set up" not in content
    assert "Needs you" in content


# --- What it says -----------------------------------------------------------------------------------


def test_the_own_business_alone_is_told_of(
    account: Account, other_account: Account, owner: User, stranger: User
) -> None:
    asked(account, timezone.now(), person=Person(first_name="Quagga", email="q@example.com"))
    message = Delivery.objects.get()
    actions.record_feedback(delivery=message, rating=1, text="Terrible <i>.", now=timezone.now())
    content = page(owner)
    assert content.count("Quagga gave 1 star. “Terrible &lt;i&gt;.”") >= 2  # it needs somebody, and it happened
    assert "Quagga" not in page(stranger)


def test_nothing_waits(account: Account, owner: User) -> None:
    beat()
    assert "Nothing waits for you." in page(owner)


def test_a_missing_worker_is_said_to_the_operator_with_what_to_run(
    account: Account, owner: User, operator: User
) -> None:
    assert "Your operator has to start it" in page(owner)
    assert "Messages wait until manage.py worker runs." in page(operator)
    beat()
    assert "manage.py worker runs" not in page(operator)


def test_the_operator_of_all_sees_the_installation_and_chooses_a_business(
    account: Account, other_account: Account, operator: User
) -> None:
    asked(other_account, timezone.now(), person=Person(first_name="Quagga", email="q@example.com"))
    client = signed_in(operator)
    content = page(client)
    assert f'name="to" value="{other_account.pk}"' in content
    assert f'Quagga will be asked. <span class="rt-when">{other_account}</span>' in content
    assert "Set up the installation" in content
    assert 'class="rh-ask' not in content
    client.post("/admin/businesses/", {"to": str(account.pk)})
    assert "Quagga" not in page(client)


def test_staff_without_a_business_are_told_so(owner: User, account: Account) -> None:
    Membership.objects.all().delete()
    content = page(owner)
    assert "You work in no business yet" in content
    assert "Needs you" not in content


def test_sandbox_is_said_where_somebody_asks(account: Account, owner: User, settings: Any) -> None:
    assert "Sandbox." in page(owner)
    settings.SANDBOX = False
    assert "Sandbox." not in page(owner)


# --- It renews itself ---------------------------------------------------------------------------


def test_it_looks_again_while_a_message_moves(account: Account, owner: User) -> None:
    client = signed_in(owner)
    assert "hx-trigger" not in page(client)
    asked(account, timezone.now())
    Delivery.objects.update(due_at=timezone.now())
    assert 'hx-trigger="load delay:3s, every 10s"' in page(client)
    Delivery.objects.update(due_at=timezone.now() + timedelta(hours=2))
    assert "hx-trigger" not in page(client)


def test_the_same_page_is_answered_with_304_until_something_happens(account: Account, owner: User) -> None:
    client = signed_in(owner)
    asked(account, timezone.now())
    first = client.get(LIVE, {"of": str(account.pk)})
    assert first.status_code == 200
    assert "<html" not in first.content.decode()

    def again() -> Any:
        return client.get(LIVE, {"of": str(account.pk)}, headers={"If-None-Match": first["ETag"]})

    # The minute is in the tag; where it turned between the two calls, the second is compared with its own.
    assert again().status_code in (200, 304)
    first = again() if again().status_code == 200 else first
    assert again().status_code == 304
    InboxItem.objects.create(account=account, kind="feedback", stars=1, created_at=timezone.now())
    answer = again()
    assert answer.status_code == 200
    assert "gave 1 star" in answer.content.decode()


def test_the_page_of_another_business_is_left_as_it_is(
    account: Account, other_account: Account, owner: User, operator: User
) -> None:
    assert signed_in(owner).get(LIVE, {"of": str(other_account.pk)}).status_code == 204
    assert signed_in(owner).get(LIVE, {"of": str(uuid4())}).status_code == 204
    assert signed_in(owner).get(LIVE, {"of": "\0"}).status_code == 204
    assert signed_in(operator).get(LIVE).status_code == 200  # all of them
    assert signed_in(owner).post(LIVE).status_code == 405
    assert Client().get(LIVE).status_code == 302


# --- Setting up ---------------------------------------------------------------------------------


def steps(content: str) -> list[bool]:
    """Return for each step of the business whether it is done."""
    shown = content.partition("set-up-heading")[2].partition("</section>")[0]
    return [
        part.startswith(' class="rt-done"')
        for part in shown.split("<li")[1:]
        if not part.startswith(' class="rt-test"')
    ]


def test_each_step_is_ticked_by_how_things_stand(account: Account, owner: User, stranger: User) -> None:
    account.review_sites.all().delete()
    client = signed_in(owner)
    assert steps(page(client)) == [True, False, False, False, False, False, False]
    account.review_sites.create(name="Kelp", url="https://kelp.example/r")
    account.reply_to, account.colour = "desk@riverside.example", "#336699"
    account.save()
    Membership.objects.create(account=account, user=stranger, role="viewer")
    assert steps(page(client)) == [True, True, True, True, False, False, True]
    asked(account, timezone.now())
    assert "Set up Riverside Dental" not in page(client)  # all is done


def test_the_list_is_shown_to_nobody_once_it_was_hidden(account: Account, owner: User, viewer: User) -> None:
    client = signed_in(owner)
    hide = reverse("today-hide-set-up")
    assert hide in page(client)
    assert client.get(hide).status_code == 405
    assert signed_in(viewer).post(hide).status_code == 403
    assert client.post(hide).status_code == 302
    assert hide not in page(client)
    account.refresh_from_db()
    assert account.hides_set_up


def test_a_stranger_hides_nothing_of_this_business(account: Account, other_account: Account, stranger: User) -> None:
    assert signed_in(stranger).post(reverse("today-hide-set-up"), {"business": str(account.pk)}).status_code == 404
    account.refresh_from_db()
    assert not account.hides_set_up


def test_the_installation_is_the_operators_to_set_up_or_to_hide(
    account: Account, owner: User, operator: User, settings: Any
) -> None:
    hide = reverse("today-hide-installation")
    assert "Set up the installation" not in page(owner)
    assert signed_in(owner).post(hide).status_code == 403
    client = signed_in(operator)
    assert "set EMAIL_URL" in page(client)
    assert client.post(hide).status_code == 302
    assert "Set up the installation" not in page(client)


def test_the_first_message_opens_in_the_sandbox_where_it_is_sent(account: Account, owner: User, viewer: User) -> None:
    send = reverse("today-first-message")
    client = signed_in(owner)
    part = client.post(send, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "How did we do, " in part
    assert "<iframe" in part
    assert "Reply STOP to opt out" in part
    whole = client.post(send).content.decode()  # without a script
    assert "<iframe" in whole
    assert "Ask a customer" in whole
    assert not Delivery.objects.exists()
    assert not Contact.objects.exists()
    assert signed_in(viewer).post(send).status_code == 403
    assert client.get(send).status_code == 405


def test_too_many_tests_are_refused_in_words(account: Account, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reviews.admin.sequence_editor.TESTS_PER_HOUR", 0)
    part = signed_in(owner).post(reverse("today-first-message"), headers={"HX-Request": "true"}).content.decode()
    assert "tests an hour" in part
    assert "<iframe" not in part


# --- The cost -----------------------------------------------------------------------------------


def test_the_page_costs_few_queries_however_much_waits(
    account: Account, owner: User, operator: User, now: datetime, django_assert_max_num_queries: Any
) -> None:
    for number in range(4):
        asked(account, timezone.now(), person=Person(first_name=f"N{number}", email=f"n{number}@example.com"))
    for message in Delivery.objects.all():
        actions.record_feedback(delivery=message, rating=1, text="No.", now=timezone.now())
    for user in (owner, operator):
        client = signed_in(user)
        client.get("/admin/")
        with django_assert_max_num_queries(15):
            client.get("/admin/")


def test_the_sandbox_leads_its_owners_to_examples(
    account: Account, owner: User, viewer: User, settings: Any, now: datetime
) -> None:
    settings.SANDBOX = True
    assert f'href="{reverse("examples")}">Fill with examples' in signed_in(owner).get("/admin/").content.decode()
    assert reverse("examples") not in signed_in(viewer).get("/admin/").content.decode()
    asked(account, now)
    assert f'href="{reverse("examples")}">Examples' in signed_in(owner).get("/admin/").content.decode()
    settings.SANDBOX = False
    assert reverse("examples") not in signed_in(owner).get("/admin/").content.decode()
