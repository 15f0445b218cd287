"""A client as openapi-python-client makes it of our document, against the live server: calls and answers have types."""

import importlib
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from oauth.api_keys import create_api_key
from oauth.models import Account, User
from oauth.tests.flow import REDIRECT_URI, App, make_application
from reviews.api.openapi.published import FILE
from reviews.models import ReviewRequest
from reviews.pages import actions
from reviews.tests.support.helpers import REFERENCE
from reviews.tests.support.receiver import receiving

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

PACKAGE = "generated_reviewhub_client"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The generated package. A part of the document that the generator cannot read fails it."""
    folder = tmp_path_factory.mktemp("clients")
    (folder / "config.yml").write_text("post_hooks: []\n")  # formats nothing
    generator = Path(sys.executable).with_name("openapi-python-client")
    options = f"--meta none --fail-on-warning --config {folder}/config.yml --output-path {folder}/{PACKAGE}".split()
    done = subprocess.run([generator, "generate", "--path", FILE, *options], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    sys.path.insert(0, str(folder))
    yield importlib.import_module(PACKAGE)
    sys.path.remove(str(folder))


class Generated:
    """The generated client as a developer has it: `api.call(operation, …)` and `api.make(model, …)`."""

    def __init__(self, package: Any, client: Any) -> None:
        self.client = client
        self.models = importlib.import_module(f"{package.__name__}.models")
        walked = pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        parts = [part.name for part in walked if not part.ispkg and ".api." in part.name]
        self.operations = {name.rpartition(".")[2]: importlib.import_module(name) for name in parts}
        self.called: set[str] = set()

    def make(self, model: str, **fields: Any) -> Any:
        return getattr(self.models, model).from_dict(fields)

    def answer(self, operation: str, *given: Any, **named: Any) -> Any:
        self.called.add(operation)
        return self.operations[operation].sync_detailed(*given, client=self.client, **named)

    def call(self, operation: str, *given: Any, **named: Any) -> Any:
        """Make a call and return its answer, read into its model. Raises AssertionError for an error."""
        answer = self.answer(operation, *given, **named)
        assert answer.status_code < 300, answer.content
        assert (answer.parsed is None) == (answer.status_code == 204)
        return answer.parsed


@pytest.fixture
def api(package: Any, quick_server: Any, account: Account, owner: User) -> Iterator[Generated]:
    _, key = create_api_key(account=account, user=owner, name="generated")
    with package.AuthenticatedClient(quick_server.url, token=key, raise_on_unexpected_status=True) as client:
        yield Generated(package, client)


@pytest.fixture
def app(owner: User, account: Account) -> App:
    return App(owner, account, make_application())


def test_every_operation_of_the_document_works(api: Generated, account: Account, settings: Any, app: App) -> None:
    ask_customers(api)
    read_what_is_kept(api, account)
    keep_opt_outs(api)
    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.0/8")]
    be_told(api)
    erase(api)
    connect(api, app)
    assert set(api.operations) - api.called == {"authorize"}  # a page, for a browser


def ask_customers(api: Generated) -> None:
    body = api.make("ReviewRequestInput", **REFERENCE, external_id="job-1")
    planned = api.call("send_review_request", body=api.make("ReviewRequestInput", **REFERENCE, dry_run=True))
    assert isinstance(planned, api.models.Rehearsal)
    assert planned.messages[0].local_time
    made = api.call("send_review_request", body=body, idempotency_key="one")
    assert isinstance(made, api.models.ReviewRequest)
    assert made.message == "Review request scheduled for jane@example.com"
    assert made.scheduled_for - timezone.now() > timedelta(hours=23)
    assert api.call("send_review_request", body=body, idempotency_key="one") == made
    assert ReviewRequest.objects.count() == 1
    people = [{"email": "ann@example.com"}, {"email": "nobody"}]
    results = api.call("send_review_requests", body=api.make("BulkInput", requests=people)).results
    assert [result.status.value for result in results] == [201, 400]
    detail = api.call("get_review_request", made.id)
    assert (detail.id, detail.external_id, detail.messages[0].channel.value) == (made.id, "job-1", "email")
    page = api.call("list_review_requests", external_id="job-1", created_after=timezone.now() - timedelta(hours=1))
    assert [found.id for found in page.results] == [made.id]
    status = type(page.results[0].status)
    moved = api.call("change_review_request", made.id, body=api.make("ReviewRequestChange", delay_hours=48))
    assert moved.scheduled_for - made.scheduled_for > timedelta(hours=20)
    because = api.make("HoldInput", because="refund", note="Order 1047")
    assert api.call("hold_review_request", "external_id:job-1", body=because).held is True
    assert api.call("release_review_request", made.id, idempotency_key="two").held is False
    assert api.call("cancel_review_request", made.id).status == status.CANCELLED
    ann = api.call("send_review_request", body=api.make("ReviewRequestInput", email="ann@example.com"))
    answered = api.call("mark_responded", ann.id, body=api.make("RespondedInput", site="Google"))
    assert (answered.status, answered.language) == (status.RESPONDED, "en")
    assert {field.key for field in api.call("list_fields").fields} >= set(REFERENCE)


def read_what_is_kept(api: Generated, account: Account) -> None:
    actions.record_scanned_feedback(account=account, rating=5, text="Fine.", now=timezone.now())
    me = api.call("get_me")
    assert me.business_name == account.name
    assert api.call("get_status").active is True
    (written,) = api.call("list_feedback", rating=5).results
    assert api.call("get_feedback", written.id) == written
    (sequence,) = api.call("list_sequences").results
    assert api.call("get_sequence", sequence.id) == sequence
    first = api.call("list_events", page_size=1)
    assert isinstance(first.results[0].timestamp, datetime)
    kind = api.models.ListEventsTypeItem
    (said,) = api.call("list_events", type_=[kind.FEEDBACK_CREATED, kind.LINK_CLICKED]).results
    assert said.data.feedback.text == "Fine."


def keep_opt_outs(api: Generated) -> None:
    made = api.call("add_suppression", body=api.make("SuppressionInput", address="+12125550177", evidence="By phone"))
    assert api.call("list_suppressions", channel=api.models.ListSuppressionsChannel.SMS).results == [made]
    assert api.call("get_suppression", made.id) == made
    lifted = api.call("lift_suppression", made.id, body=api.make("Lift", because="Asked for it"))
    assert isinstance(lifted.lifted_at, datetime)


def be_told(api: Generated) -> None:
    with receiving() as program:
        made = api.call("subscribe", body=api.make("HookInput", url=program.url, events=["feedback.created"]))
        assert made.secret.startswith("whsec_")
        assert api.call("send_test_event", made.id).event_id
        again = {"since": (timezone.now() - timedelta(hours=1)).isoformat()}
        assert api.call("replay_events", made.id, body=api.make("ReplayInput", **again)).replayed == 1
    changed = api.call("change_hook", made.id, body=api.make("HookChange", description="The till"))
    assert api.call("get_hook", made.id) == changed
    assert api.call("list_hooks").results == [changed]
    assert api.call("list_attempts", made.id).results == []
    assert api.call("roll_secret", made.id).secret != made.secret
    api.call("unsubscribe", made.id)


def erase(api: Generated) -> None:
    (ann,) = api.call("list_contacts", email="ann@example.com").results
    assert isinstance(ann.id, UUID)
    named = api.call("change_contact", ann.id, body=api.make("ContactChange", last_name="Doe"))
    assert api.call("get_contact", ann.id) == named
    assert api.call("get_contact_evidence", ann.id).signature
    assert api.call("get_evidence", address=ann.email).key_id
    assert named.last_name == "Doe"
    api.call("erase_contact", ann.id)
    assert api.call("get_contact", ann.id).erased_at


def connect(api: Generated, app: App) -> None:
    exchange = {"grant_type": "authorization_code", "code": app.code(), "redirect_uri": REDIRECT_URI}
    pair = api.call("exchange_token", body=api.make("TokenInput", **exchange, **app.credentials))
    assert pair.scope == "read write"
    body = api.make("IntrospectionInput", token=pair.access_token, **app.credentials)
    assert api.call("introspect_token", body=body).active is True
    assert api.call("revoke_tokens", body=api.make("RevocationInput", token=pair.access_token)).success is True


def test_the_package_has_no_errors_of_types(package: Any, tmp_path: Path) -> None:
    options = ["--strict", "--config-file", "", "--cache-dir", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, Path(package.__file__).parent], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_error_has_its_type_too(api: Generated, package: Any, live_server: Any) -> None:
    refused = api.answer("send_review_request", body=api.make("ReviewRequestInput", email="nobody"))
    assert (refused.status_code, refused.parsed.error) == (400, "invalid_request")
    assert isinstance(refused.parsed, api.models.ApiError)
    assert refused.parsed.fields.to_dict()["email"]
    with package.AuthenticatedClient(live_server.url, token="rh_unknown") as client:
        assert Generated(package, client).answer("get_me").parsed.error == "unauthorized"
