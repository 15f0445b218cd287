"""`manage.py backup FILE`: write the whole database into one file, while everything runs."""

import getpass
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from reviewhub.backups import backup
from reviewhub.backups.file import Damaged
from reviewhub.backups.progress import Progress
from reviewhub.refused import Refused

SHORTEST = 12  # characters of a passphrase


class Command(BaseCommand):
    help = "Back the database up into a file, as it is at one moment, while web and workers run."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="where it goes; an older one there is replaced when this is whole")
        parser.add_argument(
            "--with-keys", action="store_true", help="put the six keys in as well, encrypted: asks for a passphrase"
        )

    def handle(self, *args: Any, file: Path, with_keys: bool, **options: Any) -> None:
        passphrase = new_passphrase() if with_keys else ""
        try:
            contents = backup.back_up(file, passphrase=passphrase, progress=Progress(self.stderr))
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        except (OSError, Damaged) as error:
            words = getattr(error, "strerror", None) or error
            raise CommandError(f"{file} could not be written: {words}. Nothing was changed there.") from error
        except DatabaseError as error:
            raise CommandError(f"The database could not be read, and no backup was made: {error}") from error
        size, rows = file.stat().st_size, sum(contents.rows.values())
        self.stdout.write(f"{file}: {rows:,} rows of {len(contents.rows)} tables, {size:,} bytes.")
        if not with_keys:
            self.stdout.write("The keys are not in it: keep .env, or where they stand, in another safe place.")


def new_passphrase() -> str:
    """Return a passphrase that was typed twice, or once where no terminal is. Raises CommandError."""
    if not sys.stdin.isatty():
        passphrase = read_line()
    else:
        passphrase = getpass.getpass("Passphrase for the keys: ")
        if getpass.getpass("Once more: ") != passphrase:
            raise CommandError("These are two passphrases. No backup was made.")
    if len(passphrase) < SHORTEST:
        raise CommandError(f"The passphrase has less than {SHORTEST} characters. No backup was made.")
    return passphrase


def read_line() -> str:
    return sys.stdin.readline().rstrip("\r\n")
