"""The back-office with 100,000 requests: no page reads a big table from end to end."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.rows import grow
from oauth.models import Account, User
from oauth.tests.flow import signed_in

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(settings.SQLITE, reason="needs PostgreSQL: it is about its plans"),
    pytest.mark.django_db(transaction=True),
]

REQUESTS = 100_000
MOST_STATEMENTS = 15
MOST_READ = 10_000  # by a sequential scan: lists count that far
BIG = {"reviews_contact", "reviews_reviewrequest", "reviews_delivery"}

LIST, CONTACTS, MESSAGES, INBOX, MARKS, IMPORTS = (
    f"/admin/reviews/{name}/"
    for name in ("reviewrequest", "contact", "delivery", "inboxitem", "suppression", "importjob")
)
PAGES = [
    "/admin/",
    "/admin/reviews/sequence/",
    LIST,
    f"{LIST}?p=20",
    f"{LIST}?status__exact=scheduled",
    f"{LIST}?status__exact=failed",
    f"{LIST}?held=yes",
    f"{LIST}?o=oldest",
    f"{LIST}?o=oldest&p=20&status__exact=scheduled",
    f"{LIST}?period=7",
    f"{LIST}?q=row50011",
    f"{LIST}?q=row50011@example.com",
    f"{LIST}?q=nobody-has-this",
    f"{LIST}?q=ada",
    f"{LIST}?q=JOB-7",
    CONTACTS,
    f"{CONTACTS}?o=oldest",
    f"{CONTACTS}?o=name",
    f"{CONTACTS}?o=name&p=20",
    f"{CONTACTS}?asked=sent",
    f"{CONTACTS}?asked=responded",
    f"{CONTACTS}?asked=never",
    f"{CONTACTS}?q=row50011",
    f"{CONTACTS}?q=nobody-has-this",
    f"{CONTACTS}?q=ada",
    MESSAGES,
    f"{MESSAGES}?status__exact=planned",
    f"{MESSAGES}?status__exact=failed",
    INBOX,
    f"{INBOX}?handled=all",
    MARKS,
    f"{MARKS}?lifted_at__isempty=1&channel__exact=email",
    IMPORTS,
]


def scans(plan: dict[str, Any]) -> Iterator[tuple[str, str, float]]:
    """Each node that reads a table: how, which, and how many rows it looked at."""
    if table := plan.get("Relation Name"):
        rows = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
        yield plan["Node Type"], table, rows * plan["Actual Loops"]
    for inner in plan.get("Plans", []):
        yield from scans(inner)


def explained(sql: str) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
        found = cursor.fetchone()[0]
    plan: dict[str, Any] = (found if isinstance(found, list) else json.loads(found))[0]["Plan"]
    return plan


def test_no_list_search_or_dashboard_reads_a_big_table_through(
    account: Account, owner: User, operator: User, other_account: Account
) -> None:
    Account.objects.exclude(pk=account.pk).delete()  # `grow` takes the only one
    with connection.cursor() as cursor:
        # New files: what earlier tests rolled back is still in the indexes, and a swollen index makes plans dearer.
        cursor.execute(f"TRUNCATE {', '.join(sorted(BIG))} CASCADE")
    grow(REQUESTS)
    problems: list[tuple[object, ...]] = []
    for user in (operator, owner):
        client: Client = signed_in(user)
        client.get("/admin/")
        for page in PAGES:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(page).status_code == 200
            if len(queries) > MOST_STATEMENTS:
                problems.append((user.email, page, f"{len(queries)} statements"))
            for query in queries.captured_queries:
                if query["sql"].startswith("SELECT") and any(table in query["sql"] for table in BIG):
                    problems += [
                        (user.email, page, *scan, query["sql"][:300])
                        for scan in scans(explained(query["sql"]))
                        if scan[0] == "Seq Scan" and scan[1] in BIG and scan[2] > MOST_READ
                    ]
    assert problems == [], "\n".join(map(str, problems))
