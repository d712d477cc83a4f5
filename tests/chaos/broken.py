"""Switch one guard off, to see that the harness would notice: `make chaos BREAK=fence`, say."""

import sys
from datetime import UTC, datetime, timedelta

import psycopg

GUARDS = ("fence", "lease", "lock", "proof")
LEASE = timedelta(seconds=3)  # as in the stack


def break_database(url: str, guard: str) -> None:
    """Take the guard out of the functions of one database."""
    with psycopg.connect(url, autocommit=True) as database:
        if guard == "fence":
            _edit(database, "finish(uuid,bigint,text,jsonb,jsonb,jsonb,jsonb,interval)",
                  "AND epoch = _epoch AND", "AND")  # fmt: skip
        elif guard == "lock":
            _edit(database, "blocked(text,text,calypso.lock_mode,integer,bigint)",
                  "RETURN EXISTS", "RETURN false AND EXISTS")  # fmt: skip
            _edit(database, "blocked(text,text,calypso.lock_mode,integer,bigint)",
                  "OR EXISTS", "AND EXISTS")  # fmt: skip


def _edit(database: psycopg.Connection, function: str, old: str, new: str) -> None:
    found = database.execute(
        "SELECT pg_get_functiondef(%s::regprocedure)", (f"calypso.{function}",)
    ).fetchone()
    assert found is not None
    assert old in found[0], f"{function} does not say {old!r} any more"
    database.execute(found[0].replace(old, new))


def main(guard: str, subsystem: str) -> None:
    """Be the control process without the guard."""
    from workers import bench, control

    if guard == "lease":  # silence is taken for death

        class Hasty(bench.LocalUndertaker):
            def is_dead(self, worker):  # type: ignore[no-untyped-def]
                return super().is_dead(worker) or worker.seen_at < datetime.now(UTC) - LEASE

            def end_leftovers(self, worker):  # type: ignore[no-untyped-def]
                return []

        control.LocalUndertaker = Hasty
    elif guard == "proof":  # what a dead worker left is not looked for

        class Careless(bench.LocalUndertaker):
            def end_leftovers(self, worker):  # type: ignore[no-untyped-def]
                return []

        control.LocalUndertaker = Careless
    control.main(subsystem)


if __name__ == "__main__":
    main(*sys.argv[1:])
