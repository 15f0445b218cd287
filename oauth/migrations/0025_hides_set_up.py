from django.db import migrations, models

OF_AN_ACCOUNT = "Today shows no list of what is still to set up."
OF_A_USER = "To the operator, Today shows no list of what is still to set up of the installation."


def hides_set_up(help_text: str) -> models.Field:
    return models.BooleanField(db_default=False, default=False, editable=False, help_text=help_text)


class Migration(migrations.Migration):
    dependencies = [
        ("oauth", "0024_page_translations"),
    ]

    operations = [
        migrations.AddField("account", "hides_set_up", hides_set_up(OF_AN_ACCOUNT)),
        migrations.AddField("historicalaccount", "hides_set_up", hides_set_up(OF_AN_ACCOUNT)),
        migrations.AddField("user", "hides_set_up", hides_set_up(OF_A_USER)),
    ]
