"""The form's fields, as Zapier shows them."""

from typing import Any

import pytest

from reviews.tests.support.helpers import REFERENCE, URL

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("url", [f"{URL}/fields", "/api/zapier/send-review-request/fields"])
def test_the_fields_are_those_of_the_input(owner_api: Any, url: str) -> None:
    fields = {field["key"]: field for field in owner_api.get(url).json()["fields"]}
    assert set(REFERENCE) <= set(fields)
    assert fields["email"] == {
        "key": "email",
        "label": "Email",
        "type": "string",
        "required": False,
        "helpText": "Contact's email address (required if no mobile_phone_number)",
        "placeholder": "jane@example.com",
    }
    assert (fields["delay_hours"]["type"], fields["delay_hours"]["default"]) == ("integer", "0")
    assert fields["metadata"]["dict"] is True
    assert all({"key", "label", "type", "required", "helpText"} <= set(field) for field in fields.values())
