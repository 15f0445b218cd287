"""Sentences that services store or refuse with: each is listed, so that pages say it in the person's language."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import override

from reviewhub.refused import Refused
from reviewhub.sentences import said

pytestmark = pytest.mark.once

BASE = Path(settings.BASE_DIR)
ROOMS = [
    *(
        f"reviews/{room}"
        for room in ("contacts", "requests", "delivery", "inbox", "webhooks", "pages", "admin", "sites")
    ),
    "oauth/sign_in",
]
ERRORS = {"Refused": 1, "NoInvitation": 0, "InvalidMove": 0, "Forbidden": 0}  # the argument that holds the sentence
STORED = {"reason", "evidence", "off_because"}
# Not said to people: what the log, a program or a test of the machinery reads.
APART = {"Simulated.", "scheduled for ", "not sent: ", "held: "}


def sentences_of(tree: ast.Module) -> Iterator[str]:
    """Yield the sentences of a module, with X for each value."""
    for node in ast.walk(tree):
        values: list[ast.expr] = []
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            if name in ERRORS and len(node.args) > ERRORS[name]:
                values.append(node.args[ERRORS[name]])
            values += [keyword.value for keyword in node.keywords if keyword.arg in STORED]
        elif isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id in STORED for to in node.targets):
            values.append(node.value)
        for value in values:
            for part in [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]:
                yield from _text_of(part)


def _text_of(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        text = node.value
    elif isinstance(node, ast.JoinedStr):
        text = "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values)
    else:
        return
    if sum(letter.isalpha() and letter != "X" for letter in text) > 3 and " " in text.strip():
        yield text


def all_sentences() -> list[tuple[str, str]]:
    found = []
    for room in ROOMS:
        for path in sorted((BASE / room).rglob("*.py")):
            tree = ast.parse(path.read_text("utf-8"))
            found += [(str(path.relative_to(BASE)), text) for text in sentences_of(tree) if text not in APART]
    return found


def test_there_are_many_sentences() -> None:
    assert len(all_sentences()) > 60


def test_each_sentence_that_is_stored_or_refused_with_can_be_said_in_german() -> None:
    with override("de"):
        missing = [f"{path}: {text}" for path, text in all_sentences() if said(text) == text]
    assert not missing, "list them in reviews/models/sentences.py:\n" + "\n".join(missing)


@pytest.mark.parametrize(
    ("text", "german"),
    [
        ("Cancelled by Anna Maier.", "Storniert von Anna Maier."),
        ("Cancelled by Cancelled by Anna..", "Storniert von Cancelled by Anna.."),
        (
            "It is held. Perhaps an opt-out: staff decide.",
            "Sie ist angehalten. Vielleicht eine Abmeldung: Das Team entscheidet.",
        ),
        ("Unsubscribed (e-mail)", "Abgemeldet (E-Mail)"),
        (
            "This contact cannot be written to (e-mail: does not exist; text message: said stop).",
            "An diesen Kunden kann nicht geschrieben werden (E-Mail: gibt es nicht; SMS: hat STOP geantwortet).",
        ),
        (
            "Sent early by staff. Sat 21:00 → Mon 09:00, Europe/Berlin: outside the account's hours",
            "Vom Team vorzeitig gesendet. Sa 21:00 → Mo 09:00, Europe/Berlin: außerhalb der Zeiten des Unternehmens",
        ),
        ("I was in no hurry.", "I was in no hurry."),
        ("", ""),
    ],
)
def test_a_stored_sentence_is_said_with_its_values_and_other_words_stay(text: str, german: str) -> None:
    with override("de"):
        assert said(text) == german
    assert said(text) == text


def test_a_refusal_is_written_in_english_and_said_in_the_language_that_is_active() -> None:
    refusal = Refused("delivery", "No message is planned.")
    assert (str(refusal), refusal.reason) == ("No message is planned.", "No message is planned.")
    with override("fr"):
        assert str(refusal) == refusal.reason == "Aucun message n’est planifié."


def test_a_long_text_is_not_searched() -> None:
    with override("de"):
        assert said("x" * 5000) == "x" * 5000
