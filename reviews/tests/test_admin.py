import re
from datetime import datetime
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from oauth.models import Account, ApiKey, Application, Membership, User
from reviews import visits
from reviews.contacts import Person
from reviews.models import (
    ChannelHealth,
    Contact,
    Delivery,
    DeliveryEvent,
    Feedback,
    FollowUpStep,
    IdempotencyKey,
    MergeCandidate,
    ReviewRequest,
    Sequence,
    Suppression,
    WorkerBeat,
)
from reviews.suppressions import suppress
from reviews.tests.helpers import asked

pytestmark = pytest.mark.django_db

SECRET_WORDS = ("Zebedee", "zebedee@example.com", "Quagga")
OPERATORS_ONLY = {
    "oauth.user",
    "oauth.membership",
    "oauth.application",
    "oauth.accesstoken",
    "oauth.refreshtoken",
    "oauth.grant",
    "oauth.idtoken",
    "reviews.workerbeat",
    "reviews.channelhealth",
    "reviews.idempotencykey",
    "django_q.ormq",
    "django_q.schedule",
    "django_q.success",
    "django_q.failure",
    "django_q.task",
}


@pytest.fixture
def full(account: Account, owner: User, now: datetime) -> Account:
    """The account with a row of everything, each with a word that a stranger would recognise."""
    Account.objects.filter(pk=account.pk).update(name="Quagga Dental")
    request = asked(account, now, person=Person(first_name="Zebedee", email="zebedee@example.com"))
    other = Contact.objects.create(account=account, first_name="Zebedee", phone="+12125550009")
    MergeCandidate.objects.create(account=account, by_email=request.contact, by_phone=other)
    delivery = Delivery.objects.get()
    DeliveryEvent.objects.create(
        account=account, delivery=delivery, provider="Quagga", key="1", occurred_at=now, received_at=now
    )
    visits.record_feedback(delivery=delivery, rating=2, text="Zebedee was here", now=now)
    suppress(
        account=account,
        channel="email",
        address="zebedee@example.com",
        reason=Suppression.Reason.STAFF,
        evidence="Quagga",
        now=now,
    )
    ApiKey.objects.create(account=account, user=owner, name="Quagga key", prefix="rh_x", key_hash="0" * 64)
    IdempotencyKey.objects.create(account=account, key="Quagga", fingerprint="", created_at=now)
    WorkerBeat.objects.create(worker="Quagga:1", started_at=now, beat_at=now)
    ChannelHealth.objects.create(channel="email")
    Sequence.objects.filter(account=account).update(name="Quagga sequence")
    account.review_sites.update(name="Quagga site")
    Application.objects.create(
        name="Quagga app",
        client_type="confidential",
        authorization_grant_type="authorization-code",
        redirect_uris="https://app.example/cb",
    )
    account.refresh_from_db()
    return account


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def pages() -> list[Any]:
    return sorted(admin.site._registry.values(), key=lambda page: page.opts.label_lower)


def addresses(page: Any) -> list[str]:
    name = f"admin:{page.opts.app_label}_{page.opts.model_name}"
    found = [reverse(f"{name}_changelist"), reverse(f"{name}_changelist") + "?q=zeb", reverse(f"{name}_add")]
    for row in page.model._default_manager.all()[:5]:
        found += [reverse(f"{name}_{view}", args=[row.pk]) for view in ("change", "history", "delete")]
    return found


def test_every_model_of_ours_has_a_page() -> None:
    from django.apps import apps

    ours = {model for app in ("oauth", "reviews") for model in apps.get_app_config(app).get_models()}
    inline = {FollowUpStep}  # on the page of its sequence
    assert ours - set(admin.site._registry) == inline


def test_the_operator_can_open_every_page(full: Account, operator: User) -> None:
    client = signed_in(operator)
    for page in pages():
        for address in addresses(page):
            assert client.get(address).status_code in (200, 403), address
    assert client.get("/admin/").status_code == 200


def test_a_stranger_sees_nothing_of_another_account_anywhere(full: Account, stranger: User) -> None:
    client = signed_in(stranger)
    for page in pages():
        for address in ["/admin/", *addresses(page)]:
            response = client.get(address, follow=True)
            content = response.content.decode()
            assert not [word for word in SECRET_WORDS if word in content], (address, response.status_code)


def test_a_stranger_changes_nothing_of_another_account(full: Account, stranger: User) -> None:
    client = signed_in(stranger)
    contact, sequence = Contact.objects.filter(account=full).first(), Sequence.objects.get(account=full)
    assert contact is not None
    client.post(reverse("admin:reviews_contact_change", args=[contact.pk]), {"first_name": "Eve"})
    client.post(reverse("admin:reviews_contact_delete", args=[contact.pk]), {"post": "yes"})
    client.post(reverse("admin:oauth_account_change", args=[full.pk]), {"name": "Eve"})
    contact.refresh_from_db()
    full.refresh_from_db()
    assert (contact.first_name, full.name) == ("Zebedee", "Quagga Dental")
    form = {
        "account": str(full.pk),
        "first_name": "Eve",
        "email": "eve@example.com",
        "delay_hours": "0",
        "channel": "auto",
        "sequence": str(sequence.pk),
    }
    response = client.post(reverse("admin:reviews_reviewrequest_add"), form)
    assert response.status_code == 200  # the form again: that account is no choice
    assert not Contact.objects.filter(first_name="Eve").exists()


def test_actions_reach_only_rows_of_the_own_account(full: Account, stranger: User, now: datetime) -> None:
    request = asked(full, now, person=Person(email="second@example.com"))
    suppression = Suppression.objects.get()
    client = signed_in(stranger)
    for model, action, pk in (("reviewrequest", "cancel", request.pk), ("suppression", "lift", suppression.pk)):
        client.post(
            reverse(f"admin:reviews_{model}_changelist"), {"action": action, "_selected_action": [str(pk)]}, follow=True
        )
    request.refresh_from_db()
    suppression.refresh_from_db()
    assert (request.status, suppression.lifted_at) == ("scheduled", None)


def test_staff_of_an_account_see_their_rows_and_not_the_machinery(full: Account, owner: User) -> None:
    client = signed_in(owner)
    for page in pages():
        response = client.get(addresses(page)[0])
        expected = 403 if page.opts.label_lower in OPERATORS_ONLY else 200
        assert response.status_code == expected, page.opts.label
    content = client.get(reverse("admin:reviews_contact_changelist")).content.decode()
    assert "zebedee@example.com" in content
    menu = client.get("/admin/").content.decode()
    assert "Review requests" in menu
    assert "Idempotency keys" not in menu


def test_a_viewer_looks_and_changes_nothing(full: Account, viewer: User) -> None:
    client = signed_in(viewer)
    contact = Contact.objects.filter(account=full).first()
    assert contact is not None
    assert client.get(reverse("admin:reviews_contact_change", args=[contact.pk])).status_code == 200
    assert client.post(reverse("admin:reviews_contact_change", args=[contact.pk]), {}).status_code == 403
    for model in ("contact", "reviewrequest", "suppression", "sequence", "reviewsite"):
        assert client.get(reverse(f"admin:reviews_{model}_add")).status_code == 403
    assert client.get(reverse("admin:oauth_apikey_add")).status_code == 403


def test_a_person_without_an_account_sees_an_empty_office(full: Account) -> None:
    nobody = User.objects.create_user("nobody@example.com", "correct horse", is_staff=True)
    client = signed_in(nobody)
    assert client.get(reverse("admin:reviews_contact_changelist")).status_code == 403
    assert "Zebedee" not in client.get("/admin/").content.decode()


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


def test_a_request_is_shown_with_the_very_message(account: Account, owner: User, now: datetime) -> None:
    request = asked(account, now)
    Delivery.objects.update(status="sent", sandbox=True, subject="How did we do?", text="Hi Jane, it is us")
    content = signed_in(owner).get(reverse("admin:reviews_reviewrequest_change", args=[request.pk])).content.decode()
    assert "Hi Jane, it is us" in content
    assert "in the sandbox" in content


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
    page = signed_in(operator).post(reverse("admin:oauth_application_add"), form, follow=True).content.decode()
    found = re.search(r"The client secret is (\S+)\. Copy", page)
    application = Application.objects.get()
    assert found
    assert found[1] not in application.client_secret
    from django.contrib.auth.hashers import check_password

    assert check_password(found[1], application.client_secret)


# --- Sequences --------------------------------------------------------------------------------------


def sequence_form(sequence: Sequence, **changed: str) -> dict[str, str]:
    form = {"account": str(sequence.account_id), "name": "Standard", "slug": "standard", "is_default": "on"}
    steps = list(sequence.steps.all())
    form |= {"steps-TOTAL_FORMS": str(len(steps)), "steps-INITIAL_FORMS": str(len(steps))}
    for number, step in enumerate(steps):
        for name in ("id", "position", "delay_hours", "channel", "email_subject", "email_text", "sms_text"):
            form[f"steps-{number}-{name}"] = str(getattr(step, name))
        form[f"steps-{number}-sequence"] = str(sequence.pk)
    return form | changed


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"steps-0-email_text": "Hi {{ nobody }} {{ link }}"}, "There is no variable nobody"),
        ({"steps-0-email_text": "Hi there"}, "The text must hold {{ link }}"),
        ({"steps-0-sms_text": "{{ business_name }} {{ link }}"}, "must say how to opt out"),
        ({"steps-0-sms_text": "Hi {{ link }} STOP"}, "must name the business"),
        ({"steps-1-sms_text": "{{ link"}, "cannot be read"),
    ],
)
def test_a_text_that_could_not_be_sent_is_not_saved(
    account: Account, owner: User, changed: dict[str, str], words: str
) -> None:
    sequence = Sequence.objects.get(account=account)
    address = reverse("admin:reviews_sequence_change", args=[sequence.pk])
    response = signed_in(owner).post(address, sequence_form(sequence, **changed))
    assert response.status_code == 200
    assert words in response.content.decode()


def test_a_sound_text_is_saved(account: Account, owner: User) -> None:
    sequence = Sequence.objects.get(account=account)
    address = reverse("admin:reviews_sequence_change", args=[sequence.pk])
    text = "{{ business_name }}: how was it? {{ link }} Reply STOP to opt out."
    response = signed_in(owner).post(address, sequence_form(sequence, **{"steps-0-sms_text": text}))
    assert response.status_code == 302
    assert sequence.steps.get(position=0).sms_text == text


# --- Cost -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["reviewrequest", "contact", "delivery", "feedback", "suppression"])
def test_a_list_costs_the_same_for_one_row_and_for_many(
    account: Account, owner: User, now: datetime, model: str, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        request = asked(account, now, person=Person(email=f"c{number}@example.com"))
        delivery = Delivery.objects.get(request=request)
        visits.record_feedback(delivery=delivery, rating=3, text="so so", now=now)
        suppress(
            account=account,
            channel="email",
            address=f"c{number}@example.com",
            reason=Suppression.Reason.STAFF,
            evidence="",
            now=now,
        )
    client = signed_in(owner)
    client.get("/admin/")
    with django_assert_max_num_queries(8):
        client.get(reverse(f"admin:reviews_{model}_changelist"))


def test_the_dashboard_counts_the_own_accounts_only(
    account: Account, other_account: Account, owner: User, stranger: User
) -> None:
    asked(account, timezone.now())
    asked(other_account, timezone.now())
    asked(other_account, timezone.now(), person=Person(email="b@example.com"))
    assert '<span class="rh-number">1</span>' in signed_in(owner).get("/admin/").content.decode()
    assert '<span class="rh-number">2</span>' in signed_in(stranger).get("/admin/").content.decode()


def test_the_sandbox_and_a_missing_worker_are_said(owner: User, settings: Any) -> None:
    content = signed_in(owner).get("/admin/").content.decode()
    assert "Sandbox." in content
    assert "No worker." in content
    settings.SANDBOX = False
    WorkerBeat.objects.create(worker="w", started_at=timezone.now(), beat_at=timezone.now())
    content = signed_in(owner).get("/admin/").content.decode()
    assert "Sandbox." not in content
    assert "No worker." not in content


def test_feedback_is_marked_as_handled(full: Account, owner: User) -> None:
    form = {"action": "handled", "_selected_action": [str(Feedback.objects.get().pk)]}
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
