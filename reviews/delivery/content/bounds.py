"""Liquid within bounds: a short list of tags and filters, and limits that no template exceeds, whoever wrote it.

Accounts write templates, and all accounts share the processes that fill them in. So what a template may cost is bounded
by construction: the length of every value, the calls of filters, and the parts that loops run through.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import wraps
from io import StringIO
from math import isfinite
from typing import Any, ClassVar, cast

from liquid import BoundTemplate, Environment, RenderContext, StrictUndefined
from liquid.ast import BlockNode, ConditionalBlockNode, Node
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.builtin.tags.capture_tag import CaptureNode
from liquid.builtin.tags.for_tag import BreakNode, ContinueNode, ForLoop, ForNode
from liquid.exceptions import (
    BreakLoop,
    ContinueLoop,
    LiquidSyntaxError,
    LiquidValueError,
    LoopIterationLimitError,
    ResourceLimitError,
)
from liquid.expression import Expression
from liquid.token import Token

# fmt: off
TAGS = frozenset({
    "#", "assign", "break", "capture", "case", "comment", "content", "continue", "cycle", "echo", "for", "if",
    "illegal", "output", "unless",
})
FILTERS = frozenset({
    "abs", "append", "at_least", "at_most", "capitalize", "ceil", "date", "default", "divided_by", "downcase", "escape",
    "first", "floor", "join", "last", "lstrip", "minus", "modulo", "newline_to_br", "plus", "prepend", "remove",
    "remove_first", "remove_last", "replace", "replace_first", "replace_last", "reverse", "round", "rstrip", "size",
    "slice", "split", "strip", "strip_newlines", "times", "truncate", "truncatewords", "uniq", "upcase", "url_encode",
})
# fmt: on

LONGEST_TEMPLATE = 10_000  # characters
LONGEST_TAG = 1_000  # characters between {{ and }}, or {% and %}
LONGEST = 5_000  # characters of a value, or items of a list
LONGEST_OUTPUT = 20_000  # bytes
GREATEST = 10**15  # of a number
MOST_FILTERS = 500  # calls in one rendering
MOST_PARTS = 10_000  # of the template, each as often as loops run through it
LONGEST_RANGE = 1_000

_BLANKS = re.compile(r"\s{100}")
# Formats of strftime without a width: with one, a few characters become gigabytes.
_DATE_FORMAT = re.compile(r"(?:[^%]|%[-_^#0]?[A-Za-z%]){0,100}")


class _Context(RenderContext):
    """The state of one rendering, which counts what it costs."""

    template: "Template"

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._filters_left = MOST_FILTERS

    def filter(self, name: str, token: Token | None) -> Callable[..., object]:
        self._filters_left -= 1
        if self._filters_left < 0:
            raise ResourceLimitError(f"more than {MOST_FILTERS} filters are to be run", token=token)
        return super().filter(name, token)

    def raise_for_loop_limit(self, length: int = 1) -> None:
        runs = length
        for loop in self.loops:
            runs *= loop.length
        if runs > LONGEST_RANGE or runs * self.template.part_count > MOST_PARTS:
            raise LoopIterationLimitError("a loop runs too often", token=None)


class Template(BoundTemplate):
    """A template that was read, with the number of its parts: text, insertions, conditions."""

    context_class = _Context
    env: "BoundedEnvironment"

    def __init__(self, env: "BoundedEnvironment", nodes: list[Node], *arguments: Any, **options: Any) -> None:
        super().__init__(env, nodes, *arguments, **options)
        context = RenderContext(self)
        self.part_count = 0
        for node in _all_nodes(nodes, context):
            self.part_count += 1
            _bound_ranges(node)

    def render_every_branch(self, values: dict[str, str]) -> None:
        """Fill in each part once, those whose condition is not met as well. Raises what filling in raises."""
        context = self.context_class(self, globals=self.make_globals(dict(values)))
        for node in self.nodes:
            _visit(node, context)


class BoundedEnvironment(Environment):
    """The tags and filters that there are, and their limits."""

    template_class = Template
    output_stream_limit: ClassVar[int | None] = LONGEST_OUTPUT
    local_namespace_limit: ClassVar[int | None] = 4 * LONGEST
    context_depth_limit: ClassVar[int] = 10

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined)

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        self.tags = {name: tag for name, tag in self.tags.items() if name in TAGS}
        self.filters = {name: _bounded(name, apply) for name, apply in self.filters.items() if name in FILTERS}

    def from_string(self, source: str, *arguments: Any, **options: Any) -> Template:
        """Read a template. Raises LiquidError."""
        _check_source(source)
        return cast(Template, super().from_string(source, *arguments, **options))


def _check_source(source: str) -> None:
    """Raise LiquidSyntaxError for what would take the library's reader seconds.

    It searches anew from each {{ that nothing closes, and from each blank.
    """
    if len(source) > LONGEST_TEMPLATE:
        raise LiquidSyntaxError(f"it has more than {LONGEST_TEMPLATE} characters", token=None)
    for opening, closing in (("{{", "}}"), ("{%", "%}")):
        start = source.find(opening)
        while start >= 0:
            end = source.find(closing, start)
            if end < 0:
                raise LiquidSyntaxError(f"expected '{closing}', found end of file", token=None)
            if end - start > LONGEST_TAG or _BLANKS.search(source, start, end):
                raise LiquidSyntaxError(f"too much stands between {opening} and {closing}", token=None)
            start = source.find(opening, end)


# --- Ranges and branches ---------------------------------------------------------------------------


def _all_nodes(nodes: list[Node], context: RenderContext) -> Iterator[Node]:
    for node in nodes:
        yield node
        yield from _all_nodes(list(node.children(context)), context)


class _Range(RangeLiteral):
    """A range of a loop, whose numbers may be variables: looked at before anything walks it."""

    def evaluate(self, context: RenderContext) -> range:
        found = super().evaluate(context)
        if found.stop - found.start > LONGEST_RANGE:
            raise LiquidValueError(f"a range has more than {LONGEST_RANGE} numbers", token=self.token)
        return found


def _bound_ranges(node: Node) -> None:
    """Bound the range of a loop. Raises LiquidSyntaxError for a range anywhere else: there it is walked, or joined."""
    if isinstance(node, ForNode) and isinstance(node.expression.iterable, RangeLiteral):
        whole = node.expression.iterable
        node.expression.iterable = _Range(whole.token, whole.start, whole.stop)
    for expression in node.expressions():
        for each in _all_expressions(expression):
            if isinstance(each, RangeLiteral) and not isinstance(each, _Range):
                raise LiquidSyntaxError("a range may stand in a for tag alone", token=each.token)


def _all_expressions(expression: Expression) -> Iterator[Expression]:
    yield expression
    for child in expression.children():
        yield from _all_expressions(child)


def _visit(node: Node, context: RenderContext) -> None:
    """Fill in a part, and within conditions and loops every part once."""
    if isinstance(node, BreakNode | ContinueNode):
        return
    if not isinstance(node, CaptureNode) and (children := list(node.children(context))):
        scope: dict[str, object] = {}
        if isinstance(node, ForNode):
            items, length = node.expression.evaluate(context)
            context.raise_for_loop_limit(length)
            loop = ForLoop(name="", it=iter(()), length=length, parentloop=context.parentloop())
            scope = {"forloop": loop, node.expression.identifier: next(iter(items), "")}
        elif not isinstance(node, BlockNode | ConditionalBlockNode):
            for expression in node.expressions():
                expression.evaluate(context)
        with context.extend(scope):
            for child in children:
                _visit(child, context)
        return
    for child in node.children(context):
        _visit(child, context)
    with suppress(BreakLoop, ContinueLoop):
        node.render(context, StringIO())


# --- Filters ---------------------------------------------------------------------------------------


def _bounded(name: str, apply: Callable[..., Any]) -> Callable[..., Any]:
    """Return the filter, which looks at what it takes, at what it would make, and at what it makes."""
    foresee = _FORESEEN.get(name)

    @wraps(apply)
    def bounded(value: Any, *arguments: Any, **options: Any) -> Any:
        for each in (value, *arguments):
            _check_size(each)
        if foresee is not None and foresee(value, *map(str, arguments)) > LONGEST:
            raise LiquidValueError(f"what {name} makes has more than {LONGEST} characters", token=None)
        if name == "date" and not all(_DATE_FORMAT.fullmatch(str(each)) for each in arguments):
            raise LiquidValueError("the format of a date has letters after a % and no more", token=None)
        return _check_size(apply(value, *arguments, **options))

    return bounded


def _check_size(value: Any) -> Any:
    if isinstance(value, str | list | tuple):
        if len(value) > LONGEST:
            raise LiquidValueError(f"a value has more than {LONGEST} characters or items", token=None)
    elif isinstance(value, int | float) and not (isfinite(value) and abs(value) <= GREATEST):
        raise LiquidValueError("a number is too large", token=None)
    return value


def _of_replace(value: Any, old: str, new: str = "") -> int:
    text = str(value)
    return len(text) + text.count(old) * (len(new) - len(old))


def _of_join(value: Any, separator: str = " ") -> int:
    items = value if isinstance(value, list | tuple) else [value]
    return sum(len(str(item)) for item in items) + len(separator) * len(items)


# How long the result will be, where it may be much longer than what it is made of.
_FORESEEN: dict[str, Callable[..., int]] = {"replace": _of_replace, "join": _of_join}
