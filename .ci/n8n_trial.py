"""n8n_trial.py N8N PACKAGE: the n8n in the folder N8N runs workflows with the nodes of PACKAGE against ReviewHub.

Both servers are started for it, on ports of their own, with SQLite files in a temporary folder. What n8n did is read
from its own record of executions. Ends with 0, or with a sentence and 1.
"""

import contextlib
import json
import os
import re
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parent.parent
WORKFLOWS = ROOT / "integrations" / "n8n" / "test" / "workflows"
ASK, TOLD = "reviewhubask", "reviewhubtold"  # ids of the workflows there
CREDENTIAL = "reviewhub"  # the id that they name
PATIENCE = 120.0  # seconds until something that should happen counts as not happening
STOP_WITHIN = 30.0  # seconds; then a process is killed
# What n8n would fetch from its makers or tell them.
QUIET = {
    f"N8N_{name}": "false"
    for name in (
        *("DIAGNOSTICS_ENABLED", "VERSION_NOTIFICATIONS_ENABLED", "VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED"),
        *("TEMPLATES_ENABLED", "DYNAMIC_BANNERS_ENABLED", "HIRING_BANNER_ENABLED", "VERIFIED_PACKAGES_ENABLED"),
        *("LICENSE_AUTO_RENEW_ENABLED", "PERSONALIZATION_ENABLED"),
    )
} | {"N8N_DISABLED_MODULES": "mcp-registry"}


class Failed(Exception):
    """What did not happen, as a sentence."""


def expect(condition: Any, sentence: str) -> None:
    if not condition:
        raise Failed(sentence)


def until(found: Callable[[], Any], sentence: str) -> Any:
    """Return the first thing that `found` returns which is something. Raises Failed with the sentence."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with contextlib.suppress(requests.ConnectionError, requests.Timeout):
            if result := found():
                return result
        time.sleep(0.2)
    raise Failed(f"{sentence} That was waited for {PATIENCE:.0f} seconds.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def running(
    command: list[str | Path], environment: dict[str, str], folder: Path, log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command in a process group of its own, and end all of the group. What it says goes into the log."""
    with log.open("ab") as output:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=output, process_group=0)
    try:
        yield process
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_WITHIN)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


# --- ReviewHub ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ReviewHub:
    url: str
    key: str

    def read(self, path: str) -> Any:
        response = requests.get(
            f"{self.url}/api/v1/{path}", headers={"Authorization": f"Bearer {self.key}"}, timeout=PATIENCE
        )
        response.raise_for_status()
        return response.json()

    def webhooks(self) -> list[dict[str, Any]]:
        webhooks: list[dict[str, Any]] = self.read("hooks")["results"]
        return webhooks

    def answer(self, request: str, rating: int, text: str) -> None:
        """Do what the customer does: open the link of the message, and fill in the form."""
        path = f"review-requests/{request}"
        link = until(
            lambda: re.search(rf"{re.escape(self.url)}/r/[\w-]+", str(self.read(path)["messages"][0]["text"])),
            "ReviewHub sent no message with a link.",
        )[0]
        expect(requests.get(link, timeout=PATIENCE).ok, "The page of the customer does not open.")
        sent = requests.post(link, {"rating": rating, "text": text}, timeout=PATIENCE)
        expect(sent.ok, f"The page of the customer answered {sent.status_code} to feedback.")


@contextlib.contextmanager
def review_hub(folder: Path) -> Iterator[ReviewHub]:
    """An installation without providers, in whose own network webhooks may be called."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")} | {
        "REVIEWHUB_ENV_FILE": "",
        "DEBUG": "true",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "DATABASE_URL": f"sqlite:///{folder / 'reviewhub.sqlite3'}",
        "PORT": str(port),
        "PUBLIC_URL": url,
        "WEBHOOK_NETWORKS": "127.0.0.0/8",
        "PYTHONWARNINGS": "ignore",
    }
    manage = [sys.executable, "manage.py"]
    with running([*manage, "up"], environment, ROOT, folder / "reviewhub.log") as process:
        until(
            lambda: process.poll() is not None or "Ctrl-C ends it" in (folder / "reviewhub.log").read_text(),
            "ReviewHub does not start.",
        )
        expect(process.poll() is None, "ReviewHub ended at once.")
        done = subprocess.run(
            [*manage, "demo", "--json"], cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True
        )
        yield ReviewHub(url, json.loads(done.stdout)["api_key"])


# --- n8n ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class N8n:
    program: list[str | Path]
    folder: Path
    environment: dict[str, str]
    url: str

    @property
    def log(self) -> Path:
        return self.folder / "n8n.log"

    def run(self, *arguments: str) -> None:
        """Run one of its commands. Their exit codes tell nothing: what they should have done is looked at."""
        with self._running(*arguments) as process:
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                raise Failed(f"n8n {arguments[0]} did not end within {PATIENCE:.0f} seconds.") from None

    @contextlib.contextmanager
    def started(self) -> Iterator[None]:
        with self._running("start") as process:
            until(
                lambda: process.poll() is not None or requests.get(f"{self.url}/healthz/readiness", timeout=5).ok,
                "n8n does not start.",
            )
            expect(process.poll() is None, "n8n ended at once.")
            yield

    def _running(self, *arguments: str) -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
        # Not beside ReviewHub's `.env`, which n8n would read as its own.
        return running([*self.program, *arguments], self.environment, self.folder, self.log)

    def switch_off(self, workflow: str) -> None:
        """Switch a workflow off as its editor does, by somebody who signs up as its owner."""
        with requests.Session() as browser:
            browser.headers["browser-id"] = "trial"
            owner = {"email": "owner@example.com", "firstName": "Ann", "lastName": "Owner"}
            for path, body in (
                ("owner/setup", owner | {"password": f"A1{secrets.token_urlsafe(16)}"}),
                (f"workflows/{workflow}/deactivate", {}),
            ):
                done = browser.post(f"{self.url}/rest/{path}", json=body, timeout=PATIENCE)
                expect(done.ok, f"n8n answered {done.status_code} to {path}: {done.text[:200]}")

    def executions(self, workflow: str) -> list[dict[str, Any]]:
        """The executions of a workflow that ended, oldest first: for each node, the items that it gave on."""
        file = self.folder / ".n8n" / "database.sqlite"
        expect(file.exists(), "n8n made no database.")
        with contextlib.closing(sqlite3.connect(file, timeout=PATIENCE)) as database:
            rows = database.execute(
                "SELECT status, data FROM execution_entity JOIN execution_data ON executionId = id"
                " WHERE workflowId = ? AND stoppedAt IS NOT NULL ORDER BY id",
                [workflow],
            ).fetchall()
        for status, data in rows:
            result = unflatten(data)["resultData"]
            reason = result.get("error", {}).get("message", status)
            expect(status == "success", f"n8n ran the workflow {workflow}, and it failed: {reason}")
        return [
            {
                name: [item["json"] for item in runs[0]["data"]["main"][0]]
                for name, runs in unflatten(data)["resultData"]["runData"].items()
            }
            for _, data in rows
        ]


def unflatten(text: str) -> Any:
    """Read the form in which n8n keeps executions: a list of values, in which each string is a place in that list."""
    values = json.loads(text)

    def resolve(value: Any) -> Any:
        if isinstance(value, str):
            value = values[int(value)]
            return value if isinstance(value, str) else resolve_within(value)
        return value

    def resolve_within(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: resolve(part) for name, part in value.items()}
        return [resolve(part) for part in value] if isinstance(value, list) else value

    return resolve_within(values[0])


def version_of(installed: Path) -> str:
    version: str = json.loads((installed / "node_modules" / "n8n" / "package.json").read_text())["version"]
    return version


def fresh_n8n(installed: Path, package: Path, folder: Path) -> N8n:
    """An n8n that nobody has used yet, with the package among its nodes."""
    binaries = installed / "node_modules" / "node" / "bin"
    port, broker = free_port(), free_port()
    url = f"http://127.0.0.1:{port}"
    environment = QUIET | {
        "PATH": f"{binaries}:{os.environ['PATH']}",
        "HOME": str(folder),
        "N8N_USER_FOLDER": str(folder),
        "N8N_ENCRYPTION_KEY": secrets.token_urlsafe(32),
        "N8N_LISTEN_ADDRESS": "127.0.0.1",
        "N8N_PORT": str(port),
        "N8N_RUNNERS_BROKER_PORT": str(broker),
        "N8N_SECURE_COOKIE": "false",
        "WEBHOOK_URL": f"{url}/",
    }
    nodes = folder / ".n8n" / "nodes"
    nodes.mkdir(parents=True)
    # Else npm fetches a second n8n-workflow, which the nodes share with n8n.
    done = subprocess.run(["npm", "install", "--silent", "--legacy-peer-deps", package], cwd=nodes)
    expect(done.returncode == 0, "npm did not put the nodes into n8n's folder.")
    return N8n([binaries / "node", installed / "node_modules" / "n8n" / "bin" / "n8n"], folder, environment, url)


# --- The trial ---------------------------------------------------------------------------------------------


def ask(n8n: N8n, hub: ReviewHub, number: int) -> str:
    """Run the workflow that asks a customer and reads the request back, for the time `number`; return its id."""
    n8n.run("execute", f"--id={ASK}")
    executions = n8n.executions(ASK)
    expect(len(executions) == number, f"n8n ran the workflow that asks {len(executions)} times instead of {number}.")
    [[asked], [read]] = executions[-1]["Ask"], executions[-1]["Read"]
    known = hub.read(f"review-requests/{asked['id']}")
    for name in ("id", "contact_id", "contact_email", "external_id"):
        expect(asked[name] == read[name] == known[name], f"n8n and ReviewHub are not at one about {name}.")
    return str(asked["id"])


def hear(n8n: N8n, hub: ReviewHub, request: str, number: int) -> None:
    """Answer as the customer does; the workflow that this starts, for the time `number`, has it and reads on."""
    rating, words = number, f"What customer {number} says: ünïcode & <more>."
    hub.answer(request, rating, words)
    executions = until(
        lambda: len(found := n8n.executions(TOLD)) >= number and found, "The answer did not start n8n's workflow."
    )
    [[told], [read]] = executions[-1]["Answered"], executions[-1]["Read"]
    expect(told["type"] == "feedback.created", f"n8n was told of {told['type']}.")
    feedback = told["data"]["feedback"]
    expect((feedback["rating"], feedback["text"]) == (rating, words), "n8n has other feedback than was given.")
    expect((read["id"], read["status"]) == (request, "responded"), "n8n read another request, or one without answer.")


def trial(n8n: N8n, hub: ReviewHub) -> None:
    n8n.run("import:credentials", f"--input={credentials(n8n.folder, hub)}")
    n8n.run("import:workflow", "--separate", f"--input={WORKFLOWS}")
    request = ask(n8n, hub, 1)
    n8n.run("publish:workflow", f"--id={TOLD}")
    with n8n.started():
        [webhook] = until(hub.webhooks, "n8n made no webhook for the workflow that is switched on.")
        hear(n8n, hub, request, 1)
        forged = requests.post(webhook["url"], json={"type": "feedback.created", "data": {}}, timeout=PATIENCE)
        expect(forged.status_code == 401, f"n8n answered {forged.status_code} to a call that ReviewHub did not sign.")
    request = ask(n8n, hub, 2)
    with n8n.started():
        hear(n8n, hub, request, 2)
        expect([one["id"] for one in hub.webhooks()] == [webhook["id"]], "n8n made another webhook when it came back.")
        n8n.switch_off(TOLD)
        until(lambda: not hub.webhooks(), "n8n left its webhook behind when the workflow was switched off.")
    expect(len(n8n.executions(TOLD)) == 2, "n8n ran a workflow that nobody had started.")


def credentials(folder: Path, hub: ReviewHub) -> Path:
    file = folder / "credentials.json"
    data = {"baseUrl": f"{hub.url}/", "apiKey": hub.key}
    file.write_text(json.dumps([{"id": CREDENTIAL, "name": "ReviewHub", "type": "reviewHubApi", "data": data}]))
    return file


def leave(number: int, frame: Any) -> None:
    sys.exit(1)


def main(installed: str, package: str) -> int:
    signal.signal(signal.SIGTERM, leave)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            with review_hub(folder) as hub:
                n8n = fresh_n8n(Path(installed).resolve(), Path(package), folder)
                trial(n8n, hub)
        except (Failed, requests.RequestException) as problem:
            for log in folder.glob("*.log"):
                print(f"--- The end of {log.name}:", *log.read_text().splitlines()[-40:], sep="\n")
            print(problem, file=sys.stderr)
            return 1
    print(
        f"n8n {version_of(Path(installed))} ran its workflows four times: two asked a customer and read the request\n"
        "back, two were started by what the customer answered, one of them after n8n had started anew. It refused a\n"
        "forged call, and its webhook went when its workflow was switched off."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
