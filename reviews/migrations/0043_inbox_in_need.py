from django.db import migrations, models
from django.db.models import Q

from reviewhub.online_migrations import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("oauth", "0025_hides_set_up"),
        ("reviews", "0042_ask_or_answer"),
    ]

    operations = [
        AddIndexOnline(
            model_name="inboxitem",
            index=models.Index(
                fields=["account", "stars", "id"],
                condition=Q(handled_at=None) & (~Q(kind="feedback") | Q(stars__lte=2) | (Q(stars=None) & ~Q(text=""))),
                name="inbox_in_need",
            ),
        ),
    ]
