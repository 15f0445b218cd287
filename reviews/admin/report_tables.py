"""The tables of a report, in words: what a page shows and a file holds of each."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from oauth.models import Account, ApiKey, Application, User
from reviews.admin.badges import word_of_status
from reviews.admin.report_cells import Cell, Row, Table
from reviews.admin.sequence_words import step_name
from reviews.insights.changes import Share, change_in_percent, change_in_points
from reviews.insights.charts import span_name
from reviews.insights.reports import Customers, Messages, Numbers, Scope, Source
from reviews.models import FollowUpStep, ReviewRequest, ReviewSite, Sequence, Suppression
from reviews.models.base import Channel
from reviews.models.provider_codes import explain

K = TypeVar("K")


@dataclass(frozen=True)
class Stage:
    """One stage of the funnel: customers, the share of those asked, and both against the period before.

    `words` stand in place of the numbers that nobody reports.
    """

    name: str
    count: int = 0
    before: int = 0
    share: Share | None = None
    share_before: Share | None = None
    words: str = ""

    @property
    def change(self) -> str:
        """The change of the share; of the first stage, which has none, of the number."""
        if self.share and self.share_before:
            return change_in_points(self.share, self.share_before)
        return change_in_percent(self.count, self.before)


# --- The funnel ----------------------------------------------------------------------------------------


def funnel(numbers: Numbers) -> list[Stage]:
    """Return the stages in their order; arrivals for each channel that messages left on."""
    now, before = numbers.customers, numbers.before
    stages = [Stage(_("Asked"), now.asked, before.asked)]
    for channel, reached, arrived in (
        (Channel.EMAIL, "mailed", "mail_arrived"),
        (Channel.SMS, "texted", "text_arrived"),
    ):
        if not getattr(now, reached):
            continue
        name = _("Arrived by e-mail") if channel is Channel.EMAIL else _("Arrived by text message")
        if getattr(now, arrived):
            stages.append(_stage(name, numbers, arrived, of=reached))
        else:
            stages.append(Stage(name, words=unreported(channel)))
    stages += [
        _stage(_("Opened the page"), numbers, "opened"),
        _stage(_("Pressed a review site"), numbers, "pressed"),
        _stage(_("Answered in words or stars"), numbers, "answered"),
        _stage(_("Pressed or answered"), numbers, "responded"),
    ]
    return stages


def _stage(name: str, numbers: Numbers, which: str, of: str = "asked") -> Stage:
    now, before = (
        Share(getattr(customers, which), getattr(customers, of)) for customers in (numbers.customers, numbers.before)
    )
    return Stage(name, now.count, before.count, now, before)


def unreported(channel: str) -> str:
    """Say why it is not known which messages of the channel arrived."""
    if settings.SANDBOX:
        return _("Nothing leaves the sandbox, so no delivery is reported.")
    if channel == Channel.SMS:
        return _("No delivery was reported by your provider of text messages.")
    if settings.EMAIL_BACKEND.startswith("anymail."):
        return _("No delivery was reported by your mail provider.")
    return _("Your mail server does not report deliveries.")


def funnel_table(numbers: Numbers) -> Table:
    """Return the funnel as a table, for its file."""
    rows = [
        Row(
            stage.name,
            [Cell(words=stage.words), Cell()]
            if stage.words
            else [Cell(stage.count, stage.share), Cell(stage.before, stage.share_before)],
        )
        for stage in funnel(numbers)
    ]
    columns = [_("This period"), _("The period before")]
    return Table("funnel", _("How far they came"), _("Stage"), columns, rows, shares=frozenset({0, 1}))


# --- Customers by something ----------------------------------------------------------------------------


def _customers(row: Customers) -> list[Cell]:
    return [
        Cell(row.asked),
        *(Cell(count, Share(count, row.asked)) for count in (row.opened, row.pressed, row.answered)),
    ]


def _by(key: str, title: str, first: str, rows: Iterable[Row], note: str = "") -> Table:
    columns = [_("Asked"), _("Opened"), _("Pressed"), _("Answered")]
    return Table(key, title, first, columns, list(rows), note, frozenset({1, 2, 3}))


def _most_first(groups: Mapping[K, Customers]) -> list[tuple[K, Customers]]:
    return sorted(groups.items(), key=lambda item: -item[1].asked)


def parts_of(scope: Scope, numbers: Numbers) -> list[tuple[str, Customers]]:
    """Return name and numbers of each day of the period; of each week when there are many."""
    parts = []
    for part in scope.period.parts:
        total = Customers()
        for day, customers in numbers.by_day.items():
            if part.first <= day <= part.last:
                total.add(customers)
        parts.append((span_name(part.first, part.last), total))
    return parts


def day_table(scope: Scope, numbers: Numbers) -> Table:
    rows = [Row(name, _customers(customers)) for name, customers in parts_of(scope, numbers)]
    return _by("days", _("Day by day"), _("Day"), rows)


def sequence_table(numbers: Numbers) -> Table:
    names = dict(Sequence.objects.filter(pk__in=numbers.by_sequence).values_list("pk", "name"))
    rows = [Row(names.get(pk, str(pk)), _customers(group)) for pk, group in _most_first(numbers.by_sequence)]
    return _by("sequences", _("By sequence"), _("Sequence"), rows)


def source_table(numbers: Numbers) -> Table:
    name_of = _names_of_programs(numbers.by_source)
    rows = [Row(name_of(source), _customers(group)) for source, group in _most_first(numbers.by_source)]
    if numbers.from_print:
        empty = Cell(words="–")
        rows.append(Row(_("Printed code"), [empty, empty, empty, Cell(numbers.from_print)]))
    return _by("sources", _("By source"), _("Source"), rows)


def _names_of_programs(sources: Iterable[Source]) -> Callable[[Source], str]:
    """Return a function that names a source; two statements at most."""
    used = [source.using.partition(":")[::2] for source in sources if source.using]
    keys = [key for kind, key in used if kind == "api_key"]
    apps = [key for kind, key in used if kind == "app"]
    names = {f"api_key:{pk}": name for pk, name in ApiKey.objects.filter(pk__in=keys).values_list("pk", "name")}
    names |= {f"app:{pk}": name for pk, name in Application.objects.filter(pk__in=apps).values_list("pk", "name")}

    def name_of(source: Source) -> str:
        if source.source == ReviewRequest.Source.IMPORT:
            return _("Import")
        if source.source == ReviewRequest.Source.STAFF:
            return _("Back-office")
        if not source.using:
            return _("API, key or app not recorded")
        is_app = source.using.startswith("app:")
        if name := names.get(source.using):
            return (_("App “%(name)s”") if is_app else _("API key “%(name)s”")) % {"name": name}
        return _("An app that was deleted") if is_app else _("An API key that was deleted")

    return name_of


def member_table(numbers: Numbers) -> Table:
    people = {user.pk: str(user) for user in User.objects.filter(pk__in=[pk for pk in numbers.by_member if pk])}

    def name_of(pk: UUID | None) -> str:
        return people.get(pk, _("Somebody who has left")) if pk else _("Not recorded")

    rows = [Row(name_of(pk), _customers(group)) for pk, group in _most_first(numbers.by_member)]
    return _by("members", _("By who asked"), _("Who asked"), rows)


def business_table(numbers: Numbers) -> Table:
    names = dict(Account.objects.filter(pk__in=numbers.by_account).values_list("pk", "name"))
    rows = [Row(names.get(pk, str(pk)), _customers(group)) for pk, group in _most_first(numbers.by_account)]
    return _by("businesses", _("By business"), _("Business"), rows)


# --- Messages ------------------------------------------------------------------------------------------


def _messages(row: Messages) -> list[Cell]:
    return [Cell(row.sent), *(Cell(count, Share(count, row.sent)) for count in (row.opened, row.pressed))]


def channel_table(numbers: Numbers) -> Table:
    rows, notes = [], []
    for channel in Channel:
        if row := numbers.by_channel.get(channel):
            arrived = Cell(row.arrived, Share(row.arrived, row.sent)) if row.arrived else Cell(words=_("not reported"))
            sent, *others = _messages(row)
            rows.append(Row(str(channel.label), [sent, arrived, *others]))
            if not row.arrived:
                notes.append(f"{channel.label}: {unreported(channel)}")
    columns = [_("Messages"), _("Arrived"), _("Opened"), _("Pressed")]
    return Table("channels", _("By channel"), _("Channel"), columns, rows, " ".join(notes), frozenset({1, 2, 3}))


def step_table(numbers: Numbers) -> Table:
    waits: dict[int, set[int]] = {}
    steps = FollowUpStep.objects.filter(sequence__in=numbers.by_sequence)
    for position, hours in steps.values_list("position", "delay_hours"):
        waits.setdefault(position, set()).add(hours)

    def name_of(position: int) -> str:
        """Name the wait only where all sequences have the same."""
        hours = waits.get(position, set())
        if position == 0 or len(hours) == 1:
            return step_name(position, *hours) if position else step_name(0, 0)
        return _("Reminder %(number)s") % {"number": position}

    # Without arrivals: a step has messages of both channels, of which one may report none.
    rows = [Row(name_of(position), _messages(row)) for position, row in sorted(numbers.by_step.items())]
    columns = [_("Messages"), _("Opened"), _("Pressed")]
    return Table("steps", _("By message"), _("Message"), columns, rows, shares=frozenset({1, 2}))


def site_table(numbers: Numbers) -> Table:
    names = dict(ReviewSite.objects.filter(pk__in=numbers.by_site).values_list("pk", "name"))
    total = numbers.by_site.total()
    counts: dict[str, int] = {}
    for pk, presses in numbers.by_site.items():  # all businesses together: a site of many is one row
        counts[names.get(pk, str(pk))] = counts.get(names.get(pk, str(pk)), 0) + presses
    rows = [
        Row(name, [Cell(count, Share(count, total))])
        for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
    return Table(
        "sites",
        _("By review site"),
        _("Review site"),
        [_("Pressed")],
        rows,
        _("A press is no review: only the site knows whether one was written."),
        frozenset({0}),
        is_bars=True,
    )


# --- What came back ------------------------------------------------------------------------------------


def star_table(numbers: Numbers) -> Table:
    total = numbers.stars.total()
    rows = [
        Row(
            ngettext("%(count)s star", "%(count)s stars", stars) % {"count": stars},
            [Cell(numbers.stars[stars], Share(numbers.stars[stars], total))],
        )
        for stars in (5, 4, 3, 2, 1)
    ]
    if numbers.stars[None]:
        rows.append(Row(_("Words without stars"), [Cell(numbers.stars[None], Share(numbers.stars[None], total))]))
    title = _("Stars of the feedback")
    return Table("stars", title, _("Stars"), [_("Feedback")], rows, "", frozenset({0}), is_bars=True)


OPT_OUTS = [
    Suppression.Reason.UNSUBSCRIBED,
    Suppression.Reason.STOP,
    Suppression.Reason.COMPLAINED,
    Suppression.Reason.WRONG_NUMBER,
    Suppression.Reason.UNCLEAR,
    Suppression.Reason.STAFF,
]


def _suppressed(counts: Mapping[tuple[str, str], int], reasons: Iterable[str]) -> int:
    wanted = {str(reason) for reason in reasons}
    return sum(count for (reason, _channel), count in counts.items() if reason in wanted)


def back_table(numbers: Numbers) -> Table:
    """Return what customers sent back, and what came back of the messages, with the change in percent."""
    feedback = numbers.stars.total()
    pairs: list[tuple[str, int, int]] = [
        (_("Feedback"), feedback, numbers.feedback_before),
        (_("Replies to a text message"), numbers.replies, numbers.replies_before),
        *(
            (name, _suppressed(numbers.suppressions, reasons), _suppressed(numbers.suppressions_before, reasons))
            for name, reasons in (
                (_("Do not contact any more"), OPT_OUTS),
                (_("Addresses that do not exist"), [Suppression.Reason.BOUNCED]),
            )
        ),
    ]
    rows = [
        Row(name, [Cell(now), Cell(before), Cell(words=change_in_percent(now, before) or "–")])
        for name, now, before in pairs
    ]
    columns = [_("This period"), _("The period before"), _("Change")]
    return Table("answers", _("What came back"), _("What"), columns, rows)


def failure_table(numbers: Numbers) -> Table:
    rows = [Row(str(explain(code)), [Cell(count)]) for code, count in numbers.failures]
    return Table("failures", _("What did not arrive, and why"), _("Why"), [_("Messages")], rows)


def request_table(numbers: Numbers, list_url: str) -> Table:
    """Return how the requests stand that were made in the period. `list_url`: where the names lead."""
    total = sum(numbers.requests.values())
    rows = [
        Row(
            str(word_of_status(status)),
            [Cell(numbers.requests[status], Share(numbers.requests[status], total))],
            f"{list_url}?status__exact={status.value}",
        )
        for status in ReviewRequest.Status
        if numbers.requests[status]
    ]
    title = _("How the requests of this period stand")
    return Table("requests", title, _("State"), [_("Requests")], rows, "", frozenset({0}), is_bars=True)


def tables(scope: Scope, numbers: Numbers, *, list_url: str) -> dict[str, Table]:
    """Return all tables that have rows, by their keys, in the order of the page."""
    is_of_several = scope.accounts is None or len(scope.accounts) > 1
    made: list[Any] = [
        funnel_table(numbers),
        day_table(scope, numbers),
        *([business_table(numbers)] if is_of_several else []),
        channel_table(numbers),
        step_table(numbers),
        sequence_table(numbers),
        source_table(numbers),
        member_table(numbers),
        site_table(numbers),
        *([star_table(numbers)] if numbers.stars else []),
        back_table(numbers),
        failure_table(numbers),
        request_table(numbers, list_url),
    ]
    return {table.key: table for table in made if table.rows}
