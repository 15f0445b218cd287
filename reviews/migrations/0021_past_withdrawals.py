import uuid
from itertools import islice
from typing import Any

from django.db import migrations

from reviewhub.online_migrations import report_progress

AT_ONCE = 1000
SAID = {
    "unsubscribed": "Unsubscribed",
    "stop": "Replied STOP",
    "complained": "Complained to the mail provider",
    "staff": "Added by staff",
    "erased": "Erased",
}


def note_withdrawals(apps: Any, schema_editor: Any) -> None:
    """Note each opt-out that was there before as a withdrawal: else an older consent, told later, would count again."""
    consent, suppression = apps.get_model("reviews", "Consent"), apps.get_model("reviews", "Suppression")
    withdrawals = suppression.objects.exclude(reason__in=["bounced", "unclear"])
    done, total = 0, withdrawals.count()
    rows = withdrawals.order_by("pk").iterator(AT_ONCE)
    while batch := list(islice(rows, AT_ONCE)):
        consent.objects.bulk_create(
            consent(
                id=uuid.uuid4(),
                account_id=row.account_id,
                channel=row.channel,
                address=row.address,
                address_hash=row.address_hash,
                kind="withdrawn",
                wording=row.evidence,
                source=SAID.get(row.reason, row.reason),
                at=row.created_at,
                recorded_at=row.created_at,
            )
            for row in batch
        )
        done += len(batch)
        if total > AT_ONCE:
            report_progress("past opt-outs", done, total)


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0020_consent"),
    ]

    operations = [migrations.RunPython(note_withdrawals, migrations.RunPython.noop, elidable=True)]
