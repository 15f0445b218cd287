from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("oauth", "0020_names_for_people"),
        ("reviews", "0038_messages_tried_before"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="inboxitem",
            index=models.Index(
                fields=["account", "stars", "id"],
                condition=Q(handled_at=None) & (~Q(kind="feedback") | Q(stars__lte=2)),
                name="inbox_in_need",
            ),
        ),
    ]
