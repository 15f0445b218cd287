"""Six journeys through the code: calls of our own functions, and moves between files and rooms.

`python bench/journeys.py` prints a table; `--json FILE` keeps it, with every move by name, and `--before FILE` puts
what was kept beside it. `bench/moves.py` says what counts. On a SQLite file of its own, whatever DATABASE_URL is.
"""

import argparse
import json
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

if __name__ == "__main__":  # from within its folder, bench/oauth.py would hide the app `oauth`
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from bench.common import free_ports, inside, manage, our_environment
from bench.sink import sink


def main(keep: Path | None = None, before: Path | None = None) -> None:
    former = json.loads(before.read_text()) if before else {}
    walked = walk()
    if keep:
        keep.write_text(json.dumps(walked, indent=1, ensure_ascii=False) + "\n")
    print_table(walked, former)


def walk() -> dict[str, Any]:
    """Walk in a process of its own, with a mail server, a text provider and a receiver of webhooks."""
    with ExitStack() as until_done:
        folder = until_done.enter_context(tempfile.TemporaryDirectory())
        mail, texts, webhooks = (until_done.enter_context(sink(kind)) for kind in ("smtp", "twilio", "twilio"))
        (port,) = free_ports(1)
        project = our_environment(f"sqlite:///{folder}/journeys.sqlite3", port) | {
            "EMAIL_URL": f"smtp://127.0.0.1:{mail.port}",
            "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
            "TWILIO_AUTH_TOKEN": "bench",
            "TWILIO_FROM": "+15005550006",
            "TWILIO_API_URL": f"http://127.0.0.1:{texts.port}",
            "WEBHOOK_NETWORKS": "127.0.0.0/8",
            "SEND_THREADS": "1",  # or else a machine that is slow just then starts threads
        }
        manage(project, "migrate", "-v0")
        walked: dict[str, Any] = inside(project, "bench.walks", "walk", receiver=f"http://127.0.0.1:{webhooks.port}/")
        return walked


def print_table(walked: dict[str, Any], before: dict[str, Any]) -> None:
    """Print a line for each journey; where there are figures of before, a cell has both."""
    names = list(next(iter(walked.values()))["figures"])
    print(f"{'journeys':26}" + "".join(f"{name:>14}" for name in names))
    for journey in walked:
        sides = [side[journey]["figures"] for side in (before, walked) if journey in side]
        cells = [" → ".join(f"{side[name]:,}" for side in sides) for name in names]
        print(f"{journey:26}" + "".join(f"{cell:>14}" for cell in cells))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Six journeys through the code, in calls and moves.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the figures, with every move by name")
    parser.add_argument("--before", type=Path, metavar="FILE", help="kept figures to put beside them")
    options = parser.parse_args()
    main(options.json, options.before)
