"""`manage.py worker`: send messages and call webhooks. Run one or more, on one machine or several."""

import socket
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from reviewhub.schema import find_newer_at_start
from reviews.models import WorkerBeat
from reviews.worker.watchdog import Watchdog


class Command(BaseCommand):
    help = "Send what is due: the queue's workers, watched and replaced when they hang. Ends on SIGTERM or Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        told = "start none; fail if no worker of this machine, or container, was heard of within a minute"
        parser.add_argument("--check", action="store_true", help=told)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            _look_for_a_beat()
            return
        if reason := find_newer_at_start():
            raise CommandError(reason)
        Watchdog().run()


def _look_for_a_beat() -> None:
    """Raise CommandError if no worker of this machine gave a sign of life lately."""
    ours = WorkerBeat.objects.filter(worker__startswith=f"{socket.gethostname()}:").order_by("-beat_at").first()
    if ours is None or not WorkerBeat.is_fresh(ours.beat_at, timezone.now()):
        raise CommandError("No worker of this machine was heard of within a minute.")
