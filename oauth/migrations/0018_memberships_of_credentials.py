"""Keys, codes and tokens from before 0014 belong to the membership of their person, if it is the one of then."""

from typing import Any

from django.db import migrations
from django.db.models import OuterRef, Subquery

BEGINNINGS = {"ApiKey": "created_at", "Grant": "created", "AccessToken": "created", "RefreshToken": "connected_at"}


def find_memberships(apps: Any, schema_editor: Any) -> None:
    """Leave out those that are older: their person had left, and came back."""
    alias = schema_editor.connection.alias
    memberships = apps.get_model("oauth", "Membership").objects.using(alias)
    for model, beginning in BEGINNINGS.items():
        owners = {"account": OuterRef("account"), "user": OuterRef("user"), "created_at__lte": OuterRef(beginning)}
        rows = apps.get_model("oauth", model).objects.using(alias)
        rows.update(membership=Subquery(memberships.filter(**owners).values("pk")))


class Migration(migrations.Migration):
    dependencies = [("oauth", "0017_credentials_of_a_membership")]

    operations = [migrations.RunPython(find_memberships, migrations.RunPython.noop)]
