"""Bring a database's schema up to what this release needs."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from calypso.store.engine import calling, make_engine

SCHEMA = "calypso"
TURN = "SELECT pg_advisory_xact_lock(hashtext('calypso:migrate'))"
# After a restore from a dump the counter of transactions starts low again; events written before
# would pass for future ones, and readers would wait for them.
SETTLE_EVENTS = """
UPDATE calypso.job_events SET xact = '3'
 WHERE xact >= pg_snapshot_xmax(pg_current_snapshot())"""
SETTLE_CURSORS = """
UPDATE calypso.alert_cursors
   SET xact = (pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1)::text::xid8
 WHERE xact >= pg_snapshot_xmax(pg_current_snapshot())"""


def upgrade(url: str) -> None:
    """Apply every migration that is missing, all or none; calls at the same time take turns.

    Raises StoreUnavailable when the database cannot be reached.
    """
    engine = make_engine(url, pool_size=1, statement_timeout_s=None, autocommit=False)
    try:
        with calling(engine) as connection, connection.begin():
            connection.exec_driver_sql(TURN)
            _make_schema(connection)
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.exec_driver_sql(SETTLE_EVENTS)
            connection.exec_driver_sql(SETTLE_CURSORS)
    finally:
        engine.dispose()


def current_revision(engine: Engine) -> str | None:
    """Return the revision the database is at; None when it has never been migrated."""
    with calling(engine) as connection:
        options = {"version_table": "schema_version", "version_table_schema": SCHEMA}
        return MigrationContext.configure(connection, opts=options).get_current_revision()


def is_current(engine: Engine) -> bool:
    """Tell whether the database has every migration of this release, and perhaps later ones.

    A database of a newer release serves this one too: a migration keeps the release before it
    running.
    """
    revision = current_revision(engine)
    if revision is None:
        return False
    scripts = ScriptDirectory.from_config(_config())
    known = {script.revision for script in scripts.walk_revisions()}
    return revision not in known or revision == scripts.get_current_head()


def _config() -> Config:
    config = Config()
    folder = str(Path(__file__).parent / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))
    return config


def _make_schema(connection: Connection) -> None:
    # Not CREATE ... IF NOT EXISTS: that asks for the right to create even when it is there.
    found = connection.exec_driver_sql(
        "SELECT 1 FROM pg_namespace WHERE nspname = %s", (SCHEMA,)
    ).first()
    if found is None:
        connection.exec_driver_sql(f"CREATE SCHEMA {SCHEMA}")
