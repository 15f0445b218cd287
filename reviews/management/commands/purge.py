"""`manage.py purge`: what the worker does each day with rows that are too old, at once and to its end."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone, translation

from reviewhub.backups.progress import Progress
from reviews.retention.kinds import KINDS
from reviews.retention.purge import count, purge


class Command(BaseCommand):
    help = "Empty or delete what was kept longer than KEEP_DAYS says. The worker does it each day, bit by bit."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say how many rows it would be, and change nothing")
        parser.add_argument("--json", action="store_true", help="print one line of JSON: rows by kind")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        now, progress = timezone.now(), Progress(self.stderr)

        def note(rows: int) -> bool:
            progress.add(rows)
            return True

        counts = count(KINDS, now)
        if not dry_run:
            for kind in KINDS:
                progress.begin(f"{kind.name} purged", counts[kind.name])
                purge(kind, now, go_on=note)
        if options["json"]:
            self.stdout.write(json.dumps(counts))
            return
        with translation.override("en"):
            for kind in KINDS:
                kept = f"kept {kind.days:,} days" if kind.days else "kept for ever"
                self.stdout.write(f"{counts[kind.name]:>11,}  {kind.name:<9} {kept}: {kind.name.label}")
        self.stdout.write("Nothing was changed." if dry_run else "Done.")
