"""The editor of a sequence: previews, what is wrong, what saving changes, a test to oneself, copies."""

import re
from datetime import datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from oauth.models import Account, User
from oauth.tests.flow import signed_in
from reviews.delivery import send_test
from reviews.models import Contact, Delivery, Sequence
from reviews.requests.matching import Person
from reviews.tests.admin.test_sequences import sequence_form
from reviews.tests.support.helpers import FakeProvider, asked

pytestmark = pytest.mark.django_db

NEW = "/admin/reviews/sequence/preview"


@pytest.fixture
def sequence(account: Account) -> Sequence:
    return Sequence.objects.get(account=account)


def address(sequence: Sequence, page: str = "change") -> str:
    names = {"preview": "preview_of"}
    return reverse(f"admin:reviews_sequence_{names.get(page, page)}", args=[sequence.pk])


def preview(client: Client, sequence: Sequence, **changes: str) -> str:
    """Of the first step."""
    given = sequence_form(sequence) | {f"steps-0-{name}": text for name, text in changes.items()}
    given.pop("account")  # its field is disabled on the page, and so not sent
    response = client.post(f"{address(sequence, 'preview')}?prefix=steps-0", given)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


# --- Preview ----------------------------------------------------------------------------------------


def test_each_step_shows_what_the_customer_gets(sequence: Sequence, owner: User) -> None:
    page = signed_in(owner).get(address(sequence)).content.decode()
    shown = page.partition('<template id="new-step">')[0]
    assert shown.count('class="rh-mail"') == 3
    assert "How did we do, Jane?" in shown
    assert [name in shown for name in ("First ask", "Reminder after 3 days", "Reminder after 7 days")] == [True] * 3
    assert re.search(r"1 segment: \d+ of 160 characters", page)


def test_the_preview_follows_what_is_typed_and_saves_nothing(sequence: Sequence, owner: User) -> None:
    shown = preview(
        signed_in(owner), sequence, email_subject="Well, {{ first_name }}?", sms_text="“{{ business_name }}” {{ link }}"
    )
    assert "Well, Jane?</span></p>" in shown
    assert "2 segments" not in shown
    assert "1 segment, Unicode because of “ and ”" in shown
    assert "&lt;a href=&quot;http" in shown  # the mail's own HTML, in its frame
    assert sequence.steps.get(position=0).email_subject.startswith("How did we do")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"email_subject": "{{ nobody }}"}, "There is no variable nobody."),
        ({"email_text": "{{ link"}, "The template cannot be read"),
        ({"email_text": "Hello"}, "Insert the link: it leads to the page."),
        ({"sms_text": "{{ business_name }} {{ link }}"}, "The first text must say how to opt out"),
        ({"sms_text": "{{ business_name }} {{ link }} STOP. Win a prize"}, "leave out “Win a prize”"),
        ({"sms_text": ""}, "This field is required."),
        ({"sms_text": "a\x00"}, "Null characters are not allowed."),
    ],
)
def test_what_is_wrong_is_said_while_it_is_typed(
    sequence: Sequence, owner: User, changes: dict[str, str], words: str
) -> None:
    (name,) = changes
    problems = rf'data-place="problems-steps-0-{name}">((?:(?!</div>).)*){re.escape(words)}'
    assert re.search(problems, preview(signed_in(owner), sequence, **changes).replace("&#x27;", "'"))


def test_a_step_is_named_by_its_wait_while_it_is_typed(sequence: Sequence, owner: User) -> None:
    client = signed_in(owner)
    for given, name in (
        ({"position": "0"}, "First ask"),
        ({"position": "1", "delay_hours": "24"}, "Reminder after 1 day"),
        ({"position": "1", "delay_hours": "4", "delay_hours-unit": "days"}, "Reminder after 4 days"),
        ({"position": "2", "delay_hours": "30"}, "Reminder after 30 hours"),
        ({"position": "2", "delay_hours": "0"}, "Reminder at once"),
        ({"position": "2", "delay_hours": "soon"}, "Reminder after 3 days"),
        ({"position": "", "delay_hours": ""}, "New step"),
    ):
        assert f'data-place="name-steps-0">{name}</div>' in preview(client, sequence, **given)


def test_a_script_in_a_text_stays_text(sequence: Sequence, owner: User) -> None:
    evil = "</textarea></iframe><script>alert(1)</script> {{ link }}"
    shown = preview(signed_in(owner), sequence, email_subject=evil, email_text=evil, sms_text=evil)
    assert "<script" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown


def test_a_real_customer_is_looked_with(account: Account, sequence: Sequence, owner: User, now: datetime) -> None:
    zoe = asked(account, now, person=Person(first_name="Zoë", email="zoe@example.com")).contact
    client = signed_in(owner)
    assert f'<option value="{zoe.pk}">Zoë</option>' in client.get(address(sequence)).content.decode()
    given = sequence_form(sequence) | {"preview_contact": str(zoe.pk)}
    shown = client.post(f"{address(sequence, 'preview')}?prefix=steps-0", given).content.decode()
    assert "How did we do, Zoë?" in shown


def test_nobody_of_another_account_is_looked_with(
    sequence: Sequence, other_account: Account, owner: User, now: datetime
) -> None:
    theirs = asked(other_account, now).contact
    for key in (str(theirs.pk), "x", "\x00"):
        given = sequence_form(sequence) | {"preview_contact": key}
        assert signed_in(owner).post(f"{address(sequence, 'preview')}?prefix=steps-0", given).status_code == 404
    Contact.objects.update(account=sequence.account, erased_at=now)
    given = sequence_form(sequence) | {"preview_contact": str(theirs.pk)}
    assert signed_in(owner).post(f"{address(sequence, 'preview')}?prefix=steps-0", given).status_code == 404


def test_a_sequence_that_is_not_saved_yet_is_previewed(
    account: Account, other_account: Account, sequence: Sequence, owner: User
) -> None:
    client, given = signed_in(owner), sequence_form(sequence)
    assert "How did we do, Jane?" in client.post(f"{NEW}?prefix=steps-0", given).content.decode()
    for key in (str(other_account.pk), "", "x"):
        assert client.post(f"{NEW}?prefix=steps-0", given | {"account": key}).status_code == 404


@pytest.mark.parametrize("prefix", ["", "steps-99", "nonsense", "\x00"])
def test_a_prefix_that_no_page_sends_is_an_empty_step(sequence: Sequence, owner: User, prefix: str) -> None:
    response = signed_in(owner).post(f"{address(sequence, 'preview')}", {}, QUERY_STRING=f"prefix={prefix}")
    assert response.status_code == 200
    assert "This field is required." in response.content.decode()


@pytest.mark.parametrize("page", ["preview", "send_test", "copy"])
def test_a_viewer_and_a_stranger_are_kept_out(sequence: Sequence, viewer: User, stranger: User, page: str) -> None:
    assert signed_in(viewer).post(address(sequence, page), {}).status_code == 403
    assert signed_in(stranger).post(address(sequence, page), {}).status_code in (403, 404)
    assert Sequence.objects.filter(account=sequence.account).count() == 1


def test_the_editor_costs_few_queries(sequence: Sequence, owner: User, django_assert_max_num_queries: Any) -> None:
    client = signed_in(owner)
    client.get(address(sequence))
    with django_assert_max_num_queries(18):
        client.get(address(sequence))
    with django_assert_max_num_queries(12):
        preview(client, sequence)


# --- A test to oneself --------------------------------------------------------------------------------


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> FakeProvider:
    fake = FakeProvider()
    monkeypatch.setattr(send_test, "get_channel", lambda _: fake)
    return fake


def test_a_mail_of_a_step_goes_to_who_is_signed_in(sequence: Sequence, owner: User, provider: FakeProvider) -> None:
    step = sequence.steps.get(position=1)
    given = {"step": str(step.pk), "channel": "email", "to": "victim@example.com", "phone": ""}
    page = signed_in(owner).post(address(sequence, "send_test"), given).content.decode()
    assert "The provider accepted it" in page
    assert "provider&#x27;s own words" not in page  # its id of the message is nobody's concern
    assert [(sent.to, sent.subject) for sent in provider.sent] == [
        (owner.email, "A short reminder from Riverside Dental")
    ]
    assert not Delivery.objects.exists()


def test_a_text_of_a_step_goes_to_the_number_typed(sequence: Sequence, owner: User, provider: FakeProvider) -> None:
    step = sequence.steps.get(position=0)
    given = {"step": str(step.pk), "channel": "sms", "phone": "(212) 555-0123"}
    signed_in(owner).post(address(sequence, "send_test"), given)
    assert [sent.to for sent in provider.sent] == ["+12125550123"]


@pytest.mark.parametrize("given", [{}, {"phone": "12"}, {"step": "x"}, {"channel": "pigeon"}])
def test_a_test_that_makes_no_sense_sends_nothing(
    sequence: Sequence, owner: User, provider: FakeProvider, given: dict[str, str]
) -> None:
    usual = {"step": str(sequence.steps.get(position=0).pk), "channel": "sms", "phone": ""}
    assert signed_in(owner).post(address(sequence, "send_test"), usual | given).status_code == 200
    assert provider.sent == []


def test_a_step_of_another_sequence_is_no_choice(
    sequence: Sequence, other_account: Account, owner: User, provider: FakeProvider
) -> None:
    foreign = Sequence.objects.get(account=other_account).steps.all()[0]
    given = {"step": str(foreign.pk), "channel": "email"}
    assert "Select a valid choice" in signed_in(owner).post(address(sequence, "send_test"), given).content.decode()
    assert provider.sent == []


def test_nobody_sends_tests_without_end(sequence: Sequence, owner: User, provider: FakeProvider) -> None:
    cache.clear()
    client, given = signed_in(owner), {"step": str(sequence.steps.get(position=0).pk), "channel": "email"}
    pages = [client.post(address(sequence, "send_test"), given).content.decode() for _ in range(21)]
    assert len(provider.sent) in (20, 21)  # 21 where the hour has turned
    if len(provider.sent) == 20:
        assert "At most 20 tests an hour" in pages[-1]


# --- Copies -------------------------------------------------------------------------------------------


def test_a_copy_has_the_same_steps_and_a_name_of_its_own(sequence: Sequence, owner: User) -> None:
    client = signed_in(owner)
    assert "Copy Standard?" in client.get(address(sequence, "copy")).content.decode()
    assert Sequence.objects.count() == 1
    for slug in ("standard-2", "standard-3"):
        client.post(address(sequence, "copy"))
        made = Sequence.objects.get(slug=slug)
        assert not made.is_default
        assert [step.sms_text for step in made.steps.all()] == [step.sms_text for step in sequence.steps.all()]
    assert sequence.steps.count() == 3
