"""The part of the driver that finds and repairs damage."""

from calypso.drivers.storage import Interrupted, OnScan, Scan, ScanState, StorageError
from calypso.drivers.storage.zfs.names import refuse_pool
from calypso.drivers.storage.zfs.pools import FIRST_LOOKS, POLL_S, Pools
from calypso.drivers.storage.zfs.refusals import NoScrub, Resilvering, ScrubPaused, ScrubRunning
from calypso.drivers.storage.zfs.status import Status


class Scrubs(Pools):
    """Scrubs and resilvers.

    No scrub of a suspended pool is asked for: from OpenZFS 2.3 on that hangs in the kernel.
    """

    def run_scrub(
        self, pool: str, *, resume: bool = False, on_scan: OnScan, timeout_s: float
    ) -> Scan:
        """Scrub a pool to its end; one that runs already, or is paused, is followed.

        A resilver is waited for, whether it runs already or cuts in; the scrub begins after it.
        """
        refuse_pool(pool)
        if not self._is_paused(pool) or resume:
            self._start_scrub(pool)

        def until(status: Status) -> Scan | None:
            scan = status.scan
            if scan is None or scan.state is ScanState.CANCELED:
                raise Interrupted(f"Somebody stopped the scrub of {pool} before its end.")
            on_scan(scan)
            if scan.state is not ScanState.FINISHED:
                return None
            if scan.function == "scrub":
                return scan
            self._start_scrub(pool)
            return None

        return self._follow(pool, until, what="scrub", timeout_s=timeout_s)

    def _is_paused(self, pool: str) -> bool:
        scan = self._live_status(pool, "scrub").scan
        return scan is not None and scan.state is ScanState.PAUSED

    def _start_scrub(self, pool: str) -> None:
        """Start or resume a scrub; a resilver in the way is followed first, by who calls."""
        try:
            self._do("zpool", "scrub", pool)
        except (ScrubRunning, Resilvering):
            return

    def pause_scrub(self, pool: str) -> Scan:
        """Pause a scrub and return how far it is; a paused one is fine."""
        refuse_pool(pool)
        # Looked at first: OpenZFS 2.3 says nothing where there is none.
        if not _is_unfinished(self._live_status(pool, "scrub").scan):
            raise _none_to_pause(pool)
        try:
            self._do("zpool", "scrub", "-p", pool)
        except ScrubPaused:
            pass
        except (NoScrub, Resilvering) as none:
            raise _none_to_pause(pool, none.original) from none
        scan = self._status(pool).scan
        if scan is None or scan.state is not ScanState.PAUSED:
            raise StorageError(f"zpool says that the scrub of {pool} is paused, but it is not.")
        return scan

    def stop_scrub(self, pool: str) -> None:
        """Stop a scrub; nothing happens when none runs."""
        refuse_pool(pool)
        self._live_status(pool, "scrub")
        try:
            self._do("zpool", "scrub", "-s", pool)
        except (NoScrub, Resilvering):
            return
        scan = self._status(pool).scan
        if _is_unfinished(scan):
            raise StorageError(f"zpool says that the scrub of {pool} is stopped, but it runs.")

    def follow_resilver(self, pool: str, *, on_scan: OnScan, timeout_s: float) -> Scan | None:
        """Follow a resilver to its end and return it; None when none runs."""
        refuse_pool(pool)
        if not any(self._resilvers_by_now(pool) for _ in range(FIRST_LOOKS)):
            return None

        def until(status: Status) -> Scan | None:
            if status.scan is None:
                raise Interrupted(f"The resilver of {pool} was given up.")
            on_scan(status.scan)
            return None if status.scan.is_resilver_running else status.scan

        return self._follow(pool, until, what="resilver", timeout_s=timeout_s)

    def _resilvers_by_now(self, pool: str) -> bool:
        """Tell whether a resilver runs; a no comes only after a pause, in which one may begin."""
        scan = self._status(pool).scan
        if scan is not None and scan.is_resilver_running:
            return True
        self._pause(POLL_S)
        return False


_GOES_ON = (ScanState.RUNNING, ScanState.PAUSED)


def _is_unfinished(scan: Scan | None) -> bool:
    return scan is not None and scan.function == "scrub" and scan.state in _GOES_ON


def _none_to_pause(pool: str, original: str = "") -> Interrupted:
    told = f"No scrub of {pool} runs, so there is none to pause."
    return Interrupted(told, original=original)
