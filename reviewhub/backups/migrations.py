"""Which migrations a database has, and which of them this code knows."""

from collections.abc import Iterable

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

Key = tuple[str, str]  # app and name


def applied() -> list[Key]:
    """Return the migrations that the database has; none where it has no tables yet."""
    return sorted(MigrationRecorder(connection).applied_migrations())


def unknown(keys: Iterable[Key]) -> list[str]:
    """Return those of the migrations that this code does not have, as people read them."""
    loader = MigrationLoader(None)
    replaced = {key for migration in loader.disk_migrations.values() for key in migration.replaces}
    return [f"{app} {name}" for app, name in keys if (app, name) not in loader.disk_migrations.keys() | replaced]


def are_up_to_date() -> bool:
    """Tell whether the database has all migrations of this code."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def migrate_to(keys: Iterable[Key]) -> None:
    """Make the tables of an empty database as they were with these migrations."""
    executor = MigrationExecutor(connection)
    graph, wanted = executor.loader.graph, set(keys)
    # The last of each app that are wanted: whatever comes before is applied with them.
    targets = [
        key
        for key in sorted(wanted)
        if key in graph.nodes
        and not any(child.key in wanted and child.key[0] == key[0] for child in graph.node_map[key].children)
    ]
    executor.migrate(targets)
