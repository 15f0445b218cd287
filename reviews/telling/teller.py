"""The teller: a process of the worker's that mails members what waits in the inbox, beside whatever else is sent.

It notes who wants to be told, claims a mail, writes it, hands it to the mail server, and settles it (`rows`). A
process that is killed in between leaves a claim that lapses. Customers' messages keep no member waiting, and members no
customer: it has connections of its own, few of them. Mails are handed over by threads; only the main thread uses the
database.
"""

import logging
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from oauth.models import MemberMail
from reviewhub.outages import DATABASE_AWAY, drop_connection
from reviews.delivery.channels import Accepted, ChannelError, Message, Unfinished
from reviews.delivery.channels.email import EmailChannel
from reviews.telling import rows
from reviews.telling.mail import Letter, write

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]

MOST_MAILS = 4  # under way
ANSWERS_WITHIN = 60.0  # seconds for a server that has the mail; then it may have arrived
LOOK_EVERY = 0.5  # seconds
RENEW_EVERY = rows.LEASE.total_seconds() / 4
LEAVE_WITHIN = 5.0  # seconds that mails under way have when the process is to end


def run(is_over: Callable[[], bool], beat: Callable[[], None]) -> None:
    """Mail members until `is_over()`; calls `beat` at least every second or so."""
    teller = Teller()
    while not is_over():
        beat()
        try:
            if not teller.work():
                time.sleep(LOOK_EVERY)
        except DATABASE_AWAY as error:
            drop_connection(error)
            time.sleep(LOOK_EVERY)
    teller.close()


def hand_over(message: Message) -> Accepted:
    """Hand a mail to the mail server, on a connection of its own. Raises ChannelError."""
    channel = EmailChannel()
    try:
        try:
            channel.connect()
        except ChannelError as error:
            if not error.lost:
                raise
            channel.connect()
        try:
            return channel.send(message)
        except Unfinished as unfinished:
            return unfinished.finish(ANSWERS_WITHIN)
    finally:
        channel.close()


@dataclass(frozen=True)
class _Sending:
    """A claimed mail, what it tells, and its way to the server."""

    mail: MemberMail
    letter: Letter


class Teller:
    """Loop of one process: mails that are due, and mails under way."""

    def __init__(self, clock: Clock = timezone.now, send: Callable[[Message], Accepted] = hand_over) -> None:
        self._clock, self._send = clock, send
        self._threads = ThreadPoolExecutor(MOST_MAILS, thread_name_prefix="telling")
        self._under_way: dict[Future[Accepted], _Sending] = {}
        self._renewed_at = time.monotonic()

    def work(self) -> bool:
        """Begin to send what is due, and settle what came back; False if nothing is under way.

        An installation that sends no mail keeps what is to be told until it does.
        """
        if settings.MAIL_PROVIDER:
            rows.note_wanted(self._clock())
            while len(self._under_way) < MOST_MAILS and (mail := rows.claim(self._clock())) is not None:
                self._begin(mail)
        if not self._under_way:
            return False
        self._collect(LOOK_EVERY)
        self._renew()
        return True

    def close(self) -> None:
        """Wait LEAVE_WITHIN for mails under way; the claims of the others lapse, and another process sends them."""
        ends_at = time.monotonic() + LEAVE_WITHIN
        while self._under_way and time.monotonic() < ends_at:
            self._collect(LOOK_EVERY)
        self._threads.shutdown(wait=not self._under_way, cancel_futures=True)

    def _begin(self, mail: MemberMail) -> None:
        now = self._clock()
        try:
            letter = write(mail, now=now)
        except DATABASE_AWAY:
            raise
        except Exception:
            logger.exception("the mail %s to a member could not be written", mail.pk)
            rows.settle_refused(mail, rows.OWN_FAULT, wait=rows.REFUSED_WAIT, now=now)
            return
        if letter.message is None:
            rows.settle_empty(mail, letter.tellings, now)
        else:
            self._under_way[self._threads.submit(self._send, letter.message)] = _Sending(mail, letter)

    def _collect(self, timeout: float) -> None:
        """Wait up to `timeout` seconds for a mail to come back, and settle all that have."""
        done, _ = wait(self._under_way, timeout=timeout, return_when=FIRST_COMPLETED)
        for future in done:
            self._settle(future, self._under_way[future])
            del self._under_way[future]  # only now: if the database did not answer, it is settled in the next round

    def _settle(self, future: Future[Accepted], sending: _Sending) -> None:
        now, error = self._clock(), future.exception()
        if error is None:
            rows.settle_sent(sending.mail, sending.letter.tellings, now)
        elif isinstance(error, ChannelError):
            logger.warning("a mail to a member did not leave: %s", error.code, extra={"member_mail": sending.mail.pk})
            rows.settle_refused(sending.mail, f"{error.code} {error.text}", wait=_wait_after(error), now=now)
        else:
            logger.error("an error of ours over a mail to a member", exc_info=error)
            rows.settle_refused(sending.mail, rows.OWN_FAULT, wait=None, now=now)

    def _renew(self) -> None:
        if self._under_way and time.monotonic() - self._renewed_at > RENEW_EVERY:
            rows.renew([sending.mail for sending in self._under_way.values()], self._clock())
            self._renewed_at = time.monotonic()


def _wait_after(error: ChannelError) -> timedelta | None:
    return rows.REFUSED_WAIT if error.permanent else error.retry_after
