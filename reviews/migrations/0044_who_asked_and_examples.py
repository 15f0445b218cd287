import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("reviews", "0043_inbox_in_need"),
    ]

    operations = [
        migrations.AddField(
            model_name="contact",
            name="is_example",
            field=models.BooleanField(
                db_default=False,
                default=False,
                editable=False,
                help_text="Invented, to try the product: nothing is sent.",
            ),
        ),
        migrations.AddField(
            model_name="reviewrequest",
            name="asked_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                editable=False,
                help_text="Who pressed Ask, or started the import.",
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="reviewrequest",
            name="asked_with",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                help_text="The API key or app that asked: “api_key:” or “app:” and its id.",
                max_length=45,
            ),
        ),
    ]
