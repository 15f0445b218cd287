"""The numbered cases of the OAuth server: none is forgotten."""

import re
from pathlib import Path


def test_each_of_the_fifty_cases_has_a_test_with_its_number() -> None:
    tests = "".join(file.read_text() for file in Path(__file__).parent.rglob("test_*.py"))
    numbers = {int(number) for number in re.findall(r"^def test_case_(\d\d)_(?!and_|to_)", tests, re.MULTILINE)}
    assert numbers == set(range(1, 51))
