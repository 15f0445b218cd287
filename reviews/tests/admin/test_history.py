"""Versions, who changed what: on accounts and their people, sequences and their steps, review sites, suppressions."""

from datetime import datetime, timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from oauth.models import Account, Application, Membership, User
from oauth.tests.flow import signed_in
from reviews.contacts import erase, suppressions
from reviews.models import ReviewSite, Sequence, Suppression
from reviews.tests.admin.settings.test_business import form as business_form
from reviews.tests.admin.settings.test_page import form as page_form
from reviews.tests.admin.test_sequences import sequence_form
from reviews.tests.support.helpers import asked, post

pytestmark = pytest.mark.django_db


def history(client: Client, model: str, key: Any) -> str:
    response = client.get(reverse(f"admin:{model}_history", args=[key]))
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def change(before: str, after: str) -> str:
    return f'<del data-label="Before">{before}</del> <ins data-label="After">{after}</ins>'


def test_a_change_of_an_account_names_person_time_and_both_values(account: Account, owner: User) -> None:
    client = signed_in(owner)
    client.post(reverse("settings-business"), business_form(account, cooldown_days="30", country="CA"))
    client.post(reverse("settings-page"), page_form(account, language="de"))
    page = history(client, "oauth_account", account.pk)
    assert "Changed: Riverside Dental" in page
    assert f"by {owner}" in page
    assert f'<p>Cooldown days</p> <div class="rh-change"> {change("90", "30")}' in page
    assert change("en", "de") in page


def test_who_came_and_went_is_told_on_the_accounts_page(account: Account, owner: User, operator: User) -> None:
    client = signed_in(operator)
    bob = User.objects.create_user("bob@example.com")
    given = {"account": str(account.pk), "user": str(bob.pk), "role": "viewer"}
    client.post(reverse("admin:oauth_membership_add"), given)
    membership = Membership.objects.get(user=bob)
    client.post(reverse("admin:oauth_membership_change", args=[membership.pk]), given | {"role": "manager"})
    client.post(reverse("admin:oauth_membership_delete", args=[membership.pk]), {"post": "yes"})
    page = history(signed_in(owner), "oauth_account", account.pk)
    assert "Made: bob@example.com" in page
    assert change("Viewer", "Manager") in page
    assert "Removed: bob@example.com" in page


def test_the_texts_of_a_sequence_are_told_before_and_after(account: Account, owner: User) -> None:
    client, sequence = signed_in(owner), Sequence.objects.get(account=account)
    text = "{{ business_name }}: how was it? {{ link }} Reply STOP to opt out."
    old = sequence.steps.get(position=0).sms_text
    address = reverse("admin:reviews_sequence_change", args=[sequence.pk])
    client.post(address, sequence_form(sequence, **{"steps-0-sms_text": text}))
    page = history(client, "reviews_sequence", sequence.pk)
    assert change(old.replace("'", "&#x27;"), text) in page
    client.post(address, sequence_form(sequence, **{"steps-0-sms_text": text, "steps-2-DELETE": "on"}))
    assert "Removed: Standard, step 2" in history(client, "reviews_sequence", sequence.pk)


def test_steps_that_change_places_are_neither_removed_nor_made(account: Account, owner: User) -> None:
    client, sequence = signed_in(owner), Sequence.objects.get(account=account)
    swapped = sequence_form(sequence, **{"steps-1-position": "2", "steps-2-position": "1"})
    client.post(reverse("admin:reviews_sequence_change", args=[sequence.pk]), swapped)
    page = history(client, "reviews_sequence", sequence.pk)
    assert "Removed" not in page
    assert change("1", "2") in page
    assert change("2", "1") in page


def test_making_another_sequence_the_default_is_told(account: Account, owner: User) -> None:
    client, sequence = signed_in(owner), Sequence.objects.get(account=account)
    client.post(reverse("admin:reviews_sequence_copy", args=[sequence.pk]))
    copy = Sequence.objects.get(slug="standard-2")
    client.post(reverse("admin:reviews_sequence_make_default", args=[copy.pk]))
    assert change("yes", "no") in history(client, "reviews_sequence", sequence.pk)
    assert change("no", "yes") in history(client, "reviews_sequence", copy.pk)


def test_a_review_site_that_was_led_elsewhere_is_told(account: Account, owner: User) -> None:
    client, site = signed_in(owner), ReviewSite.objects.get(account=account)
    given = {"name": "Google", "url": "https://evil.example/x", "is_active": "on"}
    client.post(reverse("settings-sites-edit", args=[site.pk]), given)
    page = history(client, "reviews_reviewsite", site.pk)
    assert change("https://reviews.example/google", "https://evil.example/x") in page


def test_a_suppression_tells_its_own_story(account: Account, owner: User, now: datetime) -> None:
    client = signed_in(owner)
    given = {"account": str(account.pk), "channel": "email", "address": "jane@example.com", "evidence": "By phone"}
    client.post(reverse("admin:reviews_suppression_add"), given)
    first = Suppression.objects.get()
    suppressions.lift(suppression=first, because=f"Asked again ({owner})", now=now + timedelta(days=300))
    client.post(reverse("admin:reviews_suppression_add"), given)
    page = history(client, "reviews_suppression", first.pk)
    assert page.count("Must not be written to from here on: jane@example.com") == 2
    assert f"By phone (added by {owner})" in page
    assert f"Asked again ({owner})" in page


def test_the_history_of_an_erased_address_names_it_nowhere(account: Account, owner: User, now: datetime) -> None:
    request = asked(account, now)
    client = signed_in(owner)
    given = {"account": str(account.pk), "channel": "email", "address": "jane@example.com"}
    client.post(reverse("admin:reviews_suppression_add"), given)
    erase.erase(contact=request.contact, by="Ann", now=now)
    row = Suppression.objects.get(channel="email")
    client.get("/admin/")  # shows what was said about the adding
    assert "jane@example.com" not in history(client, "reviews_suppression", row.pk)


@pytest.mark.parametrize("model", ["oauth_account", "reviews_sequence", "reviews_reviewsite"])
def test_history_is_for_the_accounts_own_people(account: Account, viewer: User, stranger: User, model: str) -> None:
    keys = {
        "oauth_account": account.pk,
        "reviews_sequence": Sequence.objects.get(account=account).pk,
        "reviews_reviewsite": ReviewSite.objects.get(account=account).pk,
    }
    assert "Made: " in history(signed_in(viewer), model, keys[model])
    address = reverse(f"admin:{model}_history", args=[keys[model]])
    assert signed_in(stranger).get(address).status_code == 404
    assert signed_in(viewer).get(address.replace(str(keys[model]), "\x00")).status_code == 404


def test_asking_a_customer_keeps_no_versions(owner_api: Any, account: Account) -> None:
    def versions() -> list[int]:
        return [model.history.count() for model in (Account, Sequence, ReviewSite, Membership)]

    before = versions()
    assert post(owner_api, {"email": "jane@example.com"}).status_code == 201
    assert versions() == before


@pytest.mark.parametrize(
    ("step", "model"),
    [("oauth.migrations.0010_first_versions", Account), ("reviews.migrations.0014_first_versions", Sequence)],
)
def test_rows_from_before_have_a_first_version(account: Account, owner: User, step: str, model: Any) -> None:
    for each in (*apps.get_app_config("oauth").get_models(), *apps.get_app_config("reviews").get_models()):
        if hasattr(each, "instance_type"):
            each._default_manager.all().delete()
    import_module(step).keep(apps, SimpleNamespace())
    assert model.history.count() == model.objects.count() > 0
    row = model.objects.get()
    row.name = "Renamed"
    row.save()
    name = {Account: "oauth_account", Sequence: "reviews_sequence"}[model]
    page = history(signed_in(owner), name, row.pk)
    assert "Kept from here on" in page
    assert ">Renamed</ins>" in page


def test_a_page_without_versions_says_what_people_did(account: Account, operator: User) -> None:
    client = signed_in(operator)
    app = reverse("admin:oauth_application_add")
    client.post(app, {"name": "Zap", "client_type": "confidential", "redirect_uris": "https://zap.example/cb"})
    row = Application.objects.get(name="Zap")
    page = client.get(reverse("admin:oauth_application_history", args=[row.pk])).content.decode()
    assert "Added." in page
    assert f"by {operator}" in page
    LogEntry.objects.all().delete()
    page = client.get(reverse("admin:oauth_application_history", args=[row.pk])).content.decode()
    assert "Nobody has changed anything here by hand." in page
    assert "probably" not in page
