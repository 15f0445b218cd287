"""Sequences are written in their account's language: nothing else was possible before there were translations."""

from typing import Any

from django.db import migrations
from django.db.models import OuterRef, Subquery


def take_over_languages(apps: Any, schema_editor: Any) -> None:
    account = apps.get_model("oauth", "Account").objects.filter(pk=OuterRef("account"))
    apps.get_model("reviews", "Sequence").objects.update(language=Subquery(account.values("language")[:1]))


class Migration(migrations.Migration):
    dependencies = [("reviews", "0036_translations_of_steps")]

    operations = [migrations.RunPython(take_over_languages, migrations.RunPython.noop, elidable=True)]
