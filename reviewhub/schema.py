"""The migrations of the database against those of this code."""

from collections.abc import Iterable

from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

Key = tuple[str, str]  # of a migration: app and name

OWN = {"oauth", "reviews"}  # apps whose migrations are ours
NEWER = (
    "The database belongs to a newer release of ReviewHub: it has the migration {name}, which this one does not know. "
    "Install the newer release again, or restore a backup from before the update."
)


def applied(alias: str = DEFAULT_DB_ALIAS) -> list[Key]:
    """Return the migrations that the database has; none where it has no tables yet."""
    return sorted(MigrationRecorder(connections[alias]).applied_migrations())


def unknown(keys: Iterable[Key]) -> list[Key]:
    """Return those of the migrations that this code does not have."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    known = set(loader.disk_migrations)
    known.update(key for migration in loader.disk_migrations.values() for key in migration.replaces)
    return [key for key in keys if key not in known]


def is_behind(alias: str = DEFAULT_DB_ALIAS) -> bool:
    """Return True if migrations are to be applied."""
    executor = MigrationExecutor(connections[alias])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def find_newer(alias: str = DEFAULT_DB_ALIAS) -> str:
    """Return a sentence where the database was updated by a newer release than this one; empty where it was not."""
    newer = [".".join(key) for key in unknown(applied(alias)) if key[0] in OWN]
    return NEWER.format(name=newer[-1]) if newer else ""


def find_newer_at_start() -> str:
    """Return the same as `find_newer`, and nothing where the database is out of reach: it may come back."""
    try:
        return find_newer()
    except (DatabaseError, InterfaceError):
        return ""
    finally:
        connections.close_all()


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
