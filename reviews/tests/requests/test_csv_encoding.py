"""Encodings of files: told by their bytes, and asked where these leave a doubt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.requests.csv_encoding import MOST_BYTES, UNKNOWN, Guess, Unreadable, check, guess, lines_of, readings


def decode(raw: bytes, encoding: str) -> str:
    check(raw, encoding)
    return "".join(lines_of(raw, encoding))


TEXT = "First name,E-Mail\nZoë,zoe@example.com\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_that_spreadsheets_use_are_read_without_a_question(encoding: str) -> None:
    raw = TEXT.encode(encoding)
    assert guess(raw).is_sure, "nobody has to choose"
    assert decode(raw, guess(raw).encoding) == TEXT


def test_broken_bytes_in_a_file_of_utf_8_do_not_make_another_encoding_of_it() -> None:
    raw = "name,email\nJürgen,j@example.com\n".encode() + b"\xff,a@example.com\n"
    assert guess(raw) == Guess("utf-8")
    assert decode(raw, "utf-8").splitlines()[1:] == ["Jürgen,j@example.com", f"{UNKNOWN},a@example.com"]


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (b"name\n\xff\n", "cp1252"),  # no letter that anybody's name has
        ("name\nJürgen Öz\n".encode("mac_roman"), "cp1252"),
        ("name\nŻaneta Łaba\n".encode("cp1250"), "cp1252"),
        (
            "name\nZoë\n".encode() + "René Ångström Müller\n".encode("cp1252"),
            "utf-8",
        ),  # two files, one behind the other
    ],
    ids=["ÿ", "mac", "cp1250", "mixed"],
)
def test_a_file_that_may_be_read_in_several_ways_is_asked_about(raw: bytes, encoding: str) -> None:
    assert guess(raw) == Guess(encoding, is_sure=False)


@pytest.mark.parametrize(
    "name", ["René", "Jürgen Groß", "O’Neill", "Núñez – Madrid", "Søren Ærø", "D’Angelo “Dan” Day"]
)
def test_usual_names_of_western_europe_are_read_as_excel_writes_them(name: str) -> None:
    raw = f"name\n{name}\n".encode("cp1252")
    assert guess(raw) == Guess("cp1252")
    assert name in decode(raw, "cp1252")


def test_a_person_chooses_by_the_first_words_that_read_differently() -> None:
    raw = "name,email\nAnn,a@example.com\nJürgen,j@example.com\n".encode("mac_roman")
    assert readings(raw) == {
        "utf-8": f"J{UNKNOWN}rgen",
        "cp1252": "JŸrgen",
        "cp1250": "Jźrgen",
        "mac_roman": "Jürgen",
    }
    assert list(readings(raw))[-1] == "utf-8", "what holds an unknown character is hardly right"


@pytest.mark.parametrize("raw", [b"name\nAnn\n", TEXT.encode("utf-8-sig"), TEXT.encode("utf-16")])
def test_where_all_encodings_read_the_same_or_a_mark_tells_there_is_nothing_to_choose(raw: bytes) -> None:
    assert readings(raw) == {}


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"GIF89a\x00\x01", "no text file"),
        (b"\x81\x8d", "no text file"),
        (b"a" * (MOST_BYTES + 1), "split it"),
    ],
)
def test_what_is_no_list_is_refused_with_a_way_out(raw: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        decode(raw, guess(raw).encoding)


def test_a_file_of_one_long_word_is_walked_through_once() -> None:
    """A search for a word's special letter that begins anew at each letter takes half a minute for 80,000 of them."""
    word = "a" * (MOST_BYTES // 2)
    assert readings(word.encode()) == {}
    assert readings(f"ü,{word}".encode())["cp1250"] == "ĂĽ"


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        decode(raw, guess(raw).encoding)
        readings(raw)
    except Unreadable:
        pass


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=100))
def test_text_in_utf_8_is_read_as_it_was_written(text: str) -> None:
    assert guess(text.encode()).encoding in ("utf-8", "utf-16")


@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "cp1252"])
def test_a_letter_that_two_pieces_of_a_large_file_share_is_read_whole(codec: str) -> None:
    text = "email\n" + "aé" * 600_000
    raw = text.encode(codec)
    assert guess(raw) == Guess(codec)
    assert decode(raw, codec) == text
