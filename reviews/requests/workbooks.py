"""Workbooks of spreadsheet programs: told by their bytes, and turned into CSV by a process of their own."""

import json
import logging
import re
import subprocess
import sys
from codecs import BOM_UTF8
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext, gettext_noop

from reviewhub.languages import number
from reviews.requests import csv_encoding
from reviews.requests.csv_encoding import MOST_BYTES, Unreadable
from reviews.requests.csv_files import MOST_COLUMNS
from reviews.requests.workbook_reader import MOST_CELLS

logger = logging.getLogger(__name__)

SECONDS = 60
DELIMITER = ","
_COMMAND = ("-m", "reviews.requests.workbook_reader")
# First bytes of XLSX and ODS, which are archives, and of XLS and what Excel encrypts.
_ARCHIVE, _COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_PAGE = re.compile(rb"<(?:!doctype html|html|table|head|meta|body)\b", re.IGNORECASE)
_XML_OF_EXCEL = b"urn:schemas-microsoft-com:office:spreadsheet"

_PROBLEMS = {
    "password": gettext_noop("The workbook is protected by a password: save it without one, and try again."),
    "large": gettext_noop(
        "The workbook is too large when it is unpacked: keep the sheet with the customers, at most %(cells)s cells, and"
        " save it as CSV."
    ),
    "wide": gettext_noop("A row of the sheet has more than %(most_columns)s columns."),
    "empty": gettext_noop("The workbook has no sheet with anything in it."),
    "damaged": gettext_noop(
        "This workbook cannot be read: open it in your spreadsheet program, save it as XLSX or CSV, and try again."
    ),
    "other": gettext_noop("This is no workbook that can be read here: save it as XLSX, ODS or CSV, and try again."),
    "slow": gettext_noop("Reading the workbook takes too long: save it as CSV, and try again."),
}


@dataclass(frozen=True)
class Sheet:
    """The sheet of a workbook that is read: its rows as CSV in UTF-8, its name, the other sheets with anything.

    `filled`: how many of the rows are not empty.
    """

    raw: bytes
    name: str
    others: list[str]
    filled: int


def read(raw: bytes) -> Sheet | None:
    """Return the rows of a workbook, or of a web page that calls itself one; None when the file is neither.

    Raises Unreadable with what to do. A file's name counts for nothing: people and programs give wrong ones.
    """
    if len(raw) > MOST_BYTES:
        return None  # refused by whoever reads it as text, in the same words
    kind = _kind(raw)
    if kind == "html":
        encoding = csv_encoding.guess(raw).encoding
        csv_encoding.check(raw, encoding)
        raw = csv_encoding.lines_of(raw, encoding).read().encode()
    return _run(kind, raw) if kind else None


def _kind(raw: bytes) -> str:
    if raw.startswith((_ARCHIVE, _COMPOUND)):
        return "workbook"
    start = raw[:2048].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if start.startswith(b"<?xml") and _XML_OF_EXCEL in raw[:4096]:
        raise Unreadable(gettext(_PROBLEMS["other"]))
    return "html" if start.startswith(b"<") and _PAGE.search(start) else ""


def _run(kind: str, raw: bytes) -> Sheet:
    try:
        done = subprocess.run(  # noqa: S603 (our own module)
            [sys.executable, *_COMMAND, kind],
            input=raw,
            capture_output=True,
            cwd=settings.BASE_DIR,
            env={"PYTHONDONTWRITEBYTECODE": "1"},  # none of our keys
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable(gettext(_PROBLEMS["slow"])) from error
    line, _, rows = done.stdout.partition(b"\n")
    if done.returncode or not line:
        # An allocation that fails within the library ends the process: what was too large was not foreseen.
        logger.warning("the process that reads a workbook ended with status %s", done.returncode)
        raise _unreadable("large" if done.returncode < 0 else "damaged")
    head = json.loads(line)
    if problem := head.get("problem") or ("wide" if head["widest"] > MOST_COLUMNS else ""):
        raise _unreadable(problem)
    # The mark says that there is nothing to choose about the encoding.
    return Sheet(BOM_UTF8 + rows, head["sheet"], head["others"], head["filled"])


def _unreadable(problem: str) -> Unreadable:
    return Unreadable(gettext(_PROBLEMS[problem]) % {"cells": number(MOST_CELLS), "most_columns": MOST_COLUMNS})
