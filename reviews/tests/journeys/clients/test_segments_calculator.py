"""Twilio's own calculator of segments, asked for the same texts as ours."""

import json
import random
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from reviews.delivery.content.segments import measure
from reviews.tests.support.node import needs_packages

ORACLES = Path(settings.BASE_DIR, "reviews", "tests", "oracles")

pytestmark = [
    pytest.mark.client,
    needs_packages(ORACLES),
]


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
