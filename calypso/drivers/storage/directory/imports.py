"""Taking pools into use and out of it: a pool is in use when it is on this node's list."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from calypso.drivers.storage import Busy, Pool, PoolAmbiguous, PoolMissing, Unsupported
from calypso.drivers.storage.directory.layout import pool_name, read_json, write_json
from calypso.drivers.storage.directory.pools import Pools
from calypso.drivers.storage.directory.registry import POOL_ABOUT, Listed
from calypso.drivers.storage.directory.use import refuse_used
from calypso.models.jobtype import Plan


class Imports(Pools):
    """Importing and exporting."""

    def import_pool(
        self,
        pool: str,
        *,
        new_name: str | None = None,
        altroot: str | None = None,
        readonly: bool = False,
        force: bool = False,  # noqa: ARG002 - a folder belongs to no other system
        search: Sequence[str] = (),
    ) -> Pool:
        """Put a pool on the list; `search`: its folder, or the one above."""
        if altroot is not None or readonly:
            raise Unsupported("The directory product mounts nothing: no altroot, no readonly.")
        registry = self._shop.registry
        with registry.alone():
            path = _only(pool, search)
            about = read_json(path / POOL_ABOUT)
            name = pool_name(new_name or about["name"])
            registry.refuse_taken(name, path)
            write_json(path / POOL_ABOUT, {**about, "name": name})
            registry.write(name, Listed(path=str(path), is_ready=True, made_folder=False))
        return self.pool(name)

    def plan_import_pool(self, pool: str, *, search: Sequence[str] = ()) -> Plan:
        """Say what import_pool would find."""
        path = _only(pool, search)
        about = read_json(path / POOL_ABOUT)
        return Plan(effects=[f"Pool {about['name']}, guid {about['guid']}, is taken from {path}."])

    def export_pool(self, name: str, *, force: bool = False) -> None:
        """Take a pool off the list; its folder stays as it is."""
        path = self._shop.pool(name)
        if not force:
            refuse_used(path / "root", name)
        with ExitStack() as held:
            held.enter_context(self._shop.alone(path))
            if self._shop.is_worked_in(path):
                raise Busy(f"A job works in {name}. Cancel it, or wait for its end.")
            with self._shop.registry.alone():
                self._shop.registry.write(name, None)

    def services_of_pool(self, name: str, *, force: bool = False) -> list[str]:
        """Return no service: who uses a folder is told without one; Busy when anybody does."""
        if not force:
            refuse_used(self._shop.pool(name) / "root", name)
        return []

    def stop_service(self, name: str) -> None:
        """Refuse: none is told of."""
        raise Unsupported(f"{name} is none of the services of a folder.")

    def start_service(self, name: str) -> None:
        """Refuse: none is told of."""
        raise Unsupported(f"{name} is none of the services of a folder.")

    def plan_export_pool(
        self, name: str, *, force: bool = False, stop_services: bool = False
    ) -> Plan:
        """Say what export_pool would do, and who is in the way."""
        del stop_services
        path = self._shop.pool(name)
        effects = [f"Pool {name} is out of use until it is imported again from {path}."]
        try:
            if not force:
                refuse_used(path / "root", name)
        except Busy as user:
            effects.append(f"It will be refused: {user.detail}")
        return Plan(effects=effects)


def _only(pool: str, search: Sequence[str]) -> Path:
    """Return the folder of a pool by its name or guid; PoolMissing, PoolAmbiguous."""
    found = sorted({path for folder in search for path in _pools_in(Path(folder), pool)})
    if not found:
        where = ", ".join(search) or "no folder: name the pool's folder, or the one above"
        raise PoolMissing(f"There is no pool {pool} to import. Looked in {where}.")
    if len(found) > 1:
        places = ", ".join(map(str, found))
        raise PoolAmbiguous(f"Several pools are {pool}: {places}. Name one by its folder.")
    return found[0]


def _pools_in(folder: Path, pool: str) -> Iterator[Path]:
    for about in (folder / POOL_ABOUT, *folder.glob(f"*/{POOL_ABOUT}")):
        if about.is_file():
            told = read_json(about)
            if pool in (told.get("name"), told.get("guid")):
                yield about.parent.resolve()
