"""Load of programs and customers: they ask, read lists, open links, say a word, opt out; each answer is kept."""

import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

import requests

from reviews.tests.support.mail import Inbox
from reviews.tests.support.site import zone_where_it_is_noon

EVERY = 0.05  # seconds between two asks, and between two readings
AGAIN_AFTER, TRIES = 0.5, 60
LISTS = ("review-requests", "contacts", "feedback", "suppressions")
LINK = re.compile(r"https?://[^/]+(/r/[A-Za-z0-9_-]+)")
OUT = {"List-Unsubscribe": "One-Click"}


@dataclass(frozen=True)
class Answer:
    phase: str
    server: str
    what: str
    status: int  # 0 where no answer came
    seconds: float
    retry_after: str = ""
    at: float = field(default_factory=time.monotonic)  # when it came


@dataclass
class Ask:
    """An ask that was answered with 2xx."""

    address: str
    id: str
    status: str
    replayed: str = ""  # the id that the other server answered the same call with
    at: float = field(default_factory=time.monotonic)  # when it was answered


class Post(Inbox):
    """The mail server's memory: for each mail when it came, to whom, and its link."""

    def __init__(self) -> None:
        super().__init__()
        self.came: list[tuple[float, str, str]] = []  # when, to whom, Message-ID
        self.links: dict[str, str] = {}  # by recipient

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        answer = await super().handle_DATA(server, session, envelope)
        mail: EmailMessage = self.mails.pop()
        to = str(mail["To"])
        if found := LINK.search(str(mail["List-Unsubscribe"])):
            self.links[to] = found[1]
        self.came.append((time.monotonic(), to, str(mail["Message-ID"])))
        return answer


@dataclass
class Load:
    """Two threads at work on `servers` by turns (name and address); `phase` names what goes on meanwhile."""

    servers: list[tuple[str, str]]
    keys: list[str]
    post: Post
    old_links: list[str]
    phase: str = ""
    answers: list[Answer] = field(default_factory=list)
    asks: dict[str, Ask] = field(default_factory=dict)  # by external id
    opted_out: dict[str, float] = field(default_factory=dict)  # when the press was answered, by address
    asked_again: dict[str, Ask] = field(default_factory=dict)  # after an opt-out, by address
    spoken: set[str] = field(default_factory=set)  # addresses that left feedback
    faults: list[str] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        for work in (self._ask, self._visit):
            self._threads.append(threading.Thread(target=self._repeat, args=[work]))
            self._threads[-1].start()

    def stop(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _repeat(self, work: Callable[[int], None]) -> None:
        number = 0
        while not self._over.wait(EVERY):
            try:
                work(number)
            except Exception as error:  # the other thread goes on; all are shown at the end
                self.faults.append(f"{work.__name__} {number}: {error!r}")
            number += 1

    # --- What they do ------------------------------------------------------------------------------

    def _ask(self, number: int) -> None:
        """Ask by mail, every fourth time by text; every tenth call is repeated at the other server, as a proxy may."""
        name = f"load-{number}"
        way = (
            {"mobile_phone_number": f"+1212{2_000_000 + number}"}
            if number % 4 == 3
            else {"email": f"{name}@load.example"}
        )
        ask = self._ask_for(name, way, number)
        if number % 10 == 0:
            ask.replayed = self._ask_for(name, way, number, turn=number + 1).id
        self.asks[name] = ask

    def _ask_for(self, name: str, way: dict[str, str], number: int, turn: int | None = None) -> Ask:
        body = {"first_name": "Jane", "delay_hours": 0, "external_id": name, "time_zone": zone_where_it_is_noon()} | way
        answer = self.call("ask", "POST", "/api/v1/review-requests", number, turn=turn, json=body, name=name)
        if answer.status_code not in (200, 201):
            raise AssertionError(f"{answer.status_code}: {answer.text[:300]}")
        given = answer.json()
        return Ask(next(iter(way.values())), given["id"], given["status"])

    def _visit(self, number: int) -> None:
        links = list(self.post.links.items())
        if number % 3 == 0:
            self.call("list", "GET", f"/api/v1/{LISTS[number // 3 % len(LISTS)]}", number)
        elif number % 3 == 1 or not links:
            link = random.choice([random.choice(self.old_links), *(link for _, link in links[-50:])])  # noqa: S311
            self.call("page", "GET", link, number)
        elif number % 4 == 2:
            self._opt_out(*links[number * 7 % len(links)], number)
        else:
            address, link = links[number * 5 % len(links)]
            self.call("feedback", "POST", link, number, data={"rating": "5", "text": f"Thank you, {number}."})
            self.spoken.add(address)

    def _opt_out(self, address: str, link: str, number: int) -> None:
        """Press the button of the mail program; then a program asks the same customer again."""
        if address in self.opted_out or address in self.asked_again:
            return
        self.call("opt-out", "POST", f"{link}/unsubscribe", number, data=OUT)
        self.opted_out[address] = time.monotonic()
        account = int(address.removeprefix("load-").partition("@")[0])  # the same business
        again = self._ask_for(f"again-{number}", {"email": address}, account, turn=number)
        self.asked_again[address] = again

    # --- How they call -----------------------------------------------------------------------------

    def call(
        self, what: str, method: str, path: str, number: int, *, turn: int | None = None, name: str = "", **given: Any
    ) -> requests.Response:
        """Call one of the servers; where none answers, or it says so (503), again, as programs do."""
        headers = {"X-Forwarded-For": f"203.0.113.{random.randrange(1, 255)}"}  # noqa: S311
        if path.startswith("/api/"):
            headers |= {"Authorization": f"Bearer {self.keys[number % len(self.keys)]}"}
        if name:
            headers |= {"Idempotency-Key": name}
        for attempt in range(TRIES):
            server, url = self.servers[((number if turn is None else turn) + attempt) % len(self.servers)]
            began, phase = time.monotonic(), self.phase
            try:
                answer = requests.request(method, url + path, headers=headers, timeout=60, **given)
            except requests.RequestException as error:
                self.answers.append(Answer(phase, server, what, 0, time.monotonic() - began, type(error).__name__))
            else:
                retry_after = answer.headers.get("Retry-After", "")
                took = time.monotonic() - began
                self.answers.append(Answer(phase, server, what, answer.status_code, took, retry_after))
                if answer.status_code not in (409, 429, 500, 502, 503):
                    return answer
            if self._over.wait(AGAIN_AFTER):
                break
        raise AssertionError(f"{what} {path} was not answered in {attempt + 1} tries")

    def table(self) -> list[str]:
        """Return a line for each phase: how many answers of which status, the longest and the usual time."""
        lines = []
        for phase in dict.fromkeys(answer.phase for answer in self.answers):
            own = [answer for answer in self.answers if answer.phase == phase]
            times = sorted(answer.seconds for answer in own)
            statuses = Counter(f"{answer.status or 'none'} {answer.server}" for answer in own)
            counted = ", ".join(f"{status}: {number:,}" for status, number in sorted(statuses.items()))
            half, most = times[len(times) // 2], times[int(len(times) * 0.99)]
            lines.append(
                f"{phase}: {counted}; half within {half:.3f} s, 99 % within {most:.3f} s, longest {times[-1]:.3f} s"
            )
        return lines

    # --- What came of it ---------------------------------------------------------------------------

    def faults_seen(self, numbers: list[str]) -> list[str]:
        """Return what should not be, as sentences; `numbers`: to which texts came."""
        wrong = [f"a caller gave up: {fault}" for fault in self.faults]
        for one in self.answers:
            if one.status == 0 or (one.status >= 500 and not (one.status == 503 and one.retry_after)):
                wrong.append(
                    f"{one.phase}: {one.what} was answered with {one.status} by {one.server} {one.retry_after}"
                )
        came = Counter([to for _, to, _ in self.post.came] + numbers)
        for name, ask in self.asks.items():
            if came[ask.address] != 1:
                wrong.append(f"{ask.address} got {came[ask.address]} messages")
            if ask.replayed not in ("", ask.id):
                wrong.append(f"the ask {name}, repeated, became another")
        keys = Counter(key for _, _, key in self.post.came)
        wrong += [f"the Message-ID {key} came {number} times" for key, number in keys.items() if number > 1]
        for address, again in self.asked_again.items():
            if again.status != "suppressed":
                wrong.append(f"{address} opted out, and was asked again: {again.status}")
        late = [to for at, to, _ in self.post.came if at > self.opted_out.get(to, at)]
        return wrong + [f"{address} got a mail after the opt-out" for address in late]

    def counts(self) -> str:
        repeated = sum(1 for ask in self.asks.values() if ask.replayed)
        keys = {key for _, _, key in self.post.came}
        return (
            f"{len(self.asks):,} asks, {repeated:,} of them repeated at the other server; {len(self.spoken):,} "
            f"customers left feedback; {len(self.opted_out):,} opted out, {len(self.asked_again):,} of them "
            f"were asked again; {len(self.post.came):,} mails with {len(keys):,} Message-IDs came"
        )
