"""Lists of sentences: what a page weighs and costs, chips, orders, choosing rows, empty lists."""

import gzip
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oauth.models import Account, Membership, User
from oauth.tests.flow import signed_in
from reviews.contacts.suppressions import suppress
from reviews.models import Contact, Delivery, InboxItem, MergeCandidate, ReviewRequest, Suppression
from reviews.pages import actions
from reviews.requests.consents import withdraw
from reviews.requests.matching import Person
from reviews.tests.support.helpers import asked
from reviews.tests.support.lists import LISTS, chips, import_job, page_of, sentences

pytestmark = pytest.mark.django_db

MOST_BYTES, MOST_PACKED = 80_000, 12_000
MOST_STATEMENTS = 15
NAMES = ["Ava", "Ben", "Carla", "Dmitri", "Élodie", "Farid", "Greta"]
WORDS = "The boiler is warm again, and the floor was left as clean as it had been: thank you, number"


def fill(account: Account, now: datetime, rows: int) -> None:
    """A busy account: that many customers, each with a request, feedback, a mark and an import."""
    for number in range(rows):
        person = Person(
            first_name=NAMES[number % 7],
            last_name=f"Müller-Lüdenscheidt {number}",
            email=f"customer.number.{number}@example.com",
            phone=f"+1212555{2000 + number}",
        )
        request = asked(account, now - timedelta(hours=number), person=person)
        delivery = Delivery.objects.get(request=request)
        if number % 2:
            actions.record_feedback(delivery=delivery, rating=1 + number % 5, text=f"{WORDS} {number}.", now=now)
        else:
            InboxItem.objects.create(
                account=account, contact=request.contact, kind="reply", text=f"{WORDS} {number}", created_at=now
            )
        reason, evidence = Suppression.Reason.STAFF, f"Asked for it on the phone, note {number}."
        suppress(account=account, channel="email", address=person.email, reason=reason, evidence=evidence, now=now)
        words = f"{WORDS} {number}"
        withdraw(account=account, channel="email", address=person.email, reason=reason, words=words, now=now)
        other = Contact.objects.create(account=account, first_name=f"Ava {number}", phone=f"+1212556{2000 + number}")
        MergeCandidate.objects.create(account=account, by_email=request.contact, by_phone=other)
        import_job(account, now, f"customers of week {number}.csv", asked=number, refused=3, known=2)


@pytest.mark.parametrize("name", LISTS)
def test_a_page_of_50_rows_is_light_and_costs_few_statements(
    account: Account, owner: User, operator: User, now: datetime, name: str, django_assert_max_num_queries: Any
) -> None:
    fill(account, now, 51)
    for user in (owner, operator):
        client = signed_in(user)
        client.get("/admin/")
        with django_assert_max_num_queries(MOST_STATEMENTS):
            page = client.get(LISTS[name]).content
        assert len(sentences(page.decode())) == 50
        assert len(page) <= MOST_BYTES
        assert len(gzip.compress(page)) <= MOST_PACKED


def test_a_row_is_one_link_that_says_all(account: Account, owner: User, now: datetime) -> None:
    request = asked(account, now)
    page = page_of(owner, "requests")
    (row,) = re.findall(r"<li[^>]*>(.*?)</li>", page.partition('class="rl-rows"')[2], re.DOTALL)
    assert row.startswith(f'<a href="{request.pk}/change/">')
    assert row.count("<a ") == 1
    assert "checkbox" not in row
    words = " ".join(re.sub(r"<[^>]+>", " ", row).split())
    assert words.startswith("Jane Smith")
    assert "First ask by e-mail" in words
    assert signed_in(owner).get(f"{LISTS['requests']}{request.pk}/change/").status_code == 200


def test_a_title_names_the_list(account: Account, owner: User, viewer: User) -> None:
    titles = {"customers": "Customers", "requests": "Requests", "inbox": "Inbox", "imports": "Imports"}
    for user in (owner, viewer):
        for name, title in (titles | {"do_not_contact": "Do not contact"}).items():
            page = page_of(user, name)
            assert re.search(rf"<h1[^>]*>\s*{title}\s*</h1>", page)
            assert "to view" not in page
            assert "to change" not in page


# --- Chips --------------------------------------------------------------------------------------------


def test_chips_count_their_rows_and_lead_to_them(account: Account, owner: User, now: datetime) -> None:
    for number, status in enumerate(["scheduled", "sent", "sent", "cancelled"]):
        request = asked(account, now, person=Person(email=f"c{number}@example.com", first_name=f"Ava{number}"))
        ended = now if status == "cancelled" else None
        ReviewRequest.objects.filter(pk=request.pk).update(status=status, ended_at=ended)
    page = page_of(owner, "requests")
    assert chips(page) == {"All": "4", "Scheduled": "1", "Waiting for an answer": "2", "Cancelled": "1"}
    assert 'href="?status__exact=sent"' in page
    sent = page_of(owner, "requests", status__exact="sent")
    assert list(sentences(sent)) == ["Ava2", "Ava1"] or set(sentences(sent)) == {"Ava1", "Ava2"}
    assert re.search(r'href="\?status__exact=sent" aria-current="true"', sent)
    assert chips(sent)["Scheduled"] == "1"  # the others stay, to be chosen next


def test_chips_of_two_groups_are_combined(account: Account, owner: User, now: datetime) -> None:
    for channel, address in (("email", "a@example.com"), ("email", "b@example.com"), ("sms", "+12125551234")):
        suppress(
            account=account, channel=channel, address=address, reason=Suppression.Reason.STOP, evidence="", now=now
        )
    Suppression.objects.filter(address="b@example.com").update(lifted_at=now)
    page = page_of(owner, "do_not_contact", channel__exact="email")
    assert set(sentences(page)) == {"a@example.com", "b@example.com"}
    assert chips(page) == {
        "All": "2",
        "In force": "1",
        "Lifted": "1",
        "All ways": "3",
        "E-mail": "2",
        "Text message": "1",
    }
    both = page_of(owner, "do_not_contact", channel__exact="email", lifted_at__isempty="1")
    assert set(sentences(both)) == {"a@example.com"}


def test_a_chip_counts_to_its_bound(
    account: Account, owner: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reviewhub.backoffice.lists.MOST_ON_A_CHIP", 2)
    for number in range(3):
        asked(account, now, person=Person(email=f"c{number}@example.com"))
    assert chips(page_of(owner, "requests")) == {"All": "2+", "Scheduled": "2+"}
    with CaptureQueriesContext(connection) as queries:
        page_of(owner, "requests")
    counting = [query["sql"] for query in queries.captured_queries if query["sql"].count("COUNT(*)") > 1]
    assert len(counting) == 1  # of all chips
    assert counting[0].count("LIMIT 3)") == counting[0].count("COUNT(*)")  # no further than it says


def test_a_search_counts_no_chips_and_keeps_the_chosen_one(account: Account, owner: User, now: datetime) -> None:
    asked(account, now)
    page = page_of(owner, "requests", q="jane", status__exact="scheduled")
    assert set(chips(page).values()) == {""}
    assert '<input type="hidden" name="status__exact" value="scheduled">' in page
    assert "q=jane" in re.findall(r'href="([^"]*status__exact=sent)"', page)[0]
    assert set(sentences(page)) == {"Jane Smith"}


def test_a_value_that_no_chip_has_finds_nothing_or_changes_nothing(
    account: Account, owner: User, now: datetime
) -> None:
    asked(account, now)
    assert not sentences(page_of(owner, "requests", status__exact="nonsense"))
    assert set(sentences(page_of(owner, "customers", asked="nonsense"))) == {"Jane Smith"}
    assert signed_in(owner).get(LISTS["requests"], {"sequence__nonsense": "1"}).status_code in (302, 400)


def test_filters_that_are_no_chips_are_links_and_act_at_once(account: Account, owner: User, now: datetime) -> None:
    asked(account, now)
    page = page_of(owner, "requests")
    details = page.partition('class="rl"')[2].partition("<details")[2].partition("</details>")[0]
    assert 'href="?source__exact=import"' in details
    assert "<button" not in details
    assert not sentences(page_of(owner, "requests", source__exact="import"))
    assert sentences(page_of(owner, "requests", source__exact="api"))


# --- Orders and pages -----------------------------------------------------------------------------------


def test_the_order_is_chosen_by_a_link(account: Account, owner: User, now: datetime) -> None:
    for number, name in enumerate(["Mia Zeller", "Zoe Adler", "Ava Klein"]):
        first, last = name.split()
        at = now + timedelta(hours=number)
        request = asked(account, at, person=Person(email=f"c{number}@example.com", first_name=first, last_name=last))
        Contact.objects.filter(pk=request.contact_id).update(created_at=at)
    page = page_of(owner, "customers")
    assert list(sentences(page)) == ["Ava Klein", "Zoe Adler", "Mia Zeller"]
    assert 'href="?o=oldest"' in page
    assert 'href="?o=name"' in page
    assert list(sentences(page_of(owner, "customers", o="oldest"))) == ["Mia Zeller", "Zoe Adler", "Ava Klein"]
    assert list(sentences(page_of(owner, "customers", o="name"))) == ["Zoe Adler", "Ava Klein", "Mia Zeller"]
    for nonsense in ("-3", "1.2", "nonsense"):
        assert list(sentences(page_of(owner, "customers", o=nonsense))) == ["Ava Klein", "Zoe Adler", "Mia Zeller"]
    assert page_of(owner, "customers", o="oldest", q="a").count('name="o" value="oldest"') == 1


def test_pages_keep_the_chips_and_the_order(account: Account, owner: User, now: datetime) -> None:
    for number in range(51):
        asked(account, now, person=Person(email=f"c{number}@example.com"))
    page = page_of(owner, "requests", status__exact="scheduled", o="oldest")
    assert 'href="?o=oldest&amp;p=2&amp;status__exact=scheduled" rel="next"' in page
    assert "Page 1 of 2" in page
    last = page_of(owner, "requests", status__exact="scheduled", o="oldest", p="2")
    assert len(sentences(last)) == 1
    assert 'href="?o=oldest&amp;status__exact=scheduled" rel="prev"' in last
    assert "51 review requests" in last
    row = re.search(r'<li[^>]*><a href="([^"]+)"', last)
    assert row
    assert "_changelist_filters=" in row[1]  # the row's page leads back to these rows


# --- Choosing rows ----------------------------------------------------------------------------------------


def test_rows_are_chosen_only_after_select_and_acted_on(account: Account, owner: User, now: datetime) -> None:
    request = asked(account, now)
    client = signed_in(owner)
    assert 'type="checkbox"' not in page_of(client, "requests")
    page = page_of(client, "requests", select="1")
    assert f'name="_selected_action" value="{request.pk}">' in page
    assert 'name="action" value="cancel"' in page
    assert 'name="business"' in page
    form = {"index": "0", "action": "cancel"}
    nothing = client.post(f"{LISTS['requests']}?select=1", form, follow=True)
    assert "Items must be selected" in nothing.content.decode()
    done = client.post(f"{LISTS['requests']}?o=oldest&select=1", form | {"_selected_action": [str(request.pk)]})
    assert done.url == f"{LISTS['requests']}?o=oldest"  # type: ignore[attr-defined]
    request.refresh_from_db()
    assert request.status == "cancelled"


def test_the_page_or_all_rows_are_chosen_at_once(account: Account, owner: User, now: datetime) -> None:
    for number in range(51):
        asked(account, now, person=Person(email=f"c{number}@example.com"))
    client = signed_in(owner)
    page = page_of(client, "requests", select="page")
    assert len(re.findall(r'name="_selected_action" value="[^"]+" checked', page)) == 50
    everything = page_of(client, "requests", select="all")
    assert "All 51 are chosen" in everything
    keys = re.findall(r'name="_selected_action" value="([^"]+)"', everything)
    assert len(keys) == 1
    form = {"index": "0", "action": "cancel", "select_across": "1", "_selected_action": keys}
    client.post(f"{LISTS['requests']}?select=all", form)
    assert set(ReviewRequest.objects.values_list("status", flat=True)) == {"cancelled"}


def test_who_may_not_act_is_not_offered_to_select(account: Account, viewer: User, now: datetime) -> None:
    request = asked(account, now)
    page = page_of(viewer, "requests", select="1")
    assert sentences(page)
    links = re.findall(r'href="([^"]*)"', page)  # the user menu's form leads back to this very address
    assert [link for link in links if "select=1" in link] == []
    assert 'type="checkbox"' not in page
    form = {"index": "0", "action": "cancel", "_selected_action": [str(request.pk)]}
    signed_in(viewer).post(LISTS["requests"], form)
    request.refresh_from_db()
    assert request.status == "scheduled"


# --- Whose rows, and none ------------------------------------------------------------------------------------


def test_the_business_is_named_only_where_several_are_in_view(
    account: Account, other_account: Account, owner: User, operator: User, now: datetime
) -> None:
    asked(account, now)
    asked(other_account, now, person=Person(email="b@example.com", first_name="Bert"))
    everything = page_of(operator, "customers")
    assert set(sentences(everything)) == {"Jane Smith", "Bert"}
    assert "<i>Harbour Garage</i>" in everything
    assert "By name" not in everything  # no index serves it there
    own = page_of(owner, "customers")
    assert set(sentences(own)) == {"Jane Smith"}
    assert "<i>" not in own


def test_a_list_holds_to_the_business_in_view(
    account: Account, other_account: Account, owner: User, now: datetime
) -> None:
    Membership.objects.create(account=other_account, user=owner, role="viewer")
    asked(account, now)
    asked(other_account, now, person=Person(email="b@example.com", first_name="Bert"))
    client = signed_in(owner)
    shown = {}
    for business in (account, other_account):
        session = client.session
        session["business"] = str(business.pk)
        session.save()
        page = page_of(client, "requests")
        assert chips(page)["All"] == "1"
        shown[business] = set(sentences(page))
    assert shown == {account: {"Jane Smith"}, other_account: {"Bert"}}


@pytest.mark.parametrize(
    ("name", "words", "way"),
    [
        ("customers", "Ask the first customer, or import a list.", "/admin/reviews/contact/add/"),
        ("requests", "Ask the first one.", "/admin/reviews/reviewrequest/add/"),
        ("inbox", "Nothing waits for you.", ""),
        ("imports", "Import a workbook or a CSV file.", "/admin/reviews/importjob/add/"),
        ("do_not_contact", "Nobody said no so far.", "/admin/reviews/suppression/add/"),
    ],
)
def test_an_empty_list_says_what_will_stand_there_and_another_sentence_when_nothing_is_found(
    account: Account, owner: User, name: str, words: str, way: str
) -> None:
    page = page_of(owner, name)
    assert words in page
    assert way in page
    assert "Export CSV" not in page
    searched = page_of(owner, name, q="nobody <b>")
    assert words not in searched
    assert "Nothing here matches “nobody &lt;b&gt;”." in searched
    assert '<a class="rh-link" href="?">Show the whole list</a>' in searched


def test_a_chip_that_finds_nothing_says_so(account: Account, owner: User, now: datetime) -> None:
    asked(account, now)
    page = page_of(owner, "requests", status__exact="failed")
    assert "Nothing here is of that kind." in page
    assert 'href="?status__exact=failed" aria-current="true"' in page
