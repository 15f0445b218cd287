"""Every address of the project, called by everybody who has no business there, with the keys of another account."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from oauth.models import Account, Membership, User, UserSession
from reviewhub.middleware import JSON_PATHS
from reviews.tests.journeys.attack.conftest import Caller, models_of_accounts, state_of
from reviews.tests.journeys.attack.routes import Route, routes, rows_of, values_of

pytestmark = [pytest.mark.django_db, pytest.mark.attack, pytest.mark.once]

METHODS = ("GET", "POST")
OF_NO_PAGE = ("PUT", "PATCH", "DELETE", "TRACE", "QUERY", "JUNK")
OTHER_METHODS = ("HEAD", "OPTIONS", *OF_NO_PAGE)
# What the forms and calls of all addresses ask for, so that a request is refused for its row and not for its form.
BODY = {"post": "yes", "because": "x", "first_name": "Eve", "decision": "allow", "active": False, "note": "x"}
WRITES = re.compile(r'(?:UPDATE|INSERT INTO|DELETE FROM) "(\w+)"')


def calls(route: Route, callers: list[Caller]) -> Iterator[tuple[Caller, str]]:
    """Yield who calls the address, and how: the back-office knows no bearer, and has one check for all methods."""
    for caller in callers:
        is_office = route.pattern.startswith("admin/")
        yield caller, "GET"
        if not (is_office and caller.is_program):
            yield caller, "POST"
        if caller.name == "owner" or (caller.name in ("anonymous", "API key") and not is_office):
            yield from ((caller, method) for method in OTHER_METHODS)


def test_each_kind_of_row_is_planted(victim: Account, attacker: Account) -> None:
    empty = [model._meta.label for model in models_of_accounts() if not rows_of(victim, model).exists()]
    assert empty == []


def test_nobody_reads_or_changes_a_row_of_another_account(
    victim: Account, callers: list[Caller], marks: set[str]
) -> None:
    before, faults, written = state_of(victim), list[str](), set[str]()

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        written.update(WRITES.findall(sql))
        return execute(sql, params, many, context)

    for route in routes():
        if route.is_link:
            continue
        path = route.path(values_of(route, victim))
        for caller, method in calls(route, callers):
            with transaction.atomic():
                with connection.execute_wrapper(note):
                    response = caller.send(method, path, BODY if method == "POST" else None)
                changed = [table for table, rows in state_of(victim, written).items() if rows != before[table]]
                transaction.set_rollback(True)
            written.clear()
            if caller.is_member:  # whose own sessions are noted, and end where they ask for that, or leave
                own = {UserSession._meta.db_table}
                own |= {User._meta.db_table} if "/sessions/" in path or path.endswith("/leave/") else set()
                own |= {Membership._meta.db_table} if path.endswith("/leave/") else set()
                changed = [table for table in changed if table not in own]
            content = response.getvalue().decode(errors="replace") + str(response.headers)
            shown = [] if caller.is_member else [mark for mark in marks if mark in content and mark not in path]
            is_misread = method in OF_NO_PAGE and response.status_code < 300 and not JSON_PATHS.match(path)
            if response.status_code >= 500 or changed or shown or is_misread:
                faults.append(
                    f"{caller.name}: {method} {path} → {response.status_code}, shows {shown}, writes {changed}"
                )
    assert faults == []
    signed_in = [caller.name for caller in callers if caller.send("GET", "/admin/").status_code == 200]
    assert signed_in == ["owner", "manager", "viewer", "former owner", "viewer of the account"]  # to the end
