"""The shape of the code: who may import whom, how long a module may be, what documents may say."""

import ast
import importlib
import importlib.util
import json
import pydoc
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings

pytestmark = pytest.mark.once

ROOT = Path(settings.BASE_DIR)

# The rooms in their order: a module imports from its own room and from rooms above it, never from one below.
ROOMS = [
    ["reviewhub"],  # the basement
    ["reviewhub.rest"],
    ["reviewhub.backups"],
    ["oauth.scopes", "oauth.hashers", "oauth.redirect_uris"],  # words that the models use
    ["oauth.models"],
    ["oauth.roles"],
    ["reviewhub.backoffice", "reviewhub.templatetags"],
    ["oauth"],  # its loose modules: what is done with the rows
    ["oauth.calls"],
    ["oauth.server"],
    ["oauth.sign_in"],
    ["oauth.views"],
    ["oauth.admin", "oauth.management"],
    ["reviews.texts"],
    ["reviews.models"],
    ["reviews.representations"],
    ["reviews.insights"],
    ["reviews.worker"],
    ["reviews.webhooks"],
    ["reviews.sites"],
    ["reviews.requests"],
    ["reviews.contacts"],
    ["reviews.inbox"],
    ["reviews.delivery"],
    ["reviews.telling"],
    ["reviews.alarms"],
    ["reviews.restoring"],
    ["reviews.retention"],
    ["reviews.pages"],
    ["reviews.api", "reviews.tasks"],
    ["reviews.simulation"],
    ["reviews.admin"],
    ["reviews.management"],
]
# The roof, which joins the apps, may import all of them.
ROOF = {"reviewhub.settings", "reviewhub.urls", "reviewhub.apps", "reviewhub.checks", "reviewhub.middleware"}
ROOF |= {"reviewhub.wsgi", "oauth.urls", "oauth.apps", "reviews.urls", "reviews.apps", "reviews"}


def room(module: str) -> int:
    """Return the number of the room that a module lies in, counted from the top."""
    if module in ROOF:
        return len(ROOMS)
    named = [(prefix, number) for number, names in enumerate(ROOMS) for prefix in names]
    return max((len(prefix), number) for prefix, number in named if f"{module}.".startswith(f"{prefix}."))[1]


def modules() -> Iterator[tuple[str, Path]]:
    for app in ("reviewhub", "oauth", "reviews"):
        for path in sorted((ROOT / app).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            if not {"tests", "migrations"} & set(path.parts) and "test" not in path.stem:
                yield name, path


def imports(path: Path) -> Iterator[str]:
    """The modules that a file imports, `from package import module` resolved to the module."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                deeper = f"{node.module}.{alias.name}"
                is_module = (ROOT / deeper.replace(".", "/")).with_suffix(".py").exists() or (
                    ROOT / deeper.replace(".", "/")
                ).is_dir()
                yield deeper if is_module else node.module


@pytest.mark.parametrize(("module", "path"), [pytest.param(*found, id=found[0]) for found in modules()])
def test_imports_go_one_way(module: str, path: Path) -> None:
    ours = [name for name in imports(path) if name.split(".")[0] in ("reviewhub", "oauth", "reviews")]
    assert [name for name in ours if room(name) > room(module)] == []


def test_oauth_knows_nothing_of_reviews() -> None:
    for module, path in modules():
        if module.startswith("oauth"):
            assert not [name for name in imports(path) if name.startswith("reviews")], module


def test_the_pages_of_oauth_load_no_theme() -> None:
    """Neither the consent page nor another page for people needs the back-office, which loads unfold."""
    paths = dict(modules())
    waiting = [module for module in paths if module.startswith("oauth.views.")]
    assert "oauth.views.authorize" in waiting
    importers: dict[str, str] = {}
    while waiting:
        module = waiting.pop()
        for name in imports(paths[module]):
            package = name.rpartition(".")[0]
            assert not name.startswith("unfold"), f"{module}, imported by {importers.get(module)}, imports {name}"
            for ours in {name, package} & paths.keys() - importers.keys():
                importers[ours] = module
                waiting.append(ours)


def test_one_module_knows_the_queue() -> None:
    users = {module for module, path in modules() if any(name.startswith("django_q") for name in imports(path))}
    assert users == {"reviews.worker.queue"}


# --- Paths that stand as strings -------------------------------------------------------------------------

# They have the form of a path and are none: loggers, checks, a salt, a file.
NO_PATH = re.compile(
    r"(manage\.py|django\.(server|request)|gunicorn\.(access|error)|waitress\.queue|reviewhub\.(access|uncaught|invitations|[EW]\d*))"
)


def is_path(text: str) -> bool:
    """Return True for dotted words that begin with a package of ours or of a library."""
    if not re.fullmatch(r"[a-z_]\w*(\.[A-Za-z_]\w*)+", text) or NO_PATH.fullmatch(text):
        return False
    package = text.partition(".")[0]
    return package not in sys.stdlib_module_names and importlib.util.find_spec(package) is not None


def resolves(path: str) -> bool:
    """Return True if a module, a thing in a module, or a model has that path."""
    if path.count(".") == 1 and path.partition(".")[2].lower() in apps.all_models[path.partition(".")[0]]:
        return True
    return pydoc.locate(path) is not None


def strings_in(value: Any) -> Iterator[str]:
    """The strings in a value of the settings, however deep."""
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from strings_in(item)
    elif isinstance(value, str):
        yield value


def paths_of_settings() -> dict[str, set[str]]:
    """Both as the settings are now, and as their module writes them: each branch of a condition."""
    names = [name for name in dir(settings) if name.isupper()]
    return {name: {text for text in strings_in(getattr(settings, name)) if is_path(text)} for name in names}


def paths_in(path: Path) -> set[str]:
    words = (node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant))
    return {word for word in words if isinstance(word, str) and is_path(word)}


def test_every_path_in_the_settings_resolves() -> None:
    paths = paths_of_settings()
    assert {name: broken for name in paths if (broken := {path for path in paths[name] if not resolves(path)})} == {}


@pytest.mark.parametrize(
    "name",
    [
        *("ACCOUNT_ADAPTER", "DATABASES", "INSTALLED_APPS", "LOGGING", "MFA_ADAPTER", "MFA_FORMS", "MIDDLEWARE"),
        *("OAUTH2_PROVIDER", "PASSWORD_HASHERS", "Q_CLUSTER", "REST_FRAMEWORK", "ROOT_URLCONF", "TEMPLATES", "UNFOLD"),
    ],
)
def test_a_setting_that_holds_paths_is_looked_at(name: str) -> None:
    assert paths_of_settings()[name]


def test_every_path_in_the_code_resolves() -> None:
    paths = {module: paths_in(path) for module, path in modules()}
    broken = {module: [path for path in paths[module] if not resolves(path)] for module in paths}
    assert {module: found for module, found in broken.items() if found} == {}
    assert "reviews.worker.queue.RedisBroker" in paths["reviewhub.settings"]
    assert {"reviews.webhooks.notifier.run", "reviews.telling.teller.run"} <= paths["reviews.worker.task_paths"]


@pytest.mark.parametrize(
    "path", ["reviews.watchdog", "reviews.tasks.send", "oauth.NoModel", "anymail.webhooks.none.View"]
)
def test_a_path_that_leads_nowhere_is_found(path: str) -> None:
    assert is_path(path)
    assert not resolves(path)


# --- Who writes what ---------------------------------------------------------------------------------

# The states of requests and of messages have named writers, which take what they allow from one table each.
STATUS_WRITERS = {"reviews.requests.lifecycle"}
STATUS_WRITERS |= {"reviews.requests.planned_messages", "reviews.delivery.states"}
STATUS_WRITERS |= {"reviews.delivery.advance"}  # one statement moves a message and its request
# Makes requests, in their first state.
STATUS_MAKERS = {"reviews.requests.ask"}
# Other things that have a status: the answer kept under an idempotency key, a simulation, a webhook.
OTHER_STATUS = {"reviews.api.idempotency", "reviews.requests.imports", "reviews.simulation.runs"}
OTHER_STATUS |= {"reviews.webhooks.endpoints", "reviews.webhooks.notifier"}


# SQL, or the part of it before a word that is put in: SET, and then the column, before any WHERE or FROM.
SETS_STATUS = re.compile(r"\bset\b(?:(?!\b(?:where|from)\b).)*\bstatus\b *=", re.IGNORECASE | re.DOTALL)


def status_writes(path: Path) -> Iterator[str]:
    """Lines that write a column `status`: by update, by bulk_update, by assignment, by SQL, or a new request in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            keywords = {keyword.arg for keyword in node.keywords}
            words = {item.value for item in ast.walk(node) if isinstance(item, ast.Constant)}
            if name in ("update", "update_or_create", "ReviewRequest", "Delivery") and "status" in keywords:
                yield f"{node.lineno}: {name}"
            if name == "update" and None in keywords:  # **changes: what is in them, nobody can see here
                yield f"{node.lineno}: update(**…)"
            if name in ("bulk_update", "setattr", "Change") and "status" in words:
                yield f"{node.lineno}: {name}"
        if isinstance(node, ast.Constant) and SETS_STATUS.search(str(node.value)):
            yield f"{node.lineno}: SQL"
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        for target in targets:
            if isinstance(target, ast.Attribute) and target.attr == "status":
                yield f"{target.lineno}: assignment"


def test_the_states_of_requests_and_deliveries_have_named_writers() -> None:
    lines = {module: list(status_writes(path)) for module, path in modules() if module.startswith("reviews.")}
    writers = {module for module in lines if lines[module]}
    named = STATUS_WRITERS | STATUS_MAKERS | OTHER_STATUS
    assert writers <= named, {module: lines[module] for module in writers - named}
    assert writers >= STATUS_WRITERS  # else this looks for nothing


@pytest.mark.parametrize(
    "line",
    [
        "Delivery.objects.filter(pk=1).update(status='sent')",
        "rows.update(**changes)",
        "Delivery.objects.update_or_create(pk=1, status='sent')",
        "Delivery.objects.bulk_update(rows, ['status'])",
        "Change(lambda pk: (rows.filter(pk=pk), {'status': 'sent'}))",
        "delivery.status = 'sent'",
        "setattr(delivery, 'status', 'sent')",
        "cursor.execute('UPDATE reviews_delivery SET status = 1')",
        "SQL = f\"UPDATE reviews_delivery AS d SET due_at = 1, status = '{word}'\"",
        "ReviewRequest(status='sent')",
    ],
)
def test_a_writer_of_states_is_found_however_it_writes(tmp_path: Path, line: str) -> None:
    (tmp_path / "module.py").write_text(line)
    assert list(status_writes(tmp_path / "module.py"))


# --- Behind a pooler -------------------------------------------------------------------------------------

# What outlives a transaction on a connection, which a pooler has given to somebody else by then.
OUTLIVES = re.compile(
    r"pg_(try_)?advisory_(?!xact)|\bset +session\b|\bset +(?!local\b)\w*_timeout\b|\b(un)?listen +\w+;|"
    r"\bcreate +temp|\bdeclare +\w+ +cursor\b|\bprepare +\w+ +as\b",
    re.IGNORECASE,
)


def sql_of(path: Path) -> Iterator[str]:
    words = (node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant))
    return (word for word in words if isinstance(word, str))


def test_no_statement_leaves_anything_on_a_connection() -> None:
    paths = [path for _, path in modules()] + sorted(ROOT.glob("*/migrations/*.py"))
    texts = [(path.name, text) for path in paths for text in sql_of(path)]
    assert [found for found in texts if OUTLIVES.search(found[1])] == []
    assert [name for name, text in texts if "pg_advisory_xact_lock" in text]  # else this looks for nothing


@pytest.mark.parametrize(
    "sql", ["SELECT pg_advisory_lock(1)", "SET lock_timeout = '1s'", "CREATE TEMP TABLE x ()", "LISTEN events;"]
)
def test_a_statement_that_does_is_found(sql: str) -> None:
    assert OUTLIVES.search(sql)


def test_no_module_has_more_than_four_hundred_lines() -> None:
    assert not [module for module, path in modules() if len(path.read_text().splitlines()) > 400]


# --- Tests ---------------------------------------------------------------------------------------------

# Folders of tests that `make test` leaves out, and the mark by which it knows them.
MARKED = {"browser": "browser", "clients": "client", "faults": "fault"}
JOURNEYS = ROOT / "reviews" / "tests" / "journeys"


def files_of_tests() -> list[Path]:
    return sorted(path for app in ("reviewhub", "oauth", "reviews") for path in (ROOT / app).rglob("test_*.py"))


@pytest.mark.parametrize(("folder", "mark"), MARKED.items())
def test_every_test_file_of_the_folder_has_its_mark(folder: str, mark: str) -> None:
    paths = sorted((JOURNEYS / folder).glob("test_*.py"))
    assert paths
    for path in paths:
        module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        marks = module.pytestmark if isinstance(module.pytestmark, list) else [module.pytestmark]
        assert mark in [marker.name for marker in marks], f"{path.name} lies in {folder} and is not marked {mark}"


@pytest.mark.parametrize(("folder", "mark"), MARKED.items())
def test_no_test_elsewhere_has_the_mark_of_the_folder(folder: str, mark: str) -> None:
    paths = [path for path in files_of_tests() if path.parent != JOURNEYS / folder]
    use = re.compile(rf"pytest\.mark\.{mark}\b|\bin_a_{mark}\b")
    assert [path.name for path in paths if use.search(path.read_text())] == []


# Test files of a room that are about no single module of it.
SUBJECTS = {
    "oauth/test_at_rest": "nothing that opens an account is stored as it was issued, in any table",
    "oauth/test_cases": "counts the numbered cases of the OAuth server, wherever they are tested",
    "oauth/test_rfc9700": "each demand of RFC 9700, with the test that holds it",
    "oauth/test_real_clients": "two libraries that apps are written with, through the whole flow",
    "reviewhub/rest/test_json_parser": "the parser of rest/errors beside Python's own, on generated input",
    "reviews/api/test_versions": "versions (reviewhub.rest) of all that shows them, and the race for one",
    "reviews/admin/test_actions": "a walk over the tables of actions of all pages",
    "reviews/admin/test_history": "versions of all models that keep them, as their pages show them",
    "reviews/admin/test_roles": "what somebody with two roles in two accounts may do, on all pages",
    "reviews/admin/test_size": "plans of PostgreSQL for the pages of an account with many rows",
    "reviews/admin/test_tenancy": "a walk over all pages: whose rows they show",
    "reviews/admin/test_words_of_pages": "what the frame says around the rows of any page",
    "reviews/api/test_fuzz": "generated calls of all operations",
    "reviews/api/test_lists": "the parameters of every list, by one mechanism, as the document names them",
    "reviews/api/test_manners": "what HTTP asks of every address of the API alike",
    "reviews/api/test_resources": "who reads and changes rows, the same for each kind",
    "reviews/delivery/test_both_ways": "the rules of claims, advance and unsent that stand in SQL and in Python",
    "reviews/worker/test_upgrade": "tasks and schedules that an earlier release stored in the queue",
}


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=str(path.relative_to(ROOT)))
        for path in files_of_tests()
        if "journeys" not in path.parts and path.parent != ROOT / "reviewhub" / "tests"
    ],
)
def test_a_test_file_has_the_name_of_what_it_tests(path: Path) -> None:
    """That of a module or folder in the room of the same name, also with more words behind it; or of the room."""
    room_of_tests = path.relative_to(ROOT).parent.parts
    place = ROOT.joinpath(*(part for part in room_of_tests if part != "tests"))
    subject = path.stem.removeprefix("test_")
    names = {one.stem for folder in (place, place / "commands") for one in folder.glob("*") if one.stem[:1] != "_"}
    is_named = place.name == subject or any(f"{subject}_".startswith(f"{name}_") for name in names)
    listed = f"{place.relative_to(ROOT)}/{path.stem}" in SUBJECTS
    assert is_named != listed, f"{place.relative_to(ROOT)} has no module {subject}: rename the test, or say why here"


def test_every_listed_subject_has_its_test_file() -> None:
    files = {str(path.relative_to(ROOT).with_suffix("")).replace("/tests/", "/") for path in files_of_tests()}
    assert SUBJECTS.keys() <= files


# --- Documents ---------------------------------------------------------------------------------------

# requirements-uv brings the installer, requirements what runs, requirements-dev the rest.
LOCKED = ["requirements", "requirements-dev", "requirements-uv", "reviews/tests/generators/requirements"]
DOCUMENTS = [
    "README.md",
    "CHANGELOG.md",
    ".env.example",
    "Procfile",
    "Makefile",
    ".ci/run",
    ".ci/trials",
    ".ci/openapi-generator",
    ".ci/n8n",
    ".ci/image",
    ".ci/release",
    "packaging/Containerfile",
    "packaging/image",
    "packaging/release",
    "packaging/wheelhouse",
    "compose.yaml",
    "pyproject.toml",
    "LICENSE",
    *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))),
]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_name_no_path_of_one_machine(name: str) -> None:
    # `/dev` and `/tmp` are everywhere; a home or a work directory is not.
    found = re.findall(r"(?<![\w.:/])(?:/(?:home|Users|root|work|mnt)/|~/|[A-Z]:\\)\S*", (ROOT / name).read_text())
    assert found == []


@pytest.mark.parametrize("name", LOCKED)
def test_every_requirement_is_exact_has_a_reason_and_is_locked(name: str) -> None:
    lines = [line for line in (ROOT / f"{name}.txt").read_text().splitlines() if line[:1] not in ("#", "-")]
    assert lines
    locked = (ROOT / f"{name}.lock").read_text()
    for line in lines:
        found = re.fullmatch(r"([a-z0-9-]+)(?:\[[a-z]+\])?==(\d[\w.]*) +# \S.+", line)
        assert found, line
        assert re.search(rf"^{found[1]}(?:\[[a-z]+\])?=={re.escape(found[2])} ", locked, re.MULTILINE), line


def test_locks_of_npm_hold_hashes_and_no_address_of_a_registry() -> None:
    """`npm install --omit-lockfile-registry-resolved` writes them so."""
    for folder in (
        "integrations/zapier",
        "integrations/n8n",
        "reviews/tests/oracles",
        "reviews/tests/generators",
        "bench",
    ):
        packages = json.loads((ROOT / folder / "package-lock.json").read_text())["packages"]
        assert len(packages) > 1
        for name, package in packages.items():
            assert "resolved" not in package, (folder, name)
            assert package.get("integrity", "").startswith("sha512-") or not name or package.get("inBundle"), name


@pytest.mark.parametrize("name", LOCKED)
def test_locks_hold_hashes_and_no_address_of_a_registry(name: str) -> None:
    locked = (ROOT / f"{name}.lock").read_text()
    assert "://" not in locked
    for entry in re.split(r"\n(?=[a-z0-9])", locked)[1:]:
        assert "--hash=sha256:" in entry, entry.splitlines()[0]
