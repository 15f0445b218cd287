"""Feedback is handled in the inbox: its own columns for that are forgotten, once 0018 has put their values there.

PostgreSQL keeps the columns, with a default: web processes of the release before write to them until they are ended,
and a customer's feedback would be lost. The first migration of the release after this one may drop them.
"""

from importlib import import_module
from typing import Any

from django.db import migrations

from reviewhub.online_migrations import lock_tables

fill_late = import_module("reviews.migrations.0018_inbox_of_what_was_there").fill_late


class ForgetIndex(migrations.RemoveIndex):
    """Remove the index from SQLite, where nobody else writes meanwhile, and from a database that 0018 left it in."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "sqlite" and _stands(schema_editor, index=self.name):
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "sqlite":
            super().database_backwards(app_label, schema_editor, from_state, to_state)


class ForgetField(migrations.RemoveField):
    """The same for a column."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        column = from_state.apps.get_model(app_label, self.model_name)._meta.get_field(self.name).column
        if schema_editor.connection.vendor == "sqlite" and _stands(schema_editor, column=column):
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "sqlite":
            super().database_backwards(app_label, schema_editor, from_state, to_state)


def _stands(schema_editor: Any, index: str = "", column: str = "") -> bool:
    """Return True if the table of feedback has that; while no release had 0018, it took both away."""
    with schema_editor.connection.cursor() as cursor:
        inspect = schema_editor.connection.introspection
        if index:
            return index in inspect.get_constraints(cursor, "reviews_feedback")
        return column in {row.name for row in inspect.get_table_description(cursor, "reviews_feedback")}


def let_columns_be(apps: Any, schema_editor: Any) -> None:
    """Let new code write feedback, and delete the people who handled some, without a thought of these columns."""
    if schema_editor.connection.vendor == "postgresql" and _stands(schema_editor, column="note"):
        lock_tables(["oauth_user", "reviews_feedback"], schema_editor.connection)
        key = "reviews_feedback_handled_by_id_64f5bf34_fk_oauth_user_id"
        schema_editor.execute("DROP INDEX IF EXISTS feedback_unhandled, reviews_feedback_handled_by_id_64f5bf34")
        schema_editor.execute(f"ALTER TABLE reviews_feedback DROP CONSTRAINT IF EXISTS {key}")
        schema_editor.execute("ALTER TABLE reviews_feedback ALTER COLUMN note SET DEFAULT ''")


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0047_big_tables_found"),
    ]

    operations = [
        migrations.RunPython(fill_late, migrations.RunPython.noop, elidable=True),
        ForgetIndex(model_name="feedback", name="feedback_unhandled"),
        ForgetField(model_name="feedback", name="handled_at"),
        ForgetField(model_name="feedback", name="handled_by"),
        ForgetField(model_name="feedback", name="note"),
        # Last, since it locks tables until the end.
        migrations.RunPython(let_columns_be, migrations.RunPython.noop),
    ]
