"""Keys, apps and people in the back-office. `reviews/tests/admin/test_tenancy.py` tests whose rows are shown."""

import re

import pytest
from django.contrib.auth.hashers import check_password
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from oauth.models import AccessToken, Account, ApiKey, Application, Membership, User
from oauth.tests.flow import signed_in

pytestmark = pytest.mark.django_db

APP = {"name": "Zapier", "redirect_uris": "https://zapier.example/cb", "is_active": "on"}


@pytest.fixture
def office(operator: User) -> Client:
    """Open the back-office as the operator."""
    return signed_in(operator)


# --- Apps -------------------------------------------------------------------------------------------


def test_an_app_without_an_address_to_return_to_is_refused(office: Client) -> None:
    response = office.post(
        reverse("admin:oauth_application_add"), APP | {"client_type": "confidential", "redirect_uris": ""}
    )
    assert response.status_code == 200
    assert "Name at least one address" in response.content.decode()
    assert not Application.objects.exists()


def test_a_new_app_shows_no_client_id_before_there_is_one(office: Client) -> None:
    assert "Client ID" not in office.get(reverse("admin:oauth_application_add")).content.decode()
    office.post(reverse("admin:oauth_application_add"), APP | {"client_type": "public"})
    application = Application.objects.get()
    content = office.get(reverse("admin:oauth_application_change", args=[application.pk])).content.decode()
    assert application.client_id in content
    assert "View on site" not in content


def test_an_app_has_a_name(office: Client) -> None:
    form = APP | {"client_type": "public", "name": ""}
    assert office.post(reverse("admin:oauth_application_add"), form).status_code == 200
    assert not Application.objects.exists()


def test_an_address_without_tls_is_refused_at_its_field(office: Client) -> None:
    form = APP | {"client_type": "public", "redirect_uris": "http://zapier.example/cb"}
    content = office.post(reverse("admin:oauth_application_add"), form).content.decode()
    assert "http://zapier.example/cb" in content
    assert not Application.objects.exists()


@pytest.mark.parametrize(("kind", "other"), [("public", "confidential"), ("confidential", "public")])
def test_an_app_stays_of_its_kind(office: Client, kind: str, other: str) -> None:
    office.post(reverse("admin:oauth_application_add"), APP | {"client_type": kind})
    application = Application.objects.get()
    address = reverse("admin:oauth_application_change", args=[application.pk])
    response = office.post(address, APP | {"client_type": other, "name": "Renamed"})
    changed = Application.objects.get()
    assert response.status_code == 302
    assert (changed.name, changed.client_type, changed.client_secret) == ("Renamed", kind, application.client_secret)


def test_a_typed_secret_is_ignored(office: Client) -> None:
    form = APP | {"client_type": "confidential", "client_secret": "typed", "hash_client_secret": ""}
    office.post(reverse("admin:oauth_application_add"), form)
    application = Application.objects.get()
    assert not check_password("typed", application.client_secret)
    address = reverse("admin:oauth_application_change", args=[application.pk])
    office.post(address, form)
    assert Application.objects.get().client_secret == application.client_secret
    assert "client_secret" not in office.get(address).content.decode()


def test_a_renewed_secret_is_shown_once_and_ends_the_old_one(office: Client) -> None:
    office.post(reverse("admin:oauth_application_add"), APP | {"client_type": "confidential"})
    old = Application.objects.get()
    form = {"action": "rotate", "_selected_action": [str(old.pk)]}
    response = office.post(reverse("admin:oauth_application_changelist"), form)
    secret = re.search(r"rhs_[\w-]{43}", response.content.decode())
    new = Application.objects.get()
    assert secret
    assert new.client_secret != old.client_secret
    assert check_password(secret[0], new.client_secret)
    assert "no-store" in response["Cache-Control"]
    assert secret[0] not in office.get(reverse("admin:oauth_application_changelist")).content.decode()


# --- Keys -------------------------------------------------------------------------------------------


def test_a_key_is_not_edited(account: Account, owner: User, office: Client) -> None:
    key = ApiKey.objects.create(account=account, user=owner, name="k", prefix="rh_x", key_hash="0" * 64)
    address = reverse("admin:oauth_apikey_change", args=[key.pk])
    for client in (signed_in(owner), office):
        assert client.post(address, {"name": "other", "scope": "read write"}).status_code == 403
    key.refresh_from_db()
    assert key.name == "k"


# --- Tokens -----------------------------------------------------------------------------------------


def test_no_usable_part_of_a_token_is_shown(account: Account, owner: User, office: Client) -> None:
    checksum = "c0ffee" * 10 + "c0ff"
    token = AccessToken.objects.create(
        user=owner, account=account, token="", token_checksum=checksum, expires=timezone.now(), scope="read"
    )
    AccessToken.objects.filter(pk=token.pk).update(token_checksum=checksum)
    for address in ("oauth_accesstoken_changelist", "oauth_accesstoken_change"):
        args = [token.pk] if address.endswith("change") else []
        content = office.get(reverse(f"admin:{address}", args=args)).content.decode()
        assert "read" in content
        assert checksum not in content


# --- People -----------------------------------------------------------------------------------------


def test_a_new_person_signs_in_with_the_address_in_any_case(office: Client) -> None:
    password = "staple battery 9"
    form = {"email": "New@Example.com", "name": "New", "is_staff": "on", "password1": password, "password2": password}
    response = office.post(reverse("admin:oauth_user_add"), form | {"usable_password": "true"})
    assert response.status_code == 302
    person = User.objects.get(name="New")
    assert person.email == "new@example.com"
    page = office.get(response["Location"]).content.decode()
    assert "New works in no business yet." in page
    assert f'href="{reverse("admin:oauth_membership_add")}?user={person.pk}"' in page
    assert Client().login(username="NEW@example.com", password=password)


def test_an_operator_is_told_that_nobody_changes_what_the_installation_writes(office: Client, owner: User) -> None:
    page = office.get(reverse("admin:oauth_accesstoken_add"))
    assert page.status_code == 403
    assert "Nobody changes it by hand" in page.content.decode()
    assert "the operator of this site" not in page.content.decode()


def test_the_hash_of_a_password_is_not_shown(office: Client, owner: User) -> None:
    content = office.get(reverse("admin:oauth_user_change", args=[owner.pk])).content.decode()
    assert owner.email in content
    salt, digest = owner.password.split("$")[-2:]
    assert salt not in content
    assert digest not in content


def test_the_operator_lets_somebody_into_an_account(account: Account, owner: User, office: Client) -> None:
    form = {"account": str(account.pk), "user": str(User.objects.create_user("m@example.com").pk), "role": "manager"}
    assert office.post(reverse("admin:oauth_membership_add"), form).status_code == 302
    assert Membership.objects.filter(account=account, role="manager").count() == 1


def test_an_account_is_ended_by_deactivating_it_not_by_deleting(account: Account, owner: User, office: Client) -> None:
    address = reverse("admin:oauth_account_delete", args=[account.pk])
    assert [client.post(address, {"post": "yes"}).status_code for client in (signed_in(owner), office)] == [403, 403]
    Account.objects.filter(pk=account.pk).update(is_active=False)
    assert signed_in(owner).get(reverse("admin:oauth_account_changelist")).status_code == 403


def test_the_operator_ends_keys_of_any_account(account: Account, owner: User, office: Client) -> None:
    key = ApiKey.objects.create(account=account, user=owner, name="k", prefix="rh_x", key_hash="0" * 64)
    form = {"action": "revoke", "_selected_action": [str(key.pk)]}
    address = reverse("admin:oauth_apikey_changelist")
    assert signed_in(owner).post(address, form).status_code == 403
    assert ApiKey.objects.live(timezone.now()).exists()
    office.post(address, form)
    assert not ApiKey.objects.live(timezone.now()).exists()


def test_a_key_is_made_in_settings_alone(account: Account, office: Client) -> None:
    assert office.get(reverse("admin:oauth_apikey_add")).status_code == 403


def test_the_operators_page_of_a_business_leads_others_to_its_settings(account: Account, owner: User) -> None:
    address = reverse("admin:oauth_account_change", args=[account.pk])
    assert signed_in(owner).get(address)["Location"] == "/admin/settings/business/"
    assert signed_in(owner).post(address, {"name": "Other", "calls_per_minute": "9"}).status_code == 302
    account.refresh_from_db()
    assert (account.name, account.calls_per_minute) == ("Riverside Dental", None)


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


def test_nobody_types_in_a_task_of_the_queue(operator: User) -> None:
    client = signed_in(operator)
    assert client.get("/admin/django_q/schedule/").status_code == 200
    form = {
        "func": "os.getcwd",
        "schedule_type": "O",
        "repeats": "1",
        "next_run_0": "2026-01-01",
        "next_run_1": "09:00",
    }
    assert client.get("/admin/django_q/schedule/add/").status_code == 403
    assert client.post("/admin/django_q/schedule/add/", form).status_code == 403
