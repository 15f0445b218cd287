"""History of an account that never was: weeks of invented customers, by the real engine, as rows to be copied.

It runs in the tables of a process of its own, as every simulation does, and ends at the present moment: what is planned
then is still to come. The same seed and moment make the same people, words and times.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.core import serializers
from django.db import models

from oauth.models import Account
from reviews.delivery import states
from reviews.delivery.channels import Accepted, Message
from reviews.models import (
    Contact,
    Delivery,
    DeliveryEvent,
    Event,
    Feedback,
    InboxItem,
    ReviewRequest,
    Sequence,
    Suppression,
)
from reviews.models.base import Channel
from reviews.pages import actions
from reviews.requests.ask import Ask, ask
from reviews.requests.matching import Person
from reviews.simulation.people import AREA_CODES, AT_HOME, BOTH, MAIL_ONLY
from reviews.simulation.plan import Plan, Rates
from reviews.simulation.provider import CLICK, HALF, OPT_OUT, REPLY, Provider, Reaction
from reviews.simulation.voices import voice_of
from reviews.simulation.world import World

# In the order in which their rows can be written again.
COPIED: list[type[models.Model]] = [
    *(Contact, ReviewRequest, Delivery, Feedback, Suppression),
    *(DeliveryEvent, InboxItem, Event),
]
DAYS = 60
RATES = Rates(delivery=0.98, bounce=0.03, click=0.16, reply=0.1, opt_out=0.02)
OPEN, FEEDBACK = "open", "feedback"
OPENED = 0.3  # share of the seen messages whose page is opened, by who does no more
STARS = (5, 4, 5, 2, 5, 3, 5, 1, 4, 5)  # of one feedback after the other, and so on
NUMBERS_OF_A_CODE = 100  # 555-0100 to 555-0199 belong to nobody
BY_STAFF, BY_IMPORT = 0.35, 0.55  # up to here asked by staff, by an import; above by a program


class History(World):
    """A world that ends now, and whose customers open pages, give stars, and speak the account's language."""

    @classmethod
    def of(
        cls, account: Account, sequence: Sequence, job: dict[str, Any], progress: Callable[[dict[str, Any]], None]
    ) -> "History":
        """Make the world of a job, and let it run. `job`: see `reviews.simulation.examples`."""
        now = datetime.fromisoformat(job["now"])
        start = now.replace(second=0, microsecond=0) - timedelta(days=DAYS)
        plan = Plan(start=start, days=DAYS + 1, contacts=job["customers"], seed=job["seed"], rates=RATES)
        history = cls(account, sequence, plan, progress)
        history.until, history.job, history.counts = now, job, Counter()
        history.people = invent(account, plan, set(job["taken"]))
        history.provider = Readers(plan, history)
        history.worker = type(history.worker)(history.provider.channel)
        history.run()
        history._report_deliveries()
        return history

    until: datetime
    job: dict[str, Any]
    counts: Counter[str]

    @property
    def end(self) -> datetime:
        return self.until

    def rows(self) -> str:
        """Return the rows of all tables as JSON."""
        text: str = serializers.serialize("json", [row for model in COPIED for row in model._default_manager.all()])
        return text

    def _ask(self, who: int) -> None:
        share = Random(f"{self.plan.seed}/{who}/source").random()  # noqa: S311 (repeatable, keeps no secret)
        source, by, using = ReviewRequest.Source.API, None, self.job["key"]
        if share < BY_IMPORT:
            source = ReviewRequest.Source.STAFF if share < BY_STAFF else ReviewRequest.Source.IMPORT
            by, using = self.job["user"], ""
        wanted = Ask(person=self.people[who], sequence=str(self.sequence.pk), source=source, by=by, using=using)
        ask(account=self.account, wanted=wanted, now=self.now)

    def _apply(self, reaction: Reaction) -> None:
        message = Delivery.objects.select_related("account", "request__contact").get(message_key=reaction.key)
        voice = voice_of(self.account.language)
        if reaction.what == OPEN:
            actions.record_seen(delivery=message, now=self.now)
        elif reaction.what == CLICK:
            super()._apply(reaction)
        elif message.channel == Channel.SMS:
            words = voice.stops if reaction.what == OPT_OUT else voice.replies
            self._text_back(message, words[self._next(reaction.what) % len(words)])
        elif reaction.what == REPLY:
            stars = STARS[self._next(FEEDBACK) % len(STARS)]
            words = voice.feedback[stars]
            which = self._next(f"{stars} stars")  # each is said once; who comes later gives stars alone
            actions.record_seen(delivery=message, now=self.now)
            text = words[which] if which < len(words) else ""
            actions.record_feedback(delivery=message, rating=stars, text=text, now=self.now)
        else:
            super()._apply(reaction)

    def _next(self, kind: str) -> int:
        """Count what customers do: 0 the first time, and so on."""
        self.counts[kind] += 1
        return self.counts[kind] - 1

    def _report_deliveries(self) -> None:
        """Let texts have arrived that were seen: their provider reports that, where a mail server does not."""
        texts = Delivery.objects.filter(channel=Channel.SMS, status=Delivery.Status.SENT)
        for message in texts.filter(message_key__in=self.provider.seen):
            states.change(message, Delivery.Status.DELIVERED, by=Delivery.Mover.PROVIDER)


class Readers(Provider):
    """Provider whose readers also open a page and do no more."""

    def __init__(self, plan: Plan, history: History) -> None:
        super().__init__(plan, history.clock, history.expect)

    def take(self, channel: str, message: Message) -> Accepted:
        accepted = super().take(channel, message)
        random = self._random(f"{message.to}/{self._received[message.to]}/open")
        if message.key in self.seen and random.random() < OPENED:
            minutes = max(1, round(random.lognormvariate(0, 1) * HALF[channel]))
            self._react(Reaction(self._clock() + timedelta(minutes=minutes), message.key, OPEN, random.random()))
        return accepted


def invent(account: Account, plan: Plan, taken: set[str]) -> list[Person]:
    """Invent the customers of a practice, at addresses that belong to nobody; none has one that is `taken`."""
    random = Random(f"{plan.seed}/examples")  # noqa: S311 (repeatable, keeps no secret)
    voice = voice_of(account.language)
    first_names, last_names = voice.first_names.split(), voice.last_names.split()
    used: Counter[str] = Counter()
    people: list[Person] = []
    while len(people) < plan.contacts:
        first, last = random.choice(first_names), random.choice(last_names)
        email = _email(first, last, used)
        phone, zone = _phone(account, random, used)
        share = random.random()
        if {email, phone} & taken:
            continue
        people.append(
            Person(
                first_name=first,
                last_name=last,
                email=email if share < MAIL_ONLY else "",
                phone=phone if share < BOTH or share >= MAIL_ONLY else "",
                time_zone=zone,
            )
        )
    return people


PLAIN = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "é": "e", "è": "e", "ë": "e", "ç": "c", "ñ": "n"}
    | dict(zip("áàâíìîïóòôúùûÁÉÍÓÚ", "aaaiiiiooouuuaeiou", strict=True))
)


def _email(first: str, last: str, used: Counter[str]) -> str:
    name = f"{first}.{last}".lower().translate(PLAIN).encode("ascii", "ignore").decode()
    used[name] += 1
    return f"{name}{used[name] if used[name] > 1 else ''}@example.com"


def _phone(account: Account, random: Random, used: Counter[str]) -> tuple[str, str]:
    """Return a number that belongs to nobody, and its owner's time zone: the account's own, outside North America."""
    is_there = account.country in ("US", "CA")
    at_home = [code for code, zone in AREA_CODES if zone == account.time_zone]
    codes = at_home if at_home and random.random() < AT_HOME else [code for code, _zone in AREA_CODES]
    code = min(codes, key=lambda each: (used[each] >= NUMBERS_OF_A_CODE, random.random()))
    number = 100 + used[code] % NUMBERS_OF_A_CODE
    used[code] += 1
    return f"+1{code}5550{number}", "" if is_there else account.time_zone
