"""Actions that are made from tables: each has its permission, its button, and a question before anything is done."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from oauth.models import Account, Membership, User
from oauth.tests.flow import signed_in
from reviewhub.backoffice.actions import Action, WithActions
from reviews.contacts import erase
from reviews.contacts.suppressions import suppress
from reviews.models import Contact, Delivery, Endpoint, MergeCandidate, ReviewRequest, Sequence, Suppression
from reviews.requests import holds, lifecycle
from reviews.requests.sequences import copy_sequence, make_default
from reviews.tests.support.helpers import JANE, asked
from reviews.webhooks import endpoints

pytestmark = pytest.mark.django_db

TABLES = {page.model: page.confirmed_actions for page in admin.site._registry.values() if isinstance(page, WithActions)}
CASES = [pytest.param(model, row, id=f"{model.__name__}-{row.name}") for model, rows in TABLES.items() for row in rows]
STAFF = Suppression.Reason.STAFF
ALWAYS = {"roll_secret", "copy", "merge_pair"}  # offered whatever state the row is in
each_action = pytest.mark.parametrize(("model", "action"), CASES)
SOMETIMES = [case for case in CASES if case.values[1].name not in ALWAYS]  # type: ignore[union-attr]


def offering(model: type[Any], name: str, account: Account, now: datetime) -> Any:
    """Make a row in a state in which the action is offered."""
    if model is Sequence:
        sequence = Sequence.objects.get(account=account)
        return copy_sequence(sequence) if name == "make_default" else sequence
    if model is Endpoint:
        endpoint, _ = endpoints.subscribe(account=account, url="https://hooks.example/a", names=[])
        if name == "retire_secret":
            endpoints.roll(endpoint)
        if name == "switch_on":
            endpoints.switch_off(endpoint, "")
        return Endpoint.objects.get()
    request = asked(account, now, delay=timedelta(hours=48))
    if model is MergeCandidate:
        other = Contact.objects.create(account=account, first_name="Bo", phone="+12125550178")
        return MergeCandidate.objects.create(account=account, by_email=request.contact, by_phone=other)
    if name == "retry":
        Delivery.objects.update(status="failed")
    if name == "take_back":
        lifecycle.cancel_request(request=request, now=timezone.now(), reason="Cancelled by Ann.")
    if name == "ask_again":
        lifecycle.cancel_request(request=request, now=now)
    if name == "correct_address":
        Delivery.objects.update(status="bounced")
        ReviewRequest.objects.update(status="failed", ended_at=now)
    if name == "allow_again":
        suppress(account=account, channel="sms", address=JANE.phone, reason=STAFF, evidence="", now=now)
    if name == "release_this":
        holds.ask_to_hold(
            request=request, by=ReviewRequest.Hold.STAFF, because=holds.Because.REFUND, who="by Ann", now=now
        )
    return request if model is ReviewRequest else Contact.objects.get()


def end_offer(row: Any, name: str, now: datetime) -> None:
    """Bring the row into a state in which the action is not offered."""
    if isinstance(row, Contact):
        erase.erase(contact=row, by="Ann", now=now)
    elif isinstance(row, ReviewRequest):
        Delivery.objects.filter(status__in=["failed", "bounced"]).update(status="sent")
        ReviewRequest.objects.update(status="scheduled", ended_at=None)
        row.refresh_from_db()
        lifecycle.cancel_request(request=row, now=now)
    elif isinstance(row, Sequence):
        make_default(row)
    elif name == "switch_on":
        endpoints.switch_on(row)
    elif name == "retire_secret":
        endpoints.retire_former(row)
    else:
        endpoints.switch_off(row, "")


def address(row: Any, action: str) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{action}", args=[row.pk])


def stored() -> list[Any]:
    """All rows that an action of these tables could change."""
    models = [ReviewRequest, Delivery, Contact, Endpoint, Sequence]
    return [list(model._default_manager.order_by("pk").values()) for model in models]


def test_the_tables_are_walked() -> None:
    names = {model.__name__: [row.name for row in rows] for model, rows in TABLES.items()}
    assert names == {
        "ReviewRequest": [
            *("send_now", "skip", "retry", "hold_this", "release_this", "mark_responded", "cancel_this"),
            *("take_back", "correct_address"),
        ],
        "Contact": ["ask_again", "leave_alone", "allow_again", "erase"],
        "MergeCandidate": ["merge_pair"],
        "Sequence": ["copy", "make_default"],
        "Endpoint": ["send_test", "tell_again", "roll_secret", "retire_secret", "switch_off", "switch_on"],
    }


@each_action
@pytest.mark.parametrize("role", ["owner", "manager"])
def test_who_may_write_has_the_button_and_is_asked_first(
    account: Account, owner: User, now: datetime, model: type[Any], action: Action[Any], role: str
) -> None:
    Membership.objects.update(role=role)
    row = offering(model, action.name, account, now)
    client, before = signed_in(owner), stored()
    page = client.get(address(row, "change")).content.decode()
    assert f'{"action" if action.at_once else "href"}="{address(row, action.name)}"' in page
    assert str(action.label) in page
    question = client.get(address(row, action.name))
    assert question.status_code == 200
    for words in (
        str(action.question).format(row=row),
        str(action.explanation),
        str(action.confirm),
        address(row, "change"),
    ):
        assert escape(words) in question.content.decode()
    assert stored() == before


@each_action
def test_who_only_looks_has_no_button_and_does_nothing(
    account: Account, viewer: User, now: datetime, model: type[Any], action: Action[Any]
) -> None:
    row = offering(model, action.name, account, now)
    client, before = signed_in(viewer), stored()
    assert address(row, action.name) not in client.get(address(row, "change")).content.decode()
    assert client.get(address(row, action.name)).status_code == 403
    assert client.post(address(row, action.name)).status_code == 403
    assert stored() == before


@each_action
def test_to_a_stranger_the_row_is_not_there(
    account: Account, stranger: User, owner: User, now: datetime, model: type[Any], action: Action[Any]
) -> None:
    row = offering(model, action.name, account, now)
    client, before = signed_in(stranger), stored()
    assert client.get(address(row, action.name)).status_code == 404
    assert client.post(address(row, action.name)).status_code == 404
    assert stored() == before
    for key in ("x", str(uuid4()), "999999"):  # no row for anybody
        missing = address(row, action.name).replace(str(row.pk), key)
        assert signed_in(owner).post(missing).status_code == 404


@pytest.mark.parametrize(("model", "action"), SOMETIMES)
def test_an_action_is_offered_where_it_can_be_done(
    account: Account, owner: User, now: datetime, model: type[Any], action: Action[Any]
) -> None:
    row = offering(model, action.name, account, now)
    end_offer(row, action.name, now)
    client, before = signed_in(owner), stored()
    assert address(row, action.name) not in client.get(address(row, "change")).content.decode()
    assert client.get(address(row, action.name)).status_code == 403
    # A button that acts at once may be pressed twice: that leads back to the page.
    assert client.post(address(row, action.name)).status_code == (302 if action.at_once else 403)
    assert stored() == before


def test_nobody_has_a_permission_without_a_row(account: Account) -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    for model, rows in TABLES.items():
        for action in rows:
            has_permission = getattr(admin.site.get_model_admin(model), f"has_{action.name}_permission")
            assert has_permission(request) is False
