from django.db import migrations, models

import oauth.models.account

LANGUAGE = {
    "name": "language",
    "field": models.CharField(
        db_default="en",
        default="en",
        help_text="What its texts are written in, beside their translations.",
        max_length=10,
        validators=[oauth.models.account.validate_language],
    ),
}
TRANSLATIONS = {
    "name": "translations",
    "field": models.JSONField(blank=True, db_default={}, default=dict, verbose_name="in other languages"),
}


class Migration(migrations.Migration):
    dependencies = [("reviews", "0035_language_of_a_customer"), ("oauth", "0024_page_translations")]

    operations = [
        migrations.AddField(model_name="sequence", **LANGUAGE),
        migrations.AddField(model_name="historicalsequence", **LANGUAGE),
        migrations.AddField(model_name="followupstep", **TRANSLATIONS),
        migrations.AddField(model_name="historicalfollowupstep", **TRANSLATIONS),
    ]
