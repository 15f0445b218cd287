"""What log lines say, and what they must not."""

import logging
import re
from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="-")

# The token in a recipient's link opens the page of a person.
LINK = re.compile(r"/r/[A-Za-z0-9_-]+")


class RequestIdFilter(logging.Filter):
    """Put the id of the HTTP request on the line that it causes."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True


class PrivacyFilter(logging.Filter):
    """Take the tokens of links out of the line, whoever logs it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = LINK.sub("/r/…", record.getMessage()), ()
        return True
