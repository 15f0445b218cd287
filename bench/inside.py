"""What the measurements need inside the process of either project: counting statements."""

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench import oauth_calls


def analyze() -> None:
    """Tell the planner about rows that were made at once, as the database does by itself in time."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def counted(call: Callable[[], Any]) -> tuple[int, Any]:
    """How many statements a call issues, BEGIN, COMMIT and savepoints included; and what it returns."""
    with CaptureQueriesContext(connection) as captured:
        result = call()
    return len(captured), result


def count_calls(
    token_path: str, introspection_path: str, client_id: str, client_secret: str, codes: list[str], tokens: list[str]
) -> dict[str, int]:
    """Statements of each kind of call, once with each code and token: the last counts, the others warm up."""
    client = Client(SERVER_NAME="127.0.0.1")

    def post(path: str, fields: dict[str, str]) -> Any:
        return _read(client.post(path, urlencode(fields), content_type="application/x-www-form-urlencoded"))

    def status(token: str) -> Any:
        return _read(client.get("/api/v1/status", headers={"Authorization": f"Bearer {token}"}))

    found = {}
    for code in codes:
        fields = oauth_calls.exchange(client_id, client_secret, code)
        found["exchange"], pair = counted(partial(post, token_path, fields))
        fields = oauth_calls.refresh(client_id, client_secret, pair["refresh_token"])
        found["refresh"], _ = counted(partial(post, token_path, fields))
    for token in tokens * 2:
        found["check"], answer = counted(partial(status, token))
        fields = {"token": token, "client_id": client_id, "client_secret": client_secret}
        found["introspection"], introspected = counted(partial(post, introspection_path, fields))
        assert answer["active"] is introspected["active"] is True
    return found


def _read(response: Any) -> Any:
    assert response.status_code == 200, response.content
    return response.json()
