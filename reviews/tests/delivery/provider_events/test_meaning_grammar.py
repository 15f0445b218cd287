"""How the rules of a text's meaning are written and found."""

import pytest

from reviews.delivery.provider_events.meaning.grammar import Grammar, as_ranges, read_rules
from reviews.delivery.provider_events.meaning.spelling import Spelling, correct, join, squeeze
from reviews.delivery.provider_events.meaning.text import Word, clean, cut, fold, read_words

pytestmark = pytest.mark.once

WORDS = {"FILLER": "please now", "GLUE": "me my the", "SAY": "say says", "PERSON": "jane", "NUMBER": "nummer"}


def found(rule: str, text: str) -> str | None:
    """Return the letters' positions that the rule finds in the text, as words."""
    grammar = Grammar([WORDS], [rule])
    words = join(read_words(clean(text)))
    letters = Spelling(grammar, []).spell(words)
    for match in grammar.compile([rule]).find(letters):
        return " ".join(word.plain for word in words[match.start() : match.end()])
    return None


@pytest.mark.parametrize(
    ("rule", "text", "match"),
    [
        ("stop", "Stop!", "stop"),
        ("stop", "stopped", None),
        ("stop*", "stopped", "stopped"),
        ("stop ~ say", "stop me the say", "stop me the say"),
        ("stop ~ say", "stop me it the say", "stop me it the say"),
        ("stop ~ say", "stop it was say", None),
        ("stop ~ END", "stop it", None),
        ("stop ~ (say)?", "stop it say", "stop"),
        ("(stop|end) SAY", "end says", "end says"),
        ("stop (me)? END", "stop me, please", "stop me"),
        ("stop END", "stop it", None),
        ("stop END", "stop now, ok", "stop"),
        ("stop LAST", "stop now, ok", None),
        ("stop LAST", "stop now. ok", "stop"),
        ("BEG stop", "so it stop", None),
        ("BEG stop", "well, please stop", "please stop"),
        ("not NAME", "not Jane", "not jane"),
        ("not NAME", "not jane", "not jane"),
        ("not NAME", "not Zoltan", "not zoltan"),
        ("not NAME", "not zoltan", None),
        ("not POSS", "not Jane's", "not jane's"),
        ("at DIGITS", "at 10am", "at 10am"),
        ("stop GERUND", "stop singing", "stop singing"),
        ("stop (?!SAY)ANY", "stop say", None),
        ("stop ANY{0,2} end", "stop a b end", "stop a b end"),
        ("stop ANY{0,2} end", "stop. end", None),
        ("stop [,] SAY", "stop, say", "stop , say"),
        ("hören", "hoeren", "hoeren"),
        ("hören", "HOREN", "horen"),
        ("hören", "hören", "hoeren"),
    ],
)
def test_a_rule_finds_its_words(rule: str, text: str, match: str | None) -> None:
    assert found(rule, text) == match


def test_a_word_that_begins_like_a_stem_has_the_classes_of_the_stem_alone() -> None:
    grammar = Grammar([{"FILLER": "x", "GLUE": "x", "CALL": "call", "RING": "call*"}], ["CALL RING"])
    assert grammar.look_up("called") in [*grammar.members("RING")]
    assert grammar.look_up("called") not in [*grammar.members("CALL")]
    assert grammar.look_up("call") in [*grammar.members("CALL")]


@pytest.mark.parametrize(
    ("rule", "error"),
    [("MISSING word", "No word has the class MISSING"), ("a* b", "too short"), ("stop? ANY", "No word is necessary")],
)
def test_a_rule_that_cannot_work_is_refused(rule: str, error: str) -> None:
    with pytest.raises(ValueError, match=error):
        Grammar([WORDS], [rule]).compile([rule])


def test_rules_stand_on_lines_which_may_go_on_and_have_comments() -> None:
    assert read_rules("\none two  # three\nfour\n    |five\n") == ["one two", "four |five"]


def test_neighbours_are_a_range() -> None:
    assert as_ranges("cabxz") == "a-cxz"


# --- Words --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        *(
            ("mesages", "messages"),
            ("unsubscirbe", "unsubscribe"),
            ("messsages", "messages"),
            ("unsusbcirbe", "unsubscribe"),
        ),
        *(("massages", None), ("message", None), ("mes", None), ("reviews", None)),
    ],
)
def test_a_slip_of_the_finger_is_corrected_unless_it_makes_a_word(word: str, meant: str | None) -> None:
    assert correct(word, ["messages", "unsubscribe"]) == (meant if word != "message" else "messages")


def test_stretched_letters_are_squeezed() -> None:
    assert squeeze("stoooop") == ["stop", "stoop"]
    assert squeeze("stopp") == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don't stop", ["don't", "stop"]),
        ("n'envoyez plus", ["n", "envoyez", "plus"]),
        ("opt-out", ["optout"]),
        ("S T O P", ["stop"]),
        ("s'il vous plaît", ["svp"]),
        ("no no no no", ["no"]),
        ("Dr. Smith. Hi", ["dr", "smith", ".", "hi"]),
        ("f*** off", ["f***", "off"]),
        ("see www.example.com/stop now", ["see", "now"]),
        ("wrong #", ["wrong", "number"]),
        ("we are #1", ["we", "are", "1"]),
    ],
)
def test_a_text_is_split_into_words(text: str, words: list[str]) -> None:
    assert [word.plain for word in join(read_words(clean(text)))] == words


def test_a_word_knows_where_it_stands_and_whether_it_begins_with_a_capital() -> None:
    assert read_words("not Jane") == [Word("not", 0, 3), Word("jane", 4, 8, capital=True)]
    for text in ("NOT JANE", "I Am Not Jane"):
        assert not any(word.capital for word in read_words(text))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Stop\n\nSent from my iPhone", "Stop"),
        ("Stop Sent from my Galaxy", "Stop"),
        ("ok\n> quoted", "ok"),
        ("ok\nAm 5.1.2026 um 9:00 schrieb Praxis Müller:\nAntworten Sie STOP", "ok"),
        ("Stop. Viele Grüße Anna Schmidt", "Stop."),
        ('He said "reply stop if you want no more" and laughed', "He said and laughed"),
        ('"Please stop texting me, thank you"', '"Please stop texting me, thank you"'),
    ],
)
def test_what_the_customer_did_not_write_is_cut_off(text: str, written: str) -> None:
    assert " ".join(cut(clean(text)).split()) == written


def test_letters_are_folded_to_plain_ones() -> None:
    assert [fold(word) for word in ("ÀÉ", "Straße", "möchte", "ЅТОР", "Ñ")] == ["ae", "strasse", "moechte", "stop", "n"]
