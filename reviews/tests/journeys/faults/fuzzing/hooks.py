"""Hooks of the full run of schemathesis: input left out, and input made right so that it comes further."""

import os
import random
from typing import Any

import schemathesis


@schemathesis.hook
def filter_case(context: Any, case: Any) -> bool:
    """Without what is empty: it counts as absent, whatever its form should be, and OpenAPI has no words for that."""
    filters = case.query if isinstance(case.query, dict) else {}
    fields = case.body if isinstance(case.body, dict) else {}
    empty = any(value == "" or (isinstance(value, list) and "" in value) for value in filters.values())
    return not empty and fields.get("email") != ""


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Half of the calls of apps have a real app's name and secret: behind those is what can break."""
    if case.path.startswith("/oauth/") and isinstance(case.body, dict) and random.random() < 0.5:  # noqa: S311 (a test)
        case.body |= {"client_id": os.environ["FUZZ_CLIENT"], "client_secret": os.environ["FUZZ_SECRET"]}
