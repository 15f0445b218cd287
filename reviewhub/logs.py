"""How log lines look, and what they must not say.

Call sites use `logging` of the standard library and say what a line is about in `extra`, by the names of FIELDS:
`logger.warning("the claim was lost", extra={"delivery": pk})`. Anything else in `extra` is left out. structlog makes
the line: JSON in production, readable in development (LOG_FORMAT). Every line is masked, its traceback included.
"""

import logging
import sys
import threading
import traceback
from contextvars import ContextVar
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from reviewhub.masking import mask

# What a line may be about: ids, counts and words of ours, never what a person or a provider wrote.
FIELDS = (
    "delivery",
    "account",
    "channel",
    "provider",
    "code",
    "event",
    "worker",
    "count",
    "seconds",
    "method",
    "route",
    "status",
    "ms",
)

request_id: ContextVar[str] = ContextVar("request_id", default="")


def _add_fields(logger: WrappedLogger, name: str, line: EventDict) -> EventDict:
    """Level, logger, the HTTP request that caused the line, and what the call site said in `extra`."""
    record: logging.LogRecord = line["_record"]
    line["level"] = name
    line["logger"] = record.name
    given = record.__dict__
    # Django tells of some answers when the middleware is done with them, and brings the request along.
    current = request_id.get() or getattr(given.get("request"), "request_id", "")
    if current:
        line["request_id"] = current
    for field in FIELDS:
        if field in given:
            # `event` is what structlog calls the message.
            line["provider_event" if field == "event" else field] = given[field]
    return line


def _add_traceback(logger: WrappedLogger, name: str, line: EventDict) -> EventDict:
    """The traceback as text; one that cannot even be told must not cost the line."""
    if error := line.pop("exc_info", None):
        try:
            line["exception"] = "".join(traceback.format_exception(*error)).rstrip()
        except Exception as broken:
            line["exception"] = f"{error[0].__name__}: its text raised {type(broken).__name__}"
    if stack := line.pop("stack_info", None):
        line["stack"] = stack
    return line


def _mask(logger: WrappedLogger, name: str, line: EventDict) -> EventDict:
    """The last step before the line is written out: whatever came in by now is looked at."""
    for key, value in line.items():
        if isinstance(value, str):
            line[key] = mask(value)
        elif not isinstance(value, int | float | None):
            line[key] = mask(str(value))
    return line


def _renderer(log_format: str) -> Processor:
    if log_format == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), pad_event_to=0, exception_formatter=structlog.dev.plain_traceback
    )


class LineFormatter(structlog.stdlib.ProcessorFormatter):
    """One line for each record. `log_format`: json or text."""

    def __init__(self, log_format: str) -> None:
        stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
        tidy = structlog.stdlib.ProcessorFormatter.remove_processors_meta
        super().__init__(
            processors=[_add_fields, tidy, _add_traceback, _mask, stamp, _renderer(log_format)], use_get_message=True
        )


class Console(logging.StreamHandler[Any]):
    """Standard error. A line that cannot be made is reported without its arguments, which nobody has masked."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (the name is logging's)
        error = sys.exc_info()[0]
        where = f"{record.filename}:{record.lineno}"
        text = f"a log line could not be made: {error.__name__ if error else 'an error'} at {where}"
        bare = logging.LogRecord(record.name, logging.ERROR, record.pathname, record.lineno, text, (), None)
        try:
            self.stream.write(self.format(bare) + self.terminator)
            self.flush()
        except (OSError, ValueError):
            return  # nowhere left to write to


def watch_uncaught() -> None:
    """Let what nobody caught, in a process or thread of ours, take the same way as every other line."""
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logger = logging.getLogger("reviewhub.uncaught")
    if sys.stderr.isatty() or not (logger.isEnabledFor(logging.CRITICAL) and logger.hasHandlers()):
        # Somebody sits before it, or nobody would hear of it otherwise.
        sys.stderr.write(mask("".join(traceback.format_exception(kind, error, trace))))
        return
    logger.critical("uncaught %s", kind.__name__, exc_info=(kind, error, trace))


def _uncaught_in_thread(given: threading.ExceptHookArgs) -> None:
    if given.exc_value is not None and given.exc_type is not SystemExit:
        _uncaught(given.exc_type, given.exc_value, given.exc_traceback)
