"""Simulations run the real engine on invented customers, and touch nothing."""

from collections import Counter
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps

from oauth.models import Account
from reviews.models import FollowUpStep, ReviewSite, Sequence
from reviews.requests.schedule.slots import OWN_HOURS
from reviews.simulation import child, runner
from reviews.simulation.counts import rules_in
from reviews.simulation.people import invent_people, schedule_asks
from reviews.simulation.plan import InvalidPlan, Plan, Rates
from reviews.simulation.runner import SimulationFailed, environment, sequence_of, simulate
from reviews.tests.support.helpers import asked

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("forked"), pytest.mark.once]

START = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)  # midnight in New York
QUIET = Rates(delivery=1, bounce=0, click=0, reply=0, opt_out=0)


def run(account: Account, rates: Rates = QUIET, *, sequence: str = "", **changed: Any) -> dict[str, Any]:
    """Run a small simulation that lists every message."""
    small: dict[str, Any] = {"start": START, "days": 21, "contacts": 12, "rates": rates, "listing": True}
    plan = Plan(**small | changed)
    return simulate(account=account, sequence=sequence_of(account, sequence), plan=plan)


def outcomes(result: dict[str, Any]) -> Counter[str]:
    return Counter(message["outcome"] for message in result["messages"])


def without_timing(result: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in result.items() if name != "timing"}


def rows() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in apps.get_models(include_auto_created=True)}


# --- What it may touch ------------------------------------------------------------------------------


def test_no_row_of_any_table_comes_goes_or_changes(account: Account, now: datetime) -> None:
    asked(account, now)
    before = rows(), list(Account.objects.values()), list(FollowUpStep.objects.values())
    result = run(account)
    assert result["sent"] > 12
    assert (rows(), list(Account.objects.values()), list(FollowUpStep.objects.values())) == before


def test_the_child_gets_no_secret_and_no_database_of_ours(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SECRET_KEY", "DATABASE_URL", "EMAIL_URL", "TWILIO_AUTH_TOKEN", "ANYMAIL_API_KEY", "REDIS_URL"):
        monkeypatch.setenv(name, "quagga")
    settings.MAIL_PROVIDER = settings.TEXT_PROVIDER = True
    settings.TWILIO_AUTH_TOKEN = settings.SECRET_KEY = "quagga"
    env = environment()
    assert env["DATABASE_URL"] == "sqlite://:memory:"
    assert env["REVIEWHUB_ENV_FILE"] == ""
    assert "quagga" not in " ".join(env.values())


def test_a_child_with_another_database_refuses(
    account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "real.sqlite3"
    monkeypatch.setattr(runner, "environment", lambda: environment() | {"DATABASE_URL": f"sqlite:///{file}"})
    with pytest.raises(SimulationFailed, match="in memory only"):
        run(account)
    assert not file.exists()


@pytest.mark.parametrize("event", ["socket.connect", "socket.sendto", "socket.sendmsg"])
def test_the_child_refuses_the_network(event: str) -> None:
    child._refuse_network("open", ())
    with pytest.raises(RuntimeError, match="reached for the network"):
        child._refuse_network(event, ())


# --- Repeatable --------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_result(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """In processes that began apart: what is forked from one shares its seed of hashes, and this must not matter."""
    one = run(account, Rates(), contacts=20)
    monkeypatch.setattr(runner, "COMMAND", ["-m", "reviews.simulation.child"])
    same = run(account, Rates(), contacts=20)
    assert without_timing(one) == without_timing(same)


def test_however_many_processes_share_the_customers_the_result_is_the_same(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = []
    for shares in (1, 3):
        monkeypatch.setattr(runner, "COMMAND", ["-c", SHARED_BY.format(shares=shares)])
        results.append(run(account, Rates(), contacts=30))
        assert results[-1].pop("timing")["processes"] == shares
    assert results[0] == results[1]


SHARED_BY = """
from reviews.simulation import child
child.os.cpu_count = lambda: {shares}
child.WORTH = 10
child.main()
"""


def test_another_seed_gives_another_result(account: Account) -> None:
    one, other = (Plan(start=START, seed=seed, contacts=50) for seed in (1, 2))
    assert invent_people(account, one) != invent_people(account, other)
    assert list(schedule_asks(account, one)) != list(schedule_asks(account, other))
    half = Rates(delivery=1, bounce=0.5, click=0, reply=0, opt_out=0)
    assert run(account, half, seed=1)["messages"] != run(account, half, seed=2)["messages"]


# --- The engine's rules ------------------------------------------------------------------------------


def test_without_an_answer_the_whole_sequence_is_sent(account: Account) -> None:
    result = run(account, days=40)
    ended = [step["outcomes"]["delivered"] for step in result["steps"]]
    assert result["requests"]["completed"] > 0
    assert {step["step"] for step in result["steps"]} == {0, 1, 2}
    assert sum(ended) == result["sent"]


def test_who_answers_at_once_gets_no_follow_up(account: Account) -> None:
    result = run(account, Rates(delivery=1, bounce=0, click=0, reply=1, opt_out=0))
    sent = {message["step"] for message in result["messages"] if message["outcome"] in ("sent", "delivered")}
    assert sent == {0}
    assert result["requests"]["responded"] >= 10
    assert [words for words, _ in result["not_sent"]] == ["The customer responded."]


def test_who_opts_out_gets_nothing_more_and_is_suppressed(account: Account) -> None:
    result = run(account, Rates(delivery=1, bounce=0, click=0, reply=0, opt_out=1))
    assert {message["step"] for message in result["messages"] if message["outcome"] == "delivered"} == {0}
    assert result["requests"]["suppressed"] >= 10
    assert {words for words, _ in result["suppressions"]} == {"Unsubscribed", "Said stop"}


def test_dead_addresses_bounce_on_one_channel_and_then_on_the_other(account: Account) -> None:
    result = run(account, Rates(delivery=1, bounce=1, click=1, reply=1, opt_out=1))
    assert set(outcomes(result)) == {"bounced"}
    assert result["requests"]["failed"] == result["asks"] == 12
    tried = Counter(message["to"] + message["at"] for message in result["messages"])
    assert set(tried.values()) == {1, 2}  # those with one address, and those with two
    assert result["sent"] == len(result["messages"]) > 12


def test_nobody_answers_what_nobody_sees(account: Account) -> None:
    result = run(account, Rates(delivery=0, bounce=0, click=1, reply=1, opt_out=1))
    assert result["requests"]["responded"] == result["requests"]["suppressed"] == 0
    assert outcomes(result)["delivered"] == 0
    assert outcomes(result)["sent"] == result["sent"] > 12


def test_a_press_counts_as_an_answer_and_names_the_site(account: Account) -> None:
    result = run(account, Rates(delivery=1, bounce=0, click=1, reply=0, opt_out=0))
    assert ["Went to Google.", result["requests"]["responded"]] in result["reasons"]


def test_without_a_review_site_nobody_goes_to_one(account: Account) -> None:
    ReviewSite.objects.update(is_active=False)
    result = run(account, Rates(delivery=1, bounce=0, click=1, reply=0, opt_out=0))
    assert result["requests"]["responded"] == 0


def test_every_message_leaves_inside_the_window_of_its_recipient(account: Account) -> None:
    result = run(account, contacts=40)
    left = [message for message in result["messages"] if message["outcome"] != "planned"]
    hours = {datetime.fromisoformat(message["local"]).time() for message in left}
    assert min(hours) >= time(9)
    assert max(hours) < time(20)
    assert {message["zone"] for message in left} > {"America/New_York"}
    assert [words for words, _ in result["moves"]] == [OWN_HOURS]
    assert sum(sum(hour.values()) for hour in result["hours"][9:20]) == result["sent"]


@pytest.mark.parametrize(
    ("reason", "found"),
    [
        ("21:10 → 09:00, America/New_York: outside the account's hours", ["outside the account's hours"]),
        (
            "Fri 21:10 → Mon 09:00, America/Chicago: outside the account's hours; holiday: Christmas Day",
            ["outside the account's hours", "holiday: Christmas Day"],
        ),
        ("Waits its turn: one text a second.", ["Waits its turn: one text a second."]),
    ],
)
def test_moves_are_counted_by_rule(reason: str, found: list[str]) -> None:
    assert rules_in(reason) == found


def test_a_narrower_window_moves_messages(account: Account) -> None:
    before = sum(count for _, count in run(account)["moves"])
    Account.objects.update(window_start=time(17), window_end=time(18))
    account.refresh_from_db()
    result = run(account)
    assert sum(count for _, count in result["moves"]) > before
    assert {hour for hour, counts in enumerate(result["hours"]) if any(counts.values())} == {17}


def test_a_changed_sequence_changes_the_plan(account: Account) -> None:
    before = run(account)
    FollowUpStep.objects.filter(position=2).delete()
    FollowUpStep.objects.filter(position=1).update(delay_hours=24)
    after = run(account)
    assert {step["step"] for step in before["steps"]} == {0, 1, 2}
    assert {step["step"] for step in after["steps"]} == {0, 1}
    assert after["sent"] < before["sent"]


def test_the_named_sequence_is_run(account: Account) -> None:
    short = Sequence.objects.create(account=account, name="Short", slug="short")
    step = FollowUpStep.objects.get(sequence__slug="standard", position=0)
    step.pk, step.sequence, step.sms_text = None, short, "Hello {{ first_name }}: {{ link }}"
    step.email_subject = "Hello"
    step.save()
    result = run(account, sequence="short")
    assert result["sequence"] == "Short"
    assert result["sent"] == 12
    assert {one["subject"] or one["text"][:6] for one in result["examples"]} == {"Hello", "Hello "}


def test_who_is_asked_again_too_soon_is_not_written_to(account: Account) -> None:
    result = run(account, contacts=3, asks_per_day=1)
    assert result["asks"] == 21
    assert result["funnel"][1][1] == 3
    assert result["joined"] + result["requests"]["suppressed"] == 18


def test_texts_wait_for_their_turn_where_the_sender_has_a_rate(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "COMMAND", ["-c", SHARED_BY.format(shares=3)])
    window = {"window_start": time(9), "window_end": time(9, 1)}
    Account.objects.update(text_sender="+12125550000", texts_per_second=1, **window)
    account.refresh_from_db()
    result = run(account, contacts=30, days=4)
    assert result["timing"]["processes"] == 1
    assert [words for words, _ in result["moves"] if "turn" in words] == [
        "Waits its turn: +12125550000 sends 1 texts a second."
    ]
    left = Counter(one["at"] for one in result["messages"] if one["channel"] == "sms" and one["outcome"] == "delivered")
    assert set(left.values()) == {1}


def test_an_account_that_demands_consents_sees_its_gate_close(account: Account) -> None:
    account.texts_need_consent = account.mail_needs_consent = True
    account.save()
    result = run(account)
    assert {status: count for status, count in result["requests"].items() if count} == {"suppressed": 12}
    assert result["messages"] == []
    assert all(reason.startswith("No consent to ") for reason, _ in result["reasons"])


def test_a_channel_without_a_provider_is_not_used(account: Account, settings: Any) -> None:
    settings.MAIL_PROVIDER, settings.TEXT_PROVIDER, settings.SANDBOX = True, False, False
    result = run(account)
    assert {message["channel"] for message in result["messages"]} == {"email"}


def test_a_mail_without_a_postal_address_is_refused_as_it_would_be(account: Account) -> None:
    Account.objects.update(postal_address="")
    account.refresh_from_db()
    result = run(account)
    mails = Counter(message["outcome"] for message in result["messages"] if message["channel"] == "email")
    assert mails["failed"] > 5
    assert set(mails) <= {"failed", "planned"}
    assert "The account has no postal address, and no mail may leave without one." in dict(result["not_sent"])


# --- Customers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("country", ["US", "GB", "DE", "AU", "BR", "TA"])
def test_customers_have_addresses_of_their_own(account: Account, country: str) -> None:
    account.country = country
    found = invent_people(account, Plan(start=START, contacts=300))
    mails, phones = [one.email for one in found if one.email], [one.phone for one in found if one.phone]
    assert len(set(mails)) == len(mails) > 200
    assert len(set(phones)) == len(phones) > 150
    assert all(one.email or one.phone for one in found)


def test_asks_are_spread_evenly_and_mostly_in_opening_hours(account: Account) -> None:
    given = list(schedule_asks(account, Plan(start=START, days=50, contacts=500)))
    local = [at.astimezone(ZoneInfo(account.time_zone)) for at, _ in given]
    assert len(given) == len({who for _, who in given}) == 500
    assert set(Counter(at.date() for at in local).values()) == {10}
    assert local == sorted(local)
    assert 450 < sum(8 <= at.hour < 18 for at in local) < 500


# --- What goes wrong ---------------------------------------------------------------------------------


def test_a_child_that_crashes_is_an_error_with_its_last_words(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "configuration", lambda *_: "[]")
    with pytest.raises(SimulationFailed, match=r"status 1: .*DoesNotExist"):
        run(account)


def test_a_share_that_crashes_is_an_error_too(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "COMMAND", ["-c", SHARE_DIES])
    with pytest.raises(SimulationFailed, match="EOFError"):
        run(account, contacts=2 * child.WORTH, days=1)


SHARE_DIES = """
import os
from reviews.simulation import child
child._run_and_send = lambda *given: os._exit(9)
child.os.cpu_count = lambda: 2
child.main()
"""


def test_a_child_that_takes_too_long_is_ended(account: Account) -> None:
    plan = Plan(start=START, days=365, contacts=2000)
    with pytest.raises(SimulationFailed, match="more than 1 seconds"):
        simulate(account=account, sequence=sequence_of(account), plan=plan, seconds=1)


@pytest.mark.parametrize(("contacts", "daily"), [(child.WORTH - 1, 50), (20 * child.WORTH, None)])
def test_a_child_that_takes_too_much_memory_is_ended(
    account: Account, monkeypatch: pytest.MonkeyPatch, contacts: int, daily: int | None
) -> None:
    """It has more than a megabyte already: when what it has freed is used up, the next one is refused."""
    monkeypatch.setattr(runner, "MEGABYTES", 1)
    with pytest.raises(SimulationFailed, match="more than 1 MB of memory: simulate fewer"):
        run(account, contacts=contacts, days=90, asks_per_day=daily)


def test_progress_is_told_and_may_end_the_run(account: Account) -> None:
    told: list[dict[str, Any]] = []

    def listen(state: dict[str, Any]) -> None:
        told.append(state)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(account=account, sequence=sequence_of(account), plan=Plan(start=START), progress=listen)
    assert told[0]["days"] == 90
    assert 0 <= told[0]["percent"] < 100


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"days": 0}, "days"),
        ({"days": 366}, "days"),
        ({"contacts": 0}, "contacts"),
        ({"contacts": 5001}, "contacts"),
        ({"asks_per_day": 0}, "asks_per_day"),
        ({"asks_per_day": 500}, "asks_per_day"),
        ({"rates": Rates(click=1.01)}, "click_rate"),
        ({"rates": Rates(bounce=-0.1)}, "bounce_rate"),
        ({"rates": Rates(reply=float("nan"))}, "reply_rate"),
        ({"start": datetime(2026, 3, 2)}, "start"),  # noqa: DTZ001
        ({"start": datetime(1, 1, 1, tzinfo=UTC)}, "start"),
    ],
)
def test_a_plan_out_of_bounds_names_its_field(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidPlan) as caught:
        Plan(**{"start": START} | changed).check()
    assert caught.value.field == field
