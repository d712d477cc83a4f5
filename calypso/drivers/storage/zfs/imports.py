"""The part of the driver that takes pools into use and out of it."""

from collections.abc import Sequence

from calypso.drivers.storage import (
    Busy,
    Pool,
    PoolExists,
    PoolMissing,
    PoolSuspended,
    StorageError,
)
from calypso.drivers.storage.zfs import pool_reading
from calypso.drivers.storage.zfs.commands import DESTROY_TIMEOUT_S
from calypso.drivers.storage.zfs.names import refuse_option, refuse_pool
from calypso.drivers.storage.zfs.reading import ListedDataset
from calypso.drivers.storage.zfs.services import Services
from calypso.models.jobtype import Plan

IMPORT_TIMEOUT_S = 3600.0  # a pool of many datasets mounts each of them


class Imports(Services):
    """Importing and exporting."""

    def import_pool(
        self,
        pool: str,
        *,
        new_name: str | None = None,
        altroot: str | None = None,
        readonly: bool = False,
        force: bool = False,
        search: Sequence[str] = (),
    ) -> Pool:
        """Take a pool, named or by its guid, into use."""
        refuse_option(pool, *search, *(one for one in (new_name, altroot) if one is not None))
        name = new_name or self._name_of(pool, search)
        refuse_pool(name)
        if self._has_pool(name):
            raise PoolExists(f"There is a pool {name} in use already. Give this one a new name.")
        options = [word for folder in search for word in ("-d", folder)]
        options += [] if altroot is None else ["-R", altroot]
        options += ["-o", "readonly=on"] if readonly else []
        options += ["-f"] if force else []
        names = [pool] if new_name is None else [pool, new_name]
        self._do("zpool", "import", *options, *names, timeout_s=IMPORT_TIMEOUT_S)
        return self.pool(name)

    def _name_of(self, pool: str, search: Sequence[str]) -> str:
        """Return the name of what a guid stands for; a name stands for itself."""
        if not pool.isdigit():
            return pool
        return self._importable(pool, search)[0].name

    def _importable(self, pool: str, search: Sequence[str]) -> list[pool_reading.Importable]:
        options = [word for folder in search for word in ("-d", folder)]
        try:
            listed = pool_reading.importable(self._read("zpool", "import", *options))
        except PoolMissing:
            listed = []
        found = [one for one in listed if pool in (one.name, one.guid)]
        if not found:
            there = ", ".join(f"{one.name} ({one.guid})" for one in listed) or "none"
            raise PoolMissing(f"No pool {pool} can be imported. Those that can: {there}.")
        return found

    def plan_import_pool(self, pool: str, *, search: Sequence[str] = ()) -> Plan:
        """Say what import_pool would find; PoolMissing."""
        refuse_option(pool, *search)
        found = self._importable(pool, search)
        effects = [
            f"Pool {one.name}, guid {one.guid}, is {one.state}. {one.words or ''}".strip()
            for one in found
        ]
        if len(found) > 1:
            effects.append("It will be refused: name one by its guid.")
        return Plan(commands=[["zpool", "import", pool]], effects=effects)

    def export_pool(self, name: str, *, force: bool = False) -> None:
        """Give a pool out of use; Busy before anything of it is unmounted, unless by force."""
        if self.pool(name).is_suspended:
            raise PoolSuspended(f"{name} is suspended: bring its disks back, or reboot, first.")
        self._export(name, self._tree(name), force=force)

    def _export(self, name: str, tree: Sequence[ListedDataset], *, force: bool) -> None:
        if force:
            self._refuse_open_volumes(tree)
            with self._naming_users(tree):
                self._do("zpool", "export", "-f", name, timeout_s=DESTROY_TIMEOUT_S)
        else:
            with self._idle(tree):
                self._do("zpool", "export", name, timeout_s=DESTROY_TIMEOUT_S)
        if self._has_pool(name):
            raise StorageError(f"zpool says that {name} is exported, but it is in use.")

    def plan_export_pool(
        self, name: str, *, force: bool = False, stop_services: bool = False
    ) -> Plan:
        """Say what export_pool would do, and who is in the way."""
        command = ["zpool", "export", *(["-f"] if force else []), name]
        effects = [f"Pool {name} is out of use until it is imported again."]
        if self.pool(name).is_suspended:
            return Plan(
                commands=[command],
                effects=[*effects, f"It will be refused: {name} is suspended."],
            )
        tree = self._tree(name)
        effects += [f"{one.dataset.name} is unmounted." for one in tree if one.is_mounted]
        stopped, refusals = self._in_the_way(name, tree, force=force, stop_services=stop_services)
        effects += [f"{service} is stopped, and not started again." for service in stopped]
        effects += ["Jobs that run through them fail."] if stopped else []
        return Plan(
            commands=[*(["systemctl", "stop", "--", service] for service in stopped), command],
            effects=[*effects, *(f"It will be refused: {told}" for told in refusals)],
        )

    def _in_the_way(
        self, name: str, tree: Sequence[ListedDataset], *, force: bool, stop_services: bool
    ) -> tuple[list[str], list[str]]:
        """Return the services that are to be stopped, and by what an export is refused."""
        try:
            if stop_services:
                return self.services_of_pool(name, force=force), []
            self._refuse_open_volumes(tree) if force else self._refuse_used(tree)
        except Busy as user:
            return [], [user.detail]
        return [], []
