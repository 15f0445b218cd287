"""Chips: what they read and what they insert."""

from django.utils import translation

from reviews.admin.variables import NAMES, chips
from reviews.delivery.content.templates import VARIABLES, check_template


def test_every_variable_has_a_chip_that_reads_like_words() -> None:
    assert list(NAMES) == list(VARIABLES)
    for chip in chips():
        assert "_" not in chip.name
        assert check_template(chip.inserts) == []


def test_chips_are_left_out_by_name() -> None:
    with translation.override("en"):
        assert [(chip.name, chip.inserts) for chip in chips({"first_name"})] == [("first name", "{{ first_name }}")]
