"""Segments as carriers count them."""

import pytest

from reviews.delivery.content.segments import measure


@pytest.mark.parametrize(
    ("text", "encoding", "count"),
    [
        ("", "GSM-7", 1),
        ("a" * 160, "GSM-7", 1),
        ("a" * 161, "GSM-7", 2),
        ("a" * 306, "GSM-7", 2),
        ("a" * 307, "GSM-7", 3),
        ("€" * 80, "GSM-7", 1),
        ("€" * 81, "GSM-7", 2),
        ("€" * 153, "GSM-7", 3),  # the odd septet of a segment stays empty
        ("’" * 70, "UCS-2", 1),
        ("’" * 71, "UCS-2", 2),
        ("😀" * 35, "UCS-2", 1),
        ("😀" * 66, "UCS-2", 2),
        ("😀" * 67, "UCS-2", 3),
        ("Grüße aus Zürich für 5 £ à la carte, ñu @ Ångström", "GSM-7", 1),
        ("Cześć", "UCS-2", 1),
    ],
)
def test_the_edges_of_a_segment(text: str, encoding: str, count: int) -> None:
    assert (measure(text).encoding, measure(text).count) == (encoding, count)


def test_what_makes_a_text_twice_as_dear_is_named() -> None:
    assert measure("Thanks!").culprits == ()
    assert measure("“Thanks” – “bye”").culprits == ("“", "”", "–")
    assert str(measure("Hello {you}")) == "1 segment: 13 of 160 characters"
    assert str(measure("It’s " * 20)) == "2 segments, Unicode because of ’: 100 of 134 characters"
    assert "because of “, U+00A0 and ”:" in str(measure("“\u00a0”"))
    assert "Ж, И, К, Л, М and others:" in str(measure("ЖИКЛМН"))
