"""How gunicorn serves ReviewHub; it reads this file by itself when it is started beside it."""

import gc
from importlib import import_module
from typing import Any

from reviewhub import server_errors
from reviewhub.env import env, whole_number

# This machine alone: who came past the proxy could set its headers. Where the proxy is elsewhere, BIND says so.
_address = env.str("BIND", default="127.0.0.1")
bind = f"{_address}:{whole_number('PORT', default=8000, least=1, most=65535)}"
workers = whole_number("WEB_CONCURRENCY", default=4, least=1)
threads = whole_number("WEB_THREADS", default=4, least=1)  # of each worker; each keeps a connection to the database
worker_class = "reviewhub.web_worker.WaitressWorker"
worker_connections = 500  # of each worker, the stalled ones among them
limit_request_field_size = 32 * 1024  # of the line and all headers together
control_socket_disable = True
umask = 0o077  # what is written is for this user alone
server_errors.answer_in_json()
# Loaded once, before the workers are forked, which then share it.
preload_app = True


def on_starting(server: Any) -> None:
    """Serve no database that a newer release has updated. gunicorn says a RuntimeError in one line, and ends."""
    if reason := import_module("reviewhub.schema").find_newer_at_start():
        raise RuntimeError(reason)


def when_ready(server: Any) -> None:
    """Load what watches the installation, and keep the garbage collector from touching what the workers share."""
    import_module("reviews.alarms.watch")
    gc.collect()
    gc.freeze()


def post_worker_init(worker: Any) -> None:
    """Let one worker of this machine watch the installation beside its requests."""
    import_module("reviews.alarms.watch").start()
