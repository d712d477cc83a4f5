"""Bring a database's schema up to what this release needs."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, Engine

from calypso.errors import StoreUnavailable
from calypso.store.engine import calling, make_engine

SCHEMA = "calypso"
TURN = "SELECT pg_advisory_xact_lock(hashtext('calypso:migrate'))"
# Who waits for a table lets everybody after him wait too: jobs and requests stand still so long.
LOCK_S, PAUSE_S, PATIENCE_S = 2, 1.0, 120.0
LOCK_HELD = "55P03"  # SQLSTATE lock_not_available
# After a restore from a dump the counter of transactions starts low again; events written before
# would pass for future ones, and readers would wait for them.
# A migration that takes something away names, as `serves_from`, the first one whose release does
# without it. The latest of those stands beside the revision, for releases that know none of them.
FLOOR = "SELECT obj_description(to_regclass('calypso.schema_version'))"
SET_FLOOR = "COMMENT ON TABLE calypso.schema_version IS '{}'"
SIZE = "SELECT pg_database_size(current_database())"
# Of every node; those that said something in the last minute.
WORKERS = """
SELECT DISTINCT node, version FROM calypso.workers
 WHERE seen_at > now() - interval '60 s' ORDER BY node, version"""
SETTLE_EVENTS = """
UPDATE calypso.job_events SET xact = '3'
 WHERE xact >= pg_snapshot_xmax(pg_current_snapshot())"""
SETTLE_CURSORS = """
UPDATE calypso.alert_cursors
   SET xact = (pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1)::text::xid8
 WHERE xact >= pg_snapshot_xmax(pg_current_snapshot())"""


def upgrade(url: str, *, patience_s: float = PATIENCE_S) -> None:
    """Apply every migration that is missing, all or none; calls at the same time take turns.

    Raises StoreUnavailable when the database cannot be reached, or when somebody holds what is to
    be changed for longer than `patience_s`.
    """
    engine = make_engine(url, pool_size=1, statement_timeout_s=None, autocommit=False)
    deadline = time.monotonic() + patience_s
    try:
        while not _tried(engine):
            if time.monotonic() >= deadline:
                raise StoreUnavailable(
                    f"Tables that are to be changed were in use for {patience_s:g} s, as by a dump "
                    "of the database. Try again when that is over."
                )
            time.sleep(PAUSE_S)
    finally:
        engine.dispose()


def _tried(engine: Engine) -> bool:
    """Migrate; False when somebody holds what is to be changed, and nothing was changed."""
    try:
        with calling(engine) as connection, connection.begin():
            connection.exec_driver_sql(TURN)
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_S} s'")
            _migrate(connection)
    except StoreUnavailable as failed:
        original = getattr(failed.__cause__, "orig", None)
        if getattr(original, "sqlstate", None) == LOCK_HELD:
            return False
        raise
    return True


def _migrate(connection: Connection) -> None:
    _make_schema(connection)
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    _raise_floor(connection)
    connection.exec_driver_sql(SETTLE_EVENTS)
    connection.exec_driver_sql(SETTLE_CURSORS)


def current_revision(engine: Engine) -> str | None:
    """Return the revision the database is at; None when it has never been migrated."""
    with calling(engine) as connection:
        options = {"version_table": "schema_version", "version_table_schema": SCHEMA}
        return MigrationContext.configure(connection, opts=options).get_current_revision()


def is_current(engine: Engine) -> bool:
    """Tell whether the database has every migration of this release, and perhaps later ones.

    A database of a newer release serves this one too, unless that took away what this needs.
    """
    at, known = current_revision(engine), known_revisions()
    needs = max(known)
    if at is None or at in known:
        return at == needs
    return (_floor(engine) or "") <= needs


def state(engine: Engine) -> dict[str, Any]:
    """Return how the database is, as this release sees it.

    `at`: its migration, or None; `needs`: this release's; `floor`: the oldest release's that still
    runs on it, or None; `leaves`: what the floor will be at least once this release has migrated;
    `size_bytes`; `workers`: node and version of those that live.
    """
    at = current_revision(engine)
    with calling(engine) as connection:
        size_bytes = connection.exec_driver_sql(SIZE).scalar()
        rows = [] if at is None else connection.exec_driver_sql(WORKERS).all()
    return {
        "at": at,
        "needs": max(known_revisions()),
        "floor": _floor(engine),
        "leaves": _leaves(),
        "size_bytes": size_bytes,
        "workers": [{"node": node, "version": version} for node, version in rows],
    }


def _floor(engine: Engine) -> str | None:
    with calling(engine) as connection:
        found: str | None = connection.exec_driver_sql(FLOOR).scalar()
    return found


def known_revisions() -> set[str]:
    """Return every revision that this release can bring up to date."""
    return {script.revision for script in _scripts()}


def _scripts() -> Iterator[Script]:
    """Yield every migration of this release; their revisions sort as they follow each other."""
    return ScriptDirectory.from_config(_config()).walk_revisions()


def _serves_from(script: Script) -> str | None:
    return getattr(script.module, "serves_from", None)


def _leaves() -> str | None:
    """Return the floor below which this release's migrations leave nothing to live on."""
    return max((floor for script in _scripts() if (floor := _serves_from(script))), default=None)


def _raise_floor(connection: Connection) -> None:
    floor = _leaves()
    if floor and floor > (connection.exec_driver_sql(FLOOR).scalar() or ""):
        connection.exec_driver_sql(SET_FLOOR.format(floor))


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
