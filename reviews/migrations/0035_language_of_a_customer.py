from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0034_troubles")]

    operations = [
        migrations.AddField(
            model_name="contact",
            name="language",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Of messages and the page; the business's if empty.",
                max_length=35,
            ),
        ),
        migrations.AlterField(
            model_name="reviewrequest",
            name="language",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Language tag (BCP 47) that the ask named; it counts where the customer has none.",
                max_length=35,
            ),
        ),
    ]
