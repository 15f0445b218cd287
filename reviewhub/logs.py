"""Log lines: their fields, their form, and the masking of all that is written.

Call sites use `logging` of the standard library and put the subject of a line into `extra`, by the names of FIELDS:
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

# Names of fields: for ids, counts and words of ours, never for the words of a person or a provider.
FIELDS = (
    "delivery",
    "account",
    "channel",
    "provider",
    "code",
    "event",
    "worker",
    "user",
    "member_mail",
    "count",
    "seconds",
    "method",
    "route",
    "status",
    "ms",
)

request_id: ContextVar[str] = ContextVar("request_id", default="")


def _add_fields(logger: WrappedLogger, name: str, line: EventDict) -> EventDict:
    """Add level, logger, the id of the HTTP request that caused the line, and the fields in `extra`."""
    record: logging.LogRecord = line["_record"]
    line["level"] = name
    line["logger"] = record.name
    attributes = record.__dict__
    # Django logs some answers after the middleware, and adds the request to the record.
    current = request_id.get() or getattr(attributes.get("request"), "request_id", "")
    if current:
        line["request_id"] = current
    for field in FIELDS:
        if field in attributes:
            # structlog keeps the message under `event`.
            line["provider_event" if field == "event" else field] = attributes[field]
    return line


def _add_traceback(logger: WrappedLogger, name: str, line: EventDict) -> EventDict:
    """Add the traceback as text; an error whose own text raises must not cost the line."""
    if error := line.pop("exc_info", None):
        try:
            line["exception"] = "".join(traceback.format_exception(*error)).rstrip()
        except Exception as broken:
            line["exception"] = f"{error[0].__name__}: its text raised {type(broken).__name__}"
    if stack := line.pop("stack_info", None):
        line["stack"] = stack
    return line


def _mask(logger: WrappedLogger, name: str, line: EventDict) -> EventDict:
    """Mask every value. It runs after the steps that add any, and before the line is written."""
    for key, value in line.items():
        if isinstance(value, str):
            line[key] = mask(value)
        elif not isinstance(value, int | float | None):
            line[key] = mask(str(value))
    return line


def _renderer_of(log_format: str) -> Processor:
    if log_format == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), pad_event_to=0, exception_formatter=structlog.dev.plain_traceback
    )


class LineFormatter(structlog.stdlib.ProcessorFormatter):
    """A formatter that makes one line of each record. `log_format`: json or text."""

    def __init__(self, log_format: str) -> None:
        stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
        tidy = structlog.stdlib.ProcessorFormatter.remove_processors_meta
        super().__init__(
            processors=[_add_fields, tidy, _add_traceback, _mask, stamp, _renderer_of(log_format)],
            use_get_message=True,
        )


class Console(logging.StreamHandler[Any]):
    """A handler for standard error. If a line cannot be made, its place is logged without the unmasked arguments."""

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
    """Log the uncaught errors of processes and threads, masked like every other line."""
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logger = logging.getLogger("reviewhub.uncaught")
    if sys.stderr.isatty() or not (logger.isEnabledFor(logging.CRITICAL) and logger.hasHandlers()):
        # A person sits at the terminal, or no handler would write the line.
        sys.stderr.write(mask("".join(traceback.format_exception(kind, error, trace))))
        return
    logger.critical("uncaught %s", kind.__name__, exc_info=(kind, error, trace))


def _log_uncaught_in_thread(hook: threading.ExceptHookArgs) -> None:
    if hook.exc_value is not None and hook.exc_type is not SystemExit:
        _log_uncaught(hook.exc_type, hook.exc_value, hook.exc_traceback)
