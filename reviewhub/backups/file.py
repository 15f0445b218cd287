"""The file of a backup: frames, one after the other, and at its end a digest of all of them.

A frame is a letter for its kind, the length of its body in four bytes, and the body. First comes the head, then for
each table its columns, its rows in compressed pieces, and their number; last the numbers of all tables, and the digest.
So a file that was not finished, or has changed since, is known for that before anything is done with it.
"""

import contextlib
import hashlib
import json
import os
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

MAGIC = b"ReviewHub backup, form 1\n"
PIECE = 1024 * 1024  # bytes of rows that are compressed together
LONGEST = 256 * 1024 * 1024  # bytes of a frame; one value may make a piece longer than PIECE
HEAD, TABLE, ROWS, END_OF_TABLE, END = b"H", b"T", b"R", b"E", b"Z"
LEVEL = 1  # of compression: higher ones take several times as long for a tenth less

Frame = tuple[bytes, bytes]  # kind and body
Noter = Callable[[int], object]  # is told how many more bytes, or rows, are done


class Damaged(Exception):
    """The file is no whole backup. The message is a sentence for people."""


class Writer:
    """Writes a backup beside its place, and puts it there when it is whole, on disk, and reads as it was written.

    Whatever ends the work earlier leaves an older backup of that name as it was, and nothing beside it. Raises OSError.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._part = path, path.with_name(f"{path.name}.part")
        self._digest = hashlib.sha256()
        self._rows: dict[str, int] = {}
        self._table = ""
        self._piece = bytearray()

    def __enter__(self) -> Self:
        self._part.unlink(missing_ok=True)
        # For this user alone, whatever the umask says.
        self._file = os.fdopen(os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._write(MAGIC)
        return self

    def head(self, facts: dict[str, Any]) -> None:
        self._frame(HEAD, _to_json(facts))

    def begin_table(self, name: str, columns: list[str]) -> None:
        self._table = name
        self._frame(TABLE, _to_json({"table": name, "columns": columns}))

    def add(self, data: bytes | memoryview) -> None:
        """Add some bytes of the table's rows."""
        self._piece += data
        if len(self._piece) >= PIECE:
            self._flush()

    def end_table(self, rows: int) -> None:
        self._flush()
        self._rows[self._table] = rows
        self._frame(END_OF_TABLE, _to_json({"rows": rows}))

    def __exit__(
        self, type_: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._finish()
            else:
                with contextlib.suppress(OSError):  # what could not be written is thrown away
                    self._file.close()
        finally:
            self._part.unlink(missing_ok=True)

    def _finish(self) -> None:
        try:
            self._frame(END, _to_json({"rows": self._rows}))
            self._file.write(self._digest.digest())
            self._file.flush()
            os.fsync(self._file.fileno())
        finally:
            with contextlib.suppress(OSError):  # its error was raised by the flush before
                self._file.close()
        read(self._part)
        self._part.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _flush(self) -> None:
        if self._piece:
            self._frame(ROWS, zlib.compress(self._piece, LEVEL))
            self._piece.clear()

    def _frame(self, kind: bytes, body: bytes) -> None:
        self._write(kind + len(body).to_bytes(4, "big"))
        self._write(body)

    def _write(self, data: bytes) -> None:
        self._digest.update(data)
        self._file.write(data)


@dataclass(frozen=True)
class Contents:
    """A backup that was read to its end: what its head says, and how many rows each table has."""

    head: dict[str, Any]
    rows: dict[str, int]


@dataclass(frozen=True)
class Table:
    """A table in a backup. `pieces` yields its rows, as they were added; it is read before the next table."""

    name: str
    columns: list[str]
    pieces: Iterator[bytes]


def read(path: Path, note: Noter = lambda _: None) -> Contents:
    """Read the whole file and return what it holds. Raises Damaged, or OSError where it cannot be read."""
    head: dict[str, Any] = {}
    rows: dict[str, int] = {}
    with path.open("rb") as file:
        for kind, body in _frames(file, note):
            if kind == HEAD:
                head = _from_json(body)
            elif kind == END:
                rows = _from_json(body)["rows"]
    return Contents(head, rows)


def tables(path: Path) -> Iterator[Table]:
    """Yield the tables of a file that `read` found whole."""
    with path.open("rb") as file:
        frames = _frames(file, lambda _: None)
        for kind, body in frames:
            if kind == TABLE:
                facts = _from_json(body)
                yield Table(facts["table"], facts["columns"], _pieces(frames))


def _pieces(frames: Iterator[Frame]) -> Iterator[bytes]:
    for kind, body in frames:
        if kind == END_OF_TABLE:
            return
        yield zlib.decompress(body)


def _frames(file: IO[bytes], note: Noter) -> Iterator[Frame]:
    """Yield the frames to the last one, once the digest behind it is right. Raises Damaged."""
    digest = hashlib.sha256()
    if file.read(len(MAGIC)) != MAGIC:
        raise Damaged("This is no backup of ReviewHub, or not even its first line was written.")
    digest.update(MAGIC)
    while True:
        start = _exactly(file, 5)
        kind, length = start[:1], int.from_bytes(start[1:], "big")
        if kind not in (HEAD, TABLE, ROWS, END_OF_TABLE, END) or length > LONGEST:
            raise Damaged("The backup is damaged: something in it has changed since it was written.")
        body = _exactly(file, length)
        digest.update(start)
        digest.update(body)
        note(len(start) + length)
        if kind == END:
            if _exactly(file, digest.digest_size) != digest.digest() or file.read(1):
                raise Damaged("The backup is damaged: something in it has changed since it was written.")
            yield kind, body
            return
        yield kind, body


def _exactly(file: IO[bytes], length: int) -> bytes:
    data = file.read(length)
    if len(data) < length:
        raise Damaged("The backup is half written: it ends in the middle. Take one that was finished.")
    return data


def _to_json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _from_json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError as error:  # the digest is not looked at yet
        raise Damaged("The backup is damaged: something in it has changed since it was written.") from error
