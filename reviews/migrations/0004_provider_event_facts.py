from django.db import migrations, models


class Migration(migrations.Migration):
    """What a report says of the message it is about, so that the message can be found later."""

    dependencies = [("reviews", "0003_pace_of_senders")]

    operations = [
        migrations.AlterModelOptions(name="deliveryevent", options={"verbose_name": "provider event"}),
        migrations.AddField(
            model_name="deliveryevent",
            name="provider_id",
            field=models.CharField(blank=True, help_text="The provider's name for the message.", max_length=255),
        ),
        migrations.AddField(
            model_name="deliveryevent",
            name="message_key",
            field=models.UUIDField(blank=True, editable=False, help_text="Our own, where it came back.", null=True),
        ),
        migrations.AddField(
            model_name="deliveryevent",
            name="address",
            field=models.CharField(blank=True, help_text="Whom it is about, or who replied.", max_length=254),
        ),
        migrations.AddField(
            model_name="deliveryevent",
            name="code",
            field=models.CharField(blank=True, help_text="The provider's code of a refusal.", max_length=50),
        ),
        migrations.AddField(
            model_name="deliveryevent",
            name="text",
            field=models.TextField(blank=True, help_text="The provider's words, or the customer's."),
        ),
        migrations.AlterField(
            model_name="deliveryevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("sent", "Passed on"),
                    ("delivered", "Delivered"),
                    ("deferred", "Deferred"),
                    ("bounced", "Bounced"),
                    ("failed", "Failed"),
                    ("complained", "Complained"),
                    ("unsubscribed", "Unsubscribed"),
                    ("replied", "Replied"),
                    ("unknown", "Unknown"),
                ],
                default="unknown",
                max_length=12,
            ),
        ),
    ]
