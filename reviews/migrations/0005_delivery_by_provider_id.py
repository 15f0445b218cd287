from django.db import migrations, models


class Migration(migrations.Migration):
    """A report names the message by the provider's id: found without reading the whole table."""

    dependencies = [("reviews", "0004_provider_event_facts")]

    operations = [
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("provider_id", ""), _negated=True),
                fields=["provider_id"],
                name="delivery_by_provider_id",
            ),
        ),
    ]
