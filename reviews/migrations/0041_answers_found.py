from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0040_answers"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("contact__isnull", False)), fields=["contact", "-id"], name="delivery_answers"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("inbox_item__isnull", False)),
                fields=["inbox_item"],
                name="delivery_answers_to_item",
            ),
        ),
    ]
