"""Bodies that are sent in chunks (RFC 9112 §7.1), whose length Django has to be told: without one it reads none."""

from collections.abc import Callable, Iterable
from tempfile import SpooledTemporaryFile
from typing import Any

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

# More than any address takes: what is longer is cut here, and refused there for its length.
MOST = 32 * 1024 * 1024
IN_MEMORY = 256 * 1024  # the rest is on disk
PART = 64 * 1024


def with_lengths(application: Application) -> Application:
    """Wrap a WSGI application so that each body which ends by itself comes with its length.

    waitress knows the length of all of them, gunicorn's own workers do not. Where nobody joined the chunks, as under
    `runserver`, and in HTTP/1.0, which has none, the header stays: `reviewhub.middleware` refuses those.
    """

    def wrapped(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        is_joined = environ.get("wsgi.input_terminated") and environ.get("SERVER_PROTOCOL") != "HTTP/1.0"
        if not (environ.get("HTTP_TRANSFER_ENCODING") and is_joined):
            return application(environ, start_response)
        with SpooledTemporaryFile(IN_MEMORY) as body:
            environ["CONTENT_LENGTH"] = str(_copy(environ["wsgi.input"], body))
            environ["wsgi.input"] = body
            del environ["HTTP_TRANSFER_ENCODING"]
            return application(environ, start_response)

    return wrapped


def _copy(source: Any, target: Any) -> int:
    """Copy up to one byte more than MOST; return how many it were, with the target at its beginning."""
    copied = 0
    while copied <= MOST and (part := source.read(min(PART, MOST + 1 - copied))):
        copied += target.write(part)
    target.seek(0)
    return copied
