import re
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from oauth.models import User
from oauth.tests.flow import PASSWORD, App, make_application, sent_back, sign_in

pytestmark = pytest.mark.django_db


def test_a_person_signs_in_with_the_address_in_any_case_and_lands_where_they_wanted_to_go(
    client: Client, app: App
) -> None:
    response = sign_in(client, app.user.email.upper(), next=app.authorize_url())
    assert (response.status_code, response["Location"]) == (302, app.authorize_url())
    assert "Connect Zapier?" in client.get(app.authorize_url()).content.decode()


def test_without_a_wish_staff_land_in_the_back_office_and_others_at_their_connections(
    client: Client, owner: User
) -> None:
    assert sign_in(client, owner.email)["Location"] == "/admin/"
    User.objects.update(is_staff=False)
    assert sign_in(Client(), owner.email)["Location"] == "/connections"


def test_a_member_who_is_no_staff_can_connect_an_app(client: Client, app: App) -> None:
    User.objects.update(is_staff=False)
    sign_in(client, app.user.email, next=app.authorize_url())
    form = {"decision": "allow", "account": str(app.account.pk)}
    assert "code" in sent_back(client.post(app.authorize_url(), form))


@pytest.mark.attack
@pytest.mark.parametrize(
    "url",
    [
        *("https://evil.example/", "http://evil.example/", "//evil.example/", "///evil.example/", "/\\evil.example/"),
        *("\\\\evil.example/", "\\/evil.example", "/\t/evil.example/", "\thttps://evil.example/", "https:evil.example"),
        *("https:///evil.example", "http://testserver@evil.example/", "http://testserver.evil.example/"),
        *("http://testserver:8001/", "https://testserver/", "http://evil.example\\@testserver/", "javascript:alert(1)"),
        *("data:text/html,x", "http://second.example/", "http://localhost:8000/", "http://127.0.0.1/", "evil.example"),
        *("http:testserver.evil.example", "\x01http://evil.example", "/%0d%0aLocation:https://evil.example\r\nX: y"),
    ],
)
def test_nobody_is_sent_to_another_site(client: Client, owner: User, settings: Any, url: str) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "second.example", "localhost", "127.0.0.1"]
    settings.CSRF_TRUSTED_ORIGINS = ["http://second.example"]
    for page in ("/sign-in", f"/sign-in?next={quote(url)}"):
        form = {"username": owner.email, "password": PASSWORD, "next": url}
        location = Client(headers={"Host": "second.example"}).post(page, form)["Location"]
        assert location == "/admin/" or (location.startswith("/%0d") and "\r" not in location)
    client.force_login(owner)
    onward = client.post("/sign-out", {"next": url})["Location"]
    assert onward == "/sign-in" or onward.startswith("/%0d")
    client.force_login(owner)
    confirmed = client.post("/security/confirm", {"password": PASSWORD, "next": url})["Location"]
    assert confirmed.startswith(("/security", "/admin/", "/%0d"))


@pytest.mark.attack
@pytest.mark.parametrize("url", ["/connections?a=b#c", "http://testserver/connections", "http://testserver"])
def test_people_are_led_on_to_addresses_of_ours(client: Client, owner: User, url: str) -> None:
    assert sign_in(client, owner.email, next=url)["Location"] == url


@pytest.mark.attack
@pytest.mark.parametrize("path", ["/password/reset", "/sign-in"])
def test_no_page_tells_whether_an_address_is_known(owner: User, path: str) -> None:
    """The same answer, whether somebody has the address, has ended, or is unknown."""
    make_application()
    gone = User.objects.create_user("gone@riverside.example", PASSWORD, is_active=False)
    answers = []
    for email in (owner.email, gone.email, "nobody@riverside.example"):
        response = Client().post(path, {"email": email, "username": email, "password": "wrong"})
        page = re.sub(r'(csrfmiddlewaretoken" value|nonce)="[^"]*"', "", response.content.decode().replace(email, "…"))
        answers.append((response.status_code, response.get("Location"), page))
    assert answers[0] == answers[1] == answers[2]
    for thread in threading.enumerate():
        if thread.name == "mail":
            thread.join()


def test_someone_who_guesses_has_to_wait_and_others_do_not(client: Client, owner: User, stranger: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(20):
            assert sign_in(client, owner.email, "wrong").status_code == 200
        response = sign_in(client, owner.email)
        assert response.status_code == 429
        assert "Too many wrong passwords" in response.content.decode()
        assert 1 <= int(response["Retry-After"]) <= 60
        assert sign_in(client, stranger.email).status_code == 302
        clock.shift(60)
        assert sign_in(client, owner.email).status_code == 302


@pytest.mark.parametrize(
    "spell",
    [
        lambda email, number: email + " " * number,
        lambda email, number: "\t" * number + email,
        lambda email, number: "\u2003" * 300 + email.upper() + " " * number,
        lambda email, number: chr(0xFF21 + ord(email[0]) - ord("a")) + email[1:] + " " * number,  # a wide letter
    ],
    ids=["blanks", "tabs", "many blanks, capitals", "a letter that is one with ours (NFKC)"],
)
def test_a_guess_counts_for_the_person_however_the_address_is_spelled(
    client: Client, owner: User, spell: Callable[[str, int], str]
) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        answers = [sign_in(client, spell(owner.email, number), "wrong").status_code for number in range(20)]
        assert answers == [200] * 20
        assert sign_in(client, spell(owner.email, 20)).status_code == 429
        assert sign_in(client, owner.email).status_code == 429


def test_guesses_are_counted_while_redis_is_away(client: Client, owner: User, without_redis: None) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        answers = [sign_in(client, owner.email, "wrong").status_code for _ in range(20)]
        assert answers == [200] * 20
        assert sign_in(client, owner.email).status_code == 429


def test_the_back_office_has_no_other_way_in(client: Client, owner: User) -> None:
    response = client.get("/admin/login/?next=/admin/reviews/contact/")
    assert response["Location"] == "/sign-in?next=/admin/reviews/contact/"
    assert client.post("/admin/login/", {"username": owner.email, "password": PASSWORD}).status_code == 302
    assert "_auth_user_id" not in client.session


def test_who_may_not_open_the_back_office_is_told_so_and_not_sent_in_circles(client: Client, owner: User) -> None:
    User.objects.update(is_staff=False)
    client.force_login(owner)
    response = client.get("/admin/", follow=True)
    assert response.status_code == 200
    assert "may not open that page" in response.content.decode()


@pytest.mark.parametrize("path", ["/oauth/authorize", "/api/oauth/zapier/authorize"])
def test_the_page_names_the_app_that_asks(client: Client, app: App, path: str) -> None:
    response = client.get(f"/sign-in?next={quote(app.authorize_url().replace('/oauth/authorize', path))}")
    content = response.content.decode()
    assert "Zapier" in content
    assert "zapier.example" in content
    assert "form-action 'self' https://zapier.example" in response["Content-Security-Policy"]


def test_an_app_that_asks_in_a_wrong_way_is_reached_through_the_form(client: Client, app: App) -> None:
    url = app.authorize_url(scope="admin")
    policy = client.get(f"/sign-in?next={quote(url)}")["Content-Security-Policy"]
    assert "form-action 'self' https://zapier.example" in policy
    sign_in(client, app.user.email, next=url)
    assert sent_back(client.get(url))["error"] == "invalid_scope"


@pytest.mark.parametrize(
    "url",
    [
        "/admin/",
        "/oauth/authorize",
        "/nowhere",
        "/admin/?client_id=zapier&redirect_uri=https://zapier.example/cb&response_type=code",
        "/oauth/authorize?client_id=zapier&redirect_uri=https://evil.example/&response_type=code",
        "/oauth/authorize?client_id=nobody&redirect_uri=https://zapier.example/cb&response_type=code",
        "/oauth/authorize?client_id=%zz",
        "/oauth/authorize?state=ä",
        "//[",
    ],
)
def test_a_foreign_address_does_not_widen_the_policy(client: Client, app: App, url: str) -> None:
    response = client.get("/sign-in", {"next": url})
    assert response.status_code == 200
    assert "form-action 'self';" in response["Content-Security-Policy"] + ";"
    assert "wants to connect" not in response.content.decode()


def test_signing_out_leads_to_signing_in_as_somebody_else(client: Client, app: App) -> None:
    client.force_login(app.user)
    assert "Use another account" in client.get(app.authorize_url()).content.decode()
    response = client.post("/sign-out", {"next": app.authorize_url()})
    assert response["Location"] == app.authorize_url()
    assert client.get(app.authorize_url())["Location"].startswith("/sign-in")
    assert client.get("/sign-out").status_code == 405
