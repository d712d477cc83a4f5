"""How the driver works in a pool: children for what is long, a place aside, one commit."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from calypso.drivers.storage import DatasetMissing, PoolMissing, StorageError
from calypso.drivers.storage.directory import errors
from calypso.drivers.storage.directory.layout import WORK, Folder, locked, tried
from calypso.drivers.storage.directory.registry import Registry
from calypso.drivers.storage.directory.trees.moves import INTENT, recover
from calypso.drivers.storage.tree import read_answer, read_failure, tree_argv
from calypso.errors import CalypsoError
from calypso.host import Host
from calypso.models.names import pool_of

STEP_TIMEOUT_S = 7 * 86400.0  # a step copies or removes one dataset; the job's own limit is less


class Workshop:
    """One host and its pools."""

    def __init__(self, host: Host, state: Path) -> None:
        self.host = host
        self.registry = Registry(state)

    def pool(self, name: str) -> Path:
        """Return a pool's folder, with what a crash left half done completed; PoolMissing."""
        path = self.registry.folder(name)
        if (path / INTENT).exists():
            with self.alone(path):
                return path
        return path

    def folder(self, dataset: str) -> Folder:
        """Return a dataset's folder, there or not; PoolMissing, BadName."""
        return Folder(self.pool(pool_of(dataset)), dataset)

    def existing(self, dataset: str) -> Folder:
        """Return the folder of a dataset that is there; DatasetMissing, BadName."""
        try:
            folder = self.folder(dataset)
        except PoolMissing as missing:
            raise DatasetMissing(f"There is no dataset {dataset}: {missing.detail}") from missing
        if not folder.exists:
            raise DatasetMissing(f"There is no dataset {dataset}.")
        return folder

    def run(self, verb: str, *arguments: str | Path) -> dict[str, Any]:
        """Run a tree program to its end and return its answer."""
        ran = self.host.run(tree_argv(verb, *arguments), timeout_s=STEP_TIMEOUT_S)
        if not ran.ok:
            raise read_failure(ran)
        return read_answer(ran.stdout)

    @contextmanager
    def alone(self, pool: Path) -> Iterator[None]:
        """Keep other processes from changing a pool, for a moment: look once more, and commit."""
        with errors.as_refusals(), locked(pool / "lock"):
            recover(pool)
            yield

    @contextmanager
    def working(self, pool: Path) -> Iterator[Path]:
        """Lend a folder for work of the moment, which is removed with all that was moved there.

        What dead processes left is removed first. After a cancel no program may be started any
        more; the next work in this pool, or `sweep`, tidies then.
        """
        self.sweep(pool)
        place = pool / WORK / uuid4().hex
        lock = place.with_suffix(".lock")
        with ExitStack() as held:
            with self.alone(pool):
                (pool / WORK).mkdir(mode=0o700, exist_ok=True)
                held.enter_context(locked(lock))
                place.mkdir(mode=0o700)
            try:
                with errors.as_refusals():
                    yield place
            except StorageError:
                self._clear(place)
                raise
            self._clear(place)

    def sweep(self, pool: Path) -> None:
        """Remove what dead processes left aside; nothing happens when there is nothing."""
        with ExitStack() as held:
            with self.alone(pool):
                dead = [place for place in _places(pool) if held.enter_context(_is_dead(place))]
            for place in dead:
                self._clear(place)

    def is_worked_in(self, pool: Path) -> bool:
        """Tell whether an operation goes on in a pool; call it alone."""
        for place in _places(pool):
            with _is_dead(place) as dead:
                if not dead:
                    return True
        return False

    def _clear(self, place: Path) -> None:
        # The act itself is done, or refused, for good by now. What cannot be removed, since the
        # job was cancelled this moment or a disk fails, is tried again by the next sweep.
        with suppress(CalypsoError, OSError):
            if place.exists():
                self._remove(place)
            place.with_suffix(".lock").unlink(missing_ok=True)

    def _remove(self, place: Path) -> None:
        try:
            place.rmdir()
        except OSError:  # not empty
            self.run("remove", place)


class Part:
    """A part of the driver's verbs; all parts share one workshop."""

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop


def _places(pool: Path) -> list[Path]:
    """Return every place of work there is, by its folder or its lock."""
    below = pool / WORK
    if not below.is_dir():
        return []
    return sorted({path.with_suffix("") for path in below.iterdir()})


@contextmanager
def _is_dead(place: Path) -> Iterator[bool]:
    with tried(place.with_suffix(".lock")) as taken:
        yield taken
