import oauth.models.account
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("oauth", "0018_memberships_of_credentials"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="language",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Of the back-office and of mail to this person; as the browser says if empty.",
                max_length=10,
                validators=[oauth.models.account.validate_language],
            ),
        ),
    ]
