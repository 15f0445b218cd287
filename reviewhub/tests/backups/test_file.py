"""The file of a backup: whole, or told from one that is not."""

import errno
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reviewhub.backups import file

pytestmark = pytest.mark.once


def write(path: Path, rows: bytes = b"1\tJane\n2\tAva\n") -> None:
    with file.Writer(path) as writer:
        writer.head({"database": "sqlite"})
        writer.begin_table("people", ["id", "name"])
        writer.add(rows)
        writer.end_table(rows.count(b"\n"))


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    write(tmp_path / "backup")
    return tmp_path / "backup"


def test_a_file_is_read_as_it_was_written(backup: Path) -> None:
    contents = file.read(backup)
    assert (contents.head, contents.rows) == ({"database": "sqlite"}, {"people": 2})
    [(name, columns, rows)] = [(table.name, table.columns, b"".join(table.pieces)) for table in file.tables(backup)]
    assert (name, columns, rows) == ("people", ["id", "name"], b"1\tJane\n2\tAva\n")
    assert backup.stat().st_mode & 0o077 == 0


def test_a_file_that_ends_at_any_byte_is_half_written(backup: Path) -> None:
    whole = backup.read_bytes()
    for length in range(len(whole)):
        backup.write_bytes(whole[:length])
        with pytest.raises(file.Damaged):
            file.read(backup)


def test_a_change_of_any_byte_is_found(backup: Path) -> None:
    whole = backup.read_bytes()
    for place in range(len(whole)):
        backup.write_bytes(whole[:place] + bytes([whole[place] ^ 16]) + whole[place + 1 :])
        with pytest.raises(file.Damaged):
            file.read(backup)


def test_a_file_that_goes_on_behind_its_end_is_damaged(backup: Path) -> None:
    backup.write_bytes(backup.read_bytes() + b"\n")
    with pytest.raises(file.Damaged):
        file.read(backup)


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Let the disk be full for this process: no file grows beyond that many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("size", [3, 120, 3000])
def test_a_full_disk_leaves_the_older_backup_and_nothing_beside_it(backup: Path, size: int) -> None:
    before = backup.read_bytes()
    many = b"".join(f"{number}\t{number * 7919}\n".encode() for number in range(9_000))
    with files_of_at_most(size), pytest.raises(OSError, match="File too large") as failure:
        write(backup, many)
    assert failure.value.errno == errno.EFBIG
    assert backup.read_bytes() == before
    assert [path.name for path in backup.parent.iterdir()] == ["backup"]
