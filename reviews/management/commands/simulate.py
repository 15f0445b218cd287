"""`manage.py simulate`: simulate months of an account's messages in seconds. Nothing is sent, and no row is touched."""

import contextlib
import json
import sys
from argparse import ArgumentParser
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from oauth.models import Account
from reviews.simulation.plan import InvalidPlan, Plan, Rates, today
from reviews.simulation.report import text_report, write_csv
from reviews.simulation.runner import SECONDS, SimulationFailed, sequence_of, simulate


class Command(BaseCommand):
    help = "Simulate what an account's sequence would send, when and to how many, with invented customers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--account", required=True, metavar="NAME_OR_ID", help="the account whose rules are run")
        parser.add_argument("--sequence", default="", metavar="SLUG", help="the account's default one if left out")
        parser.add_argument("--days", type=int, default=Plan.days, help=f"default {Plan.days}")
        parser.add_argument("--contacts", type=int, default=Plan.contacts, help=f"default {Plan.contacts}")
        parser.add_argument("--asks-per-day", type=int, metavar="N", help="else each contact is asked once, evenly")
        parser.add_argument("--start", metavar="ISO", help="a date or moment; today in the account's zone if left out")
        parser.add_argument(
            "--seed", type=int, default=Plan.seed, help=f"another one, other customers (default {Plan.seed})"
        )
        for rate in fields(Rates):
            name = f"--{rate.name.replace('_', '-')}-rate"
            parser.add_argument(name, type=float, default=rate.default, metavar="0…1", help=f"default {rate.default}")
        parser.add_argument(
            "--examples", type=int, default=Plan.examples, help=f"messages shown (default {Plan.examples})"
        )
        parser.add_argument("--time-out", type=int, default=SECONDS, metavar="SECONDS", help=f"default {SECONDS}")
        output = parser.add_mutually_exclusive_group()
        output.add_argument("--json", action="store_true", help="print the result as JSON")
        output.add_argument("--csv", metavar="FILE", help="write each message to a file, - for the output")

    def handle(self, *args: Any, **options: Any) -> None:
        account = _account(options["account"])
        rates = Rates(**{rate.name: options[f"{rate.name}_rate"] for rate in fields(Rates)})
        plan = Plan(
            start=_start(options["start"], ZoneInfo(account.time_zone)),
            days=options["days"],
            contacts=options["contacts"],
            asks_per_day=options["asks_per_day"],
            seed=options["seed"],
            examples=options["examples"],
            listing=bool(options["csv"]),
            rates=rates,
        )
        if options["time_out"] < 1:
            raise CommandError("--time-out: give at least one second.")
        try:
            result = simulate(
                account=account,
                sequence=sequence_of(account, options["sequence"]),
                plan=plan,
                progress=self._progress if sys.stderr.isatty() else None,
                seconds=options["time_out"],
            )
        except InvalidPlan as error:
            raise CommandError(f"--{error.field.replace('_', '-')}: {error.reason}") from error
        except SimulationFailed as error:
            raise CommandError(str(error)) from error
        self._write(result, options)

    def _progress(self, state: dict[str, Any]) -> None:
        sys.stderr.write(f"\rday {state['day']} of {state['days']} …\r")

    def _write(self, result: dict[str, Any], options: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(result, ensure_ascii=False, indent=1))
        elif options["csv"] == "-":
            write_csv(result, self.stdout._out)  # type: ignore[arg-type]
        elif options["csv"]:
            try:
                with Path(options["csv"]).open("w", newline="") as file:
                    write_csv(result, file)
            except OSError as error:
                raise CommandError(f"--csv: {error}") from error
        else:
            self.stdout.write(text_report(result))


def _account(name_or_id: str) -> Account:
    with contextlib.suppress(ValueError):
        if account := Account.objects.filter(pk=UUID(name_or_id)).first():
            return account
    accounts = list(Account.objects.filter(name__iexact=name_or_id)[:2])
    if not accounts:
        raise CommandError(f"--account: there is none with the name or id {name_or_id!r}.")
    if len(accounts) > 1:
        raise CommandError(f"--account: several are named {name_or_id!r}; give the id.")
    return accounts[0]


def _start(option: str | None, zone: ZoneInfo) -> datetime:
    if not option:
        return today(timezone.now(), zone)
    try:
        moment = datetime.fromisoformat(option)
    except ValueError as error:
        raise CommandError(
            f"--start: {option!r} is no date or moment such as 2026-03-02 or 2026-03-02T09:00."
        ) from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC).replace(second=0, microsecond=0)
