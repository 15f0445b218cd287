import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("oauth", "0021_mail_about_the_inbox"),
    ]

    operations = [
        migrations.CreateModel(
            name="MemberMail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("due_at", models.DateTimeField()),
                ("claim", models.UUIDField(blank=True, editable=False, null=True)),
                ("attempts", models.PositiveIntegerField(default=0, help_text="That failed, in a row.")),
                (
                    "lapses",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="How often in a row a process claimed it and did not finish."
                    ),
                ),
                ("sent_at", models.DateTimeField(blank=True, help_text="When the last one left.", null=True)),
                ("failing_since", models.DateTimeField(blank=True, null=True)),
                (
                    "error",
                    models.CharField(blank=True, help_text="Why the last one did not leave.", max_length=300),
                ),
                (
                    "membership",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="mail", to="oauth.membership"
                    ),
                ),
            ],
            options={
                "verbose_name": "mail to a member",
                "verbose_name_plural": "mail to members",
                "indexes": [models.Index(fields=["due_at"], name="member_mail_due")],
            },
        ),
    ]
