from django.db import migrations, models

FIELD = {
    "name": "page_translations",
    "field": models.JSONField(
        blank=True,
        db_default={},
        default=dict,
        help_text="By language and name.",
        verbose_name="the page's words in other languages",
    ),
}


class Migration(migrations.Migration):
    dependencies = [("oauth", "0023_informal_account")]

    operations = [
        migrations.AddField(model_name="account", **FIELD),
        migrations.AddField(model_name="historicalaccount", **FIELD),
    ]
