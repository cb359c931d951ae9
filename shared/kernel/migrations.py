"""Forward-only SQL migrations by yoyo: the kernel's first, then the service's own, each in one transaction.

`python -m shared.kernel.migrations PACKAGE` applies a service's to the database of `YINUO_DATABASE_OWNER_DSN`, as `migrate` of the
service does; but what the service is made of is not loaded.
"""

import logging
import os
import sys
from importlib import resources

import psycopg
import yoyo

_KERNEL = "shared.kernel"
_EVERY_TIME = """
DO $$ BEGIN EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO %I', current_database(), tenancy.app_role()); END $$
"""
"""Rights on the database itself: neither a restored dump nor a copy brings them along."""


def migrate(owner_dsn: str, service_package: str) -> int:
    """Apply what is not applied yet, as the database's owner; return how many. Safe to run twice at once."""
    logging.getLogger("yoyo").setLevel(logging.WARNING)
    folders = [str(resources.files(_KERNEL) / "sql"), str(resources.files(service_package) / "migrations")]
    backend = yoyo.get_backend(owner_dsn.replace("postgresql://", "postgresql+psycopg://", 1))
    try:
        migrations = yoyo.read_migrations(*folders)
        with backend.lock(timeout=60):
            missing = backend.to_apply(migrations)
            backend.apply_migrations(missing)
    finally:
        backend.connection.close()
    with psycopg.connect(owner_dsn) as connection:
        connection.execute(_EVERY_TIME)
    return len(missing)


def names(service_package: str) -> list[str]:
    """Return the ids of every migration this code knows, in order."""
    folders = [str(resources.files(_KERNEL) / "sql"), str(resources.files(service_package) / "migrations")]
    return [migration.id for migration in yoyo.read_migrations(*folders)]


if __name__ == "__main__":
    migrate(os.environ["YINUO_DATABASE_OWNER_DSN"], sys.argv[1])
