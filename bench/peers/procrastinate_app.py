"""Procrastinate: jobs in PostgreSQL."""

import os

from procrastinate import App, PsycopgConnector

from bench.peers.message import send

app = App(connector=PsycopgConnector(conninfo=os.environ["DATABASE_URL"]))


@app.task(name="mail")
def mail(recipient: str) -> None:
    send(recipient)


def put(everybody: list[str]) -> None:
    with app.open():
        mail.batch_defer(*({"recipient": recipient} for recipient in everybody))
