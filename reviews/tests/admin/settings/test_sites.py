"""Review sites in the back-office."""

import pytest
from django.urls import reverse

from oauth.models import Account, User
from oauth.tests.flow import signed_in
from reviews.models import ReviewSite

pytestmark = pytest.mark.django_db

ADD = "/admin/reviews/reviewsite/add/"


def form(account: Account, **changes: str) -> dict[str, str]:
    return {"account": str(account.pk), "name": "Reviews", "position": "0", "is_active": "on"} | changes


def test_a_site_that_forbids_asking_is_refused_at_its_field(account: Account, owner: User) -> None:
    before = ReviewSite.objects.count()
    page = signed_in(owner).post(ADD, form(account, url="https://www.yelp.com/biz/riverside")).content.decode()
    assert "Yelp forbids businesses to ask for reviews" in page
    assert ReviewSite.objects.count() == before


def test_a_look_alike_is_refused(account: Account, owner: User) -> None:
    page = signed_in(owner).post(ADD, form(account, url="https://g00gle.com/r")).content.decode()
    assert "g00gle.com looks like Google, and is another site." in page


def test_a_link_that_is_no_form_is_saved_with_a_warning(account: Account, owner: User) -> None:
    data = form(account, url="https://www.facebook.com/riverside")
    page = signed_in(owner).post(ADD, data, follow=True).content.decode()
    assert "not to the form for a review" in page
    assert ReviewSite.objects.filter(url="https://www.facebook.com/riverside").exists()


def test_a_site_that_was_switched_off_cannot_be_switched_on_again(account: Account, owner: User) -> None:
    site = ReviewSite.objects.create(account=account, name="Y", url="https://www.yelp.com/biz/x", is_active=False)
    address = reverse("admin:reviews_reviewsite_change", args=[site.pk])
    signed_in(owner).post(address, form(account, name="Y", url=site.url))
    site.refresh_from_db()
    assert not site.is_active
