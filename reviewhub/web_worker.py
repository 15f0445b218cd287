"""The worker of the web server: gunicorn keeps the processes, waitress the connections, threads run the application.

A request takes a thread only once all of it is there, and gives it back while its answer leaves: clients that stall or
read slowly take none from others. gunicorn's own threads wait for each byte of a half-sent head, without end.
"""

import os
import sys
import time
from typing import Any

from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer, create_server
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import Error

from reviewhub.client_address import ACCOUNT
from reviewhub.web_turns import Dispatcher

SILENCE = 10.0  # seconds without a byte, either way, after which a connection is given up
ARRIVES_WITHIN = 60.0  # seconds for a whole request
LOOK_EVERY = 1.0  # seconds
# A thread that the database has answered waits so long for one that computes, and that for each of its statements.
SWITCH_EVERY = 0.0005  # seconds
LARGEST_BODY = 32 * 1024 * 1024  # the application has narrower limits of its own
IN_MEMORY = 256 * 1024  # of a body or an answer; the rest of it is on disk


class TooSlow(Error):
    code = 408
    reason = "Request Timeout"


class Task(WSGITask):
    """An answer, after which the connection is closed: a proxy must not send a request on one that just ends."""

    def get_environment(self) -> dict[str, Any]:
        self.channel.environment = environment = super().get_environment()
        return environment  # type: ignore[no-any-return]  # waitress has no types

    def build_response_header(self) -> bytes:
        self.set_close_on_finish()
        self.channel.is_refused = self.status.startswith("429")
        header: bytes = super().build_response_header()
        return header

    def write(self, data: bytes) -> None:
        """Leave the body of an answer to HEAD out (RFC 9110 §9.3.2)."""
        super().write(b"" if self.request.command == "HEAD" else data)


class Connection(HTTPChannel):
    task_class = Task
    request: Any  # the one that arrives
    caller: str  # whose turn it takes
    environment: dict[str, Any] = {}  # of the request that is answered
    is_refused = False

    def service(self) -> None:
        """Answer the request, and end its caller's turn."""
        try:
            super().service()
        finally:
            account = self.environment.get(ACCOUNT)
            self.server.task_dispatcher.end(self, account=account, is_refused=self.is_refused)

    @property
    def is_served(self) -> bool:
        """True while a request waits for a thread, or has one."""
        return bool(self.requests)

    def is_late(self, now: float) -> bool:
        """True if the client is silent, or takes too long to send its request."""
        silent = bool(now - self.last_activity > SILENCE)
        if self.total_outbufs_len:
            return silent
        return not self.is_served and (silent or bool(now - self.creation_time > ARRIVES_WITHIN))

    def give_up(self) -> None:
        """Close it; with an answer, where a part of a request has come. A thread that writes to it ends."""
        if self.request is None or self.total_outbufs_len:
            self.handle_close()
            return
        request, self.request = self.request, None
        request.error = TooSlow("The request did not arrive in time.")
        ErrorTask(self, request).service()
        self.close_when_flushed = True


class WaitressWorker(Worker):
    """A process with one waitress, on gunicorn's sockets."""

    def run(self) -> None:
        sys.setswitchinterval(SWITCH_EVERY)
        self.connections: dict[int, Any] = {}  # and the listening sockets
        self.turns = Dispatcher(self.cfg.threads)
        BaseWSGIServer.channel_class = Connection  # `create_server` takes none
        create_server(
            self.wsgi,
            map=self.connections,
            _dispatcher=self.turns,
            sockets=[listener.sock for listener in self.sockets],
            backlog=self.cfg.backlog,
            # The application looks at these headers where a proxy is known to set them (BEHIND_PROXY).
            clear_untrusted_proxy_headers=False,
            max_request_header_size=self.cfg.limit_request_field_size,
            max_request_body_size=LARGEST_BODY,
            inbuf_overflow=IN_MEMORY,
            outbuf_overflow=IN_MEMORY,
            connection_limit=2 * self.cfg.worker_connections,
            channel_timeout=int(2 * ARRIVES_WITHIN),  # `_give_up` looks more closely
            asyncore_use_poll=True,
            ident=None,
            log_socket_errors=False,  # clients come and go
        )
        looked_at = 0.0
        while self.alive and self.is_parent_alive():
            self.notify()
            self._turn()
            if (now := time.time()) - looked_at > LOOK_EVERY or self._is_full():
                looked_at = now
                self._give_up(now)
        self._finish()
        self.turns.shutdown(timeout=1)
        wasyncore.close_all(self.connections)

    def is_parent_alive(self) -> bool:
        return bool(self.ppid == os.getppid())

    def _turn(self) -> None:
        wasyncore.loop(timeout=min(LOOK_EVERY, self.turns.wake()), use_poll=True, map=self.connections, count=1)

    def _open(self) -> list[Connection]:
        return [one for one in list(self.connections.values()) if isinstance(one, Connection)]

    def _is_full(self) -> bool:
        return bool(len(self.connections) > self.cfg.worker_connections)

    def _give_up(self, now: float) -> None:
        """Close what is late; with too many connections, those that began first and take no thread."""
        for one in self._open():
            if one.is_late(now):
                one.give_up()
        waiting = [one for one in self._open() if not one.is_served]
        too_many = len(self.connections) - self.cfg.worker_connections
        for one in sorted(waiting, key=lambda one: one.creation_time)[: max(too_many, 0)]:
            one.handle_close()

    def _finish(self) -> None:
        """Take no new connections, and go on with those that move, until the time for it is over."""
        for one in list(self.connections.values()):
            if isinstance(one, BaseWSGIServer):
                one.accepting = False
        ends_at = time.time() + self.cfg.graceful_timeout
        while time.time() < ends_at and (left := self._open()):
            self.notify()
            for one in left:
                if not one.is_served and time.time() - one.last_activity > LOOK_EVERY:
                    one.give_up()
            self._turn()
