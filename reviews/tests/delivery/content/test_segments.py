"""Segments as carriers count them; Twilio's own calculator is asked as well."""

import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from reviews.delivery.content.segments import measure

ORACLES = Path(settings.BASE_DIR, "reviews", "tests", "oracles")


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


@pytest.mark.skipif(
    not (ORACLES / "node_modules").is_dir() or not shutil.which("node"),
    reason="needs Node.js, and `npm ci` in reviews/tests/oracles",
)
def test_twilios_calculator_counts_the_same() -> None:
    """But for emoji that are joined from several: where a segment ends among their parts, it moves them all on."""
    chance = random.Random(6)  # noqa: S311
    plain, rare = "abc XYZ@£\n€[]{}~^|\\ üñ", "“”é日本ł…’😀👍"
    texts = [
        "".join(chance.choices(plain + rare * (number % 2), k=chance.choice([5, 70, 160, chance.randint(0, 1000)])))
        for number in range(2000)
    ]
    script = """
        const {SegmentedMessage} = require("sms-segments-calculator");
        const texts = JSON.parse(require("fs").readFileSync(0));
        const told = texts.map(text => new SegmentedMessage(text));
        const seen = told.map(one => [one.encodingName, one.segmentsCount, [...new Set(one.getNonGsmCharacters())]]);
        console.log(JSON.stringify(seen));"""
    answer = subprocess.run(
        ["node", "-e", script],  # noqa: S607
        cwd=ORACLES,
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
    )
    for text, told in zip(texts, json.loads(answer.stdout), strict=True):
        ours = measure(text)
        assert [ours.encoding, ours.count, list(ours.culprits)] == told, text
