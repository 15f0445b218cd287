import re
from typing import Any
from urllib.parse import urlsplit

from django.db import migrations

YELP = re.compile(r"(?:.+\.)?yelp\.(?:com|[a-z]{2}|com?\.[a-z]{2}|to)")


def switch_off(apps: Any, schema_editor: Any) -> None:
    """Yelp forbids businesses to ask for reviews; a form refuses it from now on."""
    sites = apps.get_model("reviews", "ReviewSite").objects.filter(is_active=True, url__icontains="yelp")
    forbidden = [pk for pk, url in sites.values_list("pk", "url") if YELP.fullmatch(urlsplit(url).hostname or "")]
    for start in range(0, len(forbidden), 500):
        sites.filter(pk__in=forbidden[start : start + 500]).update(is_active=False)
    if forbidden:
        print(  # noqa: T201 (the operator reads it)
            f"\n  Review sites switched off, since they forbid asking for reviews (Yelp): {len(forbidden)}."
        )


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0022_import_encoding"),
    ]

    operations = [migrations.RunPython(switch_off, migrations.RunPython.noop, elidable=True)]
