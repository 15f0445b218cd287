"""The OpenAPI document as tests read it."""

import re
from typing import Any


def in_place(document: dict[str, Any]) -> Any:
    """The document with its answers, headers and parameters in place; schemas stay where they are."""

    def put(part: Any) -> Any:
        if isinstance(part, list):
            return [put(item) for item in part]
        if not isinstance(part, dict):
            return part
        reference = part.get("$ref", "")
        if isinstance(reference, str) and re.match("#/components/(responses|headers|parameters)/", reference):
            _, _, kind, name = reference.split("/")
            return put(document["components"][kind][name])
        return {key: put(item) for key, item in part.items()}

    return put(document)
