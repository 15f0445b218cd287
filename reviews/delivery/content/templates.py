"""Templates that staff write, in Liquid: checked when they are saved, filled in with what is known of a customer.

What staff wrote stays apart from what was filled in, so that a name never becomes a link, whatever it looks like.
"""

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext
from liquid.builtin.content import ContentNode, Literal
from liquid.builtin.tags.capture_tag import CaptureNode, CaptureTag
from liquid.exceptions import LiquidError

from reviews.delivery.content.bounds import BoundedEnvironment, Template

# Variables that a template may use, each with an example for the editor.
VARIABLES = {
    "first_name": "Jane",
    "last_name": "Smith",
    "name": "Jane Smith",
    "company_name": "Smith Industries",
    "business_name": "Riverside Dental",
    "sender_name": "Riverside Dental",
    "link": "https://reviews.example/r/Zk3vQ9x1T0aB7c2d",
}

# Around what staff wrote, while a template is filled in. No text from the database holds a NUL.
_BEGIN, _END = "\0<", "\0>"
_MARK = re.compile(r"\0[<>]")
_WRITTEN = re.compile(r"\0<(.*?)\0>", re.DOTALL)

# Characters that no name needs: controls and the marks that turn the direction of writing, which would reach over the
# rest of a line (https://www.unicode.org/reports/tr36/, bidirectional text spoofing).
_UNWANTED = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb]"
)


class RenderError(Exception):
    """The message cannot be rendered; the text says what to mend."""


class _Written(ContentNode):
    """A part of the template that staff wrote, between its marks."""

    def __init__(self, token: Any, text: str) -> None:
        super().__init__(token, text)
        self.text = f"{_BEGIN}{text}{_END}"


class _Literal(Literal):
    node_class = _Written


class _Captured(CaptureNode):
    """A part of the message that is kept under a name, to be compared or inserted: without marks."""

    def _assign(self, context: Any, buf: Any) -> None:
        context.assign(self.name, _MARK.sub("", buf.getvalue()))


class _Capture(CaptureTag):
    node_class = _Captured


class _Environment(BoundedEnvironment):
    """Liquid within bounds, with the marks of what staff wrote."""

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        self.add_tag(_Literal)
        self.add_tag(_Capture)


_liquid = _Environment()

# What reading or filling in a template may raise: whatever it is, it is the template's fault, and said at its field.
_ERRORS = (LiquidError, ArithmeticError, LookupError, RecursionError, TypeError, ValueError, AttributeError)
# Customers for whom every branch of a template is tried.
_EXAMPLES = (
    VARIABLES,
    dict.fromkeys(VARIABLES, ""),
    VARIABLES | {"first_name": "Jürgen", "last_name": "Müller & Söhne", "name": "Jürgen Müller & Söhne"},
    VARIABLES | dict.fromkeys(("first_name", "last_name", "name", "company_name"), "x" * 200),
)


@lru_cache(maxsize=1024)
def _compiled(text: str) -> Template:
    return _liquid.from_string(text.replace("\0", ""))


def check_template(text: str, allowed: Collection[str] = VARIABLES) -> list[str]:
    """Return the problems of a template, in words for the person who wrote it; empty when it has none."""
    try:
        template = _compiled(text)
        analysis = template.analyze(include_partials=False)
    except _ERRORS as error:
        return [gettext("The template cannot be read: %(words)s.") % {"words": _words(error)}]
    known_names = ", ".join(name for name in VARIABLES if name in allowed)
    problems = [
        gettext("There is no variable %(name)s. Known are: %(known_names)s.")
        % {"name": name, "known_names": known_names}
        for name in sorted(map(str, analysis.globals))
        if name not in allowed
    ]
    problems += [
        gettext("There is no filter %(name)s.") % {"name": name}
        for name in sorted(analysis.filters)
        if name not in _liquid.filters
    ]
    if not problems:
        try:
            template.render(**VARIABLES)
            for values in _EXAMPLES:
                template.render_every_branch(values)
        except _ERRORS as error:
            problems.append(gettext("The template cannot be filled in: %(words)s.") % {"words": _words(error)})
    return problems


def _words(error: Exception) -> str:
    return str(error.message) if isinstance(error, LiquidError) else f"{type(error).__name__}: {error}"


def clean(value: str) -> str:
    """Return a name without control characters and marks of direction, in one line."""
    if value.isascii() and value.isprintable():
        return value.strip()
    spaced = "".join(" " if character.isspace() else character for character in value)
    return " ".join(_UNWANTED.sub("", spaced).split())


def fill(text: str, values: dict[str, str]) -> str:
    """Fill in a template with values for its variables. Raises RenderError."""
    return plain(fill_marked(text, values))


def fill_marked(text: str, values: dict[str, str]) -> str:
    """Do what `fill` does, and leave the marks by which `parts_of` tells what staff wrote. Raises RenderError."""
    try:
        return _compiled(text).render(**values)
    except _ERRORS as error:
        raise RenderError(gettext("The template cannot be filled in: %(words)s.") % {"words": _words(error)}) from error


def mark_written(text: str) -> str:
    """Return a text that is not filled in, with the marks of what staff wrote."""
    return f"{_BEGIN}{text.replace(chr(0), '')}{_END}"


def plain(marked: str) -> str:
    """Return the filled-in text without its marks."""
    return _MARK.sub("", marked)


def parts_of(marked: str) -> Iterator[tuple[str, bool]]:
    """Yield the parts of a filled-in text in their order, each with True if staff wrote it.

    Whatever is not surely written by staff counts as filled in.
    """
    for position, part in enumerate(_WRITTEN.split(marked)):
        if part:
            yield part, position % 2 == 1
