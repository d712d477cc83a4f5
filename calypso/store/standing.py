"""What a database holds, for whoever is about to replace it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from calypso.store.connecting import NAME
from calypso.store.engine import calling

FEW = 10_000  # counted no further: beyond it, it is many
ALIVE_S = 60.0
HERE = """
SELECT to_regclass('calypso.jobs') IS NOT NULL AND to_regclass('calypso.schedules') IS NOT NULL"""
_JOBS = """
SELECT FROM calypso.{} WHERE NOT control AND type <> 'system.noop' AND created_at >= %(at)s"""
COUNTS = f"""
SELECT (SELECT count(*) FROM (({_JOBS.format("jobs")} LIMIT {FEW})
                              UNION ALL ({_JOBS.format("jobs_history")} LIMIT {FEW})) j),
       (SELECT count(*) FROM calypso.schedules WHERE updated_at >= %(at)s),
       (SELECT count(*) FROM calypso.users WHERE created_at >= %(at)s),
       (SELECT count(*) FROM calypso.secrets WHERE updated_at >= %(at)s),
       (SELECT count(*) FROM calypso.archives WHERE began_at >= %(at)s),
       (SELECT count(*) FROM calypso.media_pools WHERE %(at)s::timestamptz = '-infinity'),
       (SELECT count(*) FROM calypso.workers WHERE seen_at > now() - interval '{ALIVE_S} s'),
       (SELECT count(*) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = '{NAME}'
           AND pid <> pg_backend_pid())"""  # noqa: S608 - fixed words


@dataclass(frozen=True)
class Standing:
    """How much there is.

    `live_workers`: those that said something in the last minute. `connections`: of APIs,
    schedulers, workers and command lines, but for the one that asks.
    """

    jobs: int
    schedules: int
    accounts: int
    secrets: int
    archives: int  # on tape, in the books
    media_pools: int  # none where it was asked since when: they do not say when they were made
    live_workers: int
    connections: int

    @property
    def is_of_use(self) -> bool:
        """False of a fresh install: nothing but its first administrator and checks of workers."""
        made = self.jobs, self.schedules, self.secrets, self.archives, self.media_pools
        return any(made) or self.accounts > 1

    @property
    def words(self) -> str:
        """Say what would be lost with it."""
        jobs = f"{FEW} or more" if self.jobs >= FEW else str(self.jobs)
        return (
            f"{jobs} jobs, {self.schedules} schedules, {self.accounts} accounts, "
            f"{self.secrets} stored secrets, {self.archives} archives "
            f"and {self.media_pools} pools in the books of tapes"
        )


def standing(engine: Engine, *, since: datetime | None = None) -> Standing | None:
    """Count what a database holds, or what was made or changed in it since then.

    None where Calypso's tables are not.
    """
    with calling(engine) as connection:
        if not connection.exec_driver_sql(HERE).scalar():
            return None
        row = connection.exec_driver_sql(COUNTS, {"at": since or "-infinity"}).one()
        return Standing(*row)
