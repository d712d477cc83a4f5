"""Pools: folders with a name, on whatever file system they lie."""

import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from calypso.drivers.storage import (
    Busy,
    DeviceInUse,
    DeviceMissing,
    DeviceUnfit,
    Pool,
    PoolMissing,
    Role,
    Unsupported,
    Vdev,
    VdevKind,
)
from calypso.drivers.storage.directory import records, scans
from calypso.drivers.storage.directory.datasets import all_of
from calypso.drivers.storage.directory.layout import (
    WORK,
    Folder,
    kept_properties,
    make,
    pool_name,
    read_json,
    tried,
    write_json,
)
from calypso.drivers.storage.directory.registry import POOL_ABOUT, Listed
from calypso.drivers.storage.directory.trees.moves import INTENT
from calypso.drivers.storage.directory.use import refuse_used
from calypso.drivers.storage.directory.workshop import Part
from calypso.drivers.storage.tree import tree_argv
from calypso.models.clock import now
from calypso.models.jobtype import Plan

MADE_FOLDERS = ("root", WORK)
MADE_FILES = (
    POOL_ABOUT,
    records.ORDER,
    scans.SCAN,
    INTENT,
    *(f"{name}.new" for name in (POOL_ABOUT, records.ORDER, scans.SCAN, INTENT)),
    scans.STOP,
    scans.PAUSE,
    scans.LOCK,
    "lock",
)


class Pools(Part):
    """The verbs about pools."""

    def pools(self) -> list[Pool]:
        """List every pool, by name."""
        return [self._pool(name, path) for name, path in self._shop.registry.ready().items()]

    def pool(self, name: str) -> Pool:
        """Return one pool; PoolMissing."""
        return self._pool(name, self._shop.pool(name))

    def sign(self) -> str:
        """Return a text that differs as soon as the state of some pool does."""
        told = [(one.name, one.health, one.scan and one.scan.state) for one in self.pools()]
        return repr(told)

    def create_pool(
        self,
        name: str,
        vdevs: Sequence[Vdev],
        *,
        mountpoint: str | None = None,
        properties: Mapping[str, str] | None = None,
    ) -> Pool:
        """Make a pool in an empty or missing directory."""
        pool_name(name)
        if mountpoint is not None:
            raise Unsupported("The directory product mounts nothing; leave the mountpoint empty.")
        told = {
            "name": name,
            "guid": records.new_guid(),
            "made": now().isoformat(),
            "properties": kept_properties(properties),
        }
        path = _fit(vdevs)
        registry = self._shop.registry
        with registry.alone():
            self._tidy_half_made()
            registry.refuse_taken(name, path)
            _refuse_unfit(path)
            listed = Listed(path=str(path), is_ready=False, made_folder=not path.exists())
            registry.write(name, listed)
            path.mkdir(exist_ok=True)
            make(path / "root", {"made": told["made"], "properties": {}})
            write_json(path / POOL_ABOUT, told)
            registry.write(name, {**listed, "is_ready": True})
        return self.pool(name)

    def destroy_pool(self, name: str) -> None:
        """Destroy a pool: what this product made in its folder, and nothing else."""
        path = self._shop.pool(name)
        refuse_used(path / "root", name)
        registry = self._shop.registry
        with ExitStack() as held:
            held.enter_context(self._shop.alone(path))
            if self._shop.is_worked_in(path):
                raise Busy(f"A job works in {name}. Cancel it, or wait for its end.")
            with registry.alone():
                listed = registry.all().get(name)
                if listed is None or not listed["is_ready"]:
                    raise PoolMissing(f"There is no pool {name}.")
                registry.write(name, {**listed, "is_ready": False})
            self._remove(listed)
            with registry.alone():
                registry.write(name, None)

    def plan_destroy_pool(self, name: str) -> Plan:
        """Say what destroy_pool would do."""
        path = self._shop.pool(name)
        return Plan(
            commands=[tree_argv("remove", *(path / made for made in MADE_FOLDERS))],
            effects=[f"Pool {name} is destroyed with all that is in it."],
            destroys=[name, *all_of(Folder(path, name))[1:]],
        )

    def _pool(self, name: str, path: Path) -> Pool:
        with self._shop.alone(path):
            about, scanned = read_json(path / POOL_ABOUT), scans.last(path)
        space = os.statvfs(path)
        size, free = space.f_blocks * space.f_frsize, space.f_bavail * space.f_frsize
        damaged = scanned.damaged
        return Pool(
            name=name,
            guid=about["guid"],
            health="DEGRADED" if damaged else "ONLINE",
            size_bytes=size,
            allocated_bytes=size - free,
            free_bytes=free,
            capacity_percent=round(100 * (size - free) / size, 2) if size else 0.0,
            data_errors=len(damaged),
            status=scans.status_of(damaged),
            scan=scanned.scan,
        )

    def _tidy_half_made(self) -> None:
        """Remove pools whose making or destroying was cut; one that goes on is left alone."""
        registry = self._shop.registry
        for name, listed in registry.all().items():
            if listed["is_ready"]:
                continue
            if not Path(listed["path"]).is_dir():
                registry.write(name, None)
                continue
            with tried(Path(listed["path"]) / "lock") as is_mine:
                if is_mine:
                    self._remove(listed)
                    registry.write(name, None)

    def _remove(self, listed: Listed) -> None:
        path = Path(listed["path"])
        self._shop.run("remove", *(path / made for made in MADE_FOLDERS))
        for left in MADE_FILES:
            (path / left).unlink(missing_ok=True)
        if listed["made_folder"]:
            with suppress(OSError):  # somebody put something of theirs there
                path.rmdir()


def _fit(vdevs: Sequence[Vdev]) -> Path:
    devices = [Path(device) for vdev in vdevs for device in vdev.devices]
    plain = (VdevKind.STRIPE, Role.DATA)
    if len(devices) != 1 or (vdevs[0].kind, vdevs[0].role) != plain:
        raise DeviceUnfit(
            "The directory product keeps a pool in one directory: one vdev for data, kind stripe, "
            "one path."
        )
    if not devices[0].is_absolute() or ".." in devices[0].parts:
        raise DeviceUnfit(f"{devices[0]} is not an absolute path.")
    if not devices[0].parent.is_dir():
        raise DeviceMissing(f"{devices[0].parent} does not exist. Make it first.")
    return devices[0].parent.resolve() / devices[0].name


def _refuse_unfit(path: Path) -> None:
    if path.is_symlink() or (path.exists() and (not path.is_dir() or any(path.iterdir()))):
        raise DeviceInUse(f"{path} is not an empty directory; nothing of it was touched.")
