from typing import Any

from django.db import migrations, models

import oauth.models.account


def give_codes(apps: Any, schema_editor: Any) -> None:
    """A default is the same for all rows that a column is added to; these must differ."""
    accounts = apps.get_model("oauth", "Account").objects.filter(scan_code=None)
    for pk in list(accounts.values_list("pk", flat=True)):
        accounts.filter(pk=pk).update(scan_code=oauth.models.account.new_scan_code())


class Migration(migrations.Migration):
    dependencies = [
        ("oauth", "0006_invitation"),
    ]

    operations = [
        migrations.AddField(
            model_name="account",
            name="language",
            field=models.CharField(
                default="en",
                help_text="What the customer's pages speak, and the parts of a message that no template says.",
                max_length=10,
                validators=[oauth.models.account.validate_language],
            ),
        ),
        migrations.AddField(
            model_name="account",
            name="logo",
            field=models.CharField(
                blank=True,
                default="",
                editable=False,
                help_text="Which one; its file has its own row.",
                max_length=32,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="account",
            name="page_heading",
            field=models.CharField(
                blank=True,
                default="",
                help_text="What the customer's page asks; “How did we do, Jane?” if empty.",
                max_length=150,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="account",
            name="page_text",
            field=models.TextField(blank=True, default="", help_text="What stands below it.", max_length=1000),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="account",
            name="thanks_text",
            field=models.TextField(
                blank=True, default="", help_text="What is said to who has answered.", max_length=1000
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="account",
            name="scan_code",
            field=models.CharField(default=None, editable=False, max_length=16, null=True),
        ),
        migrations.RunPython(give_codes, migrations.RunPython.noop, elidable=True),
    ]
