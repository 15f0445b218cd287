"""Forms that another site sends in a person's name: no address takes one."""

import pytest
from django.db import transaction
from django.test import Client

from oauth.models import Account, User
from reviewhub.middleware import JSON_PATHS
from reviews.tests.journeys.attack.routes import routes, values_of
from reviews.tests.journeys.attack.test_foreign_rows import BODY

pytestmark = [pytest.mark.django_db, pytest.mark.attack, pytest.mark.once]

# What no cookie opens: calls with a credential of their own, and links that are one (RFC 8058 asks for a bare POST).
WITHOUT_COOKIE = ("hooks/", "r/", "b/", "security/mail/stop/")


def test_no_address_that_a_cookie_opens_takes_a_form_of_another_site(victim: Account, operator: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(operator)
    taken = []
    for route in routes():
        path = route.path(values_of(route, victim))
        if not JSON_PATHS.match(path) and not route.pattern.startswith(WITHOUT_COOKIE):
            with transaction.atomic():
                if client.post(path, BODY).status_code not in (403, 405):
                    taken.append(path)
                transaction.set_rollback(True)
    assert taken == []
