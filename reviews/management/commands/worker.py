"""`manage.py worker`: send messages and call webhooks. Run one or more, on one machine or several."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reviewhub.schema import find_newer_at_start
from reviews.worker.watchdog import Watchdog


class Command(BaseCommand):
    help = "Send what is due: the queue's workers, watched and replaced when they hang. Ends on SIGTERM or Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        if reason := find_newer_at_start():
            raise CommandError(reason)
        Watchdog().run()
