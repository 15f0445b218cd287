from django.db import migrations, models


class Migration(migrations.Migration):
    """The content of earlier imports is text that was encoded anew, in UTF-8: the default holds for them."""

    dependencies = [
        ("reviews", "0021_past_withdrawals"),
    ]

    operations = [
        migrations.AddField(
            "importjob", "encoding", models.CharField(max_length=10, default="utf-8", db_default="utf-8")
        ),
        migrations.AddField(
            "importjob",
            "is_encoding_sure",
            models.BooleanField(default=True, db_default=True, help_text="Else somebody has to choose it."),
        ),
        migrations.AlterField(
            "importjob",
            "content",
            models.BinaryField(help_text="The file as it came, compressed; empty when the job has ended."),
        ),
    ]
