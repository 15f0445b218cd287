"""scale_trial.py: break one host after the other under load, and say what callers and customers saw.

`.ci/scale-trial` makes the hosts and runs this on the one called load, which stands for the proxy, the mail server and
the text provider too. Ends with 0, or with sentences and 1.
"""

import asyncio
import contextlib
import json
import logging
import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / ".ci")]
os.environ["DJANGO_SETTINGS_MODULE"] = "reviewhub.test_settings"
for name in ("DATABASE_URL", "REDIS_URL"):  # of the machine; the hosts have their own
    os.environ.pop(name, None)

import django  # noqa: E402

django.setup()

from scale_hosts import ADDRESSES, Hosts, hosts, wait_until  # noqa: E402

from reviews.tests.support.site import providers, reachable  # noqa: E402
from reviews.tests.upgrade.load import Answer, Load, Post  # noqa: E402
from reviews.tests.upgrade.released import KEYS  # noqa: E402

GOAL = 30.0  # seconds until all is as before
CALM = float(os.environ.get("SCALE_CALM", "15"))  # seconds between what is mended and the next fault
CUT = float(os.environ.get("SCALE_CUT", "150"))  # seconds that a worker is cut off: longer than its claims last
NOTICED = 3.0  # seconds until who watches the primary acts
PATIENCE = 180.0
WEBS, WORKERS = ("web1", "web2"), ("worker1", "worker2", "worker3")
SEND_SECONDS, THREADS = 1.0, 8
ON_THEIR_WAY = "SELECT count(*) FROM reviews_delivery WHERE status = 'sending'"
UNDER_WAY = (
    "SELECT count(*) FROM reviews_delivery WHERE status IN ('planned', 'sending') AND due_at < now() + interval '5 min'"
)
BEATS = "SELECT count(*) FROM reviews_workerbeat WHERE beat_at > now() - interval '1 min'"
IN_DOUBT = "SELECT count(*) FROM reviews_delivery WHERE status = 'unknown'"


class SlowPost(Post):
    """A mail server that takes its time, so that mails are on their way at each fault."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        await asyncio.sleep(SEND_SECONDS)
        return await super().handle_DATA(server, session, envelope)


@dataclass
class Fault:
    name: str
    began: float
    on_their_way: int
    ended: float = 0.0  # when the next one could begin

    def holds(self, answer: Answer) -> bool:
        """Return True for an answer that came meanwhile: a call that began before may fail by this fault."""
        return self.began <= answer.at < self.ended


def set_up(installation: Hosts) -> str:
    """Start everything on its host; return the API key of an account."""
    installation.make_primary()
    installation.make_standby()
    say("PostgreSQL streams to a synchronous standby")
    installation.start_redis()
    installation.start_pooler()
    installation.settings |= KEYS | {
        "DATABASE_URL": installation.pooler(),
        "PREPARED_STATEMENTS": "false",
        "REDIS_URL": f"redis://{ADDRESSES['redis']}:6379/0",
        "DEBUG": "false",
        "PUBLIC_URL": "http://127.0.0.1",
        "ALLOWED_HOSTS": ",".join(ADDRESSES[host] for host in WEBS),
        "BEHIND_PROXY": "true",
        "REVIEWHUB_ENV_FILE": "",
        "DJANGO_SETTINGS_MODULE": "reviewhub.settings",
        "WEB_CONCURRENCY": "1",
        "WORKERS": "1",
        "SEND_THREADS": str(THREADS),
        "API_RATE_PER_MINUTE": "0",
        "API_ACCOUNT_RATE_PER_MINUTE": "0",
        "PYTHONWARNINGS": "ignore",
    }
    installation.manage("migrate", "--verbosity", "0")
    key: str = json.loads(installation.manage("demo", "--json", "--force"))["api_key"]
    say("migrated")
    for host in WEBS:
        installation.start_web(host)
    for host in WORKERS:
        installation.start_worker(host)
    wait_until(lambda: all(reachable(url) for _, url in servers()), PATIENCE)
    say("two web servers answer, three workers are started")
    return key


def servers() -> list[tuple[str, str]]:
    return [(host, f"http://{ADDRESSES[host]}:8000") for host in WEBS]


class Trial:
    """The faults, one after the other."""

    def __init__(self, installation: Hosts, load: Load) -> None:
        self.installation, self.load = installation, load
        self.faults: list[Fault] = []
        self.wrong: list[str] = []

    @contextlib.contextmanager
    def fault(self, name: str) -> Iterator[None]:
        with self.installation.database() as connection:
            on_their_way = connection.execute(ON_THEIR_WAY).fetchone()[0]  # type: ignore[index]
        self.load.phase = name
        fault = Fault(name, time.monotonic(), on_their_way)
        self.faults.append(fault)
        yield
        time.sleep(CALM)
        fault.ended = time.monotonic()
        say(f"{name}: over")

    def restarted(self, host: str, start: Callable[[], None]) -> None:
        """Kill what runs on the host, and start it five seconds later."""
        self.installation.kill(host)
        time.sleep(5)
        start()

    def run(self) -> None:
        hosts_ = self.installation
        with self.fault("PgBouncer restarted"):
            hosts_.running.pop("pooler").terminate()
            time.sleep(1)
            hosts_.start_pooler()
        with self.fault("PgBouncer killed, 5 s away"):
            self.restarted("pooler", hosts_.start_pooler)
        with self.fault("Redis killed, 5 s away"):
            self.restarted("redis", hosts_.start_redis)
        with self.fault("Redis cut off, 15 s"):
            self.cut("redis", 15)
        with self.fault("one web host killed, 5 s away"):
            self.restarted("web1", lambda: hosts_.start_web("web1"))
        with self.fault("primary killed, standby promoted"):
            hosts_.kill(hosts_.primary)
            time.sleep(NOTICED)
            hosts_.fail_over()
        with self.fault("a new standby is made"):
            hosts_.make_standby()
        with self.fault("primary cut off, standby promoted"):
            old = hosts_.primary
            hosts_.cut_off(old)
            time.sleep(NOTICED)
            hosts_.fail_over()
        acknowledged = hosts_.old_primary_acknowledges(old)
        say(f"a write on the old primary, cut off, is {'ACKNOWLEDGED' if acknowledged else 'never acknowledged'}")
        self.wrong += ["the old primary acknowledged a write"] if acknowledged else []
        hosts_.kill(old)
        with self.fault(f"a worker host cut off, {CUT:.0f} s"):
            self.cut("worker1", CUT)

    def cut(self, host: str, seconds: float) -> None:
        self.installation.cut_off(host)
        time.sleep(seconds)
        self.installation.connect(host)


# --- What came of it ---------------------------------------------------------------------------------


def seconds_until_as_before(fault: Fault, load: Load, post: Post) -> float:
    """Return the seconds from the fault until a new ask was answered and its message came, with no bad answer since."""
    bad = [each.at for each in load.answers if fault.holds(each) and is_bad(each)]
    since = max([fault.began, *bad])
    came = {to: at for at, to, _ in reversed(list(post.came))}
    arrived = [came[ask.address] for ask in load.asks.values() if ask.at > since and ask.address in came]
    return min(arrived, default=float("inf")) - fault.began


def is_bad(answer: Answer) -> bool:
    return answer.status == 0 or answer.status >= 500


def table(trial: Trial, load: Load, post: Post) -> list[str]:
    twice_at = second_copies(post)
    lines = [
        "| fault | 503, all with Retry-After | no answer | other 5xx | calls failed for, s | as before after, s | "
        "on their way | mails twice |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for fault in trial.faults:
        own = [each for each in load.answers if fault.holds(each)]
        bad = [each for each in own if is_bad(each)]
        statuses = Counter(each.status for each in bad)
        bare = sum(1 for each in bad if each.status == 503 and not each.retry_after)
        span = max(each.at for each in bad) - min(each.at - each.seconds for each in bad) if bad else 0
        seconds = seconds_until_as_before(fault, load, post)
        twice = sum(1 for at in twice_at if fault.began <= at < fault.ended)
        others = sum(count for status, count in statuses.items() if status not in (0, 503))
        lines.append(
            f"| {fault.name} | {statuses[503]}{f', {bare} WITHOUT' if bare else ''} | {statuses[0]} | {others} | "
            f"{span:.1f} | {seconds:.1f} | {fault.on_their_way} | {twice} |"
        )
        trial.wrong += [f"{fault.name}: {bare} answers of 503 without Retry-After"] if bare else []
        trial.wrong += [f"{fault.name}: {others} answers of 5xx other than 503"] if others else []
        trial.wrong += [f"{fault.name}: as before only after {seconds:.1f} s"] if seconds > GOAL else []
        # What else is on its way begins between the count and the fault: at most what the threads hold.
        most = len(WORKERS) * THREADS
        trial.wrong += [f"{fault.name}: {twice} mails came twice"] if twice > most else []
    return lines


def second_copies(post: Post) -> list[float]:
    """Return when each mail came that had come before."""
    seen, times = set[str](), []
    for at, _, key in post.came:
        if key in seen:
            times.append(at)
        seen.add(key)
    return times


def verdict(trial: Trial, load: Load, post: Post, texts: list[dict[str, str]]) -> None:
    """Print the figures of the whole, and note what should not be."""
    wrong = trial.wrong
    with trial.installation.database() as connection:
        rows = {str(row[0]) for row in connection.execute("SELECT id FROM reviews_reviewrequest")}
        numbers = [connection.execute(query).fetchone()[0] for query in (UNDER_WAY, IN_DOUBT, BEATS)]  # type: ignore[index]
        stuck, doubt, workers = numbers
    lost = [name for name, ask in load.asks.items() if ask.id not in rows]
    repeated_texts = [number for number, times in Counter(text["To"] for text in texts).items() if times > 1]
    came = {to for _, to, _ in post.came} | {text["To"] for text in texts}
    unsent = [ask.address for ask in load.asks.values() if ask.address not in came]
    late = [to for at, to, _ in post.came if at > load.opted_out.get(to, at)]
    unheeded = [address for address, again in load.asked_again.items() if again.status != "suppressed"]
    print(
        f"{len(load.asks):,} asks answered, {len(load.asks) - len(lost):,} of them found; "
        f"{len(post.came):,} mails and {len(texts):,} texts came; texts twice: {len(repeated_texts)}; "
        f"mails twice: {len(second_copies(post))}; answered asks without a message: {len(unsent)}, "
        f"messages in doubt: {doubt}, still under way: {stuck}; opt-outs: {len(load.opted_out)}, not obeyed: "
        f"{len(late) + len(unheeded)}; callers that gave up: {len(load.faults)}"
    )
    wrong += [f"the ask {name} was answered and is in no row" for name in lost]
    wrong += [f"{number} got its text twice" for number in repeated_texts]
    wrong += [f"{address} opted out and was written to or asked again" for address in late + unheeded]
    wrong += [f"{len(unsent)} answered asks have no message, {doubt} are in doubt"] if len(unsent) > doubt else []
    print(f"workers at work: {workers} of {len(WORKERS)}")
    wrong += [] if workers == len(WORKERS) else [f"{workers} workers are at work"]
    wrong += [f"{stuck} messages are stuck"] if stuck else []
    wrong += [f"a caller gave up: {fault}" for fault in load.faults]


def try_out(installation: Hosts) -> list[str]:
    post, texts = SlowPost(), list[dict[str, str]]()
    with providers(post, texts, ADDRESSES["load"]) as installation.settings:
        key = set_up(installation)
        load = Load(servers(), [key], post, ["/healthz"])
        trial = Trial(installation, load)
        load.phase = "before"
        load.start()
        try:
            wait_until(lambda: len(post.came) > 20, PATIENCE)
            say("the load is on, mails come")
            trial.run()
        finally:
            load.stop()
        with contextlib.suppress(TimeoutError), installation.database() as connection:
            wait_until(lambda: connection.execute(UNDER_WAY).fetchone()[0] == 0, PATIENCE)  # type: ignore[index]
        for line in [*table(trial, load, post), *load.table()]:
            print(line)
        verdict(trial, load, post, texts)
    return trial.wrong


def say(words: str) -> None:
    print(f"{time.monotonic() - BEGAN:5.0f} s  {words}", flush=True)


BEGAN = time.monotonic()

if __name__ == "__main__":
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # a line for each text
    with hosts() as made:
        try:
            problems = try_out(made)
        finally:
            if kept := os.environ.get("SCALE_LOGS"):
                Path(kept).mkdir(parents=True, exist_ok=True)
                for log in made.folder.glob("*.log"):
                    shutil.copy(log, kept)
    for problem in problems[:40]:
        print(f"WRONG: {problem}")
    if problems:
        sys.exit(f"More than one machine: {len(problems)} faults.")
    print("More than one machine: nothing was lost, no text came twice.")
