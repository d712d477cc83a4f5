"""The part of the driver that is about whole pools."""

import time
from collections.abc import Callable, Mapping, Sequence

from calypso.drivers.storage import (
    Busy,
    OnScan,
    Pool,
    PoolExists,
    PoolMissing,
    PoolSuspended,
    Scan,
    ScanState,
    StorageError,
    Vdev,
    VdevKind,
)
from calypso.drivers.storage.zfs import reading
from calypso.drivers.storage.zfs.commands import DESTROY_TIMEOUT_S
from calypso.drivers.storage.zfs.datasets import Datasets
from calypso.drivers.storage.zfs.errors import (
    NoScrub,
    Resilvering,
    ScrubRunning,
    ScrubStopped,
)
from calypso.drivers.storage.zfs.names import refuse_option, refuse_pool
from calypso.drivers.storage.zfs.reading import POOL_COLUMNS
from calypso.drivers.storage.zfs.status import Status, from_json, from_text
from calypso.errors import CommandTimedOut
from calypso.host import Host
from calypso.models.jobtype import Plan

POLL_S = 2.0  # how often a scrub is looked at

# What is not one of these is a property of the pool's root dataset.
POOL_PROPERTIES = frozenset(
    (
        "ashift",
        "autoexpand",
        "autoreplace",
        "autotrim",
        "cachefile",
        "comment",
        "compatibility",
        "dedupditto",
        "delegation",
        "failmode",
        "listsnapshots",
        "multihost",
        "version",
    )
)


class Pools(Datasets):
    """Pools and their scrubs.

    `pause` waits some seconds between two looks at a scrub; pass one that a cancel ends.
    """

    def __init__(self, host: Host, *, pause: Callable[[float], None] = time.sleep) -> None:
        super().__init__(host)
        self._pause = pause

    # -- reading

    def pools(self) -> list[Pool]:
        """List every pool, by name."""
        listed = reading.pools(self._read("zpool", "list", "-Hp", "-o", POOL_COLUMNS))
        told = {one.pool: one for one in self._statuses()}
        return [
            told[pool.name].onto(pool) if pool.name in told else pool
            for pool in sorted(listed, key=lambda one: one.name)
        ]

    def pool(self, name: str) -> Pool:
        """Return one pool; PoolMissing."""
        refuse_pool(name)
        listed = reading.pools(self._read("zpool", "list", "-Hp", "-o", POOL_COLUMNS, name))
        return self._status(name).onto(listed[0])

    def _statuses(self, *names: str) -> list[Status]:
        if self._dialect.json:
            return from_json(self._read("zpool", "status", "-jp", "--json-int", *names))
        return from_text(self._read("zpool", "status", "-p", *names))

    def _status(self, pool: str) -> Status:
        for status in self._statuses(pool):
            if status.pool == pool:
                return status
        raise PoolMissing(f"There is no status of a pool {pool}.")

    # -- making and destroying

    def create_pool(
        self,
        name: str,
        vdevs: Sequence[Vdev],
        *,
        mountpoint: str | None = None,
        properties: Mapping[str, str] | None = None,
    ) -> Pool:
        """Make a pool; never by force: a device in use is refused."""
        refuse_pool(name)
        if self._has_pool(name):
            raise PoolExists(f"There is a pool {name} already.")
        options = [*_pool_options(properties or {})]
        options += [] if mountpoint is None else ["-O", f"mountpoint={mountpoint}"]
        self._do("zpool", "create", *options, name, *_layout(vdevs))
        return self.pool(name)

    def _has_pool(self, name: str) -> bool:
        try:
            self._read("zpool", "list", "-Hp", "-o", POOL_COLUMNS, name)
        except PoolMissing:
            return False
        return True

    def destroy_pool(self, name: str) -> None:
        """Destroy a pool and all in it; PoolMissing, Busy."""
        if self.pool(name).is_suspended:
            raise PoolSuspended(f"{name} is suspended: bring its disks back, or reboot, first.")
        with self._idle(self._tree(name)):
            self._do("zpool", "destroy", name, timeout_s=DESTROY_TIMEOUT_S)
        if self._has_pool(name):
            raise StorageError(f"zpool says that {name} is destroyed, but it is there.")

    def plan_destroy_pool(self, name: str) -> Plan:
        """Say what destroy_pool would do."""
        effects = [f"Pool {name} is destroyed with all that is in it."]
        inside: set[str] = set()
        if self.pool(name).is_suspended:  # it lists nothing either
            effects.append(f"It will be refused: {name} is suspended.")
        else:
            listed = self._read("zfs", "list", "-Hp", "-t", "all", "-o", "name", "-r", name)
            inside = set(reading.names(listed))
        return Plan(
            commands=[["zpool", "destroy", name]],
            effects=effects,
            destroys=[name, *sorted(inside - {name})],
        )

    # -- scrubbing

    def run_scrub(self, pool: str, *, on_scan: OnScan, timeout_s: float) -> Scan:
        """Scrub a pool to its end; one that runs already, or was paused, is followed.

        A resilver that cuts in is waited for; the scrub then begins anew.
        """
        refuse_pool(pool)
        self._start_scrub(pool)
        deadline = time.monotonic() + timeout_s
        while (scan := self._look(pool)) is not None:
            on_scan(scan)
            if scan.state is ScanState.FINISHED and scan.function == "scrub":
                return scan
            if scan.state is ScanState.FINISHED:
                self._start_scrub(pool)
            if time.monotonic() >= deadline:
                raise CommandTimedOut(f"The scrub of {pool} did not end in {timeout_s:g} s.")
            self._pause(POLL_S)
        raise ScrubStopped(f"Somebody stopped the scrub of {pool} before its end.")

    def _start_scrub(self, pool: str) -> None:
        try:
            self._do("zpool", "scrub", pool)
        except ScrubRunning:
            return
        except Resilvering as first:
            raise Busy(
                f"{pool} is resilvering. Scrub it when that is done.", original=first.original
            ) from first

    def _look(self, pool: str) -> Scan | None:
        """Return how far the scan is, or None when it was stopped."""
        status = self._status(pool)
        if status.is_suspended:
            raise PoolSuspended(f"{pool} has lost its disks; its scrub will not end.")
        canceled = status.scan is None or status.scan.state is ScanState.CANCELED
        return None if canceled else status.scan

    def stop_scrub(self, pool: str) -> None:
        """Stop a scrub; nothing happens when none runs."""
        refuse_pool(pool)
        try:
            self._do("zpool", "scrub", "-s", pool)
        except (NoScrub, Resilvering):
            return
        scan = self._status(pool).scan
        if scan is not None and scan.function == "scrub" and scan.state is ScanState.RUNNING:
            raise StorageError(f"zpool says that the scrub of {pool} is stopped, but it runs.")


def _pool_options(properties: Mapping[str, str]) -> list[str]:
    options: list[str] = []
    for name, value in properties.items():
        of_pool = name in POOL_PROPERTIES or name.startswith("feature@")
        options += ["-o" if of_pool else "-O", f"{name}={value}"]
    return options


def _layout(vdevs: Sequence[Vdev]) -> list[str]:
    """Return the vdevs as words; stripes first, else they would join the group before them."""
    ordered = sorted(vdevs, key=lambda vdev: vdev.kind is not VdevKind.STRIPE)
    words: list[str] = []
    for vdev in ordered:
        words += [] if vdev.kind is VdevKind.STRIPE else [vdev.kind.value]
        words += vdev.devices
    refuse_option(*words)
    return words
