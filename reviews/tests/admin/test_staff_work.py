"""What staff do in the back-office."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from oauth.models import Account, ApiKey, Application, Membership, User
from oauth.tests.flow import signed_in
from reviews.contacts.suppressions import suppress
from reviews.models import (
    Contact,
    Delivery,
    DeliveryEvent,
    Feedback,
    MergeCandidate,
    ReviewRequest,
    Sequence,
    Suppression,
    WorkerBeat,
)
from reviews.pages import actions
from reviews.requests.matching import Person
from reviews.tests.support.helpers import asked

pytestmark = pytest.mark.django_db


# --- Asking, cancelling, keys -----------------------------------------------------------------------


def ask_form(account: Account, **changed: str) -> dict[str, str]:
    return {
        "account": str(account.pk),
        "first_name": "Jane",
        "last_name": "",
        "email": "jane@example.com",
        "phone": "(212) 555-1234",
        "company_name": "",
        "delay_hours": "0",
        "channel": "auto",
        "sequence": "",
    } | changed


def test_staff_ask_a_customer_by_the_same_rules_as_the_api(account: Account, owner: User) -> None:
    client = signed_in(owner)
    response = client.post(reverse("admin:reviews_reviewrequest_add"), ask_form(account), follow=True)
    assert "Review request scheduled for jane@example.com" in response.content.decode()
    assert "added successfully" not in response.content.decode()
    request = ReviewRequest.objects.get()
    assert (request.source, request.contact.phone) == ("staff", "+12125551234")
    assert Delivery.objects.get().status == "planned"
    again = client.post(reverse("admin:reviews_reviewrequest_add"), ask_form(account), follow=True)
    assert "has an open review request already" in again.content.decode()
    assert ReviewRequest.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"email": "", "phone": ""}, "Give an e-mail address or a mobile number"),
        ({"phone": "12"}, "too few or too many digits"),
        ({"phone": "", "channel": "sms"}, "This contact has none"),
        ({"delay_hours": "9000"}, "less than or equal to 8760"),
    ],
)
def test_what_cannot_be_asked_is_said_in_the_form(
    account: Account, owner: User, changed: dict[str, str], words: str
) -> None:
    response = signed_in(owner).post(reverse("admin:reviews_reviewrequest_add"), ask_form(account, **changed))
    assert response.status_code == 200
    assert words in response.content.decode()
    assert not Contact.objects.exists()


def test_cancelling_counts_what_had_ended(account: Account, owner: User, now: datetime) -> None:
    client = signed_in(owner)
    first, second = asked(account, now), asked(account, now, person=Person(email="b@example.com"))
    for _ in range(2):
        response = client.post(
            reverse("admin:reviews_reviewrequest_changelist"),
            {"action": "cancel", "_selected_action": [str(first.pk), str(second.pk)]},
            follow=True,
        )
    assert "Cancelled: 0. Had ended already, or are not yours to cancel: 2." in response.content.decode()
    assert set(ReviewRequest.objects.values_list("status", flat=True)) == {"cancelled"}


def test_a_request_is_cancelled_from_its_page_after_a_question(account: Account, owner: User, now: datetime) -> None:
    client, request = signed_in(owner), asked(account, now)
    page = reverse("admin:reviews_reviewrequest_change", args=[request.pk])
    address = reverse("admin:reviews_reviewrequest_cancel_this", args=[request.pk])
    assert address in client.get(page).content.decode()
    assert "Cancel the request to Jane Smith?" in client.get(address).content.decode()
    assert Delivery.objects.get().status == "planned"  # asking changes nothing
    content = client.post(address, follow=True).content.decode()
    request.refresh_from_db()
    assert (request.status, request.reason) == ("cancelled", f"Cancelled by {owner}.")
    assert Delivery.objects.get().status == "cancelled"
    assert "no more messages leave" in content
    assert address not in content  # it has ended
    assert client.post(address).status_code == 403


def test_nobody_but_its_people_cancels_a_request_from_its_page(
    account: Account, viewer: User, stranger: User, now: datetime
) -> None:
    request = asked(account, now)
    address = reverse("admin:reviews_reviewrequest_cancel_this", args=[request.pk])
    for user, status in ((viewer, 403), (stranger, 404)):
        for answer in (signed_in(user).get(address), signed_in(user).post(address)):
            assert answer.status_code == status
            assert "Jane" not in answer.content.decode()
    request.refresh_from_db()
    assert request.status == "scheduled"


def test_a_request_is_shown_with_the_very_message(account: Account, owner: User, now: datetime) -> None:
    request = asked(account, now)
    Delivery.objects.update(status="sent", sandbox=True, subject="How did we do?", text="Hi Jane, it is us")
    content = signed_in(owner).get(reverse("admin:reviews_reviewrequest_change", args=[request.pk])).content.decode()
    assert "Hi Jane, it is us" in content
    assert "Sandbox: never left" in content


def test_a_new_key_is_shown_once_and_works(account: Account, owner: User, client: Client) -> None:
    form = {"account": str(account.pk), "name": "Zapier", "scopes": ["read"], "expires_at_0": "", "expires_at_1": ""}
    page = signed_in(owner).post(reverse("admin:oauth_apikey_add"), form, follow=True).content.decode()
    found = re.search(r"rh_[A-Za-z0-9_-]{43}", page)
    assert found
    response = client.get("/api/v1/status", headers={"Authorization": f"Bearer {found[0]}"})
    assert response.json()["scopes"] == ["read"]
    later = signed_in(owner).get(reverse("admin:oauth_apikey_change", args=[ApiKey.objects.get().pk])).content.decode()
    assert found[0] not in later
    assert ApiKey.objects.get().key_hash not in later


def test_a_revoked_key_is_dead(account: Account, owner: User, now: datetime) -> None:
    key = ApiKey.objects.create(account=account, user=owner, name="k", prefix="rh_x", key_hash="0" * 64)
    form = {"action": "revoke", "_selected_action": [str(key.pk)]}
    signed_in(owner).post(reverse("admin:oauth_apikey_changelist"), form)
    assert not ApiKey.objects.live(timezone.now()).exists()


def test_an_operator_makes_a_key_for_the_owner(account: Account, owner: User, operator: User) -> None:
    form = {"account": str(account.pk), "name": "k", "scopes": ["read"]}
    signed_in(operator).post(reverse("admin:oauth_apikey_add"), form)
    assert ApiKey.objects.get().user == owner


def test_a_new_app_gets_a_secret_that_is_shown_once(operator: User) -> None:
    form = {
        "name": "Zapier",
        "client_type": "confidential",
        "redirect_uris": "https://zapier.example/cb",
        "is_active": "on",
    }
    page = signed_in(operator).post(reverse("admin:oauth_application_add"), form).content.decode()
    found = re.search(r"rhs_[\w-]{43}", page)
    application = Application.objects.get()
    assert found
    assert application.client_id in page
    assert found[0] not in application.client_secret
    from django.contrib.auth.hashers import check_password

    assert check_password(found[0], application.client_secret)


# --- Cost -------------------------------------------------------------------------------------------


LISTS = ["reviewrequest", "contact", "delivery", "feedback", "suppression", "deliveryevent", "mergecandidate"]


@pytest.mark.parametrize("model", LISTS)
def test_a_list_costs_no_query_for_a_row(
    account: Account, owner: User, operator: User, now: datetime, model: str, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        request = asked(account, now, person=Person(email=f"c{number}@example.com"))
        delivery = Delivery.objects.get(request=request)
        actions.record_feedback(delivery=delivery, rating=3, text="so so", now=now)
        other = Contact.objects.create(account=account, phone=f"+1212555{number:04}")
        MergeCandidate.objects.create(account=account, by_email=request.contact, by_phone=other)
        DeliveryEvent.objects.create(
            account=account, delivery=delivery, provider="p", key=str(number), occurred_at=now, received_at=now
        )
        suppress(
            account=account,
            channel="email",
            address=f"c{number}@example.com",
            reason=Suppression.Reason.STAFF,
            evidence="",
            now=now,
        )
    for user in (owner, operator):
        client = signed_in(user)
        client.get("/admin/")
        with django_assert_max_num_queries(9):
            response = client.get(reverse(f"admin:reviews_{model}_changelist"))
        assert response.content.count(b"data-row") >= 20


def test_the_dashboard_counts_the_own_accounts_only(
    account: Account, other_account: Account, owner: User, stranger: User
) -> None:
    asked(account, timezone.now())
    asked(other_account, timezone.now())
    asked(other_account, timezone.now(), person=Person(email="b@example.com"))
    assert '<span class="rh-number">1</span>' in signed_in(owner).get("/admin/").content.decode()
    assert '<span class="rh-number">2</span>' in signed_in(stranger).get("/admin/").content.decode()


def test_the_sandbox_and_a_missing_worker_are_said(owner: User, operator: User, settings: Any) -> None:
    content = signed_in(owner).get("/admin/").content.decode()
    assert "Sandbox." in content
    assert "No worker." in content
    settings.SANDBOX = False
    WorkerBeat.objects.create(worker="w", started_at=timezone.now(), beat_at=timezone.now())
    content = signed_in(owner).get("/admin/").content.decode()
    assert "Sandbox." not in content
    assert "No worker." not in content
    assert "last heard of" not in content  # the machinery is the operator's
    assert "The worker was last heard of" in signed_in(operator).get("/admin/").content.decode()


def test_feedback_is_marked_as_handled(full: Account, owner: User) -> None:
    form = {"action": "mark_handled", "_selected_action": [str(Feedback.objects.get().pk)]}
    signed_in(owner).post(reverse("admin:reviews_feedback_changelist"), form)
    assert Feedback.objects.get().handled_at is not None


def test_a_member_of_two_accounts_sees_both(account: Account, other_account: Account, owner: User) -> None:
    Membership.objects.create(account=other_account, user=owner, role="viewer")
    asked(account, timezone.now())
    asked(other_account, timezone.now(), person=Person(email="b@example.com"))
    content = signed_in(owner).get(reverse("admin:reviews_contact_changelist")).content.decode()
    assert "jane@example.com" in content
    assert "b@example.com" in content
    theirs = Contact.objects.get(email="b@example.com")
    response = signed_in(owner).post(reverse("admin:reviews_contact_change", args=[theirs.pk]), {"first_name": "x"})
    assert response.status_code == 403  # a manager elsewhere is only a viewer here


# --- Accounts ---------------------------------------------------------------------------------------


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


# --- Contacts ---------------------------------------------------------------------------------------


def test_only_a_contact_who_was_never_asked_is_deleted(account: Account, owner: User, now: datetime) -> None:
    was_asked = asked(account, now).contact
    never = Contact.objects.create(account=account, email="b@example.com")
    for contact, status in ((was_asked, 403), (never, 302)):
        address = reverse("admin:reviews_contact_delete", args=[contact.pk])
        assert signed_in(owner).post(address, {"post": "yes"}).status_code == status
    form = {"action": "delete_selected", "_selected_action": [str(was_asked.pk)], "post": "yes"}
    signed_in(owner).post(reverse("admin:reviews_contact_changelist"), form)
    assert list(Contact.objects.all()) == [was_asked]


# --- Suppressions -----------------------------------------------------------------------------------


def test_an_address_is_suppressed_in_the_form_that_requests_have(account: Account, owner: User, now: datetime) -> None:
    request = asked(account, now)
    client = signed_in(owner)
    for channel, address in (("email", " JANE@example.com"), ("sms", "(212) 555-1234")):
        form = {"account": str(account.pk), "channel": channel, "address": address, "evidence": ""}
        assert client.post(reverse("admin:reviews_suppression_add"), form).status_code == 302
    assert set(Suppression.objects.values_list("address", flat=True)) == {"jane@example.com", "+12125551234"}
    request.refresh_from_db()
    assert request.status == "suppressed"


@pytest.mark.parametrize(("channel", "address"), [("email", "not an address"), ("sms", "12"), ("email", " ")])
def test_what_is_no_address_is_not_suppressed(account: Account, owner: User, channel: str, address: str) -> None:
    form = {"account": str(account.pk), "channel": channel, "address": address, "evidence": ""}
    assert signed_in(owner).post(reverse("admin:reviews_suppression_add"), form).status_code == 200
    assert not Suppression.objects.exists()


def test_an_address_is_allowed_again_for_a_reason_that_is_kept(full: Account, owner: User) -> None:
    client = signed_in(owner)
    address = reverse("admin:reviews_suppression_changelist")
    form = {"action": "lift", "_selected_action": [str(Suppression.objects.get().pk)]}
    for asking in (form, form | {"because": " "}):
        page = client.post(address, asking).content.decode()
        assert "zebedee@example.com" in page
        assert 'name="because"' in page
        assert Suppression.objects.active().exists()
    page = client.post(address, form | {"because": "Asked for it by phone"}, follow=True).content.decode()
    assert "Lifted: 1." in page
    assert Suppression.objects.get().lifted_because == f"Asked for it by phone ({owner})"


# --- Lists ------------------------------------------------------------------------------------------


def test_times_are_those_of_the_account(account: Account, owner: User, operator: User) -> None:
    asked(account, datetime(2026, 3, 3, 15, 0, tzinfo=UTC))
    for user, shown, zone in ((owner, "3 Mar 2026, 10:00", "America/New_York"), (operator, "3 Mar 2026, 15:00", "UTC")):
        content = signed_in(user).get(reverse("admin:reviews_reviewrequest_changelist")).content.decode()
        assert shown in content
        assert f"Times are in the zone {zone}." in content


def test_accounts_in_different_zones_are_shown_in_utc(account: Account, other_account: Account, owner: User) -> None:
    Account.objects.filter(pk=other_account.pk).update(time_zone="Europe/London")
    Membership.objects.create(account=other_account, user=owner, role="viewer")
    assert "Times are in the zone UTC." in signed_in(owner).get("/admin/").content.decode()


def test_who_has_several_accounts_can_tell_their_rows_apart(
    account: Account, other_account: Account, owner: User, viewer: User, now: datetime
) -> None:
    Membership.objects.create(account=other_account, user=owner, role="viewer")
    asked(account, now)
    asked(other_account, now, person=Person(email="b@example.com", first_name="Bert"))
    address = reverse("admin:reviews_reviewrequest_changelist")
    both = signed_in(owner).get(address).content.decode()
    assert both.count("field-account") == 2
    assert f"?account={other_account.pk}" in both
    one = signed_in(owner).get(f"{address}?account={other_account.pk}").content.decode()
    assert "Bert" in one
    assert "Jane Smith" not in one
    single = signed_in(viewer).get(address).content.decode()
    assert "field-account" not in single
    assert "?account=" not in single


def test_requests_are_filtered_by_sequence(account: Account, owner: User, now: datetime) -> None:
    asked(account, now)
    other = Sequence.objects.create(account=account, name="Short", slug="short")
    other.steps.create(position=0, email_subject="s", email_text="{{ link }}", sms_text="{{ link }}")
    asked(account, now, person=Person(email="b@example.com", first_name="Bert"), sequence="short")
    content = signed_in(owner).get(reverse("admin:reviews_reviewrequest_changelist"), {"sequence": other.pk}).content
    assert b"Bert" in content
    assert b"Jane Smith" not in content


@pytest.mark.parametrize("choice", ["account", "sequence"])
def test_a_filter_knows_only_what_it_offers(
    account: Account, other_account: Account, owner: User, now: datetime, choice: str
) -> None:
    asked(account, now)
    foreign = other_account.pk if choice == "account" else Sequence.objects.get(account=other_account).pk
    for value in (foreign, "no id", "\0"):
        response = signed_in(owner).get(reverse("admin:reviews_reviewrequest_changelist"), {choice: str(value)})
        content = response.content.decode() if response.status_code == 200 else ""
        assert "Harbour Garage" not in content
        assert response.status_code in (200, 302)


def test_a_long_list_is_counted_to_its_bound_and_not_acted_on_beyond(
    account: Account, owner: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reviewhub.backoffice.changelist.MOST_COUNTED", 2)
    requests = [asked(account, now, person=Person(email=f"c{number}@example.com")) for number in range(3)]
    client, address = signed_in(owner), reverse("admin:reviews_reviewrequest_changelist")
    assert "2 review requests" in client.get(address).content.decode()
    form = {"action": "cancel", "select_across": "1", "_selected_action": [str(requests[0].pk)]}
    assert "filter the list first" in client.post(address, form, follow=True).content.decode()
    assert ReviewRequest.objects.filter(status="scheduled").count() == 3
    client.post(f"{address}?q=c1%40example.com", form)
    assert ReviewRequest.objects.filter(status="scheduled").count() == 2
