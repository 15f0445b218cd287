"""Who owns one business and only sees another: what may be done here carries nothing over there."""

from typing import Any

import pytest
from django.contrib import admin
from django.db import transaction
from django.http import SimpleCookie
from django.test import Client, RequestFactory
from django.urls import reverse

from oauth.models import Account, Membership, User, UserSession
from oauth.tests.flow import signed_in
from reviewhub.backoffice.business import FIELD
from reviewhub.backoffice.pages import AccountAdmin
from reviewhub.testing import make_member
from reviews.models import Sequence
from reviews.tests.journeys.attack.conftest import state_of
from reviews.tests.journeys.attack.routes import routes, rows_of, values_of
from reviews.tests.journeys.attack.test_foreign_rows import BODY

pytestmark = [pytest.mark.django_db, pytest.mark.attack, pytest.mark.once]

OWN = {UserSession._meta.db_table, User._meta.db_table}  # noted, and ended, by their own person


@pytest.fixture
def mixed(victim: Account, attacker: Account) -> Client:
    """A person who owns the attacker's business, and may look at the victim's."""
    user = make_member(attacker, "owner", "mixed@harbour.example")
    Membership.objects.create(account=victim, user=user, role=Membership.Role.VIEWER)
    client = signed_in(user)
    client.raise_request_exception = False
    return client


def bodies(victim: Account, attacker: Account) -> list[dict[str, Any]]:
    """Return forms that say they are of the own business, and forms that are of the other one."""
    own, other = str(attacker.pk), str(victim.pk)
    return [BODY | {FIELD: own, "account": other}, BODY | {FIELD: other, "account": own}]


def test_no_address_changes_a_row_of_the_business_that_is_only_seen(
    victim: Account, attacker: Account, mixed: Client
) -> None:
    before, faults, kept = state_of(victim), list[str](), mixed.cookies.output(header="")
    for route in routes():
        # Leaving is anybody's right.
        if route.is_link or not route.pattern.startswith(("admin/", "connections")) or "leave" in route.pattern:
            continue
        path = route.path(values_of(route, victim))
        for body in bodies(victim, attacker):
            with transaction.atomic():
                response = mixed.post(path, body)
                mixed.cookies = SimpleCookie(kept)  # one of the addresses signs out
                after = state_of(victim)
                transaction.set_rollback(True)
            changed = [table for table, rows in after.items() if rows != before[table] and table not in OWN]
            if response.status_code >= 500 or changed:
                faults.append(f"POST {path} of {body[FIELD]} → {response.status_code}, writes {changed}")
    assert faults == []
    assert mixed.get("/admin/").status_code == 200  # signed in to the end


def test_no_action_of_a_list_reaches_a_row_of_the_business_that_is_only_seen(
    victim: Account, attacker: Account, mixed: Client, rf: RequestFactory
) -> None:
    before, faults, tried = state_of(victim), list[str](), 0
    request = rf.get("/")
    request.user = User.objects.get(email="mixed@harbour.example")
    request.session = {FIELD: str(attacker.pk)}  # type: ignore[assignment]
    for model, page in admin.site._registry.items():
        if not isinstance(page, AccountAdmin):
            continue
        path = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        chosen = [str(row.pk) for row in rows_of(victim, model)]
        for name in page.get_actions(request):
            for body in bodies(victim, attacker):
                for across in ("0", "1"):
                    for query in ("", f"?account={victim.pk}", f"?account__id__exact={victim.pk}"):
                        tried += 1
                        form = body | {"action": name, "_selected_action": chosen, "select_across": across, "index": 0}
                        with transaction.atomic():
                            response = mixed.post(path + query, form)
                            after = state_of(victim)
                            transaction.set_rollback(True)
                        changed = [t for t, rows in after.items() if rows != before[t] and t not in OWN]
                        if response.status_code >= 500 or changed:
                            faults.append(f"{name} at {path}{query}, {across} → {response.status_code}, {changed}")
    assert faults == []
    assert tried > 50


def test_a_list_of_the_own_business_shows_and_exports_nothing_of_the_other(
    victim: Account, attacker: Account, mixed: Client, marks: set[str]
) -> None:
    mixed.post(reverse("switch-business"), {"to": str(attacker.pk)})
    faults = []
    for model, page in admin.site._registry.items():
        if not isinstance(page, AccountAdmin) or model is Account:
            continue
        path = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for query in (f"account={victim.pk}", f"account__id__exact={victim.pk}", "q=Quagga"):
            for export in ("", "&as=csv", "&export=csv", "&_export=csv"):
                response = mixed.get(f"{path}?{query}{export}", follow=True)
                content = response.getvalue().decode()
                # The switcher offers the other business by its name and key, and the search is shown as it was typed.
                shown = [m for m in marks if m in content and m not in (victim.name, str(victim.pk))]
                if response.status_code >= 500 or shown:
                    faults.append(f"{path}?{query}{export} → {response.status_code}, shows {shown}")
    assert faults == []


def test_a_form_of_the_own_business_takes_no_choice_of_the_other(
    victim: Account, attacker: Account, mixed: Client
) -> None:
    before = state_of(victim)
    sequence = Sequence.objects.filter(account=victim)[0]
    path = reverse("admin:reviews_reviewrequest_add")
    for account in (victim, attacker):
        for field in (victim, attacker):
            form = {FIELD: field.pk, "account": account.pk, "first_name": "Eve", "email": "eve@example.com"}
            form |= {"when": "0", "sequence": sequence.pk}
            assert mixed.post(path, form).status_code in (200, 403)
    assert {t: rows for t, rows in state_of(victim).items() if t not in OWN} == {
        t: rows for t, rows in before.items() if t not in OWN
    }
