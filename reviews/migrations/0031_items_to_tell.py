"""What owners were told is told to all members who want it. The column keeps its name: nothing changes in the table."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0030_names_for_people"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveIndex(model_name="inboxitem", name="inbox_to_tell"),
                migrations.RenameField(model_name="inboxitem", old_name="tell_owners", new_name="is_to_tell"),
                migrations.AlterField(
                    model_name="inboxitem",
                    name="is_to_tell",
                    field=models.BooleanField(
                        db_column="tell_owners",
                        default=False,
                        editable=False,
                        help_text="It is still to be noted which members are told.",
                    ),
                ),
                migrations.AddIndex(
                    model_name="inboxitem",
                    index=models.Index(condition=models.Q(("is_to_tell", True)), fields=["id"], name="inbox_to_tell"),
                ),
            ]
        ),
    ]
