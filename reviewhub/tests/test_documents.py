"""The documents: short where they are read first, complete, and true to the tree as it stands."""

import functools
import os
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

from reviewhub.tests.test_structure import ROOMS

pytestmark = pytest.mark.once

ROOT = Path(settings.BASE_DIR)
README = ROOT / "README.md"
GUIDES = sorted((ROOT / "docs").glob("*.md"))
INTEGRATIONS = sorted((ROOT / "integrations").glob("*/README.md"))
DOCUMENTS = [README, *GUIDES, *INTEGRATIONS, ROOT / "bench" / "README.md", ROOT / "CHANGELOG.md"]
ALL_WORDS = "\n".join(document.read_text() for document in DOCUMENTS)

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def test_the_readme_can_be_read_in_one_go() -> None:
    assert len(README.read_text().splitlines()) <= 180


def test_the_readme_leads_to_every_guide() -> None:
    linked = {(ROOT / target).resolve() for target in re.findall(r"\]\(([^)#]+)", README.read_text())}
    assert len(GUIDES) >= 8
    assert set(GUIDES) <= linked


# --- Links and paths ---------------------------------------------------------------------------------


def anchors(document: Path) -> set[str]:
    """Return the anchors of a document's headings, as GitHub makes them."""
    text = re.sub(r"^```.*?^```", "", document.read_text(), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@each_document
def test_every_link_leads_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\((?!https?://)([^)]+)\)", document.read_text()):
        path, _, anchor = target.partition("#")
        aim = (document.parent / path).resolve() if path else document
        assert aim.exists(), target
        assert not anchor or anchor in anchors(aim), target


MADE = {"bench/.venv", "bench/node_modules"}  # by `make bench`


@each_document
def test_every_path_exists(document: Path) -> None:
    for path in re.findall(r"`((?:\.ci|[a-z_]+)/[a-z_./0-9-]*)`", document.read_text()):
        assert path in MADE or (ROOT / path).exists() or (document.parent / path).exists(), path


@functools.cache
def names_of_files() -> set[str]:
    """Return the names of all files but those of packages, into whose folders, which are huge, nobody looks."""
    known: set[str] = set()
    for _, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in (".venv", "node_modules")]
        known.update(names)
    return known


@each_document
def test_every_file_that_is_named_exists(document: Path) -> None:
    known = names_of_files()
    elsewhere = {"messages.csv", "standardwebhooks.py"}  # what a reader makes, or has from somebody else
    named = set(re.findall(r"`([a-z_0-9.-]+\.(?:py|md|txt|toml|ini|html|csv|lock))`", document.read_text()))
    assert named - known - elsewhere == set()


@each_document
def test_every_picture_has_words(document: Path) -> None:
    assert all(len(words) > 10 for words in re.findall(r"!\[([^\]]*)\]", document.read_text()))


def test_every_picture_is_shown() -> None:
    shown = {Path(name).name for name in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", ALL_WORDS)}
    assert shown == {path.name for path in (ROOT / "docs").iterdir() if path.suffix in (".png", ".svg")}


# --- Rooms -------------------------------------------------------------------------------------------


def rooms_of(app: str) -> set[str]:
    """Return the folders of an app that hold modules of the product."""
    folders = {path.parent for path in (ROOT / app).glob("*/__init__.py")}
    return {f"{app}/{folder.name}/" for folder in folders if folder.name not in ("tests", "migrations")}


def test_the_readme_names_the_rooms_that_there_are() -> None:
    named = re.findall(r"^\| `([a-z_/]+/)` \|", README.read_text(), re.MULTILINE)
    apps = ["reviewhub", "oauth", "reviews"]
    assert len(named) == len(set(named))
    assert set(named) == {f"{app}/" for app in apps}.union(*(rooms_of(app) for app in apps))


def test_the_readme_has_the_rooms_in_the_order_of_imports() -> None:
    named = re.findall(r"^\| `(oauth|reviews)/([a-z_]+)/` \|", README.read_text(), re.MULTILINE)
    order = {name: number for number, names in enumerate(ROOMS) for name in names}
    places = [order[f"{app}.{room}"] for app, room in named]
    assert len(places) > 15
    assert places == sorted(places)


# --- Commands and settings ---------------------------------------------------------------------------


def test_every_make_target_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`(?:[A-Z_]+=\S+ )*make (?:[A-Z]+=\S+ )*([a-z-]+)", ALL_WORDS))
    assert {"run", "test", "check"} <= named <= targets


def test_every_command_exists() -> None:
    named = set(re.findall(r"manage\.py ([a-z_]+)", ALL_WORDS + (ROOT / "Procfile").read_text()))
    assert named <= set(get_commands()) | {"keys", "version"}  # manage.py itself knows these two
    assert {"worker", "create_account", "create_api_key", "create_oauth_app", "simulate"} <= named


def test_every_setting_of_the_example_is_described() -> None:
    table = set(re.findall(r"`([A-Z][A-Z_]+)`", (ROOT / "docs" / "run-it.md").read_text()))
    example = set(re.findall(r"^#? ?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert example - table <= {"ANYMAIL_POSTMARK_SERVER_TOKEN"}


# --- Rules -------------------------------------------------------------------------------------------

RULES = re.findall(r"^\*\*([A-Z]\d+)\. ", (ROOT / "docs" / "rules.md").read_text(), re.MULTILINE)


def test_every_rule_has_a_number_of_its_own_and_in_order() -> None:
    assert len(RULES) > 30
    for letter in {rule[0] for rule in RULES}:
        numbers = [int(rule[1:]) for rule in RULES if rule[0] == letter]
        assert numbers == list(range(1, len(numbers) + 1)), letter


def test_a_rule_that_is_cited_exists() -> None:
    cited = set(re.findall(r"docs/rules\.md,? ([A-Z]\d+)", "".join(path.read_text() for path in python_files())))
    cited |= set(re.findall(r"\[([A-Z]\d+)\]\((?:docs/)?rules\.md", ALL_WORDS))
    assert cited
    assert cited <= set(RULES)


LAWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "rules.md").read_text().partition("## Law, rule, test")[2].splitlines()
    if line.startswith("|")
]


def test_every_law_has_its_rules_and_its_tests() -> None:
    heading, _, *rows = LAWS
    assert heading == ["law", "asks", "rule", "tests"]
    assert len(rows) > 10
    for law, _, rules, tests in rows:
        assert set(rules.split(", ")) <= set(RULES), law
        files = re.findall(r"`([^`]+)`", tests)
        assert files, law
        for name in files:
            assert re.search(r"^def test_", (ROOT / name).read_text(), re.MULTILINE), name


def test_a_bare_number_of_a_rule_cites_nothing() -> None:
    """A letter and a digit in brackets are a riddle: a comment has the rule in words, or cites docs/rules.md."""
    bare = [str(path) for path in python_files() if re.search(r"\([A-Z]{1,2}\d\)|\b[Rr]ule [A-Z]\d", path.read_text())]
    assert bare == []


def python_files() -> list[Path]:
    return [path for app in ("reviewhub", "oauth", "reviews") for path in (ROOT / app).rglob("*.py")]
