"""The part of the driver that is about whole pools."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from calypso.drivers.storage import (
    Pool,
    PoolExists,
    PoolMissing,
    PoolSuspended,
    Role,
    StorageError,
    Vdev,
    VdevKind,
)
from calypso.drivers.storage.zfs import pool_reading, reading
from calypso.drivers.storage.zfs.commands import DESTROY_TIMEOUT_S
from calypso.drivers.storage.zfs.datasets import LIST_NAMES, Datasets
from calypso.drivers.storage.zfs.names import refuse_option, refuse_pool
from calypso.drivers.storage.zfs.reading import POOL_COLUMNS
from calypso.drivers.storage.zfs.status import Status, from_json, from_text
from calypso.errors import CommandTimedOut
from calypso.host import Host
from calypso.models.jobtype import Plan

POLL_S = 2.0  # how often what goes on is looked at
FIRST_LOOKS = 5  # ZFS begins to resilver a moment after the command that makes it
SIGN_TIMEOUT_S = 10.0  # a look of every two seconds must not hang for long
T = TypeVar("T")

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
    """Pools: what they are, making and destroying them, and following what goes on in one.

    `pause` waits some seconds between two looks; pass one that a cancel ends.
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
            return from_json(self._read("zpool", "status", "-ijpt", "--json-int", *names))
        return from_text(self._read("zpool", "status", "-ipt", *names))

    def _follow(
        self, pool: str, until: Callable[[Status], T | None], *, what: str, timeout_s: float
    ) -> T:
        """Look at a pool until `until` returns something, which is returned.

        PoolSuspended: nothing would ever end. CommandTimedOut after `timeout_s`.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            status = self._live_status(pool, what)
            if (end := until(status)) is not None:
                return end
            if time.monotonic() >= deadline:
                raise CommandTimedOut(f"The {what} of {pool} did not end in {timeout_s:g} s.")
            self._pause(POLL_S)

    def _live_status(self, pool: str, what: str) -> Status:
        """Return the status of a pool; PoolSuspended, where `what` would never end."""
        status = self._status(pool)
        if status.is_suspended:
            raise PoolSuspended(
                f"{pool} has lost its disks; its {what} does not go on. Bring them back, then "
                "clear it: storage.pool_clear."
            )
        return status

    def _status(self, pool: str) -> Status:
        for status in self._statuses(pool):
            if status.pool == pool:
                return status
        raise PoolMissing(f"There is no status of a pool {pool}.")

    def sign(self) -> str:
        """Return a text that differs as soon as the state of some pool does.

        Errors alone change no health, so the last event that tells of one is in it.
        """
        health = self._run(("zpool", "list", "-H", "-o", "name,health"), SIGN_TIMEOUT_S)
        events = self._run(("zpool", "events", "-H"), SIGN_TIMEOUT_S)
        return health + pool_reading.last_event(events)

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
        self._do("zpool", "create", *options, name, *layout(vdevs))
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
            inside = set(reading.names(self._read(*LIST_NAMES, "-r", name)))
        return Plan(
            commands=[["zpool", "destroy", name]],
            effects=effects,
            destroys=[name, *sorted(inside - {name})],
        )


def _pool_options(properties: Mapping[str, str]) -> list[str]:
    options: list[str] = []
    for name, value in properties.items():
        of_pool = name in POOL_PROPERTIES or name.startswith("feature@")
        options += ["-o" if of_pool else "-O", f"{name}={value}"]
    return options


def layout(vdevs: Sequence[Vdev]) -> list[str]:
    """Return the vdevs as words; data first, and stripes first in each role.

    Else they would join the group before them.
    """
    roles = list(Role)
    ordered = sorted(
        vdevs, key=lambda vdev: (roles.index(vdev.role), vdev.kind is not VdevKind.STRIPE)
    )
    words: list[str] = []
    for vdev in ordered:
        words += [] if vdev.role is Role.DATA else [vdev.role.value]
        words += [] if vdev.kind is VdevKind.STRIPE else [vdev.kind.value]
        words += vdev.devices
    refuse_option(*words)
    return words
