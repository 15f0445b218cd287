from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("oauth", "0004_text_rate_of_an_account"),
    ]

    operations = [
        migrations.AddField(
            model_name="account",
            name="skip_holidays",
            field=models.BooleanField(
                default=False,
                help_text="Public holidays where the recipient is, as far as known.",
                verbose_name="no messages on holidays",
            ),
        ),
    ]
