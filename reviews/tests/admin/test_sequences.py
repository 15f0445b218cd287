"""The plan of an account: which texts, which order, which one is used."""

from datetime import datetime

import pytest
from django.urls import reverse

from oauth.models import Account, Membership, User
from oauth.tests.flow import signed_in
from reviews.models import ReviewRequest, Sequence
from reviews.tests.support.helpers import asked

pytestmark = pytest.mark.django_db


def sequence_form(sequence: Sequence, **changed: str) -> dict[str, str]:
    form = {"account": str(sequence.account_id), "name": "Standard", "slug": "standard", "is_default": "on"}
    steps = list(sequence.steps.all())
    form |= {"steps-TOTAL_FORMS": str(len(steps)), "steps-INITIAL_FORMS": str(len(steps))}
    for number, step in enumerate(steps):
        for name in ("id", "position", "delay_hours", "channel", "email_subject", "email_text", "sms_text"):
            form[f"steps-{number}-{name}"] = str(getattr(step, name))
        form[f"steps-{number}-sequence"] = str(sequence.pk)
    return form | changed


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"steps-0-email_text": "Hi {{ nobody }} {{ link }}"}, "There is no variable nobody"),
        ({"steps-0-email_text": "Hi there"}, "Insert the link: it leads to the page."),
        ({"steps-0-sms_text": "{{ business_name }} {{ link }}"}, "must say how to opt out"),
        ({"steps-0-sms_text": "Hi {{ link }} STOP"}, "must name the business"),
        ({"steps-1-email_text": "{{ link }} Get a discount for a review"}, "leave out “discount”"),
        ({"steps-2-email_subject": "5 stars?"}, "leave out “5 stars”"),
        ({"steps-1-sms_text": "{{ link"}, "cannot be read"),
    ],
)
def test_a_text_that_could_not_be_sent_is_not_saved(
    account: Account, owner: User, changed: dict[str, str], words: str
) -> None:
    sequence = Sequence.objects.get(account=account)
    address = reverse("admin:reviews_sequence_change", args=[sequence.pk])
    response = signed_in(owner).post(address, sequence_form(sequence, **changed))
    assert response.status_code == 200
    assert words in response.content.decode()


def test_a_sound_text_is_saved(account: Account, owner: User) -> None:
    sequence = Sequence.objects.get(account=account)
    address = reverse("admin:reviews_sequence_change", args=[sequence.pk])
    text = "{{ business_name }}: how was it? {{ link }} Reply STOP to opt out."
    response = signed_in(owner).post(address, sequence_form(sequence, **{"steps-0-sms_text": text}))
    assert response.status_code == 302
    assert sequence.steps.get(position=0).sms_text == text


# --- Steps ------------------------------------------------------------------------------------------


def change(user: User, sequence: Sequence, form: dict[str, str]) -> str:
    """Save the form; the page that comes back when it was refused, else nothing."""
    response = signed_in(user).post(reverse("admin:reviews_sequence_change", args=[sequence.pk]), form)
    return str(response.content.decode()) if response.status_code == 200 else ""


def test_two_steps_change_places(account: Account, owner: User) -> None:
    sequence = Sequence.objects.get(account=account)
    before = {step.position: (step.pk, step.email_subject) for step in sequence.steps.all()}
    swapped = {"steps-1-position": "2", "steps-2-position": "1"}
    assert change(owner, sequence, sequence_form(sequence, **swapped)) == ""
    after = {step.position: (step.pk, step.email_subject) for step in sequence.steps.all()}
    assert after == {0: before[0], 1: before[2], 2: before[1]}


def test_a_step_takes_the_place_of_one_that_is_removed(account: Account, owner: User) -> None:
    sequence = Sequence.objects.get(account=account)
    last = sequence.steps.get(position=2)
    assert change(owner, sequence, sequence_form(sequence, **{"steps-1-DELETE": "on", "steps-2-position": "1"})) == ""
    assert list(sequence.steps.values_list("position", "pk").order_by("position"))[1:] == [(1, last.pk)]


def test_two_steps_in_one_place_are_refused(account: Account, owner: User) -> None:
    sequence = Sequence.objects.get(account=account)
    page = change(owner, sequence, sequence_form(sequence, **{"steps-2-position": "1"}))
    assert "Two steps stand in the same place" in page
    assert [step.position for step in sequence.steps.all()] == [0, 1, 2]


@pytest.mark.parametrize(
    "changed",
    [{"steps-0-position": "5"}, {"steps-0-DELETE": "on"}, {f"steps-{number}-DELETE": "on" for number in range(3)}],
)
def test_a_sequence_keeps_its_first_ask(account: Account, owner: User, changed: dict[str, str]) -> None:
    sequence = Sequence.objects.get(account=account)
    assert "needs its first ask" in change(owner, sequence, sequence_form(sequence, **changed))
    assert sequence.steps.count() == 3


# --- Which one is used ------------------------------------------------------------------------------


def new_form(account: Account, slug: str) -> dict[str, str]:
    """The form of a new sequence with the texts of the account's own."""
    form = sequence_form(Sequence.objects.get(account=account), name=slug.title(), slug=slug)
    kept = {name: value for name, value in form.items() if not name.endswith(("-id", "-sequence"))}
    return kept | {"steps-INITIAL_FORMS": "0"}


def test_a_new_sequence_does_not_become_the_default(account: Account, owner: User) -> None:
    signed_in(owner).post(reverse("admin:reviews_sequence_add"), new_form(account, "short"))
    assert dict(Sequence.objects.values_list("slug", "is_default")) == {"standard": True, "short": False}


def test_the_first_sequence_of_an_account_is_its_default(account: Account, owner: User) -> None:
    form = new_form(account, "short")
    Sequence.objects.all().delete()
    signed_in(owner).post(reverse("admin:reviews_sequence_add"), form)
    assert Sequence.objects.get().is_default


def test_another_sequence_is_used_by_default(account: Account, owner: User, now: datetime) -> None:
    client = signed_in(owner)
    client.post(reverse("admin:reviews_sequence_add"), new_form(account, "short"))
    client.post(reverse("admin:reviews_sequence_make_default", args=[Sequence.objects.get(slug="short").pk]))
    assert dict(Sequence.objects.values_list("slug", "is_default")) == {"standard": False, "short": True}
    assert asked(account, now).sequence.slug == "short"


def test_a_viewer_of_the_account_chooses_no_default_there(
    account: Account, other_account: Account, owner: User
) -> None:
    Membership.objects.create(account=other_account, user=owner, role="viewer")
    theirs = Sequence.objects.get(account=other_account)
    Sequence.objects.filter(pk=theirs.pk).update(slug="main", is_default=False)
    assert signed_in(owner).post(reverse("admin:reviews_sequence_make_default", args=[theirs.pk])).status_code == 403
    assert not Sequence.objects.get(account=other_account).is_default


def test_the_default_sequence_cannot_be_deleted_and_another_one_can(account: Account, owner: User) -> None:
    client = signed_in(owner)
    client.post(reverse("admin:reviews_sequence_add"), new_form(account, "short"))
    for slug, status in (("standard", 403), ("short", 302)):
        address = reverse("admin:reviews_sequence_delete", args=[Sequence.objects.get(slug=slug).pk])
        assert client.post(address, {"post": "yes"}).status_code == status
    assert Sequence.objects.get().slug == "standard"


@pytest.mark.parametrize(
    ("name", "slug"),
    [("42", "sequence-42"), ("Standard", "standard-2"), ("Für später!", "fur-spater"), ("…", "sequence")],
)
def test_the_key_for_the_api_is_made_of_the_name(account: Account, owner: User, name: str, slug: str) -> None:
    form = new_form(account, "short") | {"name": name, "slug": "of-no-use"}
    assert signed_in(owner).post(reverse("admin:reviews_sequence_add"), form).status_code == 302
    assert Sequence.objects.get(is_default=False).slug == slug


def test_the_key_for_the_api_stays_when_the_name_changes(account: Account, owner: User) -> None:
    sequence = Sequence.objects.get(account=account)
    assert change(owner, sequence, sequence_form(sequence, name="After a visit", slug="other")) == ""
    sequence.refresh_from_db()
    assert (sequence.name, sequence.slug) == ("After a visit", "standard")
    page = signed_in(owner).get(reverse("admin:reviews_sequence_change", args=[sequence.pk])).content.decode()
    assert page.count("standard") == 1  # in the fold for the API


def test_staff_ask_with_the_very_sequence_they_chose(account: Account, owner: User) -> None:
    client = signed_in(owner)
    client.post(reverse("admin:reviews_sequence_add"), new_form(account, "short"))
    # A slug that looks like the other one's key: an old row may have one.
    chosen, other = Sequence.objects.get(slug="short"), Sequence.objects.get(slug="standard")
    Sequence.objects.filter(pk=chosen.pk).update(slug=str(other.pk))
    form = {"account": str(account.pk), "email": "jane@example.com", "delay_hours": "0", "channel": "auto"}
    client.post(reverse("admin:reviews_reviewrequest_add"), form | {"sequence": str(chosen.pk)})
    assert ReviewRequest.objects.get().sequence == chosen
