"""The part of the driver that goes over all free space of devices: trim and initialize."""

from collections.abc import Callable, Sequence
from contextlib import suppress

from calypso.drivers.storage import (
    Activity,
    Device,
    Interrupted,
    OnActivity,
    ScanState,
    StorageError,
)
from calypso.drivers.storage.zfs.devices import Devices
from calypso.drivers.storage.zfs.refusals import NothingToStop, RunsAlready
from calypso.drivers.storage.zfs.status import Status
from calypso.drivers.storage.zfs.vdevs import share

Step = Callable[[Device], Activity | None]
ENDING_LOOKS, ENDING_S = 20, 0.5  # what has ended counts as running until its thread is gone


class Sweeps(Devices):
    """Trim and initialize: each device by itself, told together."""

    def run_trim(
        self,
        pool: str,
        devices: Sequence[str] = (),
        *,
        rate_bytes_per_s: int | None = None,
        on_activity: OnActivity,
        timeout_s: float,
    ) -> None:
        """Tell devices, all when none is named, which of their space is free, to the end."""
        names = self._named(pool, devices)
        options = [] if rate_bytes_per_s is None else ["-r", str(rate_bytes_per_s)]
        self._begin("trim", pool, names, options, _trim)
        sweep = _until_swept(pool, names, _trim, "trim", on_activity)
        self._follow(pool, sweep, what="trim", timeout_s=timeout_s)

    def stop_trim(self, pool: str, devices: Sequence[str] = ()) -> None:
        """Stop a trim; nothing happens when none runs."""
        self._stop("trim", pool, devices, _trim)

    def run_initialize(
        self,
        pool: str,
        devices: Sequence[str] = (),
        *,
        on_activity: OnActivity,
        timeout_s: float,
    ) -> None:
        """Write to all free space of devices, all when none is named, to the end."""
        names = self._named(pool, devices)
        self._begin("initialize", pool, names, [], _initialize)
        sweep = _until_swept(pool, names, _initialize, "initializing", on_activity)
        self._follow(pool, sweep, what="initializing", timeout_s=timeout_s)

    def stop_initialize(self, pool: str, devices: Sequence[str] = ()) -> None:
        """Stop an initializing; nothing happens when none runs."""
        self._stop("initialize", pool, devices, _initialize)

    def _named(self, pool: str, devices: Sequence[str]) -> list[str]:
        return [self._device(pool, one).name for one in devices]

    def _begin(
        self, verb: str, pool: str, names: Sequence[str], options: Sequence[str], step: Step
    ) -> None:
        """Begin; one that runs is followed. For a moment ZFS says so of one that has ended, too."""
        for left in reversed(range(ENDING_LOOKS)):
            try:
                self._do("zpool", verb, *options, pool, *names)
            except RunsAlready:
                if self._runs(pool, names, step):
                    return
                if not left:
                    raise
                self._pause(ENDING_S)
            else:
                return

    def _runs(self, pool: str, names: Sequence[str], step: Step) -> bool:
        told = [step(one) for one in _among(self._status(pool), names)]
        return any(one is not None and one.state is ScanState.RUNNING for one in told)

    def _stop(self, verb: str, pool: str, devices: Sequence[str], step: Step) -> None:
        names = self._named(pool, devices)
        with suppress(NothingToStop):
            self._do("zpool", verb, "-c", pool, *names)
        for one in _among(self._status(pool), names):
            if (told := step(one)) and told.state is ScanState.RUNNING:
                raise StorageError(f"zpool says that {verb} of {one.name} is stopped; it runs.")


def _trim(device: Device) -> Activity | None:
    return device.trim


def _initialize(device: Device) -> Activity | None:
    return device.initialize


def _until_swept(
    pool: str, names: Sequence[str], step: Step, what: str, on_activity: OnActivity
) -> Callable[[Status], bool | None]:
    """Return what looks whether each device has been gone over, and tells how far they are."""
    begun: set[str] = set()

    def until(status: Status) -> bool | None:
        steps = {one.name: told for one in _among(status, names) if (told := step(one))}
        begun.update(steps)
        if steps:
            on_activity(together(list(steps.values())))
        states = {one.state for one in steps.values()}
        if ScanState.RUNNING in states:
            return None
        # One that was cancelled tells nothing any more.
        if begun != set(steps) or states != {ScanState.FINISHED}:
            raise Interrupted(f"Somebody stopped the {what} of {pool} before its end.")
        return True

    return until


def _among(status: Status, names: Sequence[str]) -> list[Device]:
    return [one for one in status.devices if not names or one.name in names]


def together(steps: Sequence[Activity]) -> Activity:
    """Return what several devices have done: bytes where all tell them, else the mean percent."""
    states = [one.state for one in steps]
    going = next((one for one in ScanState if one in states), ScanState.FINISHED)
    sizes = [(one.done_bytes, one.total_bytes) for one in steps]
    done = sum(done or 0 for done, _ in sizes)
    total = sum(total or 0 for _, total in sizes)
    over = going is ScanState.FINISHED
    if total and all(size is not None for _, size in sizes):
        percent = share(done, total, is_over=over)
        return Activity(state=going, done_bytes=done, total_bytes=total, percent=percent)
    percent = sum(one.percent or 0.0 for one in steps) / len(steps)
    return Activity(state=going, percent=100.0 if over else round(percent, 2))
