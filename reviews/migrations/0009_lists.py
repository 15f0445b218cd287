import django.db.models.deletion
from django.db import DatabaseError, migrations, models, transaction

# The expression of reviews.contacts.search.SearchedText.
SEARCHED = "UPPER(first_name || ' ' || last_name || ' ' || company_name || ' ' || email || ' ' || phone)"


def add_search(apps, schema_editor):
    """Let PostgreSQL find customers by three letters in a row.

    The extension comes with PostgreSQL, and whoever may create things in the database may switch it on. Where it
    is missing or forbidden, searching still works, only slowly; nobody is kept from upgrading for that.
    """
    if schema_editor.connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(using=schema_editor.connection.alias):
            schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            schema_editor.execute(f"CREATE INDEX contact_search ON reviews_contact USING gin ({SEARCHED} gin_trgm_ops)")
    except DatabaseError as error:
        print(  # noqa: T201 (what migrate shows)
            f"\n  Searching for customers stays slow: {str(error).strip()}"
            "\n  To mend it, run as the database's owner: CREATE EXTENSION pg_trgm;"
            f"\n  CREATE INDEX contact_search ON reviews_contact USING gin ({SEARCHED} gin_trgm_ops);"
        )


def remove_search(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS contact_search")


class Migration(migrations.Migration):
    """Every list of the back-office has an index for its order, and so has its search."""

    dependencies = [
        ("oauth", "0005_account_skip_holidays"),
        ("reviews", "0008_import_job"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="contact",
            name="contact_newest",
        ),
        migrations.RemoveIndex(
            model_name="delivery",
            name="delivery_newest",
        ),
        migrations.RemoveIndex(
            model_name="feedback",
            name="feedback_newest",
        ),
        migrations.RemoveIndex(
            model_name="suppression",
            name="suppression_newest",
        ),
        migrations.AlterField(
            model_name="reviewrequest",
            name="sequence",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="review_requests",
                to="reviews.sequence",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(fields=["-created_at", "-id"], name="contact_newest_of_all"),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(fields=["account", "-created_at", "-id"], name="contact_newest"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["account", "-id"], name="delivery_newest"),
        ),
        migrations.AddIndex(
            model_name="feedback",
            index=models.Index(fields=["account", "-id"], name="feedback_newest"),
        ),
        migrations.AddIndex(
            model_name="reviewrequest",
            index=models.Index(fields=["-created_at", "-id"], name="request_newest_of_all"),
        ),
        migrations.AddIndex(
            model_name="reviewrequest",
            index=models.Index(fields=["status", "-created_at"], name="request_by_status_of_all"),
        ),
        migrations.AddIndex(
            model_name="suppression",
            index=models.Index(fields=["account", "-id"], name="suppression_newest"),
        ),
        migrations.RunPython(add_search, remove_search),
    ]
