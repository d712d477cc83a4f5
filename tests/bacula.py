"""A real Bacula for tests: its programs, kept for all checkouts, and three daemons of a session."""

import os
import tempfile
import time
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path

import pytest

from calypso.embedded import bacula_packages
from calypso.embedded.bacula import EmbeddedBacula
from calypso.embedded.bacula_layout import resources
from calypso.embedded.places import free_port
from calypso.errors import CalypsoError
from calypso.models.backup_config import BackupConfig, FilesetResource, PoolResource
from calypso.models.backup_job import JobKind, JobLevel, JobResource
from tests import bacula_suites

# Debian's suite whose Bacula is met instead of this machine's.
SUITE = os.environ.get("CALYPSO_TEST_BACULA")


def kept(suite=SUITE):
    """Return where unpacked packages of all checkouts are kept, each under its version."""
    return _cache() / suite if suite else _cache()


def _cache():
    if folder := os.environ.get("CALYPSO_BACULA_CACHE"):
        return Path(folder)
    if os.geteuid() == 0:
        return Path("/var/cache/calypso-bacula")
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "calypso-bacula"


@cache
def programs(suite=SUITE):
    """Return installed programs, or those of packages unpacked in the cache; Unavailable.

    With a suite of Debian, those of its packages.
    """
    folder = kept(suite)
    if suite:
        return bacula_suites.fetch(folder, suite)
    return bacula_packages.find(folder) or bacula_packages.fetch(folder, {}, pause=time.sleep)


def release(programs):
    """Return the version of programs."""
    (library,) = programs.libraries.glob("libbac-*.so")
    return library.stem.removeprefix("libbac-")


DUMPS = "state/backup/catalog"  # where the driver of a worker with the state folder dumps it


class RunningBacula:
    """Three daemons with jobs on a folder of files: see `jobs_and_faults`.

    `settings`: CALYPSO_… for a driver; `data`: the folder; `restored`: where `restore` puts files;
    `state`: a worker's, whose dumps of the catalog the job `catalog` takes along.
    """

    def __init__(self, folder, postgres_url, *, database="bacula", suite=SUITE):
        self.data = folder / "data"
        self.data.mkdir(parents=True, exist_ok=True)
        self.server = EmbeddedBacula(
            folder / "bacula",
            logs=folder / "logs",
            programs=programs(suite),
            database=database,
            config=lambda layout: jobs_and_faults(layout, self.data),
        )
        self.settings = {}
        self._postgres_url = postgres_url

    @property
    def state(self):
        return self.data.parent / "state"

    @property
    def restored(self):
        return self.server.layout.restored

    def start(self):
        self.settings = self.server.start(self._postgres_url)
        return self

    def stop(self):
        self.server.stop()

    def remove(self):
        """End it, and leave nothing of it in PostgreSQL."""
        self.stop()
        if self.server.catalog is not None:
            self.server.catalog.drop()


def jobs_and_faults(layout, data):
    """Return what the tests' director has: jobs on a folder, and who is not or not rightly there.

    `gone-fd` and `Gone` do not listen; `stranger-fd` and `Stranger` know another password.
    """
    own = resources(layout)
    (client,), (disk,) = own.clients, own.storages
    job = partial(JobResource, client=client.name, fileset="data", storage=disk.name, pool="Disk")
    stranger = {"password": "test/stranger"}
    return BackupConfig(
        clients=(
            client,
            client.model_copy(update={"name": "gone-fd", "port": free_port()}),
            client.model_copy(update={"name": "stranger-fd", **stranger}),
        ),
        storages=(
            disk,
            disk.model_copy(update={"name": "Gone", "port": free_port(), "directory": None}),
            disk.model_copy(update={"name": "Stranger", "directory": None, **stranger}),
        ),
        filesets=(
            *own.filesets,
            FilesetResource(name="data", include=(str(data),)),
            FilesetResource(name="catalog", include=(str(data.parent / DUMPS),)),
        ),
        pools=(
            *own.pools,
            PoolResource(name="Apart", label_format="Apart-"),
            PoolResource(name="Small", label_format="Small-", max_volume_bytes=1 << 20),
            PoolResource(name="Copies", label_format="Copy-", storage=disk.name),
            PoolResource(name="Manual"),
            PoolResource(name="Scratch", kind="scratch"),
        ),
        jobs=(
            *own.jobs,
            job(name="data", level=JobLevel.FULL, max_concurrent=4),
            job(name="data slow", level=JobLevel.FULL, max_bytes_per_s=2_000_000),
            job(name="data small", level=JobLevel.FULL, pool="Small"),
            job(name="data unlabelled", level=JobLevel.FULL, pool="Manual"),
            job(name="client gone", level=JobLevel.FULL, client="gone-fd"),
            job(name="client stranger", level=JobLevel.FULL, client="stranger-fd"),
            job(name="storage gone", level=JobLevel.FULL, storage="Gone"),
            job(name="storage stranger", level=JobLevel.FULL, storage="Stranger"),
            job(name="verify", kind=JobKind.VERIFY, level=JobLevel.VOLUME_TO_CATALOG),
            job(name="compare", kind=JobKind.VERIFY, level=JobLevel.DISK_TO_CATALOG),
            job(
                name="migrate",
                kind=JobKind.MIGRATE,
                selection="job",
                selection_pattern="^data small$",
                pool="Small",
                next_pool="Copies",
            ),
            job(name="data apart", level=JobLevel.FULL, pool="Apart"),
            job(
                name="copy",
                kind=JobKind.COPY,
                selection="uncopied",
                pool="Apart",
                next_pool="Copies",
            ),
            job(name="catalog", level=JobLevel.FULL, fileset="catalog"),
        ),
    )


@pytest.fixture(scope="session")
def bacula_programs():
    """Bacula's programs: installed ones, or those of packages unpacked in a cache."""
    from tests.conftest import missing

    try:
        return programs()
    except (CalypsoError, OSError) as wrong:
        missing("bacula", getattr(wrong, "detail", None) or str(wrong))


@pytest.fixture(scope="session")
def bacula(bacula_programs, postgres_url):
    """Three daemons that the session's tests share; their jobs and volumes stay."""
    with own_folder() as folder:
        running = RunningBacula(folder, postgres_url, database=f"bacula_{os.getpid()}").start()
        yield running
        running.remove()


@pytest.fixture
def own_bacula(bacula_programs, postgres_url):
    """Three daemons of a test's own, not started, to be wrecked at will."""
    with own_folder() as folder:
        running = RunningBacula(folder, postgres_url, database=f"bacula_own_{os.getpid()}")
        yield running
        running.remove()


@contextmanager
def own_folder():
    # Not in pytest's own folder: the daemons' account must be able to enter it.
    with tempfile.TemporaryDirectory(prefix="calypso-bacula-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)
