from typing import Any

from django.db import migrations

from reviewhub.backoffice.history import keep_first_versions


def keep(apps: Any, schema_editor: Any) -> None:
    """Without them, the first change of a row that was there before could not say what it changed."""
    keep_first_versions(apps, "reviews", "Sequence", "FollowUpStep", "ReviewSite")


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0013_history_and_handling"),
    ]

    operations = [migrations.RunPython(keep, migrations.RunPython.noop, elidable=True)]
