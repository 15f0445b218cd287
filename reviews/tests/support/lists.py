"""Rows for the lists of the back-office, and what a list's page shows."""

import re
from datetime import datetime
from html import unescape
from typing import Any

from django.test import Client

from oauth.models import Account, User
from oauth.tests.flow import signed_in
from reviews.models import ImportJob

LISTS = {
    "customers": "/admin/reviews/contact/",
    "requests": "/admin/reviews/reviewrequest/",
    "inbox": "/admin/reviews/inboxitem/",
    "imports": "/admin/reviews/importjob/",
    "do_not_contact": "/admin/reviews/suppression/",
    "consents": "/admin/reviews/consent/",
    "duplicates": "/admin/reviews/mergecandidate/",
}


def import_job(account: Account, now: datetime, name: str = "march.csv", **columns: Any) -> ImportJob:
    file = {"content": b"", "digest": "d", "delimiter": ",", "has_header": True, "first_row": [], "columns": []}
    times = {"created_at": now, "stirred_at": now}
    return ImportJob.objects.create(account=account, name=name, **({"total": 400} | file | times | columns))


def page_of(client: Client | User, name: str, **query: str) -> str:
    client = client if isinstance(client, Client) else signed_in(client)
    return client.get(LISTS[name], query).content.decode()


def sentences(page: str) -> dict[str, str]:
    """For each row of the page: who, and what the row says of them."""
    rows = re.findall(r"<li[^>]*><(?:a|label)[^>]*>(.*?)</(?:a|label)></li>", page, re.DOTALL)
    said = {}
    for row in rows:
        who, what = re.search(r"<b>(.*?)</b>", row), re.search(r"<span>(.*?)</span>", row)
        assert who, row
        assert what, row
        said[unescape(who[1])] = unescape(what[1])
    return said


def chips(page: str) -> dict[str, str]:
    """The chips of the page, each with its count, which may be empty."""
    navs = re.findall(r'<nav class="rl-chips"[^>]*>(.*?)</nav>', _head(page), re.DOTALL)
    found = re.findall(r"<a [^>]*>([^<]+?)(?: <b>([^<]*)</b>)?</a>", "".join(navs))
    return {unescape(label): count for label, count in found}


def _head(page: str) -> str:
    """What stands above the rows, without the other filters."""
    return page.partition('<div class="rl">')[2].partition("<details")[0]


def exported(client: Client | User, name: str, **query: str) -> list[str]:
    """The lines of the list's file."""
    client = client if isinstance(client, Client) else signed_in(client)
    response: Any = client.get(f"{LISTS[name]}export.csv", query)
    assert response.status_code == 200, response.status_code
    return str(b"".join(response.streaming_content).decode("utf-8-sig")).splitlines()
