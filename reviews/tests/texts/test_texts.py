"""Every text to customers, in each language and form, with names that are hard to write about."""

import itertools
import re
from dataclasses import fields, is_dataclass

import pytest
from django.conf import settings

from reviews.delivery.content.segments import measure
from reviews.delivery.content.templates import VARIABLES, check_template, fill
from reviews.delivery.content.way_out import replace_stop
from reviews.delivery.content.wording import check_wording
from reviews.delivery.preview import LINK_OF_NONE
from reviews.texts import KINDS, STEP_FIELDS, Texts, Words, texts_in

LANGUAGES = [code for code, _ in settings.LANGUAGES]
FORMS = [pytest.param(code, informal, id=f"{code}-{informal}") for code in LANGUAGES for informal in (False, True)]
FOREIGN = [form for form in FORMS if form.values[0] != "en"]

LONG = "Zahnärztliche Gemeinschaftspraxis Dr. Müller-Lüdenscheidt und Kollegen am Alten Rathausplatz"
BUSINESSES = [
    "Riverside Dental",
    "Praxis Dr. Müller",
    "L'Atelier",
    "O'Brien & Söhne",
    "École Hélène",
    "Hôtel d'Or",
    LONG,
]
PEOPLE = [("Jane", "Smith"), ("Jürgen", "Müller-Lüdenscheidt"), ("D'Arcy", "O'Neill"), ("Hélène", ""), ("", "")]

# Words by which one form gives itself away in the other; "sie" in small letters is "they" in German.
FORMAL_WORDS = {
    "de": r"\b(Sie|Ihr|Ihre|Ihrem|Ihren|Ihrer|Ihnen)\b",
    "es": r"\b(usted|su|sus|le|cuéntenos|responda|escríbanos|elija|espere|compruebe|comparta|deje|quiere)\b",
    "fr": r"\b(vous|votre|vos|répondez|écrivez|choisissez|donnez|vérifiez|patientez)\b|-vous\b",
}
INFORMAL_WORDS = {
    "de": r"\b(du|dir|dich|dein|deine|deinem|deinen|deiner|warst|bist)\b",
    "es": r"\b(tú|tu|tus|te|cuéntanos|responde|escríbenos|elige|espera|comprueba|comparte|puedes|quieres)\b",
    "fr": r"\b(tu|toi|ton|ta|tes|te|réponds|écris|choisis|donne|vérifie|patiente)\b|\bt’|-tu\b",
}


def texts_of(texts: Texts) -> dict[str, str]:
    """Return all texts by name, those of the steps as first.sms_text."""
    named: dict[str, str] = {}
    for field in fields(texts):
        value = getattr(texts, field.name)
        named |= (
            {f"{field.name}.{part}": text for part, text in vars(value).items()}
            if is_dataclass(value)
            else {field.name: value}
        )
    return named


def values(business: str, first: str, last: str) -> dict[str, str]:
    """Return what a template is filled in with for that person."""
    link = f"https://reviews.example/r/{LINK_OF_NONE}"
    names = {"first_name": first, "last_name": last, "name": f"{first} {last}".strip()}
    return VARIABLES | names | {"business_name": business, "sender_name": business, "link": link}


@pytest.mark.parametrize(("language", "informal"), FORMS)
def test_every_text_stands_there_with_the_places_of_the_english_one(language: str, informal: bool) -> None:
    english = texts_of(texts_in("en", informal=False))
    for name, text in texts_of(texts_in(language, informal=informal)).items():
        assert text.strip() == text != "", name
        places = set(re.findall(r"\{\w+\}", text)) - {"{business}", "{first_name}"}  # those may be left out
        assert places == set(re.findall(r"\{\w+\}", english[name])) - {"{business}", "{first_name}"}, name


@pytest.mark.parametrize(("language", "informal"), FOREIGN)
def test_a_form_is_kept_throughout(language: str, informal: bool) -> None:
    texts = texts_of(texts_in(language, informal=informal))
    wrong = re.compile((FORMAL_WORDS if informal else INFORMAL_WORDS)[language], 0 if language == "de" else re.I)
    assert {name: text for name, text in texts.items() if wrong.search(text)} == {}
    right = re.compile((INFORMAL_WORDS if informal else FORMAL_WORDS)[language], 0 if language == "de" else re.I)
    assert sum(bool(right.search(text)) for text in texts.values()) > 20


@pytest.mark.parametrize(("language", "informal"), FOREIGN)
def test_no_name_of_a_business_needs_an_article_or_a_case(language: str, informal: bool) -> None:
    """It begins its text and a colon follows it, or it signs: then it reads well, whatever it is."""
    for name, text in texts_of(texts_in(language, informal=informal)).items():
        rest = re.sub(r"^(\{business\}|\{\{ business_name \}\}) ?:", "", text)
        rest = re.sub(r"\n\{\{ sender_name \}\}$", "", rest)
        assert not re.search(r"business|sender_name", rest), name


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("language", "informal"), FORMS)
def test_the_first_messages_keep_our_own_rules(language: str, informal: bool, kind: str) -> None:
    step = getattr(texts_in(language, informal=informal), kind)
    for name in STEP_FIELDS:
        text = getattr(step, name)
        assert check_template(text) == check_wording(text) == []
        assert ("{{ link }}" in text) == (name != "email_subject")
        for business, (first, last) in itertools.product(BUSINESSES, PEOPLE):
            filled = fill(text, values(business, first, last))
            assert not re.search(r" [,.]|  |,,|\( |^ |[,:] ?[,.:]", filled), filled
            assert "{" not in filled
    assert len(fill(step.email_subject, values("Riverside Dental", "Jürgen", "Müller"))) <= 60
    assert "business_name" in step.sms_text
    assert "STOP" in step.sms_text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("language", "informal"), FORMS)
def test_a_text_message_takes_two_segments_at_most(language: str, informal: bool, kind: str) -> None:
    template = getattr(texts_in(language, informal=informal), kind).sms_text
    for business, (first, last) in itertools.product(BUSINESSES, PEOPLE):
        text = fill(template, values(business, first, last))
        assert business in text
        usual = set(business + first + last) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZäöüéè '.-&")
        if usual:
            assert measure(text).culprits == ()
        if usual and business != LONG:
            assert measure(text).count <= 2, text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("language", "informal"), FORMS)
def test_a_text_message_with_short_names_takes_one_segment(language: str, informal: bool, kind: str) -> None:
    """Each segment costs a business as much as a whole message."""
    template = getattr(texts_in(language, informal=informal), kind).sms_text
    text = fill(template, values("Riverside Dental", "Jane", "Smith"))
    assert measure(text).count == 1, text


@pytest.mark.parametrize(("language", "informal"), FORMS)
def test_answers_by_text_are_short_and_name_the_business(language: str, informal: bool) -> None:
    for business in BUSINESSES[:-1]:
        words = Words(
            texts_in(language, informal=informal),
            business=business,
            contact="office@riverside.example, 1 Main Street, Springfield, NY 12345",
            link=f"https://reviews.example/r/{LINK_OF_NONE}/unsubscribe",
        )
        for name in ("stop_confirmed", "start_confirmed", "help"):
            text = getattr(words, name)
            assert text.startswith(business)
            assert measure(text.replace(business, "Riverside Dental")).count <= 2
            assert measure(text.replace(business, "Riverside Dental")).culprits == ()
        assert "START" in words.stop_confirmed
        for name in ("start_confirmed", "help", "help_of_many"):
            assert "STOP" in getattr(words, name)
        assert measure(words.no_more_texts).culprits == ()


@pytest.mark.parametrize(("language", "informal"), FORMS)
def test_the_sentence_with_stop_gives_way_to_a_link_where_nobody_can_reply(language: str, informal: bool) -> None:
    texts = texts_in(language, informal=informal)
    way_out = Words(texts, link="https://reviews.example/x").no_more_texts
    for kind in KINDS:
        text = fill(getattr(texts, kind).sms_text, values("Praxis Dr. Müller", "Jürgen", "Müller"))
        replaced = replace_stop(text, way_out=way_out, is_needed=True)
        assert replaced == re.sub(rf"(?<=/r/{LINK_OF_NONE} ).*", lambda _: way_out, text)


@pytest.mark.parametrize(("language", "informal"), FORMS)
def test_values_are_put_into_their_places_once(language: str, informal: bool) -> None:
    words = Words(texts_in(language, informal=informal), business="{site} & {first_name}", first_name="{business}")
    assert "{site} & {first_name}" in words.stop_confirmed
    assert words.put("review_on", site="Google").count("Google") == 1


def test_a_region_and_an_unknown_language_have_texts_too() -> None:
    assert texts_in("de-AT", informal=True) is texts_in("de", informal=True)
    assert texts_in("pt-BR", informal=True) is texts_in("en", informal=False)
    assert texts_in("en", informal=True) is texts_in("en", informal=False)
