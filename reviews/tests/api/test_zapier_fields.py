"""The form's fields, as Zapier shows them."""

from typing import Any

import pytest

from reviews.tests.support.helpers import REFERENCE, URL

pytestmark = pytest.mark.django_db

URLS = [f"{URL}/fields", "/api/zapier/send-review-request/fields"]


def fields_of(api: Any, url: str = URLS[0]) -> dict[str, dict[str, Any]]:
    return {field["key"]: field for field in api.get(url).json()["fields"]}


@pytest.mark.parametrize("url", URLS)
def test_the_fields_are_those_of_the_input(owner_api: Any, url: str) -> None:
    fields = fields_of(owner_api, url)
    assert set(REFERENCE) <= set(fields)
    assert fields["email"] == {
        "key": "email",
        "label": "Email",
        "type": "string",
        "required": False,
        "helpText": "Contact's email address (required if no Mobile Phone Number). Up to 254 characters.",
        "placeholder": "jane@example.com",
    }
    assert (fields["delay_hours"]["type"], fields["delay_hours"]["default"]) == ("integer", "0")
    assert fields["metadata"]["dict"] is True
    assert all({"key", "label", "type", "required", "helpText"} <= set(field) for field in fields.values())


def test_a_rehearsal_is_no_field_of_a_form(owner_api: Any) -> None:
    assert "dry_run" not in fields_of(owner_api)


@pytest.mark.parametrize(
    ("key", "label", "help_text"),
    [
        ("first_name", "First Name", "Up to 150 characters."),  # what the label says is not said again
        ("delay_hours", "Delay Hours", "Hours to wait before sending the review request. From 0 to 8760."),
        ("metadata", "Metadata", "Additional custom data. Up to 50 keys, and 16 KiB as JSON."),
        ("channel", "Channel", "How to write: auto, email or sms."),
        ("consent_channel", "Consent Channel", "What the contact agreed to: email, sms or both."),
        ("consent_at", "Consent Time", "When the contact agreed, with the time zone: from 2000 to now."),
    ],
)
def test_help_says_the_limits(owner_api: Any, key: str, label: str, help_text: str) -> None:
    field = fields_of(owner_api)[key]
    assert (field["label"], field["helpText"]) == (label, help_text)


def test_labels_are_in_title_case_and_ask_for_no_id(owner_api: Any) -> None:
    labels = [field["label"] for field in fields_of(owner_api).values()]
    assert len(labels) > 12
    for label in labels:
        assert label == " ".join(word[:1].upper() + word[1:] for word in label.split())
        assert "ID" not in label.split()
