"""A member's choice of when to be told, and the link in a mail that ends it."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from oauth.member_mail import stop_token
from oauth.models import Account, MemberMail, Membership, User
from reviewhub.testing import make_member

pytestmark = pytest.mark.django_db

URL = "/security/mail"


@pytest.fixture
def signed_in(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def membership_of(user: User) -> Membership:
    return Membership.objects.get(user=user)


def choose(client: Client, membership: Membership, tell: str) -> Any:
    return client.post(URL, {f"m{membership.pk}-tell": tell})


def test_the_page_shows_what_holds_and_keeps_a_choice_with_its_history(signed_in: Client, owner: User) -> None:
    row = membership_of(owner)
    page = signed_in.get(URL).content.decode()
    assert "Riverside Dental" in page
    assert page.count("checked") == 1
    assert choose(signed_in, row, "daily").status_code == 302
    row.refresh_from_db()
    assert (row.tell, row.told) == ("daily", Membership.Tell.DAILY)
    assert row.history.first().tell == "daily"
    choose(signed_in, row, "daily")
    assert row.history.filter(tell="daily").count() == 1


@pytest.mark.parametrize(("role", "told"), [("owner", "at_once"), ("manager", "daily"), ("viewer", "never")])
def test_who_has_chosen_nothing_is_told_as_usual_in_the_role(account: Account, role: str, told: str) -> None:
    row = membership_of(make_member(account, role, "a@riverside.example"))
    assert row.told == told
    for tell in Membership.Tell:
        found = Membership.objects.filter(Membership.are_told(tell))
        assert found.exists() is (tell == told)


def test_a_viewer_chooses_for_themselves(client: Client, viewer: User) -> None:
    client.force_login(viewer)
    choose(client, membership_of(viewer), "at_once")
    assert membership_of(viewer).told == "at_once"


def test_each_changes_their_own_choice_alone(signed_in: Client, owner: User, viewer: User, stranger: User) -> None:
    for person in (viewer, stranger):
        choose(signed_in, membership_of(person), "never")
    assert [membership_of(person).tell for person in (owner, viewer, stranger)] == ["", "", ""]


def test_several_businesses_stand_on_one_page(signed_in: Client, owner: User, other_account: Account) -> None:
    other = Membership.objects.create(account=other_account, user=owner, role="viewer")
    own = Membership.objects.get(user=owner, role="owner")
    page = signed_in.get(URL).content.decode()
    assert page.index("Harbour Garage") < page.index("Riverside Dental")
    signed_in.post(URL, {f"m{own.pk}-tell": "never", f"m{other.pk}-tell": "daily"})
    assert list(Membership.objects.filter(user=owner).order_by("pk").values_list("tell", flat=True)) == [
        "never",
        "daily",
    ]


@pytest.mark.parametrize("tell", ["", "hourly", "at_once\0", "x" * 5_000])
def test_a_malformed_choice_is_refused_and_changes_nothing(signed_in: Client, owner: User, tell: str) -> None:
    assert choose(signed_in, membership_of(owner), tell).status_code == 400
    assert membership_of(owner).tell == ""


def test_the_page_is_for_who_is_signed_in(client: Client, owner: User) -> None:
    answer = client.get(URL)
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in?next=/security/mail")
    assert choose(client, membership_of(owner), "never").status_code == 302
    assert membership_of(owner).tell == ""


def test_a_person_without_a_business_is_told_so(client: Client, operator: User) -> None:
    client.force_login(operator)
    assert "You work in no business" in client.get(URL).content.decode()


def test_the_page_of_sign_in_and_security_leads_there(signed_in: Client) -> None:
    assert f'href="{URL}"' in signed_in.get("/security").content.decode()


def test_the_page_says_that_mail_is_refused_or_not_set_up(signed_in: Client, owner: User, settings: Any) -> None:
    now = timezone.now()
    MemberMail.objects.create(membership=membership_of(owner), due_at=now, failing_since=now, error="550 No such user")
    page = signed_in.get(URL).content.decode()
    assert "550 No such user" in page
    assert "sends no mail yet" in page
    settings.MAIL_PROVIDER = True
    assert "sends no mail yet" not in signed_in.get(URL).content.decode()


# --- The link in a mail -----------------------------------------------------------------------------


def stop_url(user: User) -> str:
    return f"{URL}/stop/{stop_token(membership_of(user))}"


def test_a_look_at_the_link_says_what_it_ends_and_ends_nothing(client: Client, owner: User) -> None:
    page = client.get(stop_url(owner))
    assert page.status_code == 200
    assert "Press to get no more of it" in page.content.decode()
    assert membership_of(owner).tell == ""


def test_a_press_ends_the_mails_without_a_sign_in_a_cookie_or_a_redirect_repeatably(owner: User) -> None:
    client = Client(enforce_csrf_checks=True)  # as a mail program: it never saw a page of ours
    for _ in range(2):
        answer = client.post(stop_url(owner), {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert "gets no mail" in answer.content.decode()
    assert membership_of(owner).tell == "never"
    assert "gets no mail" in client.get(stop_url(owner)).content.decode()


def test_the_link_ends_the_mails_of_its_business_alone(client: Client, owner: User, viewer: User) -> None:
    client.post(stop_url(viewer))
    assert (membership_of(viewer).tell, membership_of(owner).tell) == ("never", "")


def test_the_link_of_a_membership_that_ended_says_so(client: Client, owner: User) -> None:
    url = stop_url(owner)
    Membership.objects.all().delete()
    for answer in (client.get(url), client.post(url)):
        assert answer.status_code == 200
        assert "have ended" in answer.content.decode()


@pytest.mark.parametrize("token", ["x", "1:x", ":", "1", "%00", "é", "1:" + "x" * 3_000])
def test_a_link_that_is_none_of_ours_is_not_found(client: Client, owner: User, token: str) -> None:
    for answer in (client.get(f"{URL}/stop/{token}"), client.post(f"{URL}/stop/{token}")):
        assert answer.status_code == 404
    assert membership_of(owner).tell == ""


def test_the_link_is_read_in_the_persons_language(client: Client, owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(language="de")
    assert '<html lang="de">' in client.get(stop_url(owner)).content.decode()
