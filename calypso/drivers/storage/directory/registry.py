"""The list of pools on this node, in one small file that several processes write."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypedDict

from calypso.drivers.storage import DeviceInUse, PoolExists, PoolMissing
from calypso.drivers.storage.directory import errors
from calypso.drivers.storage.directory.layout import locked, read_json, write_json

POOL_ABOUT = "pool.json"


class Listed(TypedDict):
    """A pool in the list; `is_ready` is false while it is being made or destroyed."""

    path: str
    is_ready: bool
    made_folder: bool


class Registry:
    """The list of pools; `state` is a folder on this node, made at the first write."""

    def __init__(self, state: Path) -> None:
        self._state = state

    def ready(self) -> dict[str, Path]:
        """Return where each usable pool is, by name."""
        usable = {
            name: Path(one["path"]) for name, one in sorted(self.all().items()) if one["is_ready"]
        }
        return {name: path for name, path in usable.items() if (path / POOL_ABOUT).exists()}

    def folder(self, name: str) -> Path:
        """Return a pool's folder; PoolMissing."""
        listed = self.all().get(name)
        if listed is None or not listed["is_ready"]:
            raise PoolMissing(f"There is no pool {name}.")
        path = Path(listed["path"])
        if not (path / POOL_ABOUT).exists():
            raise PoolMissing(f"The pool {name} is listed, but {path} does not hold it now.")
        return path

    def all(self) -> dict[str, Listed]:
        """Return every pool that is listed, half-made ones too."""
        try:
            told: Mapping[str, Any] = read_json(self._state / "pools.json")
        except FileNotFoundError:
            return {}
        return {
            name: Listed(path=one["path"], is_ready=one["is_ready"], made_folder=one["made_folder"])
            for name, one in told.items()
        }

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other processes from changing the list, for a moment."""
        with errors.as_refusals():
            self._state.mkdir(mode=0o700, parents=True, exist_ok=True)
            with locked(self._state / "lock"):
                yield

    def write(self, name: str, listed: Listed | None) -> None:
        """Change, or with None drop, one entry; call it alone."""
        rest = {one: told for one, told in self.all().items() if one != name}
        new = {} if listed is None else {name: listed}
        write_json(self._state / "pools.json", {**rest, **new})

    def refuse_taken(self, name: str, path: Path) -> None:
        """Refuse a name or a folder that a pool has."""
        known = self.all()
        if name in known:
            raise PoolExists(f"There is a pool {name} already, in {known[name]['path']}.")
        for other, one in known.items():
            if path == Path(one["path"]) or path.is_relative_to(one["path"]):
                raise DeviceInUse(f"{path} belongs to the pool {other}.")
