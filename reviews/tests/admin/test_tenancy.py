"""A walk over all pages of the back-office: each shows the rows of one's own accounts only."""

from datetime import datetime
from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse

from oauth.models import Account, ApiKey, Application, MemberMail, SignInLink, User, UserSession
from oauth.tests.flow import signed_in
from reviews.models import (
    Attempt,
    Contact,
    Delivery,
    Feedback,
    FollowUpStep,
    ImportRow,
    Logo,
    RequestAlias,
    Sequence,
    Simulation,
    Suppression,
    Telling,
)
from reviews.requests.matching import Person
from reviews.tests.support.helpers import asked

pytestmark = [pytest.mark.attack, pytest.mark.django_db]

SECRET_WORDS = ("Zebedee", "zebedee@example.com", "Quagga")
OPERATORS_ONLY = {
    "oauth.user",
    "oauth.membership",
    "oauth.application",
    "oauth.accesstoken",
    "oauth.refreshtoken",
    "oauth.grant",
    "oauth.idtoken",
    "oauth.apikey",
    "oauth.invitation",
    "reviews.workerbeat",
    "reviews.channelhealth",
    "reviews.purge",
    "reviews.restore",
    "reviews.trouble",
    "reviews.pause",
    "reviews.tally",
    "reviews.senderpace",
    "reviews.idempotencykey",
    "django_q.ormq",
    "django_q.schedule",
    "django_q.success",
    "django_q.failure",
    "django_q.task",
    "account.emailaddress",
    "mfa.authenticator",
}


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
    # On the page of what they belong to; in the inbox; on the simulator's own; on their person's own.
    elsewhere: set[Any] = {Attempt, Feedback, FollowUpStep, ImportRow, Logo, RequestAlias, Simulation, UserSession}
    elsewhere |= {MemberMail, Telling}  # whose mail is refused stands in the list of people; what waits, in the inbox
    elsewhere |= {SignInLink}  # a link is in one phone
    elsewhere |= {model for model in ours if hasattr(model, "instance_type")}  # versions: on the page of their history
    assert ours - set(admin.site._registry) == elsewhere


# What nobody adds by hand: the product, or a library of it, writes these rows itself.
NOT_ADDED = {
    "reviews.consent",
    "reviews.reviewsite",
    "oauth.apikey",
    "oauth.invitation",
    "oauth.accesstoken",
    "oauth.refreshtoken",
    "oauth.grant",
    "oauth.idtoken",
    "reviews.delivery",
    "reviews.deliveryevent",
    "reviews.event",
    "reviews.notice",
    "reviews.inboxitem",
    "reviews.mergecandidate",
    "reviews.workerbeat",
    "reviews.channelhealth",
    "reviews.purge",
    "reviews.restore",
    "reviews.trouble",
    "reviews.pause",
    "reviews.tally",
    "reviews.senderpace",
    "reviews.idempotencykey",
    "django_q.ormq",
    "django_q.schedule",
    "django_q.success",
    "django_q.failure",
    "account.emailaddress",
    "mfa.authenticator",
}
# Rows that stay as they are: looked at, moved on by actions.
NOT_CHANGED = NOT_ADDED - {"reviews.inboxitem"} | {
    "reviews.reviewrequest",
    "reviews.suppression",
}
SHARED = {page for page in NOT_CHANGED if page.startswith("django_q")}


@pytest.mark.postgres
def test_the_operator_can_open_every_page(full: Account, operator: User) -> None:
    client = signed_in(operator)
    opened = 0
    for page in pages():
        name, label = f"admin:{page.opts.app_label}_{page.opts.model_name}", page.opts.label_lower
        assert client.get(reverse(f"{name}_changelist")).status_code == 200, label
        assert client.get(reverse(f"{name}_changelist"), {"q": "zeb"}).status_code == 200, label
        assert client.get(reverse(f"{name}_add")).status_code == (403 if label in NOT_ADDED else 200), label
        for row in page.model._default_manager.all()[:5]:
            for view in ("change", "history"):
                assert client.get(reverse(f"{name}_{view}", args=[row.pk])).status_code == 200, (label, view)
                opened += 1
    assert opened > 30
    assert client.get("/admin/").status_code == 200


def test_rows_that_the_product_writes_are_not_written_by_hand(full: Account, operator: User, owner: User) -> None:
    seen = set()
    for page in pages():
        label = page.opts.label_lower
        if label not in NOT_CHANGED - SHARED:
            continue
        name = f"admin:{page.opts.app_label}_{page.opts.model_name}"
        for user in (operator, owner):
            client = signed_in(user)
            for row in page.model._default_manager.all()[:1]:
                seen.add(label)
                for view in ("change", "delete"):
                    answer = client.post(reverse(f"{name}_{view}", args=[row.pk]), {"post": "yes"})
                    assert answer.status_code == 403, (label, view)
            if label in NOT_ADDED:
                assert client.post(reverse(f"{name}_add"), {}).status_code == 403, label
    assert len(seen) > 8


def test_nothing_that_opens_a_door_is_shown(full: Account, operator: User) -> None:
    client = signed_in(operator)
    delivery, application, key = Delivery.objects.get(), Application.objects.get(), ApiKey.objects.get()
    secrets = (delivery.link_token, str(delivery.message_key), key.key_hash, application.client_secret)
    for page in pages():
        for address in addresses(page):
            content = client.get(address).content.decode()
            assert not [secret for secret in secrets if secret in content], address


@pytest.mark.parametrize("model", ["membership", "account"])
def test_nobody_looks_up_people_or_accounts_by_typing(full: Account, stranger: User, owner: User, model: str) -> None:
    question = {"app_label": "oauth", "model_name": "membership", "field_name": "user", "term": "owner@riverside"}
    if model == "account":
        question |= {"field_name": "account", "term": "Quagga"}
    answer = signed_in(stranger).get("/admin/autocomplete/", question)
    assert "riverside" not in answer.content.decode()
    assert "Quagga" not in answer.content.decode()
    assert answer.status_code in (200, 403)


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
    assert "Requests" in menu
    assert "Behind the scenes" not in menu
    assert "Idempotency keys" not in menu


def test_a_viewer_looks_and_changes_nothing(full: Account, viewer: User) -> None:
    client = signed_in(viewer)
    contact = Contact.objects.filter(account=full).first()
    assert contact is not None
    assert client.get(reverse("admin:reviews_contact_change", args=[contact.pk])).status_code == 200
    assert client.post(reverse("admin:reviews_contact_change", args=[contact.pk]), {}).status_code == 403
    for model in ("contact", "reviewrequest", "suppression", "sequence", "reviewsite"):
        assert client.get(reverse(f"admin:reviews_{model}_add")).status_code == 403
    assert client.get(reverse("settings-sites-add")).status_code == 403


def test_a_person_without_an_account_sees_an_empty_office(full: Account) -> None:
    nobody = User.objects.create_user("nobody@example.com", "correct horse", is_staff=True)
    client = signed_in(nobody)
    assert client.get(reverse("admin:reviews_contact_changelist")).status_code == 403
    assert "Zebedee" not in client.get("/admin/").content.decode()


# --- Addresses and forms that no page of ours makes ----------------------------------------------------


@pytest.mark.parametrize("query", ["?status__exact=%00", "?q=%00", "?source__exact=%00", "?account=%00", "?o=99&p=zz"])
def test_a_filter_that_nothing_can_match_shows_a_list(full: Account, owner: User, operator: User, query: str) -> None:
    for user in (owner, operator):
        for model in ("reviewrequest", "delivery", "suppression"):
            response = signed_in(user).get(reverse(f"admin:reviews_{model}_changelist") + query, follow=True)
            assert response.status_code == 200, model


@pytest.mark.parametrize("key", ["zz", "\0", ""])
def test_an_action_on_what_is_no_row_is_refused(full: Account, owner: User, key: str) -> None:
    form = {"action": "cancel", "_selected_action": [key]}
    response = signed_in(owner).post(reverse("admin:reviews_reviewrequest_changelist"), form)
    assert response.status_code == 400


def test_steps_of_a_foreign_sequence_are_out_of_reach(full: Account, other_account: Account, owner: User) -> None:
    mine, theirs = Sequence.objects.get(account=full), Sequence.objects.get(account=other_account)
    foreign = theirs.steps.get(position=0)
    form = {"name": "Mine", "slug": "mine", "steps-TOTAL_FORMS": "1", "steps-INITIAL_FORMS": "1"}
    form |= {"steps-0-id": str(foreign.pk), "steps-0-sequence": str(mine.pk), "steps-0-position": "3"}
    form |= {"steps-0-delay_hours": "0", "steps-0-channel": "auto", "steps-0-email_subject": "taken over"}
    form |= {"steps-0-email_text": "{{ link }}", "steps-0-sms_text": "{{ business_name }} {{ link }} STOP"}
    signed_in(owner).post(reverse("admin:reviews_sequence_change", args=[mine.pk]), form)
    foreign.refresh_from_db()
    assert (foreign.position, foreign.sequence) == (0, theirs)
    assert (mine.steps.count(), theirs.steps.count()) == (3, 3)
