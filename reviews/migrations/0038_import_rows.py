import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Each row of an import is kept with what came of it. The table keeps its name: an older version may be at work."""

    dependencies = [
        ("reviews", "0037_language_of_sequences"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameModel("ImportProblem", "ImportRow"),
                migrations.AlterModelTable("ImportRow", "reviews_importproblem"),
            ]
        ),
        migrations.AddField(
            "importrow",
            "outcome",
            models.CharField(
                choices=[
                    ("asked", "Asked"),
                    ("known", "Asked already"),
                    ("suppressed", "Not to be asked"),
                    ("problem", "With a problem"),
                ],
                db_default="problem",
                default="problem",
                max_length=10,
            ),
        ),
        migrations.AddField("importrow", "request_id", models.UUIDField(null=True)),
        migrations.AlterField("importrow", "text", models.CharField(blank=True, max_length=500)),
        migrations.AlterField("importrow", "cells", models.JSONField(default=list)),
        migrations.AddIndex("importrow", models.Index(fields=["job", "outcome", "line"], name="import_rows_in_order")),
        migrations.AlterField(
            "importrow",
            "job",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="rows",
                to="reviews.importjob",
            ),
        ),
    ]
