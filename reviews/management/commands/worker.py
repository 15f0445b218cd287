"""`manage.py worker`: send messages and call webhooks. Run one or more, on one machine or several."""

from typing import Any

from django.core.management.base import BaseCommand

from reviews.worker.watchdog import Watchdog


class Command(BaseCommand):
    help = "Send what is due: the queue's workers, watched and replaced when they hang. Ends on SIGTERM or Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        Watchdog().run()
