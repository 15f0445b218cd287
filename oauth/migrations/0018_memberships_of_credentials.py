"""Keys, codes and tokens from before 0014 belong to the membership of their person, if it is the one of then."""

from typing import Any

from django.db import migrations
from django.db.models import OuterRef, Subquery

from reviewhub.online_migrations import report_progress

BATCH = 1_000  # rows that one statement locks

BEGINNINGS = {"ApiKey": "created_at", "Grant": "created", "AccessToken": "created", "RefreshToken": "connected_at"}


def find_memberships(apps: Any, schema_editor: Any) -> None:
    """Leave out those that are older: their person had left, and came back."""
    alias = schema_editor.connection.alias
    memberships = apps.get_model("oauth", "Membership").objects.using(alias)
    for model, beginning in BEGINNINGS.items():
        owners = {"account": OuterRef("account"), "user": OuterRef("user"), "created_at__lte": OuterRef(beginning)}
        rows = apps.get_model("oauth", model).objects.using(alias)
        done, total = 0, rows.count()
        keys = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
        while keys:
            rows.filter(pk__in=keys).update(membership=Subquery(memberships.filter(**owners).values("pk")))
            done += len(keys)
            if total > BATCH:
                report_progress(f"memberships of {model}", done, total)
            keys = list(rows.filter(pk__gt=keys[-1]).order_by("pk").values_list("pk", flat=True)[:BATCH])


class Migration(migrations.Migration):
    # Each batch by itself, so that rows are not locked for as long as all of it takes. A second run finds the same.
    atomic = False

    dependencies = [("oauth", "0017_credentials_of_a_membership")]

    operations = [migrations.RunPython(find_memberships, migrations.RunPython.noop)]
