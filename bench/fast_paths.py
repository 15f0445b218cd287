"""Our hand-written fast paths, each beside the standard way that it replaces: what it buys.

Both ways do the same work by turns in one process. The tests of each path hold that both mean the same.
"""

import tempfile
from contextlib import ExitStack

from bench.common import free_ports, inside, manage, our_environment
from bench.sink import sink
from bench.table import rates

SLOW = 0.05  # seconds that the slow provider takes for a mail


def main() -> None:
    with ExitStack() as until_done:
        folder = until_done.enter_context(tempfile.TemporaryDirectory())
        quick, slow = until_done.enter_context(sink("smtp")), until_done.enter_context(sink("smtp", SLOW))
        texts = until_done.enter_context(sink("twilio"))
        (port,) = free_ports(1)
        project = our_environment(f"sqlite:///{folder}/paths.sqlite3", port) | {
            "EMAIL_URL": f"smtp://127.0.0.1:{quick.port}",
            "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
            "TWILIO_AUTH_TOKEN": "bench",
            "TWILIO_FROM": "+15005550006",
            "TWILIO_API_URL": f"http://127.0.0.1:{texts.port}",
        }
        manage(project, "migrate", "-v0")
        manage(project, "demo", "--json", "--force")
        measured = inside(project, "bench.ways", "measure", smtp=quick.port, slow=slow.port)
    for title, sides in measured.items():
        rates(title, sides)
