"""docs/rules.md A8: sites that forbid asking are not asked for, and a link leads where it says."""

import importlib
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from oauth.models import Account, User
from reviews.management.commands.demo import SITES
from reviews.models import ReviewSite
from reviews.requests.accounts import create_account
from reviews.sites.rules import RULES, check_site


@pytest.mark.parametrize(
    "url",
    [
        "https://g.page/r/CdF3x/review",
        "https://search.google.com/local/writereview?placeid=ChIJ0",
        "https://maps.app.goo.gl/abc",
        "https://www.facebook.com/riverside.dental/reviews",
        "https://www.tripadvisor.de/UserReviewEdit-g1-d2.html",
        "https://www.trustpilot.com/evaluate/riverside.example",
        "https://reviews.example/riverside",
        "https://xn--mnchen-3ya.example/",
    ],
)
def test_a_review_form_and_a_site_without_a_rule_pass(url: str) -> None:
    finding = check_site(url, name="Reviews")
    assert (finding.refused, finding.warning) == ("", "")


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.yelp.com/biz/riverside", "Reviews"),
        ("https://m.yelp.co.uk/writeareview/biz/x", "Reviews"),
        ("https://yelp.to/x", "Reviews"),
        ("https://short.example/x", "Yelp"),
        ("https://short.example/x", "our yelp page"),
    ],
)
def test_a_site_that_forbids_asking_is_refused_with_the_reason_and_source(url: str, name: str) -> None:
    refused = check_site(url, name=name).refused
    assert "Yelp forbids businesses to ask for reviews" in refused
    assert "https://www.yelp-support.com/" in refused


@pytest.mark.parametrize(
    "url",
    [
        "https://www.google.com/maps/place/x",
        "https://www.google.de/",
        "https://www.facebook.com/x",
        "https://www.trustpilot.com/",
    ],
)
def test_a_link_to_a_site_that_is_no_review_form_is_warned_about(url: str) -> None:
    finding = check_site(url)
    assert finding.refused == ""
    assert "not to the form for a review" in finding.warning


@pytest.mark.parametrize(
    "url",
    [
        "https://g00gle.com/x",
        "https://googIe.com.evil.example/x".lower().replace("googie", "goog1e"),
        "https://google.evil.example/x",
        "https://gооgle.com/x",  # Cyrillic
        "https://xn--ggle-55da.com/x",
        "https://faceb00k.com/reviews",
        "https://google.com@evil.example/x",
        "https://tri\u0440advisor.com/UserReview-x",
    ],
)
def test_a_host_that_looks_like_a_site_and_is_another_is_refused(url: str) -> None:
    assert check_site(url).refused


@given(st.text("abcgoogleyp0.-\u0440\u00fc", min_size=1, max_size=40), st.text(max_size=20))
def test_any_host_is_read(host: str, name: str) -> None:
    check_site(f"https://{host}/x", name=name)


def test_each_rule_has_a_source_and_a_day() -> None:
    for rule in RULES:
        assert rule.source.startswith("https://")
        assert rule.as_of
        assert bool(rule.note) != bool(rule.forbids_asking)


def test_the_demo_asks_for_sites_that_may_be_asked_for() -> None:
    for name, url in SITES.items():
        finding = check_site(url, name=name)
        assert (finding.refused, finding.warning) == ("", ""), name


@pytest.mark.django_db
def test_an_account_is_not_made_with_a_site_that_forbids_asking(owner: User) -> None:
    with pytest.raises(ValidationError, match="Yelp forbids"):
        create_account(name="X", owner=owner, postal_address="1 Main St", sites={"Yelp": "https://www.yelp.com/biz/x"})
    assert not Account.objects.filter(name="X").exists()


@pytest.mark.django_db
def test_an_upgrade_switches_off_the_sites_that_forbid_asking(account: Account, capsys: Any) -> None:
    yelp = ReviewSite.objects.create(account=account, name="Y", url="https://www.yelp.com/biz/x")
    other = ReviewSite.objects.create(account=account, name="Z", url="https://yelpers.example/yelp.com")
    importlib.import_module("reviews.migrations.0023_sites_that_forbid_asking").switch_off(apps, None)
    yelp.refresh_from_db()
    other.refresh_from_db()
    assert (yelp.is_active, other.is_active) == (False, True)
    assert "(Yelp): 1." in capsys.readouterr().out
