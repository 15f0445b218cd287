from django.db import migrations, models

from reviewhub.online_migrations import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("reviews", "0040_answers"),
    ]

    operations = [
        AddIndexOnline(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("contact__isnull", False)), fields=["contact", "-id"], name="delivery_answers"
            ),
        ),
        AddIndexOnline(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("inbox_item__isnull", False)),
                fields=["inbox_item"],
                name="delivery_answers_to_item",
            ),
        ),
    ]
