from django.db import migrations, models

import oauth.models.account


class Migration(migrations.Migration):
    """Apart from the rows that got theirs: PostgreSQL refuses to alter a table whose rows changed in the transaction."""

    dependencies = [
        ("oauth", "0007_page_of_an_account"),
    ]

    operations = [
        migrations.AlterField(
            model_name="account",
            name="scan_code",
            field=models.CharField(
                default=oauth.models.account.new_scan_code,
                editable=False,
                help_text="The printed page's address.",
                max_length=16,
                unique=True,
            ),
        ),
    ]
