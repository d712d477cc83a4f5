"""What the director is configured to do."""

from calypso.drivers.backup.bacula.text import word
from calypso.drivers.backup.bareos import names, records
from calypso.drivers.backup.bareos.answers import Result
from calypso.drivers.backup.bareos.console import Console
from calypso.drivers.backup.bareos.names import Noun
from calypso.drivers.backup.values import BackupJob, BackupPool, BackupStorage, Client


class Resources:
    """Jobs, clients, filesets, pools and storages."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def jobs(self) -> list[BackupJob]:
        """List the jobs."""
        priorities = self._priorities("show jobs")
        return [_job(told, priorities) for told in self._all(names.JOB)]

    def job(self, name: str) -> BackupJob:
        """Return one job; BackupJobMissing."""
        names.known(self._console, (names.JOB, name))
        priorities = self._priorities(f"show {word('jobs', name)}")
        return _job(names.defaults(self._console, names.JOB, [name])[0], priorities)

    def clients(self) -> list[Client]:
        """List the clients."""
        listed = records.rows(self._console.ask("llist clients"), "clients")
        unames = {records.text(one, "name"): records.text(one, "uname") for one in listed}
        return [
            records.client(told, unames.get(records.text(told, "client"), ""))
            for told in self._all(names.CLIENT)
        ]

    def filesets(self) -> list[str]:
        """List the filesets."""
        return names.listed(self._console, names.FILESET)

    def pools(self) -> list[BackupPool]:
        """List the pools."""
        return [records.pool(told) for told in self._all(names.POOL)]

    def storages(self) -> list[BackupStorage]:
        """List the storages."""
        return [records.storage(told) for told in self._all(names.STORAGE)]

    def _all(self, noun: Noun) -> list[Result]:
        return names.defaults(self._console, noun, names.listed(self._console, noun))

    def _priorities(self, command: str) -> dict[str, int]:
        """Return the priorities that `show` tells, which `.defaults` does not."""
        shown: Result = self._console.ask(command).get("jobs") or {}
        return {
            name: records.number(told, "priority") or records.PRIORITY
            for name, told in shown.items()
        }


def _job(told: Result, priorities: dict[str, int]) -> BackupJob:
    return records.job(told, priorities.get(records.text(told, "job"), records.PRIORITY))
