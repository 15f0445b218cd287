"""Bring e-mail addresses into their one stored form (docs/rules.md D1), with the hashes of suppressions that keep theirs.

Until now a host in other letters than ASCII was stored as it was typed: `münchen.example` and
`xn--mnchen-3ya.example` were two addresses, and so perhaps two contacts. Such two become one here, with the strictest
opt-out of both. Of who was erased the hash alone is left: it stays, and is compared beside today's.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from django.db import migrations, transaction
from django.db.models import F, Func, IntegerField
from django.db.models.functions import Length
from django.utils import timezone

from reviewhub.mailboxes import InvalidEmail, normalise_email
from reviewhub.online_migrations import report_progress
from reviews.models.addresses import hash_address

logger = logging.getLogger(__name__)

BATCH = 500  # rows that one transaction changes
READ = 5_000  # addresses that are read at once
OPEN = ("scheduled", "sent")
MERGED = "Merged by an update: the two addresses are one, in two ways of writing it."
FILLED = ("first_name", "last_name", "company_name", "time_zone", "phone")


class Octets(Func):
    """Length of a text in bytes, in the database's UTF-8."""

    function = "OCTET_LENGTH"
    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="LENGTH(CAST(%(expressions)s AS BLOB))", **context)


Report = defaultdict[Any, Counter[str]]  # by account: how many of what


def bring_into_form(apps: Any, schema_editor: Any) -> None:
    """Change contacts, then what was written to them, and log for each account how many rows were concerned."""
    report: Report = defaultdict(Counter)
    _change_contacts(apps, report)
    _change_suppressions(apps, report)
    for name in ("Delivery", "DeliveryEvent"):
        _change_addresses(apps.get_model("reviews", name))
    for account, counts in report.items():
        counted = ", ".join(f"{words}: {number}" for words, number in sorted(counts.items()))
        logger.warning("account %s, e-mail addresses brought into one form: %s", account, counted)


def _form_of(address: str) -> str:
    """Return the stored form; the address itself where it is none that a mail could be sent to: it stays."""
    try:
        return normalise_email(address)
    except InvalidEmail:
        return address


def _batches(rows: Any, columns: tuple[str, ...], size: int) -> Iterator[list[Any]]:
    """Yield the values of all rows in batches, each read anew, in the order of their keys."""
    rows = rows.order_by("pk").values_list("pk", *columns)
    batch = list(rows[:size])
    while batch:
        yield batch
        batch = list(rows.filter(pk__gt=batch[-1][0])[:size])


def _with_other_letters(rows: Any) -> Any:
    return rows.annotate(octets=Octets("address"), letters=Length("address")).filter(octets__gt=F("letters"))


def _change_addresses(model: Any) -> None:
    for batch in _batches(_with_other_letters(model.objects), ("address",), BATCH):
        changed = [model(pk=pk, address=form) for pk, address in batch if (form := _form_of(address)) != address]
        model.objects.bulk_update(changed, ["address"])


# --- Suppressions ------------------------------------------------------------------------------------


def _change_suppressions(apps: Any, report: Report) -> None:
    model = apps.get_model("reviews", "Suppression")
    rows = _with_other_letters(model.objects.filter(channel="email"))
    for batch in _batches(rows, ("account_id", "address"), BATCH):
        forms = {pk: form for pk, _, address in batch if (form := _form_of(address)) != address}
        with transaction.atomic():
            changed = list(model.objects.filter(pk__in=forms).order_by("pk").select_for_update())
            for row in changed:
                row.address = forms[row.pk]
                row.address_hash = hash_address(row.account_id, "email", row.address)
                report[row.account_id]["opt-outs changed"] += 1
            hashes = [row.address_hash for row in changed]
            accounts = {row.account_id for row in changed}
            in_force = model.objects.filter(account_id__in=accounts, address_hash__in=hashes, lifted_at=None)
            places = Counter([*hashes, *in_force.values_list("address_hash", flat=True)])
            alone = [row for row in changed if places[row.address_hash] == 1]
            model.objects.bulk_update(alone, ["address", "address_hash"])
            for row in changed:
                if places[row.address_hash] > 1:
                    _change_suppression(row)


def _change_suppression(row: Any) -> None:
    """Save a suppression in its new form. Of two in force for one address, the one that is harder to lift stays."""
    same = type(row).objects.filter(account_id=row.account_id, address_hash=row.address_hash, lifted_at=None)
    if row.lifted_at is None and (twin := same.exclude(pk=row.pk).first()):
        # Customers lift on their page what they did there, and nothing else. Of two alike, the newer one goes.
        ended, kept = sorted((row, twin), key=lambda each: (each.reason != "unsubscribed", -each.pk))
        # Lifted when it was made: a later moment would undo what providers reported in between.
        ended.lifted_at, ended.lifted_because = ended.created_at, f"The same address as that of suppression {kept.pk}."
        ended.save()
    row.save()


# --- Contacts ----------------------------------------------------------------------------------------


def _change_contacts(apps: Any, report: Report) -> None:
    model = apps.get_model("reviews", "Contact")
    done, total = 0, model.objects.exclude(email="").count()
    for batch in _batches(model.objects.exclude(email=""), ("account_id", "email"), READ):
        changed = []
        for pk, account, email in batch:
            try:
                if (form := normalise_email(email)) != email:
                    changed.append((pk, account, form))
            except InvalidEmail:
                report[account]["left as they are, since no mail can go there"] += 1
        for start in range(0, len(changed), BATCH):
            with transaction.atomic():
                _change_batch(apps, changed[start : start + BATCH], report)
        done += len(batch)
        if total > READ:
            report_progress("customers' addresses", done, total)


def _change_batch(apps: Any, changed: list[tuple[Any, Any, str]], report: Report) -> None:
    """Give contacts the forms of their addresses; where several contacts come to one address, make them one."""
    model = apps.get_model("reviews", "Contact")
    places = Counter((account, email) for _, account, email in changed)
    accounts, emails = {account for account, _ in places}, {email for _, email in places}
    holders = model.objects.filter(account_id__in=accounts, email__in=emails).exclude(email="")
    places.update(holders.values_list("account_id", "email"))
    alone = [model(pk=pk, email=email) for pk, account, email in changed if places[account, email] == 1]
    model.objects.bulk_update(alone, ["email"])
    for pk, account, email in changed:
        report[account]["contacts changed"] += 1
        if places[account, email] > 1:
            _change_contact(apps, pk, account, email, report[account])


def _change_contact(apps: Any, pk: Any, account: Any, email: str, counts: Counter[str]) -> None:
    """Give the contact the form of its address; where another contact has that by now, make one of the two."""
    contacts = apps.get_model("reviews", "Contact").objects
    keys = [pk, *contacts.filter(account_id=account, email=email).values_list("pk", flat=True)]
    kept, *others = contacts.filter(pk__in=keys).order_by("created_at", "pk").select_for_update()
    if others:
        _merge(apps, kept, others[0], counts)
    contacts.filter(pk=kept.pk).exclude(email=email).update(email=email)


def _merge(apps: Any, kept: Any, other: Any, counts: Counter[str]) -> None:
    """Give the older contact the requests, events, blanks and opt-outs of the other, as merging by hand does."""
    now = timezone.now()
    _spread_opt_out(apps, kept, other, now)
    events = apps.get_model("reviews", "Event").objects.filter(account_id=kept.account_id)
    requests = apps.get_model("reviews", "ReviewRequest").objects
    deliveries = apps.get_model("reviews", "Delivery").objects
    if requests.filter(contact=kept, status__in=OPEN).exists():
        for request in requests.filter(contact=other, status__in=OPEN):
            requests.filter(pk=request.pk).update(status="cancelled", reason=MERGED, ended_at=now)
            planned = deliveries.filter(request=request, status="planned")
            planned.update(status="cancelled", reason=MERGED, claim=None)
            events.create(
                account_id=kept.account_id, type="review_request.cancelled", occurred_at=now, request_id=request.pk
            )
            counts["open requests cancelled"] += 1
    requests.filter(contact=other).update(contact=kept)
    events.filter(contact_id=other.pk).update(contact_id=kept.pk)
    apps.get_model("reviews", "InboxItem").objects.filter(contact=other).update(contact=kept)
    if not kept.phone or kept.phone == other.phone:
        kept.shares_phone = other.shares_phone and (not kept.phone or kept.shares_phone)
    other.delete()
    for name in FILLED:
        setattr(kept, name, getattr(kept, name) or getattr(other, name))
    kept.updated_at = now
    kept.save()
    texts = deliveries.filter(request__contact=kept, status="planned", channel="sms")
    texts.exclude(address=kept.phone).update(address=kept.phone)
    _note(apps, kept)
    counts["contacts merged"] += 1


def _spread_opt_out(apps: Any, kept: Any, other: Any, now: Any) -> None:
    """Suppress both numbers when one is. The address needs none of that: an opt-out of either form counts for both."""
    suppressions = apps.get_model("reviews", "Suppression").objects
    hashes = {hash_address(kept.account_id, "sms", number): number for number in (kept.phone, other.phone) if number}
    rows = list(suppressions.filter(account_id=kept.account_id, address_hash__in=hashes, lifted_at=None))
    for hashed in hashes.keys() - {row.address_hash for row in rows} if rows else ():
        suppressions.create(
            account_id=kept.account_id,
            channel="sms",
            address=hashes[hashed],
            address_hash=hashed,
            reason=rows[0].reason,
            evidence=f"The same person's other number: suppression {rows[0].pk}.",
            created_at=now,
        )


def _note(apps: Any, kept: Any) -> None:
    """Note the merging in the contact's history, as a deed of the operator, who runs updates."""
    operator = apps.get_model("oauth", "User").objects.filter(is_superuser=True).order_by("pk").first()
    if operator is not None:
        type_, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
            app_label="reviews", model="contact"
        )
        apps.get_model("admin", "LogEntry").objects.create(
            user=operator, content_type=type_, object_id=str(kept.pk), action_flag=2, change_message=MERGED
        )


class Migration(migrations.Migration):
    # A transaction for each batch: rows are not locked for as long as all of it takes, and a second run goes on.
    atomic = False

    dependencies = [
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("oauth", "0011_calls_per_minute"),
        ("reviews", "0018_inbox_of_what_was_there"),
    ]

    operations = [migrations.RunPython(bring_into_form, migrations.RunPython.noop)]
