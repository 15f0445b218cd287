"""Generated input: it gets no 5xx, and no answer whose status or form the document does not have."""

import json
from collections.abc import Iterator
from itertools import cycle
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.utils import timezone
from hypothesis import HealthCheck, settings
from schemathesis import checks

from oauth.api_keys import create_api_key
from oauth.models import Account, User
from reviewhub.wsgi import application
from reviews.api.openapi.published import FILE
from reviews.requests.matching import Person
from reviews.tests.support.helpers import asked

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


@pytest.fixture
def ids(account: Account) -> Iterator[str]:
    """What names a request of the account, for ever: by its id, by its own external id, and by a further one."""
    person = Person(email="fuzzed@example.com")
    requests = [asked(account, timezone.now(), person=person, external_id=name) for name in ("job-1", "job-2")]
    return cycle([str(requests[0].pk), "external_id:job-1", "external_id:job-2", "external_id:none"])


@schema.parametrize()
@settings(max_examples=CALLS, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
def test_any_input_is_answered_as_the_document_says(case: Any, key: str, ids: Iterator[str]) -> None:
    if case.path.startswith("/api/v1/review-requests/{id}"):  # behind a stranger's id there is nothing that could break
        case.path_parameters["id"] = next(ids)
    case.call_and_validate(headers={"Authorization": f"Bearer {key}"}, checks=CHECKS)
