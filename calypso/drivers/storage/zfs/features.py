"""The part of the driver that changes the format of a pool, or keeps a state to go back to."""

import re
from collections.abc import Sequence

from calypso.drivers.storage import (
    BadProperty,
    CheckpointExists,
    CheckpointMissing,
    OnActivity,
    StorageError,
)
from calypso.drivers.storage.pool_values import Activity, ScanState
from calypso.drivers.storage.zfs import pool_reading
from calypso.drivers.storage.zfs.names import refuse_pool
from calypso.drivers.storage.zfs.pools import Pools
from calypso.drivers.storage.zfs.status import Status
from calypso.drivers.storage.zfs.vdevs import share
from calypso.models.jobtype import Plan

_FEATURE = re.compile(r"[a-z0-9_]+")


class Features(Pools):
    """Upgrades and checkpoints."""

    def upgrade_pool(self, name: str, *, features: Sequence[str] = ()) -> list[str]:
        """Enable features, all that are not when none is named; returns those enabled."""
        wanted = self._disabled(name, features)
        if not wanted:
            return []
        if features:
            for feature in wanted:
                self._do("zpool", "set", f"feature@{feature}=enabled", name)
        else:
            self._do("zpool", "upgrade", name)
        if left := self._disabled(name, wanted):
            raise StorageError(f"zpool says that {name} is upgraded, but lacks {', '.join(left)}.")
        return wanted

    def plan_upgrade_pool(self, name: str, *, features: Sequence[str] = ()) -> Plan:
        """Say what upgrade_pool would do."""
        wanted = self._disabled(name, features)
        by_one = [["zpool", "set", f"feature@{one}=enabled", name] for one in wanted]
        all_at_once = [["zpool", "upgrade", name]] if wanted else []
        return Plan(
            commands=by_one if features else all_at_once,
            effects=[
                *(f"The feature {one} is enabled, for good." for one in wanted),
                "Older versions of ZFS may not be able to import the pool any more."
                if wanted
                else f"Nothing changes: {name} has all features.",
            ],
        )

    def _disabled(self, name: str, among: Sequence[str]) -> list[str]:
        """Return the features that are not enabled; BadProperty for one nobody knows."""
        refuse_pool(name)
        told = pool_reading.features(
            self._read("zpool", "get", "-H", "-o", "property,value", "all", name)
        )
        for one in among:
            if _FEATURE.fullmatch(one) is None or one not in told:
                raise BadProperty(f"This ZFS knows no feature {one}.")
        return [one for one in among or told if told[one] == "disabled"]

    # -- checkpoints

    def create_checkpoint(self, pool: str) -> None:
        """Keep the present state of a pool to go back to; CheckpointExists."""
        refuse_pool(pool)
        if self._status(pool).checkpoint is not None:
            raise CheckpointExists(f"{pool} has a checkpoint already. Discard it first.")
        self._do("zpool", "checkpoint", pool)
        if self._status(pool).checkpoint is None:
            raise StorageError(f"zpool says that {pool} has a checkpoint, but shows none.")

    def discard_checkpoint(self, pool: str, *, on_activity: OnActivity, timeout_s: float) -> None:
        """Give up the checkpoint of a pool, and wait until its space is free."""
        refuse_pool(pool)
        found = self._status(pool).checkpoint
        if found is None:
            raise CheckpointMissing(f"{pool} has no checkpoint.")
        if not found.is_discarding:
            self._do("zpool", "checkpoint", "-d", pool)
        total_bytes = found.space_bytes or 0

        def until(status: Status) -> bool | None:
            if status.checkpoint is None:
                return True
            left_bytes = status.checkpoint.space_bytes or 0
            on_activity(_discarded(max(total_bytes - left_bytes, 0), total_bytes))
            return None

        self._follow(pool, until, what="discarding", timeout_s=timeout_s)


def _discarded(done_bytes: int, total_bytes: int) -> Activity:
    return Activity(
        state=ScanState.RUNNING,
        done_bytes=done_bytes,
        total_bytes=total_bytes,
        percent=share(done_bytes, total_bytes),
    )
