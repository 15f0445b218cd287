from django.db import migrations, models

TELL = {
    "blank": True,
    "choices": [("at_once", "At once"), ("daily", "Once a day"), ("never", "Never")],
    "db_default": "",
    "default": "",
    "help_text": "When the person is told what waits in the inbox; as usual in their role if empty.",
    "max_length": 7,
    "verbose_name": "mail about the inbox",
}


class Migration(migrations.Migration):
    dependencies = [
        ("oauth", "0020_names_for_people"),
    ]

    operations = [
        migrations.AddField(model_name="historicalmembership", name="tell", field=models.CharField(**TELL)),
        migrations.AddField(model_name="membership", name="tell", field=models.CharField(**TELL)),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(("tell__in", ["", "at_once", "daily", "never"])), name="membership_tell_known"
            ),
        ),
    ]
