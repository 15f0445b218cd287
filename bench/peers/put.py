"""Puts mails into a library's queue: `python -m bench.peers.put MODULE COUNT TAG`."""

import importlib
import sys

from bench.peers.message import recipients


def main() -> None:
    name, count, tag = sys.argv[1:]
    importlib.import_module(f"bench.peers.{name}").put(list(recipients(int(count), tag)))


if __name__ == "__main__":
    main()
