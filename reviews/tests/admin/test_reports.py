"""The page of reports: choices in its address, honest words, files, and whose rows it shows."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from oauth.models import Account, ApiKey, Membership, User
from oauth.tests.flow import signed_in
from reviews.tests.insights.test_reports import second, sent

pytestmark = pytest.mark.django_db

PAGE = "/admin/reports/"


def text(client: Client, **query: str) -> str:
    page = client.get(PAGE, query)
    assert page.status_code == 200
    return " ".join(page.content.decode().split())


def lines(client: Client, key: str, **query: str) -> list[str]:
    answer: Any = client.get(PAGE, {**query, "file": key})
    assert answer["Content-Type"].startswith("text/csv")
    content: str = answer.getvalue().decode("utf-8-sig")
    return content.splitlines()


def test_a_viewer_sees_the_numbers_and_a_stranger_none_of_them(
    account: Account, viewer: User, stranger: User, operator: User
) -> None:
    sent(account, "ada", timezone.now(), seen_at=timezone.now())
    for person in (viewer, operator):
        assert "Opened the page" in text(signed_in(person))
    theirs = text(signed_in(stranger), account=str(account.pk), days="9", channel="fax", sequence="1\0")
    assert "Nobody was asked in this period" in theirs
    assert "Opened the page" not in theirs


def test_choices_that_are_none_count_as_the_usual_ones(account: Account, owner: User) -> None:
    client = signed_in(owner)
    for query in ({"days": "9"}, {"days": "own", "first": "soon", "last": ""}, {"channel": "fax"}):
        assert client.get(PAGE, query).status_code == 200
    today = timezone.localdate()
    for first, words in (
        (today + timedelta(days=2), "comes after the last one"),
        (today.replace(year=1999), "before the year 2000"),
        (today - timedelta(days=900), "at most 732 days"),
    ):
        query = {"days": "own", "first": first.isoformat(), "last": today.isoformat()}
        assert words in text(client, **query)


def test_own_dates_are_kept_in_the_address_and_in_the_links_to_files(account: Account, owner: User) -> None:
    sent(account, "ada", timezone.now() - timedelta(days=40))
    first = (timezone.localdate() - timedelta(days=45)).isoformat()
    last = (timezone.localdate() - timedelta(days=35)).isoformat()
    page = text(signed_in(owner), days="own", first=first, last=last)
    assert f'value="{first}"' in page
    assert f'href="?days=own&amp;first={first}&amp;last={last}&amp;file=funnel"' in page
    assert "Nobody was asked" not in page
    assert "Nobody was asked" in text(signed_in(owner))


def test_what_nobody_reports_is_said_in_words(account: Account, owner: User, settings: Any) -> None:
    message = sent(account, "ada", timezone.now(), seen_at=timezone.now())
    assert "Nothing leaves the sandbox, so no delivery is reported." in text(signed_in(owner))
    settings.SANDBOX, settings.EMAIL_BACKEND = False, "django.core.mail.backends.smtp.EmailBackend"
    second(message, timezone.now(), status="delivered")
    page = text(signed_in(owner))
    assert "Your mail server does not report deliveries." in page
    assert "Arrived by text message" in page
    assert lines(signed_in(owner), "channels")[1:] == [
        "E-mail,1,not reported,,1,100.0,0,0.0",
        "Text message,1,1,100.0,0,0.0,0,0.0",
    ]


def test_each_table_is_a_file(account: Account, owner: User) -> None:
    key = ApiKey.objects.create(account=account, user=owner, name="=Zap", prefix="rh_1", key_hash="1")
    sent(account, "ada", timezone.now(), wanted={"using": f"api_key:{key.pk}"})
    sent(account, "bob", timezone.now(), wanted={"source": "staff", "by": owner.pk}, seen_at=timezone.now())
    client = signed_in(owner)
    head = "Asked,Opened,Opened (%),Pressed,Pressed (%),Answered,Answered (%)"
    assert lines(client, "sources") == [
        f"Source,{head}",
        "API key “=Zap”,1,0,0.0,0,0.0,0,0.0",
        "Back-office,1,1,100.0,0,0.0,0,0.0",
    ]
    assert lines(client, "members")[1] == f"{owner},1,1,100.0,0,0.0,0,0.0"
    assert len(lines(client, "days", days="7")) == 1 + 7
    assert lines(client, "funnel")[1] == "Asked,2,,0,"
    assert lines(client, "steps")[1].startswith("First ask,2,1,50.0,")
    for key_of_none in ("", "nothing", "businesses"):
        assert client.get(PAGE, {"file": key_of_none}).status_code == 404


def test_no_name_becomes_a_formula_in_a_file(account: Account, owner: User) -> None:
    message = sent(account, "ada", timezone.now())
    type(message.request.sequence).objects.filter(pk=message.request.sequence_id).update(name="=1+1")
    assert lines(signed_in(owner), "sequences")[1].startswith("'=1+1,1,")


def test_the_operator_sees_all_businesses_and_each_of_them(
    account: Account, other_account: Account, operator: User
) -> None:
    sent(account, "ada", timezone.now())
    sent(other_account, "bob", timezone.now())
    assert {line.split(",")[0] for line in lines(signed_in(operator), "businesses")[1:]} == {
        account.name,
        other_account.name,
    }


def test_the_page_takes_few_statements_whatever_it_shows(
    account: Account, owner: User, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(owner)
    for number in range(8):
        wanted = {"using": f"app:{number}"} if number % 2 else {"source": "staff", "by": owner.pk}
        sent(account, f"customer{number}", timezone.now(), wanted=wanted)
    with django_assert_max_num_queries(22):
        client.get(PAGE)


def test_who_works_in_no_business_any_more_reads_empty_pages(account: Account, owner: User) -> None:
    client = signed_in(owner)
    Membership.objects.all().delete()
    for address in ("/admin/reports/", "/admin/", "/admin/reviews/inboxitem/", "/security/mail"):
        assert client.get(address).status_code in (200, 403), address
