from django.db import migrations, models

FIELD = {
    "name": "is_informal",
    "field": models.BooleanField(
        db_default=False,
        default=False,
        help_text="Customers are addressed with du, tú, tu in place of Sie, usted, vous.",
        verbose_name="informal",
    ),
}


class Migration(migrations.Migration):
    dependencies = [("oauth", "0022_mail_to_members")]

    operations = [
        migrations.AddField(model_name="account", **FIELD),
        migrations.AddField(model_name="historicalaccount", **FIELD),
    ]
