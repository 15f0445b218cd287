"""The steps in the form of a sequence: their places, their waits, and the buttons of who has no script."""

import pytest
from django.test import Client
from django.urls import reverse

from oauth.models import Account, User
from oauth.tests.flow import signed_in
from reviews.models import Sequence
from reviews.tests.admin.test_sequences import new_form, sequence_form

pytestmark = pytest.mark.django_db

STEP = {
    "channel": "auto",
    "email_subject": "Once more",
    "email_text": "{{ link }}",
    "sms_text": "{{ business_name }} {{ link }} STOP",
}


@pytest.fixture
def sequence(account: Account) -> Sequence:
    return Sequence.objects.get(account=account)


def change(client: Client, sequence: Sequence, form: dict[str, str]) -> str:
    """The page that comes back, or nothing once it is saved."""
    response = client.post(reverse("admin:reviews_sequence_change", args=[sequence.pk]), form)
    return response.content.decode() if response.status_code == 200 else ""


def with_step(sequence: Sequence, **changes: str) -> dict[str, str]:
    """The form of the sequence with a fourth step, that has no place yet."""
    step = STEP | {"position": "", "delay_hours": "2", "delay_hours-unit": "days"} | changes
    return sequence_form(sequence) | {"steps-TOTAL_FORMS": "4"} | {f"steps-3-{name}": step[name] for name in step}


def test_a_wait_in_days_is_kept_in_hours(sequence: Sequence, owner: User) -> None:
    form = sequence_form(sequence) | {"steps-1-delay_hours": "5", "steps-1-delay_hours-unit": "days"}
    assert change(signed_in(owner), sequence, form) == ""
    assert sequence.steps.get(position=1).delay_hours == 120
    page = signed_in(owner).get(reverse("admin:reviews_sequence_change", args=[sequence.pk])).content.decode()
    assert 'name="steps-1-delay_hours" value="5"' in page
    assert "Reminder after 5 days" in page


@pytest.mark.parametrize("wait", ["1.5", "-1", "many", "9" * 50, "400"])
def test_a_wait_that_makes_no_sense_is_refused_at_its_field(sequence: Sequence, owner: User, wait: str) -> None:
    form = sequence_form(sequence) | {"steps-1-delay_hours": wait, "steps-1-delay_hours-unit": "days"}
    assert 'class="rh-problems"' in change(signed_in(owner), sequence, form)
    assert sequence.steps.get(position=1).delay_hours == 72


def test_a_new_step_without_a_place_comes_last(sequence: Sequence, owner: User) -> None:
    assert change(signed_in(owner), sequence, with_step(sequence)) == ""
    step = sequence.steps.get(position=3)
    assert (step.email_subject, step.delay_hours) == ("Once more", 48)


def test_a_new_step_takes_a_gap_where_the_last_place_is_taken(sequence: Sequence, owner: User) -> None:
    sequence.steps.filter(position=2).update(position=5)
    assert change(signed_in(owner), sequence, with_step(sequence)) == ""
    assert sequence.steps.get(position=2).email_subject == "Once more"


def test_there_are_at_most_six_steps(sequence: Sequence, owner: User) -> None:
    form = with_step(sequence)
    for number in (4, 5, 6):
        form |= {f"steps-{number}-{name}": value for name, value in (STEP | {"delay_hours": "1"}).items()}
    assert "A sequence has at most 6 steps." in change(signed_in(owner), sequence, form | {"steps-TOTAL_FORMS": "7"})
    assert sequence.steps.count() == 3


def test_the_only_step_of_a_new_sequence_is_checked_as_the_first_ask(account: Account, owner: User) -> None:
    form = new_form(account, "short") | {"steps-TOTAL_FORMS": "1", "steps-0-position": ""}
    response = signed_in(owner).post(
        reverse("admin:reviews_sequence_add"), form | {"steps-0-sms_text": "{{ business_name }} {{ link }}"}
    )
    assert "must say how to opt out" in response.content.decode()
    assert signed_in(owner).post(reverse("admin:reviews_sequence_add"), form).status_code == 302
    assert Sequence.objects.get(slug="short").steps.get().position == 0


def test_an_empty_form_shows_an_empty_first_ask_and_the_business_in_view(account: Account, owner: User) -> None:
    page = signed_in(owner).get(reverse("admin:reviews_sequence_add")).content.decode()
    assert "First ask" in page
    assert "<h1>New sequence</h1>" in page
    assert f'<input type="hidden" name="account" value="{account.pk}"' in page


# --- Without a script -----------------------------------------------------------------------------------


def test_a_button_adds_a_step_and_saves_nothing(sequence: Sequence, owner: User) -> None:
    client = signed_in(owner)
    typed = sequence_form(sequence) | {"name": "Renamed", "_add_step": "1"}
    page = change(client, sequence, typed)
    assert 'name="steps-3-email_subject"' in page
    assert 'name="steps-TOTAL_FORMS" value="4"' in page
    assert 'value="Renamed"' in page
    assert 'class="rh-problems"' not in page
    sequence.refresh_from_db()
    assert sequence.name == "Standard"
    # Left as it is, the new step is none.
    blank = {"steps-TOTAL_FORMS": "4", "steps-3-delay_hours": "3", "steps-3-delay_hours-unit": "days"}
    assert change(client, sequence, sequence_form(sequence) | blank | {"steps-3-channel": "auto"}) == ""
    assert sequence.steps.count() == 3


@pytest.mark.parametrize("total", ["", "x", "-1", "6", "9" * 5000])
def test_a_step_is_added_to_no_form_that_no_page_sends(sequence: Sequence, owner: User, total: str) -> None:
    form = sequence_form(sequence) | {"steps-TOTAL_FORMS": total, "_add_step": "1"}
    response = signed_in(owner).post(reverse("admin:reviews_sequence_change", args=[sequence.pk]), form)
    assert response.status_code == 200
    assert sequence.steps.count() == 3


def test_a_button_shows_the_preview_and_saves_nothing(sequence: Sequence, owner: User) -> None:
    form = sequence_form(sequence) | {"steps-0-email_subject": "Well, {{ first_name }}?", "_preview": "1"}
    assert "Well, Jane?" in change(signed_in(owner), sequence, form)
    assert "Well" not in sequence.steps.get(position=0).email_subject


def test_what_was_typed_is_shown_in_the_order_of_its_places(sequence: Sequence, owner: User) -> None:
    swapped = {"steps-1-position": "2", "steps-2-position": "1", "_preview": "1"}
    page = change(signed_in(owner), sequence, sequence_form(sequence) | swapped)
    assert page.index('id="name-steps-2"') < page.index('id="name-steps-1"')


def test_a_viewer_reads_the_messages_and_has_no_fields(sequence: Sequence, viewer: User) -> None:
    page = signed_in(viewer).get(reverse("admin:reviews_sequence_change", args=[sequence.pk])).content.decode()
    assert "Reminder after 3 days" in page
    assert "How did we do, Jane?" in page
    assert "<textarea" not in page
    response = signed_in(viewer).post(
        reverse("admin:reviews_sequence_change", args=[sequence.pk]), sequence_form(sequence)
    )
    assert response.status_code == 403
