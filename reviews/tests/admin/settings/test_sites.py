"""Settings, Review sites: what a link may be, what is said of it, the order, and who may change it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from oauth.models import Account, User
from oauth.tests.flow import signed_in
from reviews.models import ReviewSite

pytestmark = pytest.mark.django_db

LIST, ADD, CHECK = "/admin/settings/sites/", "/admin/settings/sites/add/", "/admin/settings/sites/check/"
FORM = {"url": "https://www.trustpilot.com/evaluate/riverside.example", "name": "Reviews", "is_active": "on"}


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def client_of_owner(owner: User) -> Client:
    return signed_in(owner)


@pytest.fixture
def site(account: Account) -> ReviewSite:
    return ReviewSite.objects.get(account=account)


def row(name: str, site: ReviewSite, *more: str) -> str:
    return reverse(f"settings-sites-{name}", args=[site.pk, *more])


# --- What is shown ------------------------------------------------------------------------------------


def test_a_card_has_the_link_and_the_rule_in_words(client_of_owner: Client, account: Account) -> None:
    ReviewSite.objects.create(account=account, name="Maps", url="https://g.page/r/abc/review", position=1)
    ReviewSite.objects.create(account=account, name="Off", url="https://off.example/", position=2, is_active=False)
    page = words(client_of_owner.get(LIST))
    assert 'href="https://g.page/r/abc/review" target="_blank" rel="noopener noreferrer"' in page
    assert "Everybody may be asked, for nothing in return, and in their own words." in page
    assert "as of 1 Jun 2025" in page
    assert "We know no rule of this site" in page
    assert page.index(">Google<") < page.index(">Maps<") < page.index(">Off<")


def test_an_empty_list_says_what_will_appear(client_of_owner: Client, site: ReviewSite) -> None:
    site.delete()
    assert "No review site yet" in words(client_of_owner.get(LIST))


def test_the_page_asks_as_much_for_many_as_for_few(
    client_of_owner: Client, account: Account, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        ReviewSite.objects.create(account=account, name=f"Site {number}", url=f"https://s{number}.example/")
    client_of_owner.get(LIST)
    with django_assert_max_num_queries(7):
        assert client_of_owner.get(LIST).status_code == 200


# --- A link -------------------------------------------------------------------------------------------


def test_a_site_that_forbids_asking_is_refused_at_its_field(client_of_owner: Client) -> None:
    before = ReviewSite.objects.count()
    answer = client_of_owner.post(ADD, FORM | {"url": "https://www.yelp.com/biz/riverside"})
    assert answer.status_code == 400
    assert "Yelp forbids businesses to ask for reviews" in words(answer)
    assert 'id="id_url_error"' in words(answer)
    assert ReviewSite.objects.count() == before


def test_a_look_alike_is_refused(client_of_owner: Client) -> None:
    answer = client_of_owner.post(ADD, FORM | {"url": "https://g00gle.com/r"})
    assert "g00gle.com looks like Google, and is another site." in words(answer)


def test_a_link_that_is_no_form_is_saved_with_a_warning(client_of_owner: Client) -> None:
    answer = client_of_owner.post(ADD, FORM | {"url": "https://www.facebook.com/riverside"}, follow=True)
    assert "not to the form for a review" in words(answer)
    assert ReviewSite.objects.filter(url="https://www.facebook.com/riverside").exists()


@pytest.mark.parametrize(
    ("url", "name"), [(FORM["url"], "Trustpilot"), ("https://www.reviews.example/x", "reviews.example")]
)
def test_a_site_without_a_name_gets_its_own(client_of_owner: Client, url: str, name: str) -> None:
    assert client_of_owner.post(ADD, FORM | {"url": url, "name": ""}).status_code == 302
    assert ReviewSite.objects.get(url=url).name == name


def test_a_new_site_stands_last(client_of_owner: Client, account: Account) -> None:
    ReviewSite.objects.create(account=account, name="Late", url="https://late.example/", position=7)
    client_of_owner.post(ADD, FORM)
    assert ReviewSite.objects.get(name="Reviews").position == 8


@pytest.mark.parametrize(
    "change", [{"url": ""}, {"url": "nonsense"}, {"url": "javascript:alert(1)"}, {"name": "x" * 61}]
)
def test_what_is_no_site_is_refused_and_nothing_is_lost(client_of_owner: Client, change: dict[str, str]) -> None:
    answer = client_of_owner.post(ADD, FORM | change)
    assert answer.status_code == 400
    assert 'role="alert"' in words(answer)
    assert ReviewSite.objects.count() == 1


def test_a_site_that_was_switched_off_cannot_be_switched_on_again(client_of_owner: Client, account: Account) -> None:
    site = ReviewSite.objects.create(account=account, name="Y", url="https://www.yelp.com/biz/x", is_active=False)
    assert client_of_owner.post(row("edit", site), {"name": "Y", "url": site.url, "is_active": "on"}).status_code == 400
    site.refresh_from_db()
    assert not site.is_active


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("https://g.page/r/abc/review", "This leads to Google."),
        ("g.page/r/abc/review", "This leads to Google."),
        ("https://www.facebook.com/riverside", "not to the form for a review"),
        ("https://www.yelp.com/biz/x", "Yelp forbids businesses"),
        ("https://g00gle.com/", "looks like Google"),
        ("https://angi.example/", "We know no rule of this site"),
    ],
)
def test_a_pasted_link_is_recognised(client_of_owner: Client, url: str, text: str) -> None:
    assert text in words(client_of_owner.get(CHECK, {"url": url}))


@pytest.mark.parametrize("url", ["", "[", "http://[", "\0", "x" * 3000, "https://xn--"])
def test_what_is_no_link_yet_is_no_error(client_of_owner: Client, url: str) -> None:
    assert client_of_owner.get(CHECK, {"url": url}).status_code == 200


# --- Changing, moving, removing -----------------------------------------------------------------------


def test_a_site_is_changed(client_of_owner: Client, site: ReviewSite) -> None:
    ReviewSite.objects.filter(pk=site.pk).update(url="https://g.page/r/abc/review")
    page = words(client_of_owner.get(row("edit", site)))
    assert "Change Google" in page
    assert "This leads to Google." in page
    client_of_owner.post(row("edit", site), FORM)
    site.refresh_from_db()
    assert (site.name, site.url, site.is_active) == (FORM["name"], FORM["url"], True)
    client_of_owner.post(row("edit", site), {"url": FORM["url"], "name": "Reviews"})
    site.refresh_from_db()
    assert not site.is_active


def test_sites_change_places_and_stay_at_the_ends(client_of_owner: Client, account: Account, site: ReviewSite) -> None:
    for name in ("B", "C"):  # as they were added over the API once: all at the same place
        ReviewSite.objects.create(account=account, name=name, url=f"https://{name.lower()}.example/")

    def order() -> list[str]:
        return [row.name for row in ReviewSite.objects.filter(account=account).order_by("position", "id")]

    client_of_owner.post(row("move", site, "up"))
    assert order() == ["Google", "B", "C"]
    client_of_owner.post(row("move", site, "down"))
    assert order() == ["B", "Google", "C"]
    for _ in range(3):
        client_of_owner.post(row("move", site, "down"))
    assert order() == ["B", "C", "Google"]
    assert client_of_owner.post(row("move", site, "sideways")).status_code == 404


def test_a_site_is_removed_after_a_question(client_of_owner: Client, site: ReviewSite) -> None:
    assert "Remove Google?" in words(client_of_owner.get(row("remove", site)))
    assert ReviewSite.objects.exists()
    client_of_owner.post(row("remove", site))
    assert not ReviewSite.objects.exists()


# --- Who may ------------------------------------------------------------------------------------------


def every_change(site: ReviewSite) -> list[str]:
    return [ADD, row("edit", site), row("remove", site), row("move", site, "down")]


def test_a_viewer_looks_and_changes_nothing(viewer: User, site: ReviewSite) -> None:
    client = signed_in(viewer)
    page = words(client.get(LIST))
    assert "Open it" in page
    assert "Remove" not in page
    assert "Add a review site" not in page
    for address in every_change(site):
        assert client.post(address, FORM).status_code == 403
    for address in (ADD, CHECK, row("edit", site), row("remove", site)):
        assert client.get(address).status_code == 403
    assert ReviewSite.objects.get().name == "Google"


def test_to_a_stranger_a_site_does_not_exist(stranger: User, site: ReviewSite) -> None:
    client = signed_in(stranger)
    assert site.url not in words(client.get(LIST)).replace(str(ReviewSite.objects.exclude(pk=site.pk).get().url), "")
    for address in every_change(site)[1:]:
        assert client.post(address, FORM).status_code == 404
    for address in (row("edit", site), row("remove", site)):
        assert client.get(address).status_code == 404
    assert ReviewSite.objects.filter(pk=site.pk, name="Google").exists()
