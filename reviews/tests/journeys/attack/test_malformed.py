"""Addresses filled with what is no key, and lists asked with what is no cursor and no filter: no answer is a 5xx."""

import base64
import logging
from collections.abc import Iterator
from itertools import product
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.db import transaction
from django.test import Client
from django.urls import resolve, reverse
from rest_framework.generics import GenericAPIView

from oauth.api_keys import create_api_key
from oauth.models import Account, User
from reviews.tests.journeys.attack.conftest import Caller
from reviews.tests.journeys.attack.routes import routes, values_of
from reviews.tests.journeys.attack.test_foreign_rows import BODY

pytestmark = [pytest.mark.django_db, pytest.mark.attack, pytest.mark.once]

KEYS = ("2", str(2**63), "%00", "..%2F..%2Fetc%2Fpasswd", "7A9C1F0E-5D3B-4C2A-9E8F-1B2C3D4E5F60", "%FF%FE", "a" * 3000)
# The admin has one way to a row; other addresses have converters and look-ups of their own.
MORE_KEYS = (
    *("0", "-1", "1.5", "9" * 40, "1%00", "../../x", "%2525", "00000000-0000-0000-0000-000000000000", "{7a9c1f0e}"),
    *("None", "true", "%F0%9F%92%A9", "'%22%3E%3Cscript%3E", "1;%20DROP", "%0D%0AX-Evil:%201", "٣", "_2F", "id_in_1,2"),
    *("external_id:", "external_id:%00", "external_id:%FF", "external_id:a%2Fb", "external_id:'%20OR%201=1--"),
    "external_id:" + "a" * 3000,
)
CURSORS = (
    *("p=x", "p=", "p=%00", "p=2026-03-03", "p=99999-01-01 00:00:00+00:00", "p=01", "p=0000-00-00 00:00:00+00:00"),
    *("p=2026-03-03 15:00:00", "p=None", "p=2026-03-03T15:00:00Z", "p=NaN", "p=1e5", "p=%F0%9F%92%A9", "o=x", "o=-1"),
    *("r=x", "r=" + "9" * 5000, "\xff"),
)
# A list by number may have given these; what lies too far away is an empty page.
POSSIBLE_CURSORS = ("p=1", "p=-1", "p=" + "9" * 40, "p=1&p=2&r=1", "o=" + "9" * 40)
VALUES = (
    *("", "x", "0", "-1", "1.5", "9" * 40, "1e400", "NaN", "\0", "'", "%", "٣", "💩", "a" * 3000, "null", "true", "[]"),
    *("99999-01-01", "0000-00-00", "2026-03-03", "2026-03-03T99:00:00Z", "0001-01-01T00:00:00+14:00", "\ud800"),
)
OFFICE_VALUES = ("9" * 40, "x")
# What the admin takes behind the name of a field.
LOOKUPS = ("", "__year", "__gte", "__in", "__isnull", "__range", "__nothing")


@pytest.fixture
def caller(victim: Account, owner: User, operator: User) -> Iterator[Caller]:
    """Somebody who may do everything, so that requests go as far as they can: an operator who holds an API key."""
    client = Client(headers={"Authorization": f"Bearer {create_api_key(account=victim, user=owner, name='all')[1]}"})
    client.force_login(operator)
    client.raise_request_exception = False
    logging.disable(logging.CRITICAL)
    yield Caller("operator", client)
    logging.disable(logging.NOTSET)


@pytest.fixture
def api_lists() -> dict[str, list[str]]:
    """The addresses of the API's lists, and the names of their filters."""
    lists = {}
    for route in routes():
        if route.pattern.startswith("api/") and not route.arguments:
            view = getattr(resolve(f"/{route.pattern}").func, "view_class", object)
            if issubclass(view, GenericAPIView):
                filterset: Any = getattr(view, "filterset_class", None)
                lists[f"/{route.pattern}"] = list(getattr(filterset, "base_filters", ()))
    return lists


def test_no_key_that_is_none_is_an_error_of_ours(victim: Account, caller: Caller) -> None:
    faults = list[str]()
    for route in routes():
        values = values_of(route, victim)
        is_office = route.pattern.startswith("admin/")
        for name, key in product(route.arguments, KEYS if is_office else KEYS + MORE_KEYS):
            path = route.path(values | {name: key})
            for method in ("GET",) if is_office else ("GET", "POST"):
                with transaction.atomic():
                    status = caller.send(method, path, BODY if method == "POST" else None).status_code
                    transaction.set_rollback(True)
                if status >= 500:
                    faults.append(f"{method} {path[:200]} → {status}")
    assert faults == []


def test_a_cursor_that_no_list_gave_is_refused(
    victim: Account, caller: Caller, api_lists: dict[str, list[str]]
) -> None:
    faults = list[str]()
    for path, text in product(api_lists, CURSORS + POSSIBLE_CURSORS):
        cursor = base64.b64encode(text.encode("latin-1", "ignore")).decode()
        for sent in (cursor, text):
            status = caller.send("GET", f"{path}?{urlencode({'cursor': sent})}").status_code
            if status != 400 and not (text in POSSIBLE_CURSORS and status == 200):
                faults.append(f"{path} {text[:80]!r} → {status}")
    assert len(api_lists) > 6
    assert faults == []


def test_no_filter_of_the_api_is_an_error_of_ours(
    victim: Account, caller: Caller, api_lists: dict[str, list[str]]
) -> None:
    faults = list[str]()
    for path, names in api_lists.items():
        for name, value in product([*names, "page_size", "unknown"], VALUES):
            status = caller.send("GET", f"{path}?{urlencode({name: value}, errors='surrogatepass')}").status_code
            if status not in (200, 400):
                faults.append(f"{path} {name}={value[:80]!r} → {status}")
    assert faults == []


def test_no_filter_of_the_back_office_is_an_error_of_ours(victim: Account, caller: Caller) -> None:
    """Each kind of column with each look-up, on some page, since all pages have one mechanism; each page's filters."""
    kinds: dict[tuple[str, str], tuple[str, str]] = {}
    filters = [("/admin/reviews/contact/", name) for name in ("q", "o", "p", "all", "e", "_to_field")]
    for page in admin.site._registry.values():
        path = reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_changelist")
        for field, lookup in product(page.opts.concrete_fields, LOOKUPS):
            kinds[field.get_internal_type(), lookup] = (path, field.name + lookup)
        names: list[Any] = [part[0] if isinstance(part, tuple) else part for part in page.list_filter]
        filters += [(path, getattr(name, "parameter_name", name)) for name in names]
    faults = list[str]()
    for (path, name), value in product([*kinds.values(), *filters], OFFICE_VALUES):
        status = caller.send("GET", f"{path}?{urlencode({name: value}, errors='surrogatepass')}").status_code
        if status not in (200, 302, 400):
            faults.append(f"{path}?{name}={value[:80]!r} → {status}")
    assert len(kinds) > 100
    assert faults == []
