"""What a database holds, for whoever is about to replace it."""

from dataclasses import dataclass

from sqlalchemy import Engine

from calypso.store.engine import calling

FEW = 10_000  # counted no further: beyond it, it is many
ALIVE_S = 60.0
HERE = """
SELECT to_regclass('calypso.jobs') IS NOT NULL AND to_regclass('calypso.schedules') IS NOT NULL"""
COUNTS = f"""
SELECT (SELECT count(*) FROM (SELECT FROM calypso.jobs WHERE type <> 'system.noop' LIMIT {FEW}) j),
       (SELECT count(*) FROM calypso.schedules), (SELECT count(*) FROM calypso.users),
       (SELECT count(*) FROM calypso.secrets),
       (SELECT count(*) FROM calypso.workers WHERE seen_at > now() - interval '{ALIVE_S} s')"""  # noqa: S608 - fixed words


@dataclass(frozen=True)
class Standing:
    """How much there is. `live_workers`: those that said something in the last minute."""

    jobs: int
    schedules: int
    accounts: int
    secrets: int
    live_workers: int

    @property
    def is_of_use(self) -> bool:
        """False of a fresh install: nothing but its first administrator and checks of workers."""
        return bool(self.jobs or self.schedules or self.secrets or self.accounts > 1)

    @property
    def words(self) -> str:
        """Say what would be lost with it."""
        jobs = f"{FEW} or more" if self.jobs == FEW else str(self.jobs)
        return (
            f"{jobs} jobs, {self.schedules} schedules, {self.accounts} accounts and "
            f"{self.secrets} stored secrets"
        )


def standing(engine: Engine) -> Standing | None:
    """Count what a database holds; None where Calypso's tables are not."""
    with calling(engine) as connection:
        if not connection.exec_driver_sql(HERE).scalar():
            return None
        row = connection.exec_driver_sql(COUNTS).one()
        return Standing(*row)
