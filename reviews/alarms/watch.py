"""The watch: looks for troubles every few seconds, and tells the operator of them. It needs no worker.

It runs beside the web server: of a machine's processes one watches, and when that one ends another does. The worker
looks as well, each minute, for the machine whose web server is what fails. Nobody looks where no process of ours runs:
that only a monitor elsewhere can tell, by asking /readyz.
"""

import fcntl
import logging
import os
import tempfile
import threading
import time
from datetime import datetime, timedelta
from functools import partial

from django.db import DatabaseError, InterfaceError, close_old_connections
from django.utils import timezone
from django.utils.translation import gettext

from reviewhub.outages import DATABASE_AWAY, drop_connection
from reviews.alarms import telling, troubles, ways
from reviews.insights import health
from reviews.models import WorkerBeat

logger = logging.getLogger(__name__)

LOOK_EVERY = 10.0  # seconds
OUTAGE_PATIENCE = timedelta(seconds=30)  # with a database that does not write: a fail-over takes less
TELL_AGAIN_AFTER = timedelta(minutes=1)  # after an attempt to tell that reached nobody


def _open_file_without_name() -> int:
    descriptor, path = tempfile.mkstemp(prefix="reviewhub-watch-")
    os.unlink(path)
    return descriptor


# Opened before the web server forks its processes. A lock of this kind belongs to the process, and ends with it.
_turn = _open_file_without_name()


class Watch:
    """One process's look at the installation, again and again.

    What no row can be written about, a database that takes no writes, is remembered here.
    """

    def __init__(self) -> None:
        self.failing_since: datetime | None = None
        self.is_told = False
        self._next_attempt: datetime | None = None
        self._operators: list[ways.Operator] = []
        self._paused: set[str] = set()

    def look(self, now: datetime) -> None:
        """Look once, and tell what is to be told."""
        if not self._is_database_well():
            self._note_failing(now)
            return
        if self.failing_since is not None:
            self._note_well(now)
        telling.look_and_tell()

    def _is_database_well(self) -> bool:
        """Try to write, and read what is needed to tell of a database that does not answer any more."""
        try:
            takes_writes = health.takes_writes(WorkerBeat.objects.order_by("-beat_at").first())
            self._operators, self._paused = ways.operators(), ways.paused_channels()
        except DATABASE_AWAY as error:
            drop_connection(error)
            return False
        return takes_writes

    def _note_failing(self, now: datetime) -> None:
        self.failing_since = self.failing_since or now
        if not self.is_told and now - self.failing_since >= OUTAGE_PATIENCE:
            self.is_told = self._tell(partial(_failing, self.failing_since), now)

    def _note_well(self, now: datetime) -> None:
        if not self.is_told or self._tell(_well, now):
            self.failing_since, self.is_told, self._next_attempt = None, False, None

    def _tell(self, words: ways.Words, now: datetime) -> bool:
        if self._next_attempt is not None and now < self._next_attempt:
            return False
        is_told = ways.tell(words, to=self._operators, paused=self._paused)
        self._next_attempt = None if is_told else now + TELL_AGAIN_AFTER
        return is_told


def _failing(since: datetime) -> str:
    words = gettext("The database is away or takes no writes since %(time)s: is its disk full?")
    return words % {"time": troubles.moment(since)}


def _well() -> str:
    return gettext("The database takes writes again.")


def start() -> None:
    """Watch in a thread of this process, once it is its turn and for as long as it lives."""
    threading.Thread(target=_run, name="watch", daemon=True).start()


def _run() -> None:
    watch = Watch()
    while True:
        if _has_turn():
            _look(watch)
        time.sleep(LOOK_EVERY)


def _look(watch: Watch) -> None:
    """Look, and go on watching whatever goes wrong."""
    try:
        watch.look(timezone.now())
    except (DatabaseError, InterfaceError) as error:  # away, or not migrated yet
        drop_connection(error)
    except Exception:
        logger.exception("the watch failed")
    finally:
        close_old_connections()


def _has_turn() -> bool:
    """Tell whether this process is the one that watches: the first to ask, until it ends."""
    try:
        fcntl.lockf(_turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
