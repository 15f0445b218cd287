"""Sequences: the one that a new account starts with, the default, and copies."""

from datetime import datetime
from itertools import count
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.text import slugify

from oauth.models import Account
from reviewhub.refused import Refused
from reviewhub.statements import Select
from reviews.models import Delivery, FollowUpStep, ReviewRequest, ReviewSite, Sequence
from reviews.texts import KINDS, STEP_FIELDS, Kind, texts_in

MOST = 100  # sequences of an account

# (kind of its texts, hours after the message before, channel)
DEFAULT_STEPS: list[tuple[Kind, int, str]] = [
    ("first", 0, FollowUpStep.ChannelRule.AUTO),
    ("reminder", 72, FollowUpStep.ChannelRule.OTHER),
    ("last", 168, FollowUpStep.ChannelRule.AUTO),
]


def create_default_sequence(account: Account) -> Sequence:
    """Create the standard sequence in the account's language and form: three messages, 3 and 7 days apart."""
    sequence = Sequence.objects.create(
        account=account, name="Standard", slug="standard", is_default=True, language=account.language
    )
    texts = texts_in(account.language, informal=account.is_informal)
    for position, (kind, hours, channel) in enumerate(DEFAULT_STEPS):
        FollowUpStep.objects.create(
            sequence=sequence, position=position, delay_hours=hours, channel=channel, **vars(getattr(texts, kind))
        )
    return sequence


@transaction.atomic
def follow_form(account: Account) -> int:
    """Put steps that still have our own texts into the account's form of address; return their number.

    What somebody has changed stays as it is, also a single word.
    """
    number = 0
    for step in FollowUpStep.objects.filter(sequence__account=account).select_related("sequence"):
        own = _in_form(account, step.sequence.language, {name: getattr(step, name) for name in STEP_FIELDS})
        translations = {code: _in_form(account, code, texts) for code, texts in step.translations.items()}
        if translations == step.translations and all(getattr(step, name) == text for name, text in own.items()):
            continue
        for name, text in own.items():
            setattr(step, name, text)
        step.translations = translations
        step.save(update_fields=[*STEP_FIELDS, "translations"])
        number += 1
    return number


def _in_form(account: Account, language: str, texts: dict[str, str]) -> dict[str, str]:
    """Return our texts in the account's form where these are our texts in the other one; else these."""
    before, now = (texts_in(language, informal=informal) for informal in (not account.is_informal, account.is_informal))
    for kind in KINDS:
        if texts == vars(getattr(before, kind)):
            return dict(vars(getattr(now, kind)))
    return texts


@transaction.atomic
def make_default(sequence: Sequence) -> None:
    """Make this sequence the one that is used by requests that name none."""
    for other in Sequence.objects.for_account(sequence.account).filter(is_default=True).exclude(pk=sequence.pk):
        other.is_default = False
        other.save(update_fields=["is_default", "updated_at"])
    sequence.is_default = True
    sequence.save(update_fields=["is_default", "updated_at"])


def check_number(account: Account) -> None:
    """Raise Refused if the account has as many sequences as it may."""
    if Sequence.objects.for_account(account).count() >= MOST:
        raise Refused("account", f"The account has {MOST} sequences already: delete some first.")


@transaction.atomic
def copy_sequence(sequence: Sequence) -> Sequence:
    """Copy the sequence with its steps, within the account; nothing uses the copy yet. Raises Refused."""
    check_number(sequence.account)
    slug = free_slug(sequence.account, sequence.slug)
    number = slug.rpartition("-")[2]
    copied = Sequence.objects.create(
        account=sequence.account, name=f"{sequence.name[:90]} ({number})", slug=slug, language=sequence.language
    )
    for step in sequence.steps.all():
        step.pk, step.sequence = None, copied
        step.save(force_insert=True)
    return copied


def slug_for(account: Account, name: str) -> str:
    """Return the slug of a new sequence with that name: by it, callers of the API name the sequence."""
    slug = slugify(name)[:90].strip("-") or "sequence"
    slug = f"sequence-{slug}" if slug.isdecimal() else slug  # digits alone would be taken for an id
    is_taken = Sequence.objects.for_account(account).filter(slug=slug).exists()
    return free_slug(account, slug) if is_taken else slug


def free_slug(account: Account, slug: str) -> str:
    """Return the slug with the first number from 2 on that no sequence of the account has."""
    slugs = set(Sequence.objects.for_account(account).values_list("slug", flat=True))
    return next(name for number in count(2) if (name := f"{slug[:90]}-{number}") not in slugs)


@transaction.atomic
def keep_for_planned(sequence: Sequence, *, now: datetime) -> Sequence:
    """Give the requests whose messages are planned a copy of the sequence as it is stored: they go on with that.

    Called before the steps are changed, which then reaches new requests alone. Returns the copy. Raises Refused.
    """
    copied = copy_sequence(sequence)
    day = now.astimezone(ZoneInfo(sequence.account.time_zone)).date()
    copied.name = f"{sequence.name[:80]}, until {day:%d %b %Y}"
    copied.save(update_fields=["name", "updated_at"])
    planned = Delivery.objects.for_account(sequence.account).pending().filter(request__sequence=sequence)
    ReviewRequest.objects.filter(pk__in=planned.values("request")).update(sequence=copied)
    return copied


# --- First steps ---------------------------------------------------------------------------------


def first_step(account: Account, name: str) -> FollowUpStep | None:
    """Return the first step of the account's sequence with that id or slug, or of its default one, if there is any.

    Annotated with `has_site`: the account has a review site that customers can be led to.
    """
    if not name:
        return _default_step.first(account=account.pk)
    chosen = Q(sequence__pk=int(name)) if name.isdecimal() else Q(sequence__slug=name)
    return _first_steps().filter(chosen, sequence__account=account).first()


def _first_steps() -> QuerySet[FollowUpStep]:
    sites = ReviewSite.objects.filter(account=OuterRef("sequence__account"), is_active=True)
    return FollowUpStep.objects.filter(position=0).select_related("sequence").annotate(has_site=Exists(sites))


_default_step = Select(lambda account: _first_steps().filter(sequence__account=account, sequence__is_default=True))
