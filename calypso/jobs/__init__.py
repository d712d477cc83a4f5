"""One file is one job type: `<subsystem>/<verb>.py`. Importing registers nothing; `load` walks."""

import importlib
import importlib.util
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

from calypso.errors import Misconfigured
from calypso.models.jobtype import JobType

HERE = Path(__file__).parent


def load(folders: Sequence[Path] = ()) -> dict[str, JobType]:
    """Return every job type by name: the built-in ones, then those in `folders`.

    A file holds exactly one and is named after it: `storage/pool_scrub.py` declares
    `storage.pool_scrub`. Misconfigured when it is not so, or when a name comes twice.
    """
    found: dict[str, JobType] = {}
    for path, module in (*_built_in(), *_further(folders)):
        job_type = _declared(path, module)
        if job_type.name in found:
            raise Misconfigured(f"{path}: {job_type.name} is declared twice.")
        found[job_type.name] = job_type
    return dict(sorted(found.items()))


def _built_in() -> Iterator[tuple[Path, ModuleType]]:
    for path in sorted(HERE.glob("*/[!_]*.py")):
        yield path, importlib.import_module(f"calypso.jobs.{path.parent.name}.{path.stem}")


def _further(folders: Sequence[Path]) -> Iterator[tuple[Path, ModuleType]]:
    for folder in folders:
        if not folder.is_dir():
            raise Misconfigured(f"CALYPSO_JOB_PATH: {folder} is not a folder.")
        for path in sorted(folder.glob("*/[!_]*.py")):
            yield path, _imported(path)


def _imported(path: Path) -> ModuleType:
    name = f"calypso_jobs_{path.parent.name}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise Misconfigured(f"{path} cannot be imported.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _declared(path: Path, module: ModuleType) -> JobType:
    types = [value for value in vars(module).values() if isinstance(value, JobType)]
    if len(types) != 1:
        raise Misconfigured(f"{path} must declare one job type; it declares {len(types)}.")
    if types[0].name != f"{path.parent.name}.{path.stem}":
        raise Misconfigured(f"{path} declares {types[0].name}: name and path must agree.")
    return types[0]
