from django.db import migrations, models

from reviewhub.online_migrations import AddCheckOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("reviews", "0041_answers_found"),
    ]

    operations = [
        AddCheckOnline(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("contact", None), ("kind", "ask"), ("request__isnull", False), ("step__isnull", False)),
                    models.Q(("contact__isnull", False), ("kind", "answer"), ("request", None), ("step", None)),
                    _connector="OR",
                ),
                name="delivery_ask_or_answer",
            ),
        ),
    ]
