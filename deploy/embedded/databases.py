"""A database per service, owned by one role and used by another that owns nothing."""

import psycopg
from psycopg import sql

from deploy.embedded.postgres import EmbeddedPostgres

_CREATE_ROLE = "CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS"


def owner_of(name: str) -> str:
    """Return the role that owns a database and migrates it."""
    return f"{name}_owner"


def app_of(name: str) -> str:
    """Return the role a service works as; row level security binds it, since it owns nothing."""
    return f"{name}_app"


def ensure_databases(server: EmbeddedPostgres, names: tuple[str, ...]) -> None:
    """Create the databases and their two roles as far as they are missing; psycopg's errors pass through."""
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        roles = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        databases = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
        for name in names:
            for role in {owner_of(name), app_of(name)} - roles:
                connection.execute(sql.SQL(_CREATE_ROLE).format(sql.Identifier(role)))
            words = {"name": sql.Identifier(name), "owner": sql.Identifier(owner_of(name)), "app": sql.Identifier(app_of(name))}
            if name not in databases:
                connection.execute(sql.SQL("CREATE DATABASE {name} OWNER {owner}").format(**words))
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {name} FROM PUBLIC").format(**words))
            connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {name} TO {app}").format(**words))


def copy_database(server: EmbeddedPostgres, source: str, name: str, owner: str) -> None:
    """Make a database a copy of another, in place of one of that name; whoever is connected to either is cut off meanwhile."""
    words = {"source": sql.Identifier(source), "name": sql.Identifier(name), "owner": sql.Identifier(owner)}
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute(sql.SQL("ALTER DATABASE {source} ALLOW_CONNECTIONS false").format(**words))
        try:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [source])
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {name} WITH (FORCE)").format(**words))
            connection.execute(sql.SQL("CREATE DATABASE {name} OWNER {owner} TEMPLATE {source}").format(**words))
        finally:
            connection.execute(sql.SQL("ALTER DATABASE {source} ALLOW_CONNECTIONS true").format(**words))


def drop_database(server: EmbeddedPostgres, name: str) -> None:
    """Drop a database and its two roles, whoever is connected; nothing happens if there is none."""
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        for role in (app_of(name), owner_of(name)):
            connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))
