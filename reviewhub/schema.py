"""The migrations of the database against those of this code."""

from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

OWN = {"oauth", "reviews"}  # apps whose migrations are ours
NEWER = (
    "The database belongs to a newer release of ReviewHub: it has the migration {name}, which this one does not know. "
    "Install the newer release again, or restore a backup from before the update."
)


def is_behind(alias: str = DEFAULT_DB_ALIAS) -> bool:
    """Return True if migrations are to be applied."""
    executor = MigrationExecutor(connections[alias])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def find_newer(alias: str = DEFAULT_DB_ALIAS) -> str:
    """Return a sentence where the database was updated by a newer release than this one; empty where it was not."""
    loader = MigrationLoader(connections[alias], ignore_no_migrations=True)
    known = set(loader.disk_migrations)
    known.update(name for migration in loader.disk_migrations.values() for name in migration.replaces)
    newer = sorted(".".join(name) for name in set(loader.applied_migrations) - known if name[0] in OWN)
    return NEWER.format(name=newer[-1]) if newer else ""


def find_newer_at_start() -> str:
    """Return the same as `find_newer`, and nothing where the database is out of reach: it may come back."""
    try:
        return find_newer()
    except (DatabaseError, InterfaceError):
        return ""
    finally:
        connections.close_all()
