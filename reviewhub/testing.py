"""The project's pytest plugin: it blocks the network, and has fixtures of people, businesses and API clients."""

import socket
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from datetime import UTC, datetime
from threading import Lock, Thread
from typing import Any

import pytest

# A Tuesday, at ten in the morning in New York: inside every sending window of the tests.
NOW = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)


# Modules that take half a minute and more. They begin a run: at its end, one process would wait for the other.
LONG = {
    *("test_foreign_rows", "test_mixed_roles", "test_malformed", "test_simulation", "test_0028_held_and_named"),
    *("test_accessibility", "test_outages", "test_alarms", "test_today", "test_neighbours", "test_telling"),
    *("test_memory", "test_settings", "test_generated_clients", "test_watchdog", "test_notifier"),
    *("test_migrations", "test_back_office_languages", "test_docs", "test_tenancy"),
    *("test_kills", "test_answers", "test_fuzz_live", "test_restores", "test_upgrade", "test_size"),
}


# Folders of tests that ask the database for little, and for nothing that one kind of it does otherwise.
ONCE = (
    "oauth/tests/sign_in/",
    "reviewhub/tests/backoffice/",
    "reviewhub/tests/rest/",
    "reviews/tests/admin/settings/",
    "reviews/tests/admin/today/",
    "reviews/tests/admin/test_",
    "reviews/tests/api/openapi/",
    "reviews/tests/delivery/channels/",
    "reviews/tests/delivery/content/",
    "reviews/tests/pages/",
    "reviews/tests/simulation/",
    "reviews/tests/sites/",
    "reviews/tests/texts/",
)
# Modules of these folders that do: races, plans, numbers.
BOTH = {"test_members", "test_correct_address", "test_request_actions", "test_size", "test_lists", "test_reports"}


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    for item in items:
        if item.nodeid.startswith(ONCE) and item.path.stem not in BOTH:
            item.add_marker(pytest.mark.once)
    yield  # others choose by markers, and put those of a database in order
    items.sort(key=lambda item: item.path.stem not in LONG)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Begin with the migrated database while the processes of the run collect their tests."""
    from reviewhub import testing_database

    Thread(target=testing_database.make, daemon=True).start()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Begin with a migrated database in place of an empty one. pytest-django calls this before it makes its own."""
    from reviewhub import testing_database

    testing_database.begin_with_a_copy()


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let sockets reach loopback only."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test reached for the network: {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    from django.core.cache import cache

    cache.clear()


# --- Attacks ----------------------------------------------------------------------------------


class Inputs:
    """Count of what a test sent, and of the answers that were errors of ours."""

    def __init__(self) -> None:
        self.sent = self.errors = 0

    def note(self, status: int) -> None:
        self.sent += 1
        self.errors += status >= 500


@pytest.fixture(autouse=True)
def inputs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Inputs]:
    """Count of what a test marked `attack` sends through Django's client, or notes itself; else one input."""
    inputs = Inputs()
    if request.node.get_closest_marker("attack"):
        from django.test import Client

        answer = Client.request

        def counted(client: Client, **call: Any) -> Any:
            response = answer(client, **call)
            inputs.note(response.status_code)
            return response

        monkeypatch.setattr(Client, "request", counted)
        yield inputs
        request.node.user_properties.append(("attack", (inputs.sent or 1, inputs.errors)))
    else:
        yield inputs


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how much was sent."""
    reports = [report for reports in terminalreporter.stats.values() for report in reports]
    ended = [report for report in reports if getattr(report, "when", "") == "teardown"]
    counts = [count for report in ended for name, count in report.user_properties if name == "attack"]
    if counts:
        sent, errors = (sum(column) for column in zip(*counts, strict=True))
        terminalreporter.write_line(f"Attack: {sent:,} inputs sent, {errors} answered with 5xx.")


@pytest.fixture
def without_redis(settings: Any) -> Iterator[None]:
    """Redis is set up and away: nothing listens at its address."""
    from django.core.cache import cache

    from reviewhub.cache import Outage

    settings.CACHES = {"default": {"BACKEND": "reviewhub.cache.Cache", "LOCATION": "redis://127.0.0.1:1/0"}}
    yield
    cache.clear()
    Outage.end()


@pytest.fixture(scope="session", autouse=True)
def _requests_in_turn() -> None:
    """Let a live server answer one request at a time on SQLite in memory.

    There a second writer is an error at once, which no installation knows: it waits for its turn at a file.
    """
    from django.conf import settings
    from django.core.servers.basehttp import ThreadedWSGIServer
    from django.test.testcases import LiveServerThread

    class InTurn(ThreadedWSGIServer):
        def set_app(self, app: Any) -> None:
            super().set_app(_in_turn(app) if settings.SQLITE else app)

    LiveServerThread.server_class = InTurn


def _in_turn(app: Any) -> Any:
    lock = Lock()

    def answer(environ: Any, start_response: Any) -> list[bytes]:
        with lock, closing(app(environ, start_response)) as response:
            return list(response)

    return answer


@pytest.fixture
def quick_server(live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Django's live server without Nagle's algorithm, which would hold up each body for 40 ms after its head."""
    from django.core.servers.basehttp import WSGIRequestHandler

    monkeypatch.setattr(WSGIRequestHandler, "disable_nagle_algorithm", True)
    return live_server


@pytest.fixture
def now() -> datetime:
    return NOW


# --- People and businesses -------------------------------------------------------------------


@pytest.fixture
def account(db: None) -> Any:
    """A shop in New York that sends from nine to eight, with the standard sequence and one review site."""
    return make_account("Riverside Dental")


@pytest.fixture
def other_account(db: None) -> Any:
    """Another owner's business."""
    return make_account("Harbour Garage")


def make_account(name: str, **fields: Any) -> Any:
    """Make an account with the standard sequence and one review site."""
    from oauth.models import Account
    from reviews.models import ReviewSite
    from reviews.requests.sequences import create_default_sequence

    account = Account.objects.create(name=name, postal_address="1 Main Street, Springfield, NY 12345", **fields)
    create_default_sequence(account)
    ReviewSite.objects.create(account=account, name="Google", url="https://reviews.example/google")
    return account


def make_member(account: Any, role: str, email: str) -> Any:
    """Make a person who works in the account, and return the user."""
    from oauth.models import Membership, User

    user = User.objects.create_user(email, "correct horse", is_staff=True)
    Membership.objects.create(account=account, user=user, role=role)
    return user


@pytest.fixture
def owner(account: Any) -> Any:
    return make_member(account, "owner", "owner@riverside.example")


@pytest.fixture
def viewer(account: Any) -> Any:
    return make_member(account, "viewer", "viewer@riverside.example")


@pytest.fixture
def stranger(other_account: Any) -> Any:
    """The owner of another account."""
    return make_member(other_account, "owner", "owner@harbour.example")


@pytest.fixture
def operator(db: None) -> Any:
    from oauth.models import User

    return User.objects.create_superuser("operator@reviewhub.example", "correct horse")


# --- Clients of the API ----------------------------------------------------------------------


@pytest.fixture
def api_client(db: None) -> Callable[..., Any]:
    """Function `api_client(user, account, scopes)`, which makes an API client with a new key."""
    from rest_framework.test import APIClient

    from oauth.api_keys import create_api_key

    def make(user: Any, account: Any, scopes: list[str] | None = None) -> Any:
        _, key = create_api_key(account=account, user=user, name="test", scopes=scopes)
        client = APIClient(raise_request_exception=False)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
        return client

    return make


@pytest.fixture
def owner_api(api_client: Callable[..., Any], owner: Any, account: Any) -> Any:
    return api_client(owner, account)


@pytest.fixture
def reader_api(api_client: Callable[..., Any], owner: Any, account: Any) -> Any:
    """API client with a key that may read and not write."""
    return api_client(owner, account, ["read"])


@pytest.fixture
def stranger_api(api_client: Callable[..., Any], stranger: Any, other_account: Any) -> Any:
    return api_client(stranger, other_account)
