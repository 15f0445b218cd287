"""What is fast, and how fast: `make bench`. Only ratios within one run mean anything.

`python bench/run.py` measures everything, `python bench/run.py oauth` that part alone, `--quick` a little of each to
see that all of it works. Runs on databases made beside the one of DATABASE_URL, or on SQLite files.
"""

import argparse
import importlib
import os
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import Any

# The parts are modules of `bench`: from within its folder, bench/oauth.py would hide the app `oauth`.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from bench import common  # noqa: E402

PARTS = (
    "mail",
    "texts",
    "kills",
    "latency",
    "reviews",
    "oauth",
    "page",
    "memory",
    "admin",
    "neighbours",
    "imports",
    "backups",
    "purges",
    "journeys",
    "fast_paths",
)


def main() -> None:
    parser = argparse.ArgumentParser(description="What is fast, and how fast.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all of them if none is named")
    parser.add_argument("--quick", action="store_true", help="a little of everything: says that it works, not how fast")
    parser.add_argument("--mails", type=int, help="mails that are drained in a round (default 10,000)")
    given = parser.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        parser.error(f"There is no {', '.join(sorted(unknown))}. There are: {', '.join(PARTS)}.")
    # The parts read them when they are imported; see size.py.
    os.environ |= {"BENCH_QUICK": "1" if given.quick else "", "BENCH_MAILS": str(given.mails or "")}
    signal.signal(signal.SIGTERM, _end)
    print(common.machine())
    failed = []
    for part in given.parts or PARTS:
        print(flush=True)
        began = time.monotonic()
        try:
            importlib.import_module(f"bench.{part}").main()
        except Exception:  # the others are measured all the same
            traceback.print_exc()
            failed.append(part)
        print(f"({part}: {time.monotonic() - began:.0f} seconds)", flush=True)
    if failed:
        sys.exit(f"Failed: {', '.join(failed)}.")


def _end(number: int, frame: Any) -> None:
    """An end that lets every block put away what it made."""
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
