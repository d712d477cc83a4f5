"""Scrubs: every snapshot is read again and compared with its checksums."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from calypso.drivers.storage import Interrupted, OnScan, Scan, ScanState
from calypso.drivers.storage.directory.layout import read_json, tried, write_json
from calypso.drivers.storage.directory.reading import Progress, followed_scan
from calypso.drivers.storage.directory.workshop import Part
from calypso.drivers.storage.tree import read_failure, tree_argv
from calypso.models.clock import now

SCAN, LOCK, STOP, PAUSE = "scan.json", "scan.lock", "scan.stop", "scan.pause"
STOP_TIMEOUT_S = 60.0  # it looks twice a second whether it shall stop
SHOWN = 5  # damaged files named in a pool's status


@dataclass(frozen=True)
class Scanned:
    """What the last scrub found; `damaged` holds until a later scrub finds it whole."""

    scan: Scan | None = None
    damaged: list[str] = field(default_factory=list)


class _Stopped(Exception):
    """Somebody wants the scrub to stop."""


class _Paused(Exception):
    """The scrub that is followed stands still."""


class Scrubs(Part):
    """The verbs about scrubs. Whoever holds a pool's scan lock scrubs it."""

    def run_scrub(
        self, pool: str, *, resume: bool = False, on_scan: OnScan, timeout_s: float
    ) -> Scan:
        """Read every snapshot's files again, or follow the scrub that does."""
        path = self._shop.pool(pool)
        if resume:
            (path / PAUSE).unlink(missing_ok=True)
        while True:
            with ExitStack() as held:
                with self._shop.alone(path):
                    begun = _begin(path) if held.enter_context(tried(path / LOCK)) else None
                if begun is not None:
                    self._scrub(pool, path, begun, on_scan, timeout_s)
            self._follow(path, on_scan, timeout_s)
            with self._shop.alone(path):
                scan = last(path).scan
            if scan is not None and scan.state is ScanState.FINISHED:
                return scan
            if (path / STOP).exists():
                raise Interrupted(f"Somebody stopped the scrub of {pool} before its end.")

    def pause_scrub(self, pool: str) -> Scan:
        """Let a scrub stand still; returns when it does."""
        path = self._shop.pool(pool)
        with self._shop.alone(path), tried(path / LOCK) as is_mine:
            if is_mine:
                raise Interrupted(f"No scrub of {pool} runs, so there is none to pause.")
            (path / PAUSE).touch()

        def hear(scan: Scan) -> None:
            if scan.state is ScanState.PAUSED:
                raise _Paused

        try:
            self._follow(path, hear, STOP_TIMEOUT_S)
        except _Paused:
            with self._shop.alone(path):
                scan = last(path).scan
            if scan is not None:
                return scan
        raise Interrupted(f"The scrub of {pool} ended before it could be paused.")

    def follow_resilver(
        self,
        pool: str,
        *,
        on_scan: OnScan,  # noqa: ARG002 - there is nothing to tell
        timeout_s: float,  # noqa: ARG002 - nor to wait for
    ) -> Scan | None:
        """Return None: a directory has no second copy to rebuild."""
        self._shop.pool(pool)
        return None

    def stop_scrub(self, pool: str) -> None:
        """Stop a scrub, wherever it runs; returns when it has stopped."""
        path = self._shop.pool(pool)
        with self._shop.alone(path), tried(path / LOCK) as is_mine:
            if is_mine:
                scanned = last(path)
                if scanned.scan is not None:
                    _write(path, scanned.scan, scanned.damaged)
                return
            (path / STOP).touch()
        self._follow(path, lambda _scan: None, STOP_TIMEOUT_S)

    def _scrub(
        self,
        pool: str,
        path: Path,
        begun: tuple[Scan, list[str]],
        on_scan: OnScan,
        timeout_s: float,
    ) -> None:
        scan, before = begun

        def show(done_bytes: int, total_bytes: int | None) -> None:
            going = _going(scan, done_bytes, total_bytes, len(heard.damaged))
            if heard.is_paused:
                going = going.model_copy(update={"state": ScanState.PAUSED})
            _write(path, going, sorted({*before, *heard.damaged}))
            on_scan(going)
            if (path / STOP).exists():
                raise _Stopped

        heard = Progress(show)
        state = ScanState.FINISHED
        try:
            show(0, None)
            ran = self._shop.host.stream(
                tree_argv("scrub", path / "root", pool, path / PAUSE),
                timeout_s=timeout_s,
                on_line=heard.hear,
            )
        except _Stopped:
            state = ScanState.CANCELED
        else:
            if not ran.ok:
                raise read_failure(ran)
        found = _going(scan, heard.done_bytes, heard.total_bytes, len(heard.damaged))
        ended = found.model_copy(update={"state": state, "finished_at": now()})
        is_whole = state is ScanState.FINISHED
        _write(path, ended, heard.damaged if is_whole else sorted({*before, *heard.damaged}))

    def _follow(self, path: Path, on_scan: OnScan, timeout_s: float) -> None:
        def hear(line: str) -> None:
            if (told := followed_scan(line)) is not None:
                on_scan(Scan.model_validate(told["scan"]))

        ran = self._shop.host.stream(
            tree_argv("follow", path / LOCK, path / SCAN), timeout_s=timeout_s, on_line=hear
        )
        if not ran.ok:
            raise read_failure(ran)


def last(path: Path) -> Scanned:
    """Return what the last scrub of a pool found, or finds; call it alone.

    One whose process is gone was cancelled, whatever it wrote last.
    """
    scanned = _read(path)
    if scanned.scan is None or scanned.scan.state not in (ScanState.RUNNING, ScanState.PAUSED):
        return scanned
    with tried(path / LOCK) as is_over:
        if not is_over:
            return scanned
    stopped = scanned.scan.model_copy(update={"state": ScanState.CANCELED, "finished_at": now()})
    return Scanned(stopped, scanned.damaged)


def _begin(path: Path) -> tuple[Scan, list[str]]:
    """Write down that a scrub runs; returns it with what was damaged before. Call it alone."""
    for wish in (STOP, PAUSE):
        (path / wish).unlink(missing_ok=True)
    before = _read(path).damaged
    scan = Scan(function="scrub", state=ScanState.RUNNING, started_at=now(), errors=0)
    _write(path, scan, before)
    return scan, before


def status_of(damaged: Sequence[str]) -> str | None:
    """Say in words what is damaged, or None."""
    if not damaged:
        return None
    more = f" and {len(damaged) - SHOWN} more" if len(damaged) > SHOWN else ""
    return (
        f"{len(damaged)} files of snapshots do not match their checksums: "
        f"{', '.join(damaged[:SHOWN])}{more}. Destroy those snapshots, then scrub again."
    )


def _read(path: Path) -> Scanned:
    try:
        told = read_json(path / SCAN)
    except FileNotFoundError:
        return Scanned()
    return Scanned(Scan.model_validate(told["scan"]), list(told["damaged"]))


def _write(path: Path, scan: Scan, damaged: Sequence[str]) -> None:
    write_json(path / SCAN, {"scan": scan.model_dump(mode="json"), "damaged": list(damaged)})


def _going(scan: Scan, done_bytes: int, total_bytes: int | None, damaged: int) -> Scan:
    percent = 100.0 if not total_bytes else round(min(100.0, 100 * done_bytes / total_bytes), 2)
    return scan.model_copy(
        update={
            "issued_bytes": done_bytes,
            "total_bytes": total_bytes,
            "percent": None if total_bytes is None else percent,
            "errors": damaged,
        }
    )
