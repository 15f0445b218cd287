"""The page that says no: in which words, and to whom."""

import pytest
from django.urls import reverse

from oauth.models import Account, User
from oauth.tests.flow import signed_in

pytestmark = pytest.mark.django_db

LOOK, NOT_FOR_YOU = "You may look, but not change this", "This page is not for you"


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/admin/reviews/contact/add/", LOOK),
        ("/admin/settings/sites/add/", LOOK),
        ("/admin/oauth/application/", NOT_FOR_YOU),
        ("/admin/oauth/apikey/", NOT_FOR_YOU),
        ("/admin/operations/", NOT_FOR_YOU),
    ],
)
def test_a_viewer_reads_that_they_may_look_only_where_they_may(
    viewer: User, address: str, words: str, method: str
) -> None:
    answer = getattr(signed_in(viewer), method)(address)
    assert answer.status_code == 403
    page = answer.content.decode()
    assert words in page
    assert ({LOOK, NOT_FOR_YOU} - {words}).pop() not in page
    assert reverse("admin:index") in page


def test_a_person_without_a_business_may_not_even_look(account: Account) -> None:
    nobody = User.objects.create_user("nobody@example.com", "correct horse", is_staff=True)
    page = signed_in(nobody).get("/admin/reviews/contact/add/").content.decode()
    assert NOT_FOR_YOU in page
