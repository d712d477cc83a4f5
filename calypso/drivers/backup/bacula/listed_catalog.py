"""The catalog asked by `llist`, where no address of its database is known.

The director lists the newest runs; what is older than the last thousand is not found this way.
"""

from collections.abc import Callable
from datetime import datetime

from calypso.drivers.backup.bacula import listing
from calypso.drivers.backup.bacula.answers import Answer
from calypso.drivers.backup.bacula.text import command, word
from calypso.drivers.backup.file_values import FileEntry, SampledFile
from calypso.drivers.backup.refusals import RunMissing, Unsupported
from calypso.drivers.backup.run_values import LogLine, Run, RunFilter
from calypso.drivers.backup.values import Volume

LISTED = 1000
NEEDS_DATABASE = "That needs the catalog's database: name it in CALYPSO_BACULA_CATALOG_URL."


class ListedCatalog:
    """Satisfies `Catalog`. `ask` gives a command to the director and returns its answer."""

    def __init__(self, ask: Callable[[str], Answer]) -> None:
        self._ask = ask

    def runs(self, wanted: RunFilter, *, limit: int, before_id: int | None) -> list[Run]:
        """List runs, newest first; without their volumes."""
        found = [one for one in self._newest() if fits(one, wanted, before_id)]
        return found[:limit]

    def run(self, run_id: int) -> Run:
        """Return one run; RunMissing."""
        found = listing.records(self._ask(f"llist jobid={int(run_id)}").packets)
        if not found:
            raise RunMissing(f"The catalog has no run {run_id}.")
        media = listing.records(self._ask(f"llist jobmedia jobid={int(run_id)}").packets)
        volumes = {one["volumename"] for one in media if "volumename" in one}
        return listing.run(found[0], tuple(sorted(volumes)))

    def started_with(self, comment: str) -> int | None:
        """Return the first run with a comment."""
        return min((one.id for one in self._newest() if one.comment == comment), default=None)

    def log(self, run_id: int, *, after: int) -> list[LogLine]:
        """Return what was said about a run after a line."""
        lines = listing.log(self._ask(f"list joblog jobid={int(run_id)}").packets)
        return [line for line in lines if line.id > after]

    def volumes(self) -> list[Volume]:
        """List the volumes, by name."""
        found = listing.records(self._ask("llist volumes").packets)
        volumes = [listing.volume(one) for one in found if "volumename" in one]
        return sorted(volumes, key=lambda one: one.name)

    def runs_on(self, volume: str, *, older_than: datetime | None = None) -> tuple[int, ...]:
        """Return the runs with data on a volume; each run is asked for."""
        told = self._ask(command("llist jobmedia", word("volume", volume)))
        # The director lists those of other volumes too, and the volume itself at the end.
        media = [one for one in listing.records(told.packets) if "jobmediaid" in one]
        ids = sorted({listing.number(one, "jobid") for one in media if one["volumename"] == volume})
        return tuple(one for one in ids if older_than is None or self._ended(one, older_than))

    def unames(self) -> dict[str, str]:
        """Return what each client said it is."""
        found = listing.records(self._ask("llist clients").packets)
        return {one["name"]: one.get("uname", "") for one in found if "name" in one}

    def search(
        self, runs: tuple[int, ...], pattern: str, *, limit: int, after: str | None
    ) -> list[FileEntry]:
        """Refuse: the director has no command for it."""
        del limit, after
        raise Unsupported(
            f"Files called {pattern!r} in {list(runs)} cannot be found here. {NEEDS_DATABASE}"
        )

    def sample(self, runs: tuple[int, ...], *, count: int, seed: str) -> list[SampledFile]:
        """Refuse: the director has no command for it."""
        del seed
        raise Unsupported(f"{count} files of {list(runs)} cannot be drawn here. {NEEDS_DATABASE}")

    def _newest(self) -> list[Run]:
        told = self._ask(f"llist jobs limit={LISTED} order=desc")
        found = [listing.run(one) for one in listing.records(told.packets) if "jobid" in one]
        return sorted(found, key=lambda one: one.id, reverse=True)

    def _ended(self, run_id: int, before: datetime) -> bool:
        ended = self.run(run_id).ended_at
        return ended is not None and ended < before


def fits(run: Run, wanted: RunFilter, before_id: int | None) -> bool:
    """Tell whether a run is one of those that are wanted."""
    return (
        wanted.job in (None, run.name)
        and wanted.client in (None, run.client)
        and wanted.fileset in (None, run.fileset)
        and wanted.comment in (None, run.comment)
        and (before_id is None or run.id < before_id)
        and wanted.kind in (None, run.kind)
        and wanted.level in (None, run.level)
        and (not wanted.states or run.state in wanted.states)
        and _began(run, wanted.started_before)
    )


def _began(run: Run, before: datetime | None) -> bool:
    return before is None or (run.started_at is not None and run.started_at <= before)
