"""What else drains a queue of mails, and how each is run: in its usual setting, or in one that its name tells."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench.common import ROOT

HERE = ROOT / "bench"
PEER_BIN = HERE / ".venv" / "bin"
PYTHON = str(PEER_BIN / "python")
NODE_MODULES = HERE / "node_modules" / "nodemailer"


@dataclass(frozen=True)
class Peer:
    """A library and its worker's commands, in which `{count}`, `{tag}`, `{folder}` and Redis' `{url}` are filled in."""

    name: str
    commands: list[list[str]]
    put_with: list[str] | None = None  # the command that fills its queue
    extra: Mapping[str, str] = field(default_factory=dict)
    most: int = 10_000  # mails a round, for those that would need minutes
    clear: tuple[str, ...] = ()  # statements that empty its tables

    def environment(self, given: Mapping[str, str], port: int) -> dict[str, str]:
        return os.environ | given | {"PYTHONPATH": str(ROOT), "BENCH_SMTP_PORT": str(port)} | self.extra

    def put(self, environment: dict[str, str], count: int, tag: str) -> None:
        if self.put_with:
            run([*self.put_with, str(count), tag], environment)


def run(command: list[str], environment: Mapping[str, str]) -> None:
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{(done.stdout + done.stderr)[-500:]}")


def prepare(given: Mapping[str, str]) -> None:
    """Make the tables of those that queue in PostgreSQL."""
    environment = os.environ | given | {"PYTHONPATH": str(ROOT)}
    if installed():
        settings = {"DJANGO_SETTINGS_MODULE": "bench.peers.django_settings"}
        run([PYTHON, "-m", "django", "migrate", "-v0"], environment | settings)
        run([*PROCRASTINATE, "schema", "--apply"], environment)


def installed() -> bool:
    """Whether the Python libraries are there."""
    return Path(PYTHON).exists()


def missing() -> list[str]:
    """Who is not measured, and why."""
    reasons = []
    if not installed():
        reasons.append("the Python libraries: `make bench` installs them into bench/.venv")
    if not shutil.which("node"):
        reasons.append("BullMQ and graphile-worker: there is no Node.js here")
    elif not NODE_MODULES.exists():
        reasons.append("BullMQ and graphile-worker: `make bench` installs them into bench/node_modules")
    return reasons


PROCRASTINATE = [str(PEER_BIN / "procrastinate"), "--app=bench.peers.procrastinate_app.app"]


def peers(*, processes: int, threads: int, slow: bool) -> list[Peer]:
    """Everybody who is installed. `slow`: the provider takes its time, so one process with threads for it."""
    found = []
    if installed():
        found += [
            *raw([threads] if slow else [1, 4]),
            *in_django(processes, threads, slow=slow),
            *in_python(processes, threads, slow=slow),
        ]
    if shutil.which("node") and NODE_MODULES.exists():
        found += in_node(processes, threads)
    only = os.environ.get("BENCH_PEERS")
    return [peer for peer in found if not only or only.lower() in peer.name.lower()]


def raw(counts: list[int]) -> list[Peer]:
    return [
        Peer(
            f"the limit: smtplib, {count} connection{'s' if count > 1 else ''}",
            [[PYTHON, "-m", "bench.peers.raw", str(count), "{count}", "{tag}"]],
        )
        for count in counts
    ]


def in_django(processes: int, threads: int, *, slow: bool) -> list[Peer]:
    settings = {"DJANGO_SETTINGS_MODULE": "bench.peers.django_settings"}
    send = [PYTHON, "-m", "django", "send_queued_mail", "--processes", str(processes), "--lockfile"]
    own_threads = {"BENCH_THREADS": str(threads)} if slow else {}
    clear = ("TRUNCATE post_office_email CASCADE",)
    return [
        Peer(
            name,
            [[*send, "{folder}/{tag}"]],
            put("post_office_app"),
            settings | own_threads | batch,
            clear=clear,
        )
        for name, batch in (
            ("django-post_office, batches of 1,000", {"BENCH_BATCH": "1000"}),
            ("django-post_office, default", {}),
        )
    ] + [
        Peer(
            "django-mailer",
            [[PYTHON, "-m", "django", "send_mail"]],
            put("mailer_app"),
            settings,
            most=4000,
            clear=("TRUNCATE mailer_message, mailer_messagelog",),
        )
    ]


def in_python(processes: int, threads: int, *, slow: bool) -> list[Peer]:
    celery = [str(PEER_BIN / "celery"), "-A", "bench.peers.celery_app", "worker", "-l", "CRITICAL"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    pool = ["-P", "threads", "-c", str(threads)] if slow else ["-c", str(processes)]
    huey = ["-k", "thread", "-w", str(threads)] if slow else ["-k", "process", "-w", str(processes)]
    jobs = threads if slow else processes  # RQ runs one job in a process
    dramatiq = ["-p", str(processes), "-t", str(threads)]
    found = [
        Peer("Celery, Redis, tuned", [[*celery, *quiet, *pool]], put("celery_app"), {"BENCH_TUNED": "1"}, 5000),
        Peer(
            "Dramatiq, Redis",
            [[str(PEER_BIN / "dramatiq"), "bench.peers.dramatiq_app", *dramatiq]],
            put("dramatiq_app"),
        ),
        Peer(
            "Huey, Redis",
            [[str(PEER_BIN / "huey_consumer"), "bench.peers.huey_app.huey", "-q", *huey]],
            put("huey_app"),
        ),
        Peer(
            "RQ, Redis",
            [[str(PEER_BIN / "rq"), "worker-pool", "bench", "-q", "-n", str(jobs), "--url", "{url}"]],
            put("rq_app"),
            most=1000,
        ),
        Peer(
            "Procrastinate, PostgreSQL",
            [[*PROCRASTINATE, "worker", f"--concurrency={threads}"]] * processes,
            put("procrastinate_app"),
            most=4000,
            clear=("TRUNCATE procrastinate_jobs CASCADE",),
        ),
    ]
    if not slow:
        found.insert(1, Peer("Celery, Redis, default", [[*celery, *pool]], put("celery_app"), most=5000))
    return found


def in_node(processes: int, threads: int) -> list[Peer]:
    found = []
    for name, script, clear in (
        ("BullMQ, nodemailer", "bullmq.mjs", ()),
        ("graphile-worker, nodemailer", "graphile.mjs", ("TRUNCATE graphile_worker._private_jobs",)),
    ):
        command = ["node", str(HERE / "peers" / script)]
        found.append(
            Peer(
                name,
                [[*command, "work"]] * processes,
                [*command, "put"],
                {"BENCH_THREADS": str(threads)},
                clear=clear,
            )
        )
    return found


def put(module: str) -> list[str]:
    return [PYTHON, "-m", "bench.peers.put", module]
