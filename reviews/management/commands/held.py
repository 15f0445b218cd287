"""`manage.py held`: the messages that wait since the database was restored, and what becomes of them."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from reviewhub.backups.progress import Progress
from reviews.restoring import held


class Command(BaseCommand):
    help = "List the messages that may have left between a backup and its restore; send them, or drop them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        decision = parser.add_mutually_exclusive_group()
        decision.add_argument("--send", action="store_true", help="let them leave; some may come a second time")
        decision.add_argument("--drop", action="store_true", help="count them as sent, and go on with what follows")
        parser.add_argument("--json", action="store_true", help="print one line of JSON")

    def handle(self, *args: Any, send: bool, drop: bool, **options: Any) -> None:
        decided, progress = 0, Progress(self.stderr)
        progress.begin("messages decided", held.waiting().count())
        if send:
            decided = held.send(now=timezone.now(), note=progress.add)
        elif drop:
            decided = held.drop(now=timezone.now(), note=progress.add)
        restore, accounts = held.latest(), list(held.count_by_account())
        count, asked = held.waiting().count(), held.texts_asked_for()
        if options["json"]:
            facts: dict[str, Any] = {"held": count, "sent": decided * send, "dropped": decided * drop}
            facts |= {"texts_asked_for": asked, "accounts": accounts}
            for name in ("backed_up_at", "restored_at"):
                facts[name] = getattr(restore, name).isoformat() if restore else None
            self.stdout.write(json.dumps(facts))
            return
        if send or drop:
            self.stdout.write(f"{decided:,} {'are planned again' if send else 'count as sent'}.")
        if restore is None:
            self.stdout.write("The database was never restored: nothing is held.")
            return
        for row in accounts:
            self.stdout.write(f"{row['count']:>9,}  {row['channel']:<5}  {row['account']}")
        self.stdout.write(f"{count:,} held since the restore of the backup of {restore.backed_up_at:%c} UTC.")
        if asked:
            self.stdout.write(f"{asked:,} texts: the provider is asked whether they left.")
