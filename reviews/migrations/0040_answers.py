import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from reviewhub.online_migrations import AllowNull


class Migration(migrations.Migration):
    dependencies = [
        ("oauth", "0024_page_translations"),
        ("reviews", "0039_import_settings"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="kind",
            field=models.CharField(
                choices=[("ask", "Message of a request"), ("answer", "Answer")],
                db_default="ask",
                default="ask",
                editable=False,
                max_length=6,
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="contact",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                help_text="The customer whom an answer is for.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="answers",
                to="reviews.contact",
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="inbox_item",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                help_text="What it answers.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="answers",
                to="reviews.inboxitem",
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="written_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                help_text="Who wrote the answer.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="words",
            field=models.TextField(
                blank=True, db_default="", default="", editable=False, help_text="The answer as it was written."
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="uncounted_until",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="Until then, an answer does not count for the daily cap.",
                null=True,
            ),
        ),
        AllowNull(
            model_name="delivery",
            name="request",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deliveries",
                to="reviews.reviewrequest",
            ),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="step",
            field=models.PositiveSmallIntegerField(
                blank=True, help_text="Position in the sequence; 0 is the first ask.", null=True
            ),
        ),
    ]
