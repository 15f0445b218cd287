import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("oauth", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="refreshtoken",
            name="connected_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now,
                help_text="When the user allowed it; handed on from token to token.",
            ),
        ),
    ]
