"""Commands as somebody types them, and the keys that they print."""

from io import StringIO
from typing import Any

from django.core.management import call_command
from django.test import Client


def run(*line: str, **options: Any) -> str:
    out = StringIO()
    call_command(*line, stdout=out, **options)
    return out.getvalue()


def works(key: str) -> bool:
    return Client().get("/api/v1/status", headers={"Authorization": f"Bearer {key}"}).status_code == 200
