"""One class of refusals: whoever catches it catches those of all services."""

import ast

from reviewhub.refused import Refused
from reviewhub.tests.test_structure import modules


def test_a_refusal_says_why_and_names_the_input() -> None:
    refusal = Refused("url", "Use https.")
    assert (str(refusal), refusal.field, refusal.reason) == ("Use https.", "url", "Use https.")


def test_no_second_class_has_its_name() -> None:
    classes = [
        module
        for module, path in modules()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef) and node.name == Refused.__name__
    ]
    assert classes == ["reviewhub.refused"]
