"""`manage.py simulate`: its report, its files, and its answers to wrong options."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from oauth.models import Account

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("forked")]


def command(*words: str) -> str:
    output = io.StringIO()
    small = ["--days", "14", "--contacts", "10", "--start", "2026-03-02"]
    call_command("simulate", *small, *words, stdout=output)
    return output.getvalue()


def test_the_report_can_be_read(account: Account) -> None:
    report = command("--account", "riverside DENTAL", "--seed", "3")
    assert "Riverside Dental, sequence Standard: 14 days from 02 March 2026, 00:00 on" in report
    assert "█" in report
    assert "Busiest minute" in report
    assert "Nothing was sent, and no row was touched." in report
    for title in ("Messages by day", "Messages by hour", "Funnel", "Messages by step", "The first"):
        assert f"\n{title}" in report, title


def test_the_account_may_be_named_by_its_id_and_the_result_be_json(account: Account) -> None:
    result = json.loads(command("--account", str(account.pk), "--json", "--click-rate", "1", "--bounce-rate", "0"))
    assert result["plan"]["rates"]["click"] == 1
    assert result["plan"]["start"] == "2026-03-02T05:00:00+00:00"
    assert len(result["days"]) == 14
    assert sum(day["email"] + day["sms"] for day in result["days"]) == result["sent"]


def test_each_message_is_a_line_of_the_csv(account: Account, tmp_path: Path) -> None:
    file = tmp_path / "messages.csv"
    command("--account", str(account.pk), "--csv", str(file))
    lines = file.read_text().splitlines()
    assert lines[0] == "at,local,zone,to,step,channel,outcome,reason"
    assert len(lines) > 10
    assert command("--account", str(account.pk), "--csv", "-").splitlines() == lines


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--account", "Nobody"], "--account: there is none with the name or id 'Nobody'."),
        (["--account", "ab" * 16], "--account: there is none"),
        (["--account", "Riverside Dental", "--sequence", "x"], "--sequence: Riverside Dental has no sequence 'x'."),
        (["--account", "Riverside Dental", "--days", "0"], "--days: days must be between 1 and 365, not 0."),
        (["--account", "Riverside Dental", "--opt-out-rate", "2"], "--opt-out-rate: The opt-out rate must be"),
        (["--account", "Riverside Dental", "--start", "soon"], "--start: 'soon' is no date or moment"),
        (["--account", "Riverside Dental", "--time-out", "0"], "--time-out: give at least one second."),
        (["--account", "Riverside Dental", "--csv", "/dev/null/x"], "--csv: "),
    ],
)
def test_a_wrong_word_of_the_command_is_named(account: Account, words: list[str], complaint: str) -> None:
    with pytest.raises(CommandError, match="^" + complaint.replace("(", r"\(")):
        command(*words)


def test_an_ambiguous_name_asks_for_the_id(account: Account, other_account: Account) -> None:
    Account.objects.update(name="Twin")
    with pytest.raises(CommandError, match="several are named 'twin'; give the id"):
        command("--account", "twin")
