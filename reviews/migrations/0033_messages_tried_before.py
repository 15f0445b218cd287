from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0032_tellings"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("status__in", ["planned", "sending"]), models.Q(("error_code", ""), _negated=True)),
                fields=["account", "channel", "error_code", "due_at"],
                name="delivery_tried_before",
            ),
        ),
    ]
