"""A connection made before 0002 began with the oldest token of its family that is still there."""

from typing import Any

from django.db import migrations
from django.db.models import F, Min, OuterRef, Subquery
from django.db.models.functions import Coalesce


def find_beginnings(apps: Any, schema_editor: Any) -> None:
    tokens = apps.get_model("oauth", "RefreshToken").objects.using(schema_editor.connection.alias)
    family = tokens.filter(token_family=OuterRef("token_family")).order_by().values("token_family")
    oldest = family.annotate(oldest=Min("created")).values("oldest")
    tokens.update(connected_at=Coalesce(Subquery(oldest), F("created")))


class Migration(migrations.Migration):
    dependencies = [("oauth", "0002_refreshtoken_connected_at")]

    operations = [migrations.RunPython(find_beginnings, migrations.RunPython.noop)]
