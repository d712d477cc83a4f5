"""What the director is configured to do."""

from calypso.drivers.backup.bacula import letters, names
from calypso.drivers.backup.bacula.asking import Asking
from calypso.drivers.backup.bacula.names import Noun
from calypso.drivers.backup.bacula.session import Session
from calypso.drivers.backup.values import BackupJob, BackupPool, BackupStorage, Client

Told = dict[str, str]


class Resources(Asking):
    """Jobs, clients, filesets, pools and storages."""

    def jobs(self) -> list[BackupJob]:
        """List the jobs."""
        return [_job(told) for told in self._all(names.JOB)]

    def job(self, name: str) -> BackupJob:
        """Return one job; BackupJobMissing."""
        with self._session() as talk:
            names.known(talk, names.JOB, name)
            return _job(names.defaults(talk, names.JOB, name))

    def clients(self) -> list[Client]:
        """List the clients."""
        unames = self._catalog.unames()
        return [_client(told, unames.get(told["client"], "")) for told in self._all(names.CLIENT)]

    def filesets(self) -> list[str]:
        """List the filesets."""
        with self._session() as talk:
            return names.listed(talk, names.FILESET)

    def pools(self) -> list[BackupPool]:
        """List the pools."""
        return [_pool(told) for told in self._all(names.POOL)]

    def storages(self) -> list[BackupStorage]:
        """List the storages."""
        return [_storage(told) for told in self._all(names.STORAGE)]

    def _all(self, noun: Noun) -> list[Told]:
        with self._session() as talk:
            return [_told(talk, noun, name) for name in names.listed(talk, noun)]


def _told(talk: Session, noun: Noun, name: str) -> Told:
    return names.defaults(talk, noun, name)


def _job(told: Told) -> BackupJob:
    return BackupJob(
        name=told["job"],
        kind=letters.kind_of_word(told["type"]),
        level=letters.level_of_word(told["level"]),
        client=told["client"],
        fileset=told["fileset"],
        pool=told["pool"],
        storage=told["storage"],
        priority=int(told["priority"]),
        is_enabled=told["enabled"] == "1",
    )


def _client(told: Told, uname: str) -> Client:
    version, _, machine = uname.partition(" ")
    return Client(
        name=told["client"],
        address=told.get("address"),
        port=_number(told, "fdport"),
        version=version or None,
        uname=machine.rpartition(") ")[2] or None,
    )


def _pool(told: Told) -> BackupPool:
    return BackupPool(
        name=told["pool"],
        kind=told["pool_type"],
        label_format=told.get("label_format") or None,
        max_volumes=_number(told, "max_volumes"),
        max_volume_bytes=_number(told, "max_vol_bytes"),
        is_recycled=told.get("recycle") == "1",
    )


def _storage(told: Told) -> BackupStorage:
    return BackupStorage(
        name=told["storage"],
        address=told["address"],
        port=int(told["sdport"]),
        device=told["device"],
        media_type=told["media_type"],
        is_enabled=told["enabled"] == "1",
    )


def _number(told: Told, key: str) -> int | None:
    return int(told.get(key) or 0) or None
