"""What a template may cost, whoever wrote it: case S1, and templates that nobody would write."""

import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.delivery.content import bounds
from reviews.delivery.content.templates import VARIABLES, RenderError, check_template, fill

pytestmark = [pytest.mark.attack, pytest.mark.once]

TENFOLD = '| replace: "a", "aaaaaaaaaa" ' * 8
MOST_BYTES = 10_000_000
MOST_SECONDS = 0.5  # ten times what a rendering may take


def cost(template: str) -> tuple[float, int]:
    """Return the seconds and the bytes at their peak that filling in takes, or being refused."""
    began = time.process_time()
    fill_or_refuse(template)
    seconds = time.process_time() - began
    tracemalloc.start()
    try:
        fill_or_refuse(template)
        return seconds, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def fill_or_refuse(template: str) -> str:
    try:
        return fill(template, VARIABLES)
    except RenderError:
        return ""


GREEDY = {
    "a value that grows tenfold": '{{ "aaaaaaaaaa" ' + TENFOLD + "| size }}",
    "the same where Jane never comes": '{% if first_name == "Jane" %}Hi{% else %}{{ "aaaaaaaaaa" '
    + TENFOLD
    + "}}{% endif %}",
    "a range that is joined": '{{ (1..10000000) | join: "" | size }}',
    "a range that is searched": "{% if (1..100000000) contains 5 %}x{% endif %}",
    "a range that is assigned": "{% assign a = (1..100000000) %}{{ a | size }}",
    "a long range, backwards": "{% for i in (1..100000000) reversed %}x{% endfor %}",
    "a range as long as a name says": '{% assign n = "9999999" %}{% for i in (1..n) %}x{% endfor %}',
    "loops in loops": "{% for i in (1..900) %}{% for j in (1..900) %}x{% endfor %}{% endfor %}",
    "many filters in a loop": "{% for i in (1..900) %}{{ i | plus: 1 }}{% endfor %}",
    "many parts in a loop": "{% for i in (1..900) %}" + "{{ name }}" * 20 + "{% endfor %}",
    "numbers that grow": "{% assign a = 99 %}" + "{% assign a = a | times: a %}" * 9 + "{{ a }}",
    "a number of 5,000 digits": "{{ " + "9" * 5000 + " }}",
    "letters joined by words": '{{ name | split: "" | join: "' + "x" * 4000 + '" }}',
    "a date that is padded": '{{ "now" | date: "%0999999999d" }}',
    "an output without end": "{% capture a %}"
    + "x" * 4000
    + "{% endcapture %}{% for i in (1..900) %}{{ a }}{% endfor %}",
    "depth": "{% if name %}" * 40 + "{% endif %}" * 40,
    "length": "x" * 10_001,
    "braces that nothing closes": "{{" * 4500,
    "one brace after the other": "{" * 9000,
    "blanks": "{{" + " " * 9000 + "}}",
    "tags that nothing closes": "{% raw %}" * 1000,
    "parentheses": "{% if " + "(" * 4000 + "a" + ")" * 4000 + " %}{% endif %}",
    "a file": '{% include "x" %}',
    "a table": "{% tablerow i in (1..3) %}{% endtablerow %}",
}


@pytest.mark.parametrize("template", GREEDY.values(), ids=GREEDY)
def test_a_greedy_template_is_refused_when_it_is_saved_and_costs_little_where_it_stands(template: str) -> None:
    seconds, most = cost(template)
    assert seconds < MOST_SECONDS
    assert most < MOST_BYTES
    [problem] = check_template(template)
    assert problem.startswith(("The template cannot be", "There is no filter"))


@pytest.mark.parametrize(
    "template",
    [
        '{% if company_name == "" %}{{ 1 | divided_by: 0 }}{% endif %}',
        '{% unless name %}{{ 1 | divided_by: 0 }}{% endunless %}',
        '{% case name %}{% when "Bob" %}{{ 1 | divided_by: 0 }}{% else %}x{% endcase %}',
        '{% for i in (1..0) %}{{ 1 | divided_by: 0 }}{% endfor %}',
        '{% for i in (1..2) %}{% break %}{{ 1 | divided_by: 0 }}{% endfor %}',
        '{% for i in (1..2) %}{% if i == 7 %}{{ 1 | divided_by: 0 }}{% endif %}{% endfor %}',
        '{% capture x %}{% if name == "Bob" %}{{ 1 | divided_by: 0 }}{% endif %}{% endcapture %}',
    ],
)  # fmt: skip
def test_a_fault_in_a_branch_that_nobody_reaches_yet_is_found(template: str) -> None:
    assert check_template(template) == ["The template cannot be filled in: divided_by: can't divide by 0."]


def test_what_people_write_is_filled_in_as_before() -> None:
    template = (
        "Hi {{ first_name | default: 'there' | upcase }}{% comment %}no{% endcomment %}"
        "{% if company_name contains 'Smith' %} of {{ company_name | truncate: 9 }}{% elsif name %}!{% endif %}"
        "{% assign words = name | split: ' ' %}"
        "{% for word in words %} {{ forloop.index }}{{ word | slice: 0 }}{% endfor %}"
        "{% capture greeting %}Dear {{ name | replace: 'Jane', 'Ms' }}{% endcapture %}, {{ greeting }}"
        "{% for i in (1..3) reversed %}{% cycle '*', '+' %}{{ i | times: 2 }}{% endfor %}"
        "{% case last_name %}{% when 'Smith', 'Jones' %} S{% else %} ?{% endcase %}{{ '2026-03-01' | date: ' %B' }}"
    )
    assert check_template(template) == []
    assert fill(template, VARIABLES) == "Hi JANE of Smith ... 1J 2S, Dear Ms Smith*6+4*2 S March"


def test_every_filter_and_tag_of_the_lists_exists() -> None:
    environment = bounds.BoundedEnvironment()
    assert set(environment.filters) == bounds.FILTERS
    assert set(environment.tags) == bounds.TAGS


# --- Templates that nobody would write ------------------------------------------------------------

LITERALS = st.sampled_from(['"a"', '""', '"aaaaaaaaaa"', "1", "99999999", "-7", "0.5", '" "', '"%Y"', "name", "a", "i"])


@st.composite
def expressions(draw: st.DrawFn) -> str:
    parts = [draw(st.one_of(LITERALS, st.just("(1..999999)")))]
    for name in draw(st.lists(st.sampled_from(sorted(bounds.FILTERS)), max_size=12)):
        arguments = draw(st.lists(LITERALS, max_size=2))
        parts.append(f"{name}: {', '.join(arguments)}" if arguments else name)
    return " | ".join(parts)


BODIES = st.recursive(
    st.one_of(
        expressions().map("{{{{ {} }}}}".format),
        expressions().map("{{% assign a = {} %}}".format),
        st.sampled_from(["text ", "{% break %}", "{% cycle 'x', a %}", "{{ forloop.index }}"]),
    ),
    lambda bodies: st.one_of(
        st.lists(bodies, min_size=2, max_size=6).map("".join),
        st.tuples(LITERALS, LITERALS, bodies).map("{{% for i in ({0[0]}..{0[1]}) %}}{0[2]}{{% endfor %}}".format),
        st.tuples(LITERALS, LITERALS, bodies).map("{{% if {0[0]} contains {0[1]} %}}{0[2]}{{% endif %}}".format),
        bodies.map("{{% capture a %}}{}{{% endcapture %}}".format),
    ),
    max_leaves=25,
)


@given(BODIES)
def test_no_template_costs_more_or_raises_anything_else(body: str) -> None:
    template = "{% assign a = 'aaaaaaaaaa' %}{% assign i = 999 %}" + body
    seconds, most = cost(template)
    assert seconds < MOST_SECONDS
    assert most < MOST_BYTES
    check_template(template)
