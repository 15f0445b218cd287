"""Put what customers said until now into the inbox, and the handling of feedback with it."""

import re
import unicodedata
from datetime import timedelta

from django.db import migrations, transaction
from django.utils import timezone

from reviewhub.online_migrations import report_progress

BATCH = 1_000
# Replies and bounces older than that come as handled: nobody would answer them today.
ANSWERED_WITHIN = timedelta(days=30)

# Texts that were no replies, as they were read until now.
COMMANDS = {
    *("stop", "stopall", "stop all", "unsubscribe", "end", "quit", "revoke", "optout", "opt out", "cancel", "remove"),
    *("arret", "stopp", "abmelden", "abbestellen", "baja", "parar", "cancelar", "desabonner"),
    *("start", "unstop", "help", "info"),
}


def fill(apps, schema_editor):
    """Feedback, replies and bounces were shown in three places, or in none: staff have one list from now on."""
    for add in (add_feedback, add_replies, add_bounces):
        add(apps, timezone.now())


def fill_late(apps, schema_editor):
    """Add what came meanwhile: web processes of before went on keeping feedback without items."""
    item, feedback = apps.get_model("reviews", "InboxItem"), apps.get_model("reviews", "Feedback")
    # Without the columns of its handling, which a database of a developer may have lost by now.
    said = feedback.objects.filter(inbox_item=None).select_related("request")
    for rows in batches(said.only("account", "rating", "text", "created_at", "request__contact")):
        item.objects.bulk_create(feedback_item(item, row) for row in rows)
    for add in (add_replies, add_bounces):
        add(apps, timezone.now())


def batches(rows):
    """Batches of rows by their keys, so that no transaction is long and a second run goes on where it broke off."""
    last, done, total = 0, 0, rows.count()
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
        with transaction.atomic():
            yield batch
        last, done = batch[-1].pk, done + len(batch)
        if total > BATCH:
            report_progress(f"inbox, {rows.model._meta.verbose_name_plural}", done, total)


def add_feedback(apps, now):
    item, feedback = apps.get_model("reviews", "InboxItem"), apps.get_model("reviews", "Feedback")
    for rows in batches(feedback.objects.filter(inbox_item=None).select_related("request")):
        item.objects.bulk_create(
            feedback_item(item, row, handled_at=row.handled_at, handled_by_id=row.handled_by_id, note=row.note)
            for row in rows
        )


def feedback_item(item, row, **handling):
    return item(
        account_id=row.account_id,
        contact_id=row.request and row.request.contact_id,
        kind="feedback",
        request_id=row.request_id,
        feedback_id=row.pk,
        text=row.text,
        stars=row.rating,
        created_at=row.created_at,
        **handling,
    )


def add_replies(apps, now):
    item, event = apps.get_model("reviews", "InboxItem"), apps.get_model("reviews", "DeliveryEvent")
    replies = event.objects.filter(kind="replied", account__isnull=False, inbox_items=None)
    for rows in batches(replies.select_related("delivery__request")):
        item.objects.bulk_create(
            item(
                account_id=row.account_id,
                contact_id=row.delivery and row.delivery.request.contact_id,
                kind="reply",
                request_id=row.delivery and row.delivery.request_id,
                event_id=row.pk,
                text=row.text,
                created_at=row.occurred_at,
                handled_at=handled_at(row.occurred_at, now),
            )
            for row in rows
            if not is_command(row)
        )


def add_bounces(apps, now):
    item, suppression = apps.get_model("reviews", "InboxItem"), apps.get_model("reviews", "Suppression")
    contact = apps.get_model("reviews", "Contact")
    bounced = suppression.objects.filter(reason="bounced", lifted_at=None, inbox_items=None).exclude(address="")
    for rows in batches(bounced):
        contacts = {}
        for field in ("email", "phone"):
            addresses = [row.address for row in rows]
            for holder in contact.objects.filter(**{f"{field}__in": addresses}):
                contacts[holder.account_id, getattr(holder, field)] = holder.pk
        item.objects.bulk_create(
            item(
                account_id=row.account_id,
                contact_id=contacts.get((row.account_id, row.address)),
                kind="bounce",
                suppression_id=row.pk,
                text=row.evidence,
                created_at=row.created_at,
                handled_at=handled_at(row.created_at, now),
            )
            for row in rows
        )


def handled_at(moment, now):
    return moment if moment < now - ANSWERED_WITHIN else None


def is_command(event):
    if event.payload.get("OptOutType"):
        return True
    plain = unicodedata.normalize("NFKD", event.text).casefold()
    words = re.findall(r"[^\W_]+", "".join(letter for letter in plain if not unicodedata.combining(letter)))
    return any(" ".join(some) in COMMANDS for some in (words, [word for word in words if word not in ("please", "me")]))


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("reviews", "0017_holds_and_inbox"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
