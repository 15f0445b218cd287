"""`manage.py restore FILE`: put the database back as a backup has it. Nothing is sent twice afterwards."""

import getpass
import sys
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from reviewhub.backups import keys, restore
from reviewhub.backups.file import Contents, Damaged
from reviewhub.backups.progress import Progress
from reviewhub.refused import Refused
from reviews.management.commands.backup import read_line
from reviews.models import Restore
from reviews.restoring import held
from reviews.restoring.settle import settle

UNCHANGED = "The database was not changed."


class Command(BaseCommand):
    help = "Restore a backup: everything is checked before anything is written, and what was due since is held."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--replace", action="store_true", help="also over a database that is not empty")
        parser.add_argument(
            "--print-keys", action="store_true", help="only print the keys that the backup holds: asks for a passphrase"
        )

    def handle(self, *args: Any, file: Path, replace: bool, print_keys: bool, **options: Any) -> None:
        progress = Progress(self.stderr)
        try:
            contents = restore.read(file, progress)
            if print_keys:
                self._print_keys(contents)
                return
            restore.check(contents, replace=replace)
            restore.restore(file, contents, settle=_settle, progress=progress)
        except Refused as refusal:
            raise CommandError(f"{refusal} {UNCHANGED}") from refusal
        except Damaged as error:
            raise CommandError(f"{file}: {error} {UNCHANGED}") from error
        except OSError as error:
            raise CommandError(f"{file} could not be restored: {error.strerror or error}. {UNCHANGED}") from error
        except DatabaseError as error:
            raise CommandError(f"The database did not take the backup: {error}. {UNCHANGED}") from error
        self._say(contents)

    def _print_keys(self, contents: Contents) -> None:
        encrypted = contents.head["encrypted_keys"]
        if not encrypted:
            raise CommandError("The backup holds no keys: it was made without --with-keys.")
        passphrase = getpass.getpass("Passphrase: ") if sys.stdin.isatty() else read_line()
        try:
            found = keys.decrypt(encrypted, passphrase)
        except keys.WrongPassphrase as error:
            raise CommandError("The passphrase does not open the keys.") from error
        for name, key in found.items():
            self.stdout.write(f"{name}={key}")

    def _say(self, contents: Contents) -> None:
        done = Restore.objects.latest("pk")
        rows = sum(contents.rows.values())
        self.stdout.write(f"Restored: {rows:,} rows, as they were at {done.backed_up_at:%c} UTC.")
        if asked := held.texts_asked_for():
            self.stdout.write(f"Texts that may have left: {asked:,}. The worker asks the provider about them.")
        if settings.TEXT_PROVIDER and not done.texts_read_at:
            self.stdout.write("What customers texted since could not be asked for: the worker asks each minute.")
        if done.held:
            self.stdout.write(f"Held: {done.held:,} of the messages that were due since. Decide with `manage.py held`.")
        self.stdout.write("Start web server and workers anew.")


def _settle(backed_up_at: datetime) -> None:
    settle(backed_up_at=backed_up_at, now=timezone.now())
