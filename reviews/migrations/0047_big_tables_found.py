"""Indexes of big tables for what 0016 and 0017 brought, made while web and workers go on; the checks of 0024 and 0026."""

from django.db import migrations, models

from reviewhub.online_migrations import AddIndexOnline, AddUniqueOnline, ReadCheck, RemoveUniqueOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("reviews", "0046_restores"),
    ]

    operations = [
        AddIndexOnline(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("phone", ""), _negated=True), fields=["account", "phone"], name="contact_by_phone"
            ),
        ),
        # Before the stricter one goes: at no time may two contacts be the first with a number.
        AddUniqueOnline(
            model_name="contact",
            constraint=models.UniqueConstraint(
                condition=models.Q(models.Q(("phone", ""), _negated=True), ("shares_phone", False)),
                fields=("account", "phone"),
                name="contact_first_with_phone",
            ),
        ),
        RemoveUniqueOnline(
            model_name="contact",
            name="contact_once_per_phone",
        ),
        AddIndexOnline(
            model_name="deliveryevent",
            index=models.Index(
                condition=models.Q(("kind", "replied")), fields=["address", "received_at"], name="event_replied"
            ),
        ),
        AddIndexOnline(
            model_name="reviewrequest",
            index=models.Index(
                condition=models.Q(("held", ""), _negated=True), fields=["account"], name="request_held"
            ),
        ),
        AddIndexOnline(
            model_name="suppression",
            index=models.Index(
                condition=models.Q(("lifted_at", None), ("reason", "unclear")),
                fields=["created_at"],
                name="suppression_undecided",
            ),
        ),
        ReadCheck("delivery", "lapses"),
        ReadCheck("deliveryevent", "lapses"),
        ReadCheck("notice", "lapses"),
    ]
