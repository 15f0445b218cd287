"""The limit: smtplib in a loop, with a mail that was built before: `raw CONNECTIONS COUNT TAG`."""

import multiprocessing
import sys

from bench.peers.message import SENDER, build, connection, recipients


def send_all(own: list[str]) -> None:
    mail = build("somebody@example.com")
    for recipient in own:
        connection().sendmail(SENDER, [recipient], mail)


def main() -> None:
    connections, count, tag = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    everybody = list(recipients(count, tag))
    with multiprocessing.get_context("fork").Pool(connections) as pool:
        pool.map(send_all, [everybody[number::connections] for number in range(connections)], chunksize=1)


if __name__ == "__main__":
    main()
