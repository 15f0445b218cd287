"""Generated input: it gets no 5xx, and no answer whose status or form the document does not have."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis import checks

from oauth.api_keys import create_api_key
from oauth.models import Account, User
from reviewhub.wsgi import application
from reviews.api.openapi.published import FILE

pytestmark = [pytest.mark.attack, pytest.mark.django_db]

CALLS = 25  # for each operation
CHECKS = (
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
)

schema = schemathesis.openapi.from_dict(json.loads(FILE.read_text())).exclude(path="/oauth/authorize")
schema.app = application


@pytest.fixture
def key(account: Account, owner: User, settings: Any) -> Iterator[str]:
    settings.API_RATE_PER_MINUTE, settings.ALLOWED_HOSTS = 0, ["localhost"]
    # A server closes connections between calls; a test goes on with its own, as with Django's client.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield create_api_key(account=account, user=owner, name="fuzz")[1]
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@schema.parametrize()
@settings(max_examples=CALLS, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
def test_any_input_is_answered_as_the_document_says(case: Any, key: str) -> None:
    case.call_and_validate(headers={"Authorization": f"Bearer {key}"}, checks=CHECKS)
