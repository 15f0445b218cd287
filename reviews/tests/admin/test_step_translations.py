"""Texts of steps in other languages: written, checked, begun with ours, and what waits to be sent."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from oauth.models import Account, User
from oauth.tests.flow import signed_in
from reviews.admin.step_translations import kind_of
from reviews.models import Contact, Delivery, FollowUpStep, Sequence
from reviews.requests.sequences import copy_sequence
from reviews.tests.admin.test_sequences import sequence_form
from reviews.tests.support.helpers import asked
from reviews.texts import texts_in

pytestmark = pytest.mark.django_db

SPANISH = vars(texts_in("es", informal=False).first)


@pytest.fixture
def sequence(account: Account) -> Sequence:
    return Sequence.objects.get(account=account)


def address(sequence: Sequence) -> str:
    return reverse("admin:reviews_sequence_change", args=[sequence.pk])


def form(sequence: Sequence, **changes: str) -> dict[str, Any]:
    """Return the form as the page sends it, with the names of fields of the first step."""
    data = sequence_form(sequence) | {f"steps-0-{name}": text for name, text in changes.items()}
    data.pop("account")
    return data


def spanish(**changes: str) -> dict[str, str]:
    return {f"{name}_es": text for name, text in (SPANISH | changes).items()}


def page(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_the_editor_shows_each_language_and_what_is_missing(sequence: Sequence, owner: User) -> None:
    sequence.steps.filter(position=0).update(translations={"es": SPANISH})
    shown = page(signed_in(owner).get(address(sequence)))
    assert 'id="language-en" value="en" checked' in shown
    assert "<small>2 missing</small>" in shown
    assert shown.count("<small>3 missing</small>") == 2
    assert "¿Qué tal le fue con nosotros, Jane?" in shown
    assert "2 messages have no text in Spanish" in shown
    assert shown.count("Begin with our text in Spanish") == 3  # two steps, and the one that may be added
    chosen = page(signed_in(owner).get(f"{address(sequence)}?language=es"))
    assert 'id="language-es" value="es" checked' in chosen


def test_a_translation_is_saved_with_its_step_and_taken_away_again(sequence: Sequence, owner: User) -> None:
    client = signed_in(owner)
    assert client.post(address(sequence), form(sequence, **spanish())).status_code == 302
    step = sequence.steps.get(position=0)
    assert step.translations == {"es": SPANISH}
    assert FollowUpStep.history.filter(id=step.pk).first().translations == {"es": SPANISH}
    empty = dict.fromkeys(spanish(), "")
    assert client.post(address(sequence), form(sequence, **empty)).status_code == 302
    assert sequence.steps.get(position=0).translations == {}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sms_text": ""}, "a message in Spanish needs its subject, mail and text."),
        ({"email_text": "Hola {{ nadie }} {{ link }}"}, "There is no variable nadie."),
        ({"email_text": "Hola"}, "Insert the link: it leads to the page."),
        ({"sms_text": "{{ business_name }}: {{ link }}"}, "The first text must say how to opt out"),
        ({"sms_text": "{{ link }} Responda STOP"}, "The first text must name the business"),
        ({"email_text": "Deje una reseña y reciba un descuento. {{ link }}"}, "leave out “descuento”"),
    ],
)
def test_a_translation_keeps_the_same_rules(
    sequence: Sequence, owner: User, changes: dict[str, str], words: str
) -> None:
    answer = signed_in(owner).post(address(sequence), form(sequence, **spanish(**changes)))
    assert words in page(answer)
    assert 'id="language-es" value="es" checked' in page(answer)  # where the problem is
    assert sequence.steps.get(position=0).translations == {}


def test_the_preview_follows_what_is_typed_in_the_other_language(sequence: Sequence, owner: User) -> None:
    data = form(sequence, **spanish(email_subject="¿Cómo fue, {{ first_name }}?", sms_text="Aquí: {{ link }} STOP"))
    url = reverse("admin:reviews_sequence_preview_of", args=[sequence.pk])
    shown = page(signed_in(owner).post(f"{url}?prefix=steps-0", data))
    assert '<span lang="es">¿Cómo fue, Jane?</span>' in shown
    assert "Unicode because of í" in shown
    assert "Cuéntenos qué tal le fue" in shown  # the button, in the mail's own HTML
    assert 'data-place="mail-steps-0-es"' in shown
    assert sequence.steps.get(position=0).translations == {}


def test_our_texts_fill_what_is_missing_and_nothing_is_saved(sequence: Sequence, owner: User) -> None:
    client = signed_in(owner)
    typed = form(sequence, email_subject_es="Mía", email_subject="Typed") | {"_language": "es"}
    shown = page(client.post(address(sequence), typed | {"_begin": "es"}))
    ours = texts_in("es", informal=False)
    assert 'value="Mía"' in shown
    assert 'value="Typed"' in shown
    assert ours.reminder.email_subject in shown
    assert ours.last.email_subject in shown
    assert 'id="language-es" value="es" checked' in shown
    Account.objects.update(is_informal=True)
    only = page(client.post(address(sequence), form(sequence) | {"_begin": "de:steps-1"}))
    assert texts_in("de", informal=True).reminder.email_subject in only
    assert texts_in("de", informal=True).last.email_subject not in only
    for nonsense in ("tlh", "", "es:steps-99", "es:<b>"):
        assert client.post(address(sequence), form(sequence) | {"_begin": nonsense}).status_code == 200
    assert all(step.translations == {} for step in sequence.steps.all())


def test_a_new_sequence_speaks_its_businesss_language(account: Account, owner: User) -> None:
    Account.objects.update(language="de")
    add = reverse("admin:reviews_sequence_add")
    client = signed_in(owner)
    assert 'id="language-de" value="de" checked' in page(client.get(add))
    data = {
        "account": str(account.pk),
        "name": "Zwei",
        "steps-TOTAL_FORMS": "1",
        "steps-INITIAL_FORMS": "0",
        "steps-0-position": "0",
        "steps-0-delay_hours": "0",
        "steps-0-channel": "auto",
        **{f"steps-0-{name}": text for name, text in vars(texts_in("de", informal=False).first).items()},
        **{f"steps-0-{name}_en": text for name, text in vars(texts_in("en", informal=False).first).items()},
    }
    assert client.post(add, data).status_code == 302
    made = Sequence.objects.get(name="Zwei")
    assert made.language == "de"
    assert set(made.steps.get().translations) == {"en"}


def test_planned_messages_change_for_those_alone_who_get_the_text(
    sequence: Sequence, account: Account, owner: User, now: datetime
) -> None:
    asked(account, now)
    client = signed_in(owner)
    changed = form(sequence, **spanish())
    assert client.post(address(sequence), changed).status_code == 302  # Jane gets the English text, as before
    Contact.objects.update(language="es")
    changed = form(sequence, **spanish(email_subject="¿Qué tal?"))
    assert "1 planned message changes" in page(client.post(address(sequence), changed))
    assert client.post(address(sequence), changed | {"planned": "keep"}).status_code == 302
    kept = Delivery.objects.get().request.sequence
    assert kept != sequence
    assert kept.steps.get(position=0).translations == {"es": SPANISH}
    assert kept.language == sequence.language


def test_a_copy_has_the_translations_and_steps_that_change_places_take_theirs(sequence: Sequence, owner: User) -> None:
    sequence.steps.filter(position=1).update(translations={"es": SPANISH})
    assert copy_sequence(sequence).steps.get(position=1).translations == {"es": SPANISH}
    data = sequence_form(sequence) | {"steps-1-position": "2", "steps-2-position": "1"}
    data |= {f"steps-1-{name}_es": text for name, text in SPANISH.items()}
    data.pop("account")
    assert signed_in(owner).post(address(sequence), data).status_code == 302
    assert sequence.steps.get(position=2).translations == {"es": SPANISH}
    assert sequence.steps.get(position=1).translations == {}


def test_a_viewer_reads_the_translations_and_gets_no_button(sequence: Sequence, viewer: User) -> None:
    sequence.steps.filter(position=0).update(translations={"es": SPANISH})
    shown = page(signed_in(viewer).get(address(sequence)))
    assert "¿Qué tal le fue con nosotros, Jane?" in shown
    assert "_begin" not in shown
    assert signed_in(viewer).post(address(sequence), form(sequence) | {"_begin": "es"}).status_code == 403


def test_a_stranger_finds_nothing_to_begin(sequence: Sequence, other_account: Account, client: Client) -> None:
    from reviewhub.testing import make_member

    stranger = signed_in(make_member(other_account, "owner", "stranger@harbour.example"))
    assert stranger.post(address(sequence), form(sequence) | {"_begin": "es"}).status_code == 404


@pytest.mark.parametrize(
    ("position", "count", "kind"),
    [(0, 1, "first"), (0, 3, "first"), (1, 2, "reminder"), (1, 3, "reminder"), (2, 3, "last"), (5, 6, "last")],
)
def test_the_last_of_several_says_that_it_is_the_last(position: int, count: int, kind: str) -> None:
    assert kind_of(position, count) == kind
