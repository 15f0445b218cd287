"""The simulator's page: who may run what, one at a time, and what it says meanwhile and afterwards."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from oauth.models import Account, Membership, User, UserSession
from oauth.tests.flow import signed_in
from reviewhub.testing import make_account, make_member
from reviews.models import Sequence, Simulation
from reviews.simulation import runner, runs
from reviews.simulation.charts import charts
from reviews.simulation.plan import Plan

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("forked")]

PAGE = "/admin/simulator/"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do before the answer what a thread would do after it."""
    monkeypatch.setattr(runs, "_start_thread", lambda work: work())


def form(account: Account, **changed: Any) -> dict[str, str]:
    small = {"account": account.pk, "sequence": "", "days": 14, "contacts": 8, "asks_per_day": "", "seed": 1}
    rates = {"delivery_rate": 97, "bounce_rate": 3, "click_rate": "12.5", "reply_rate": 4, "opt_out_rate": 1}
    return {name: str(value) for name, value in (small | rates | changed).items()}


def running(user: User, account: Account, **changed: Any) -> Simulation:
    now = timezone.now()
    return Simulation.objects.create(
        **{"user": user, "account": account, "run": uuid.uuid4(), "percent": 40, "started_at": now, "beat_at": now}
        | changed
    )


def text(response: Any) -> str:
    return str(response.content.decode())


# --- Who ---------------------------------------------------------------------------------------------


def test_nobody_gets_there_without_signing_in(client: Client, account: Account) -> None:
    for response in (client.get(PAGE), client.post(PAGE, form(account))):
        assert response.status_code == 302
        assert response["Location"].startswith("/admin/login/")
    assert not Simulation.objects.exists()


def test_who_is_no_staff_is_sent_to_sign_in_as_somebody_else(account: Account) -> None:
    visitor = User.objects.create_user("visitor@example.com", "correct horse")
    Membership.objects.create(account=account, user=visitor, role="owner")
    assert signed_in(visitor).post(PAGE, form(account)).status_code == 302
    assert not Simulation.objects.exists()


@pytest.mark.parametrize("role", ["owner", "manager", "viewer"])
def test_everybody_in_an_account_may_simulate_it(account: Account, role: str) -> None:
    client = signed_in(make_member(account, role, "someone@riverside.example"))
    response = client.post(PAGE, form(account), follow=True)
    assert response.redirect_chain == [(PAGE, 302)]
    content = text(response)
    assert "Riverside Dental, Standard: messages by day" in content
    assert '<rect x="' in content
    assert "http-equiv" not in content
    assert Simulation.objects.get().result["plan"]["rates"]["click"] == 0.125


def test_the_operator_may_simulate_every_account(operator: User, account: Account, other_account: Account) -> None:
    client = signed_in(operator)
    assert "Riverside Dental: Standard</option>" in text(client.get(PAGE))
    assert "Harbour Garage, Standard: messages by day" in text(client.post(PAGE, form(other_account), follow=True))


def test_a_strangers_account_cannot_be_chosen(owner: User, account: Account, other_account: Account) -> None:
    client = signed_in(owner)
    assert "Harbour Garage" not in text(client.get(PAGE))
    for given in (other_account.pk, uuid.uuid4(), "x", ""):
        response = client.post(PAGE, form(account) | {"account": str(given)})
        assert response.status_code == 400
    theirs = Sequence.objects.get(account=other_account)
    response = client.post(PAGE, form(account, sequence=theirs.pk))
    assert response.status_code == 400
    assert "Select a valid choice" in text(response)
    assert not Simulation.objects.exists()


def test_a_sequence_is_run_for_its_own_account_only(operator: User, account: Account, other_account: Account) -> None:
    theirs = Sequence.objects.get(account=other_account)
    response = signed_in(operator).post(PAGE, form(account, sequence=theirs.pk))
    assert response.status_code == 400
    assert "This sequence belongs to another account." in text(response)


def test_who_leaves_an_account_sees_no_more_of_it(owner: User, account: Account) -> None:
    client = signed_in(owner)
    client.post(PAGE, form(account))
    assert "Riverside Dental" in text(client.get(PAGE))
    Membership.objects.filter(user=owner).delete()
    response = client.get(PAGE)
    assert response.status_code == 200
    assert "Riverside Dental" not in text(response)


def test_nobody_sees_what_somebody_else_simulated(owner: User, viewer: User, account: Account) -> None:
    signed_in(owner).post(PAGE, form(account))
    assert "messages by day" not in text(signed_in(viewer).get(PAGE))


def test_the_menu_leads_there(owner: User, account: Account) -> None:
    assert f'href="{reverse("simulator")}"' in text(signed_in(owner).get(reverse("reports")))


# --- What --------------------------------------------------------------------------------------------


def test_a_run_writes_its_own_row_and_no_other(owner: User, account: Account) -> None:
    client = signed_in(owner)
    client.get(PAGE)
    own = (Simulation, Session, UserSession)  # a session is noted anew every five minutes of the clock
    others = [model for model in apps.get_models() if model not in own]
    before = {model: list(model._default_manager.order_by("pk").values()) for model in others}
    client.post(PAGE, form(account))
    assert Simulation.objects.get().result["sent"] > 8
    assert {model: list(model._default_manager.order_by("pk").values()) for model in others} == before


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"days": 366}, "less than or equal to 365"),
        ({"days": "x"}, "Enter a whole number."),
        ({"days": ""}, "This field is required."),
        ({"contacts": 5001}, "less than or equal to 5000"),
        ({"contacts": 0}, "greater than or equal to 1"),
        ({"asks_per_day": 500}, "asks per day times days must be between 1 and 5,000, not 7,000."),
        ({"click_rate": 101}, "less than or equal to 100"),
        ({"bounce_rate": "nan"}, "Enter a number."),
        ({"opt_out_rate": ""}, "This field is required."),
        ({"seed": -1}, "greater than or equal to 0"),
    ],
)
def test_what_cannot_be_simulated_is_said_in_the_form(
    owner: User, account: Account, changed: dict[str, Any], words: str
) -> None:
    response = signed_in(owner).post(PAGE, form(account, **changed))
    assert response.status_code == 400
    assert words in text(response)
    assert not Simulation.objects.exists()


def test_an_account_without_a_default_sequence_says_so(owner: User, account: Account) -> None:
    Sequence.objects.update(is_default=False)
    response = signed_in(owner).post(PAGE, form(account))
    assert response.status_code == 400
    assert "Riverside Dental has no default sequence." in text(response)


def test_the_form_is_filled_in_as_before(owner: User, account: Account) -> None:
    client = signed_in(owner)
    content = text(client.post(PAGE, form(account, seed=77), follow=True))
    assert 'value="77"' in content
    assert 'value="12.5"' in content


def test_who_works_nowhere_has_nothing_to_choose(account: Account) -> None:
    nobody = User.objects.create_user("nobody@example.com", "correct horse", is_staff=True)
    client = signed_in(nobody)
    assert "You work in no account" in text(client.get(PAGE))
    assert client.post(PAGE, form(account)).status_code == 400


def test_other_methods_are_refused(owner: User, account: Account) -> None:
    assert signed_in(owner).put(PAGE).status_code == 405


# --- While it runs -----------------------------------------------------------------------------------


def test_the_page_looks_again_by_itself_while_it_runs(owner: User, account: Account) -> None:
    running(owner, account)
    content = text(signed_in(owner).get(PAGE))
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in content
    assert 'aria-valuenow="40"' in content
    assert 'name="days"' not in content


def test_nobody_runs_two_at_a_time(owner: User, account: Account) -> None:
    row = running(owner, account)
    response = signed_in(owner).post(PAGE, form(account))
    assert response.status_code == 400
    assert "Your last simulation is still running." in text(response)
    row.refresh_from_db()
    assert (row.status, row.percent) == ("running", 40)


def test_not_more_than_two_people_simulate_at_once(owner: User, viewer: User, stranger: User, account: Account) -> None:
    running(viewer, make_account("Elsewhere"))
    lost = running(stranger, make_account("Nowhere"))
    client = signed_in(owner)
    response = client.post(PAGE, form(account))
    assert response.status_code == 400
    assert "Other people&#x27;s simulations are running." in text(response)
    lost.beat_at -= timedelta(minutes=2)
    lost.save()
    assert client.post(PAGE, form(account)).status_code == 302


def test_a_run_that_nobody_follows_any_more_is_lost_and_may_be_replaced(owner: User, account: Account) -> None:
    running(owner, account, beat_at=timezone.now() - timedelta(minutes=2))
    client = signed_in(owner)
    content = text(client.get(PAGE))
    assert "It did not end." in content
    assert "http-equiv" not in content
    assert client.post(PAGE, form(account)).status_code == 302
    assert Simulation.objects.get().status == "done"


def test_a_run_may_be_stopped_and_its_follower_ends_it(
    owner: User, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = running(owner, account)
    ended = []

    def endless(**given: Any) -> None:
        try:
            given["progress"]({"percent": 50})
            pytest.fail("it went on")
        finally:
            ended.append(True)

    monkeypatch.setattr(runs, "simulate", endless)
    assert signed_in(owner).post(PAGE, {"stop": "1"}).status_code == 302
    assert not Simulation.objects.exists()
    runs.follow(
        run=row.run, account=account, sequence=Sequence.objects.get(), plan=Plan(start=timezone.now(), contacts=5)
    )
    assert ended == [True]
    assert not Simulation.objects.exists()


def test_progress_is_written_down_once_a_second_at_most(
    owner: User, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = running(owner, account)
    notes = runs._ProgressWriter(row.run)
    for percent in (50, 60):
        notes({"percent": percent})
    row.refresh_from_db()
    assert row.percent == 50
    monkeypatch.setattr(runs, "WRITE_EVERY", timedelta(0))
    notes({"percent": 70})
    row.refresh_from_db()
    assert row.percent == 70


def test_a_child_that_crashes_is_told_and_does_not_hang(
    owner: User, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "configuration", lambda *_: "[]")
    content = text(signed_in(owner).post(PAGE, form(account), follow=True))
    assert "The simulation of Riverside Dental failed." in content
    assert "http-equiv" not in content
    assert Simulation.objects.get().status == "failed"


def test_an_error_of_ours_is_told_without_its_words(
    owner: User, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: Any) -> None:
        raise OSError("secret path")

    monkeypatch.setattr(runs, "simulate", broken)
    content = text(signed_in(owner).post(PAGE, form(account), follow=True))
    assert "An error of ours; the log has it." in content
    assert "secret path" not in content


# --- Charts ------------------------------------------------------------------------------------------


def result(days: int, **counts: int) -> dict[str, Any]:
    dates = [(timezone.now() + timedelta(days=number)).date().isoformat() for number in range(days)]
    return {
        "asks": 10,
        "days": [{"date": day, "email": 0, "sms": 0} | counts for day in dates],
        "hours": [{"email": 0, "sms": 0}] * 24,
        "funnel": [["Asked", 10], ["Responded", 3]],
        "requests": dict.fromkeys(["scheduled", "sent", "completed", "suppressed", "cancelled", "failed"], 0)
        | {"responded": 3},
        "steps": [],
        "busiest": None,
        "examples": [],
    }


def test_bars_are_stacked_to_scale() -> None:
    chart = charts(result(2, email=6, sms=3))["days"]
    assert (chart.most, chart.half) == (10, 5)
    assert [(bar.kind, bar.y, bar.height) for bar in chart.bars[:2]] == [
        ("email", "40.00", "60.00"),
        ("sms", "10.00", "30.00"),
    ]


def test_many_days_are_put_together_by_week() -> None:
    assert len(charts(result(120, email=1))["days"].rows) == 120
    weekly = charts(result(121, email=1))["days"]
    assert len(weekly.rows) == 18
    assert sum(counts[0] for _, counts in weekly.rows) == 121


def test_a_period_without_messages_has_charts_too() -> None:
    shown = charts(result(1))
    assert shown["days"].bars == shown["hours"].bars == []
    assert shown["funnel"] == [("Asked", 10, "100.0"), ("Responded", 3, "30.0")]


def test_a_sequences_page_leads_here_with_that_sequence_chosen(
    account: Account, other_account: Account, owner: User
) -> None:
    own, theirs = (Sequence.objects.get(account=row) for row in (account, other_account))
    page = text(signed_in(owner).get(PAGE, {"sequence": own.pk}))
    assert f'<option value="{own.pk}" selected>' in page
    for key in (theirs.pk, "x", "9" * 40, ""):
        assert " selected>Standard" not in text(signed_in(owner).get(PAGE, {"sequence": key}))
