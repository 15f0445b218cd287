"""What the container image starts: `web`, `worker`, `health`, or any command of manage.py.

A container is thrown away with all that was written in it, so a database in the container itself is refused before
anything is written: it has to lie on a volume, or be PostgreSQL.
"""

import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from django.core.exceptions import ImproperlyConfigured

from reviewhub.env import BASE_DIR, database, env, origin, whole_number

WITHOUT_DATABASE = {"version", "--version", "keys", "help", "--help"}
MOUNTS = Path("/proc/self/mountinfo")
FIRST_PROCESS = Path("/proc/1/cmdline")
IN_MEMORY = {"tmpfs", "ramfs"}
PATIENCE = 5  # seconds, for the web server's answer

NO_DATABASE = """\
DATABASE_URL is not set, and what is written in the container itself is lost with it. Nothing was written.
Name a PostgreSQL: DATABASE_URL=postgres://user:password@host:5432/name"""
NO_VOLUME = """\
The database {path} lies in the container itself, and would be lost with it. Nothing was written.
Put it on a volume, such as --volume reviewhub:/data with DATABASE_URL=sqlite:////data/db.sqlite3, or name a PostgreSQL:
DATABASE_URL=postgres://user:password@host:5432/name"""
NO_ROOM = """\
Nothing can be written to {folder}, which uploads and the web server need. Nothing was written.
Give the container a file system in memory there: --tmpfs {folder}"""


def find_refusal(mounts: Iterable[str]) -> str:
    """Return in words why nothing can start here; empty if all can. `mounts`: the lines of /proc/self/mountinfo.

    Raises ImproperlyConfigured for a DATABASE_URL that cannot be read.
    """
    if not env.str("DATABASE_URL", default=""):
        return NO_DATABASE
    config = database(default="")
    if config["ENGINE"] == "django.db.backends.sqlite3":
        path = str(config["NAME"])
        if path == ":memory:" or not _is_on_volume(Path(path).resolve(), mounts):
            return NO_VOLUME.format(path=path)
    try:
        tempfile.TemporaryFile().close()
    except OSError:
        return NO_ROOM.format(folder="/tmp")  # noqa: S108
    return ""


def _is_on_volume(path: Path, mounts: Iterable[str]) -> bool:
    """Tell whether a path lies below a mount point that outlives the container."""
    found, kind = Path("/"), ""
    for line in mounts:
        before, _, after = line.partition(" - ")
        point = Path(before.split()[4].replace("\\040", " "))
        if path.is_relative_to(point) and len(point.parts) >= len(found.parts):
            found, kind = point, after.split()[0]
    return found != Path("/") and kind not in IN_MEMORY


def role_of_container() -> str:
    """Return what the first process of this container was started as."""
    words = FIRST_PROCESS.read_bytes().rstrip(b"\0").split(b"\0")
    return "worker" if words[-1] == b"worker" else "web"


def web_fault() -> str:
    """Return in words what is wrong with the web server of this container; empty for nothing."""
    port = whole_number("PORT", default=8000, least=1, most=65535)
    host = urlsplit(origin("PUBLIC_URL", default="http://localhost")).hostname or ""
    request = Request(f"http://127.0.0.1:{port}/healthz", headers={"Host": host})
    try:
        urlopen(request, timeout=PATIENCE).close()  # noqa: S310
    except (URLError, OSError) as error:
        return f"The web server does not answer as it should: {error}"
    return ""


def main(words: list[str]) -> None:
    """Become the program that the words name, or end with a sentence."""
    os.umask(0o077)
    os.chdir(BASE_DIR)
    words = words or ["web"]
    python = [sys.executable, "manage.py"]
    try:
        if words[0] == "health":
            if (words[1:2] or [role_of_container()])[0] == "web":
                sys.exit(web_fault() or None)
            words = ["worker", "--check"]
        elif words[0] not in WITHOUT_DATABASE and (refusal := find_refusal(MOUNTS.read_text().splitlines())):
            sys.exit(refusal)
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    if words == ["web"]:
        python[1:], words = ["-m", "gunicorn"], ["reviewhub.wsgi"]
    os.execv(python[0], [*python, *words])  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1:])
