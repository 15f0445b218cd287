from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Imports know the sheet and the rows above the headings, count doubts, and can be spread and taken back."""

    dependencies = [
        ("oauth", "0020_names_for_people"),
        ("reviews", "0038_import_rows"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="importjob",
            name="import_status_known",
        ),
        migrations.RemoveIndex(
            model_name="importjob",
            name="import_at_work",
        ),
        migrations.AddField(
            model_name="importjob",
            name="after_hours",
            field=models.PositiveSmallIntegerField(
                db_default=24,
                default=24,
                help_text="Counts where a column holds the visit.",
                verbose_name="hours after the visit",
            ),
        ),
        migrations.AddField(
            model_name="importjob",
            name="doubtful",
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name="with doubts"),
        ),
        migrations.AddField(
            model_name="importjob",
            name="gone_before",
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name="too late to take back"),
        ),
        migrations.AddField(
            model_name="importjob",
            name="leaves_out_doubts",
            field=models.BooleanField(db_default=False, default=False, verbose_name="leave out rows with doubts"),
        ),
        migrations.AddField(
            model_name="importjob",
            name="other_sheets",
            field=models.JSONField(db_default=[], default=list, help_text="Sheets of it that are not read."),
        ),
        migrations.AddField(
            model_name="importjob",
            name="sheet",
            field=models.CharField(blank=True, db_default="", help_text="Of a workbook: what is read.", max_length=100),
        ),
        migrations.AddField(
            model_name="importjob",
            name="skipped",
            field=models.PositiveSmallIntegerField(
                db_default=0, default=0, help_text="Rows above the headings, such as a title."
            ),
        ),
        migrations.AddField(
            model_name="importjob",
            name="spread_hours",
            field=models.PositiveSmallIntegerField(
                db_default=0,
                default=0,
                help_text="Hours in which the first messages leave, evenly.",
                verbose_name="spread over",
            ),
        ),
        migrations.AddField(
            model_name="importjob",
            name="taken_back",
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name="taken back"),
        ),
        migrations.AddField(
            model_name="importjob",
            name="undone_by",
            field=models.CharField(blank=True, db_default="", help_text="Who took it back.", max_length=254),
        ),
        migrations.AlterField(
            model_name="importjob",
            name="content",
            field=models.BinaryField(
                help_text="The file as it came, a workbook's sheet as CSV, compressed; empty when the job has ended."
            ),
        ),
        migrations.AlterField(
            model_name="importjob",
            name="first_row",
            field=models.JSONField(help_text="The cells of the first row that is not skipped, which may be headings."),
        ),
        migrations.AlterField(
            model_name="importjob",
            name="status",
            field=models.CharField(
                choices=[
                    ("draft", "To be started"),
                    ("checking", "Being checked"),
                    ("running", "Running"),
                    ("done", "Done"),
                    ("cancelled", "Cancelled"),
                    ("failed", "Failed"),
                    ("undoing", "Being taken back"),
                    ("undone", "Taken back"),
                ],
                default="draft",
                max_length=9,
            ),
        ),
        migrations.AddIndex(
            model_name="importjob",
            index=models.Index(
                condition=models.Q(("status__in", ["checking", "running", "undoing"])),
                fields=["stirred_at"],
                name="import_at_work",
            ),
        ),
        migrations.AddConstraint(
            model_name="importjob",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["draft", "checking", "running", "done", "cancelled", "failed", "undoing", "undone"])
                ),
                name="import_status_known",
            ),
        ),
    ]
