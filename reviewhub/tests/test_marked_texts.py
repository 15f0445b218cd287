"""Texts for people are marked for translation: templates outside of {% translate %}, and literals in Python.

It reads the files. What only shows on a page with rows, `reviews/tests/journeys/test_back_office_languages.py` finds.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.once

BASE = Path(settings.BASE_DIR)
TEMPLATES = ["admin", "oauth", "account", "mfa", "unfold", "reviews/mail"]
CODE = [
    "reviews/admin",
    "oauth/admin",
    "oauth/views",
    "oauth/sign_in",
    "reviewhub/backoffice",
    "reviews/models",
    "oauth/models",
]
# The same in every language: names and units, and what is no word.
NO_WORDS = {'"oauth/plain.html"', '"passwords"', '"en"'}  # names, not texts
SAME = re.compile(r"ReviewHub|manage\.py worker|&\w+;|&#\w+;|\bms\b|\besc\b|\bR\b|v%|\bAM\b|\bPM\b")

# Views that programs call: what they say is for developers, in English.
PROGRAMS = {f"oauth/views/{name}.py" for name in ("endpoint", "introspect", "metadata", "revoke", "status", "token")}

# --- Templates --------------------------------------------------------------------------------------

TRANSLATED = re.compile(r"\{%\s*blocktrans(?:late)?\b.*?\{%\s*endblocktrans(?:late)?\s*%\}", re.DOTALL)
SILENT = re.compile(
    r"<(script|style|code)\b.*?</\1>|<!--.*?-->|\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}"
    r"|\bx-[\w:.-]+=\"[^\"]*\""  # Alpine's attributes: code
    r"|\{% block (bodyclass|shape) %\}.*?\{% endblock \2 %\}",  # names of styles
    re.DOTALL,
)
ICON = re.compile(r"<span class=\"material-symbols-outlined[^>]*>[^<]*</span>")
HEARD = re.compile(r"\b(?:aria-label|title|placeholder|alt)=\"([^\"]*)\"")
ARGUMENT = re.compile(
    r"\b(?:label|heading|title|text)=(\"[^\"]*[A-Za-z]{2}[^\"]*\")|\|default(?:_if_none)?:(\"[^\"]*[A-Za-z]{2}[^\"]*\")"
)
TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)


def unmarked_in_template(source: str) -> Iterator[str]:
    source = ICON.sub(" ", SILENT.sub(" ", TRANSLATED.sub(" ", source)))
    for tag in TAG.findall(source):
        for match in ARGUMENT.finditer(tag):
            if (words := match[1] or match[2]) not in NO_WORDS:
                yield words
    source = TAG.sub("\0", source)
    for match in HEARD.finditer(source):
        yield from _words(match[1].replace("\0", " "))
    for text in re.sub(r"<[^>]*>", "\n", source).split("\n"):
        yield from _words(text.replace("\0", " "))


def _words(text: str) -> Iterator[str]:
    if re.search(r"[A-Za-z]{2}", SAME.sub(" ", text)):
        yield " ".join(text.split())


def template_files() -> list[str]:
    paths = [path for name in TEMPLATES for path in (BASE / "templates" / name).rglob("*") if path.is_file()]
    return sorted(str(path.relative_to(BASE)) for path in [*paths, *(BASE / "templates").glob("*.html")])


# --- Python -----------------------------------------------------------------------------------------

# Arguments that people read, by their name; and by the function, with their place.
READ = {"description", "label", "help_text", "question", "explanation", "confirm", "empty_label", "verbose_name"}
PLACES = {"add_error": 1, "ValidationError": 0, "success": 1, "error": 1, "warning": 1, "info": 1, "message_user": 1}
MARKS = {
    "_",
    "gettext",
    "gettext_lazy",
    "ngettext",
    "pgettext",
    "gettext_noop",
    "format_lazy",
    "ngettext_lazy",
    "pgettext_lazy",
}


def unmarked_in_code(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if ast.unparse(node.func).startswith("serializers."):
                continue  # for developers, in English
            values = [keyword.value for keyword in node.keywords if keyword.arg in READ]
            values = [value for value in values if not isinstance(value, ast.Dict)]  # of colours
            place = PLACES.get(_name(node.func))
            is_log = isinstance(node.func, ast.Attribute) and _name(node.func.value) in ("logger", "log")
            if place is not None and not is_log and len(node.args) > place:
                values.append(node.args[place])
        elif isinstance(node, ast.Dict):
            keys = [key.value if isinstance(key, ast.Constant) else None for key in node.keys]
            values = [value for key, value in zip(keys, node.values, strict=True) if key in ("title", "help_text")]
        else:
            continue
        for value in values:
            yield from _literals(value)


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _literals(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Call):
        return  # marked, or made elsewhere
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield from _words(node.value)
    elif isinstance(node, ast.JoinedStr):
        yield from _words("".join(str(part.value) for part in node.values if isinstance(part, ast.Constant)))
    elif isinstance(node, ast.BinOp):
        yield from _literals(node.left)
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)
    elif isinstance(node, ast.List | ast.Tuple):
        for item in node.elts:
            yield from _literals(item)
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from _literals(value)


def code_files() -> list[str]:
    paths = [path for name in CODE for path in (BASE / name).rglob("*.py")]
    return sorted({str(path.relative_to(BASE)) for path in paths} - PROGRAMS)


# --- Tests ------------------------------------------------------------------------------------------


def test_no_template_for_people_has_a_text_that_is_not_marked() -> None:
    problems = {
        name: sorted(set(texts))
        for name in template_files()
        if (texts := list(unmarked_in_template((BASE / name).read_text("utf-8"))))
    }
    assert not problems, "\n".join(f"{name}: {texts}" for name, texts in problems.items())


def test_no_code_for_people_has_a_text_that_is_not_marked() -> None:
    problems = {
        name: sorted(set(texts))
        for name in code_files()
        if (texts := list(unmarked_in_code(ast.parse((BASE / name).read_text("utf-8")))))
    }
    assert not problems, "\n".join(f"{name}: {texts}" for name, texts in problems.items())


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ("<p>Hello</p>", ["Hello"]),
        ('<p>{% translate "Hello" %}</p>', []),
        ("<p>{% blocktranslate %}Hello {{ name }}{% endblocktranslate %} you</p>", ["you"]),
        ('<a title="Go on" href="/x">{{ name }}</a>', ["Go on"]),
        ('<b>{{ name|default:"nobody" }}</b>', ['"nobody"']),
        ('<b>{{ name|default:_("nobody") }}</b>', []),
        ("<code>manage.py</code> {# a remark #}", []),
        ('<p x-on:click="open = !open; then(() => open && go())">{{ name }}</p>', []),
        ("{% block shape %}wide{% endblock shape %}{% block content %}wide{% endblock content %}", ["wide"]),
    ],
)
def test_a_text_in_a_template_is_found(source: str, texts: list[str]) -> None:
    assert list(unmarked_in_template(source)) == texts


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ('messages.success(request, "Done it")', ["Done it"]),
        ('messages.success(request, _("Done it"))', []),
        ('logger.info("done", "it")', []),
        ('@display(description="Name")\ndef f(): ...', ["Name"]),
        ('x = {"title": f"Erase {name}?"}', ["Erase ?"]),
        ('form.add_error(None, "Not so" if x else _("So"))', ["Not so"]),
    ],
)
def test_a_text_in_code_is_found(source: str, texts: list[str]) -> None:
    assert list(unmarked_in_code(ast.parse(source))) == texts
