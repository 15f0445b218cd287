"""Filters that lists share: what is said of one that makes no sense."""

from typing import Any

import pytest

pytestmark = pytest.mark.django_db

LISTS = {
    "review-requests": "created_after",
    "contacts": "created_before",
    "suppressions": "created_after",
    "events": "occurred_before",
}


@pytest.mark.parametrize(("path", "name"), LISTS.items())
@pytest.mark.parametrize("text", ["soon", "2026-01-02", "2026-06-31T00:00:00Z", "2026-01-02T12:00:00"])
def test_a_moment_that_is_none_is_explained_in_one_sentence(owner_api: Any, path: str, name: str, text: str) -> None:
    answer = owner_api.get(f"/api/v1/{path}", {name: text})
    words = "Must be a time as RFC 3339 writes it, such as 2026-01-02T12:00:00Z."
    assert (answer.status_code, answer.json()["fields"]) == (400, {name: [words]})
