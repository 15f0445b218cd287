"""Webhooks in the back-office: making an endpoint, what can be done with it, and who may."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from oauth.models import Account, Membership, User
from oauth.tests.flow import make_application, signed_in
from reviewhub.outbound import Answer
from reviewhub.testing import make_account
from reviews.models import Endpoint, Event, Notice
from reviews.tests.support.helpers import asked
from reviews.webhooks import endpoints
from reviews.webhooks.notifier import FinishedCall, settle

pytestmark = pytest.mark.django_db

LIST, ADD = "/admin/reviews/endpoint/", "/admin/reviews/endpoint/add/"
ACTIONS = ["test", "again", "roll", "retire", "off", "on"]


@pytest.fixture
def endpoint(account: Account, owner: User) -> Endpoint:
    made, _ = endpoints.subscribe(
        account=account, url="https://hooks.example/a", names=[], description="Till", user=owner
    )
    return made


@pytest.fixture
def office(owner: User) -> Client:
    return signed_in(owner)


def place(endpoint: Endpoint, action: str = "change") -> str:
    return f"{LIST}{endpoint.pk}/{action}/"


def do(office: Client, endpoint: Endpoint, action: str, **form: str) -> str:
    """Ask for it, confirm it, and what is said then."""
    assert office.get(place(endpoint, action)).status_code == 200
    return office.post(place(endpoint, action), form, follow=True).content.decode()


def test_an_endpoint_is_made_and_shows_its_secret(office: Client, account: Account, owner: User) -> None:
    form = {"url": " https://hooks.example/b ", "description": "CRM", "events": ["contact.erased", "link.clicked"]}
    answer = office.post(ADD, form | {"account": str(account.pk)})
    made = Endpoint.objects.get()
    assert (made.url, made.event_types, made.user) == ("https://hooks.example/b", "link.clicked contact.erased", owner)
    assert answer.headers["Location"] == place(made)
    page = office.get(place(made)).content.decode()
    assert endpoints.secrets_of(made)[0] in page
    assert 'data-copy="secret-1"' in page
    assert "copy.js" in page
    answer = office.post(place(made), form | {"url": made.url, "events": []})
    assert answer.headers["Location"] == reverse("settings-connections")
    made.refresh_from_db()
    assert made.event_types == ""
    assert "CRM" in office.get(LIST).content.decode()


def test_a_deleted_endpoint_leads_back_to_where_webhooks_are(office: Client, endpoint: Endpoint) -> None:
    answer = office.post(place(endpoint, "delete"), {"post": "yes"})
    assert answer.headers["Location"] == reverse("settings-connections")
    assert not Endpoint.objects.exists()


def test_the_operator_of_all_businesses_comes_back_to_the_list(operator: User, endpoint: Endpoint) -> None:
    make_account("Second")
    answer = signed_in(operator).post(place(endpoint), {"account": str(endpoint.account_id), "url": endpoint.url})
    assert answer.headers["Location"] == LIST


@pytest.mark.parametrize(
    ("url", "said"),
    [("http://hooks.example/", "Use https"), ("https://10.0.0.1/", "private"), ("nothing", "begins")],
)
def test_an_address_that_may_not_be_called_is_refused(office: Client, account: Account, url: str, said: str) -> None:
    answer = office.post(ADD, {"account": str(account.pk), "url": url})
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not Endpoint.objects.exists()


def test_the_page_tells_what_waits_until_it_answers(office: Client, endpoint: Endpoint) -> None:
    now = timezone.now()
    for failing_since, words in ((now, "is sent once the address answers"), (None, "is being sent")):
        Endpoint.objects.update(failing_since=failing_since, behind_since=now)
        page = office.get(place(endpoint)).content.decode()
        assert "What happened since" in page
        assert words in page
    Endpoint.objects.update(behind_since=None)
    assert "What happened since" not in office.get(place(endpoint)).content.decode()


def test_the_page_tells_how_calls_went(office: Client, endpoint: Endpoint, account: Account, now: datetime) -> None:
    asked(account, now)
    settle([FinishedCall(Notice.objects.get(), endpoint, Answer(500, 120, text="<b>Oh</b>"))], timezone.now())
    page = office.get(place(endpoint)).content.decode()
    assert "Failing" in page
    assert "0 of 1 call went well" in page
    assert "120 ms" in page
    assert "&lt;b&gt;Oh&lt;/b&gt;" in page
    event = Event.objects.get()
    assert "jane@example.com" in office.get(reverse("admin:reviews_event_change", args=[event.pk])).content.decode()
    assert "120 ms" in office.get(f"/admin/reviews/notice/{Notice.objects.get().pk}/change/").content.decode()


def test_what_can_be_done(office: Client, endpoint: Endpoint, account: Account) -> None:
    first = endpoints.secrets_of(endpoint)[0]
    assert "test event is on its way" in do(office, endpoint, "test")
    assert Notice.objects.get().event.type == "endpoint.test"
    do(office, endpoint, "roll")
    endpoint.refresh_from_db()
    assert endpoints.secrets_of(endpoint)[1] == first
    do(office, endpoint, "retire")
    endpoint.refresh_from_db()
    assert len(endpoints.secrets_of(endpoint)) == 1
    do(office, endpoint, "off")
    asked(account, timezone.now())
    assert Notice.objects.count() == 1
    do(office, endpoint, "on")
    since, until = (timezone.now().astimezone(ZoneInfo(account.time_zone)) + timedelta(hours=h) for h in (-1, 1))
    form = {
        f"{name}_{part}": f"{at:{code}}"
        for name, at in (("since", since), ("until", until))
        for part, code in ((0, "%Y-%m-%d"), (1, "%H:%M:%S"))
    }
    assert office.post(place(endpoint, "again"), form | {"until_0": "2020-01-01"}).status_code == 200
    assert "told again: 1" in do(office, endpoint, "again", **form)
    assert Notice.objects.filter(event__type="review_request.scheduled", status="waiting").count() == 1


def test_a_notice_is_told_again(office: Client, endpoint: Endpoint, account: Account, now: datetime) -> None:
    asked(account, now)
    Notice.objects.update(status="failed", tries=9)
    form = {"action": "again", "_selected_action": [str(Notice.objects.get().pk)]}
    assert "Told again: 1" in office.post("/admin/reviews/notice/", form, follow=True).content.decode()
    assert (Notice.objects.get().status, Notice.objects.get().tries) == ("waiting", 0)
    Notice.objects.update(status="failed")
    endpoints.switch_off(endpoint, "")
    assert "switched off: 1" in office.post("/admin/reviews/notice/", form, follow=True).content.decode()
    assert Notice.objects.get().status == "failed"


@pytest.mark.parametrize("action", ACTIONS)
def test_who_only_looks_does_nothing_and_sees_no_secret(owner: User, endpoint: Endpoint, action: str) -> None:
    Membership.objects.update(role="viewer")
    office, before = signed_in(owner), Endpoint.objects.values().get()
    page = office.get(place(endpoint)).content.decode()
    assert "https://hooks.example/a" in page
    assert "whsec_" not in page
    assert office.post(place(endpoint, action)).status_code == 403
    assert Endpoint.objects.values().get() == before
    assert not Notice.objects.exists()


@pytest.mark.parametrize("action", ["change", *ACTIONS])
def test_a_strangers_endpoint_is_not_there(stranger: User, endpoint: Endpoint, action: str) -> None:
    before = Endpoint.objects.values().get()
    answer = signed_in(stranger).post(place(endpoint, action))
    assert answer.status_code in (302, 403, 404)  # as the pages of all rows: away from it, and nothing done
    assert Endpoint.objects.values().get() == before


def test_who_writes_elsewhere_tells_nothing_again_here(
    owner: User, endpoint: Endpoint, account: Account, other_account: Account, now: datetime
) -> None:
    asked(account, now)
    Notice.objects.update(status="failed")
    Membership.objects.filter(account=account).update(role="viewer")
    Membership.objects.create(account=other_account, user=owner, role="owner")
    form = {"action": "again", "_selected_action": [str(Notice.objects.get().pk)], "business": str(account.pk)}
    content = signed_in(owner).post("/admin/reviews/notice/", form).content.decode()
    assert 'name="action"' not in content
    assert Notice.objects.get().status == "failed"


def test_the_account_is_full(
    office: Client, endpoint: Endpoint, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoints, "MOST", 1)
    answer = office.post(ADD, {"account": str(account.pk), "url": "https://hooks.example/c"})
    assert "The account has 1 webhooks already" in answer.content.decode()
    assert Endpoint.objects.count() == 1
    Endpoint.objects.update(application=make_application())  # an app's is not the account's own
    assert office.post(ADD, {"account": str(account.pk), "url": "https://hooks.example/c"}).status_code == 302
