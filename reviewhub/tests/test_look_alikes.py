"""Letters that look like Latin ones."""

import pytest

from reviewhub.look_alikes import read_as_latin


@pytest.mark.parametrize(
    ("text", "read"),
    [("gооglе", "google"), ("ЅТОР", "STOP"), ("Zoë", "Zoë")],
)
def test_a_look_alike_is_read_as_its_latin_letter(text: str, read: str) -> None:
    assert read_as_latin(text) == read
    assert len(read) == len(text)
