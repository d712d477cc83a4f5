"""What a storage product does to find and repair damage."""

from typing import Protocol

from calypso.drivers.storage.pool_values import OnScan, Scan


class ScanVerbs(Protocol):
    """Acts that read all of a pool."""

    def run_scrub(
        self, pool: str, *, resume: bool = False, on_scan: OnScan, timeout_s: float
    ) -> Scan:
        """Scrub a pool to its end and return what was found; one that runs already is followed.

        A paused one is followed too, until somebody resumes or stops it; with `resume` it is
        resumed. `on_scan` hears how far it is. A cancel ends the following; see stop_scrub.
        Interrupted when somebody stops it.
        """

    def pause_scrub(self, pool: str) -> Scan:
        """Pause a scrub and return how far it is; a paused one is fine. Interrupted: none runs."""

    def stop_scrub(self, pool: str) -> None:
        """Stop a scrub; nothing happens when none runs."""

    def follow_resilver(self, pool: str, *, on_scan: OnScan, timeout_s: float) -> Scan | None:
        """Follow a resilver to its end and return it; None when none runs."""
