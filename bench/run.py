"""What is fast, and how fast: `make bench`. Only ratios within one run mean anything.

`python bench/run.py` measures everything, `python bench/run.py oauth` that part alone. Runs on databases made beside
the one of DATABASE_URL, or on SQLite files.
"""

import signal
import sys
from pathlib import Path
from typing import Any

# The parts are modules of `bench`: from within its folder, bench/oauth.py would hide the app `oauth`.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from bench import common, oauth, reviews  # noqa: E402

PARTS = {"reviews": reviews.main, "oauth": oauth.main}


def main() -> None:
    chosen = sys.argv[1:] or list(PARTS)
    if unknown := set(chosen) - set(PARTS):
        sys.exit(f"Unknown: {', '.join(sorted(unknown))}. There are: {', '.join(PARTS)}.")
    signal.signal(signal.SIGTERM, _end)
    print(common.machine())
    for part in chosen:
        print()
        PARTS[part]()


def _end(number: int, frame: Any) -> None:
    """An end that lets every block put away what it made."""
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
