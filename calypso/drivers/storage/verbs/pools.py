"""What a storage product does with pools."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from calypso.drivers.storage.values import OnScan, Pool, Scan, Vdev
from calypso.models.jobtype import Plan


class PoolVerbs(Protocol):
    """Acts on whole pools."""

    def pools(self) -> list[Pool]:
        """List every pool, by name."""

    def pool(self, name: str) -> Pool:
        """Return one pool; PoolMissing."""

    def create_pool(
        self,
        name: str,
        vdevs: Sequence[Vdev],
        *,
        mountpoint: str | None = None,
        properties: Mapping[str, str] | None = None,
    ) -> Pool:
        """Make a pool; PoolExists, DeviceInUse, DeviceMissing."""

    def destroy_pool(self, name: str) -> None:
        """Destroy a pool and all in it; PoolMissing, Busy."""

    def plan_destroy_pool(self, name: str) -> Plan:
        """Say what destroy_pool would do; `destroys` lists pool, datasets and snapshots."""

    def run_scrub(self, pool: str, *, on_scan: OnScan, timeout_s: float) -> Scan:
        """Scrub a pool to its end and return what was found; one that runs already is followed.

        `on_scan` hears how far it is. A cancel ends the following; see stop_scrub.
        """

    def stop_scrub(self, pool: str) -> None:
        """Stop a scrub; nothing happens when none runs."""
