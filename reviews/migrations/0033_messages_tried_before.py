from django.db import migrations, models

from reviewhub.online_migrations import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("reviews", "0032_tellings"),
    ]

    operations = [
        AddIndexOnline(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("status__in", ["planned", "sending"]), models.Q(("error_code", ""), _negated=True)),
                fields=["account", "channel", "error_code", "due_at"],
                name="delivery_tried_before",
            ),
        ),
    ]
