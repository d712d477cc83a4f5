import pytest

from calypso.errors import JobFenced
from calypso.store.alerts import PostgresAlertStore
from calypso.store.backup import PostgresBackupStore
from calypso.store.channels import Channels
from calypso.store.engine import make_engine
from calypso.store.jobs import PostgresJobStore
from calypso.store.media import PostgresMediaStore
from calypso.store.migrate import upgrade
from calypso.store.secrets import Secrets
from tests.contract.store.making import NODE, running
from tests.fakes.memory_alerts import MemoryAlertStore
from tests.fakes.memory_backup import MemoryBackupStore
from tests.fakes.memory_channels import MemoryChannels
from tests.fakes.memory_media import MemoryMediaStore
from tests.fakes.memory_store import MemoryJobStore


@pytest.fixture
def database_url(fresh_database):
    url = fresh_database()
    upgrade(url)
    return url


@pytest.fixture
def engine(database_url):
    engine = make_engine(database_url, pool_size=20)
    yield engine
    engine.dispose()


@pytest.fixture
def postgres(engine):
    return PostgresJobStore(engine)


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request):
    if request.param == "memory":
        return MemoryJobStore()
    return request.getfixturevalue("postgres")


KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
SECRET = "hook/key"


class Alerting:
    """Alerts, channels and jobs over one store; `told` is what live listeners heard."""

    def __init__(self, jobs, make_alerts, make_channels):
        self.told = []
        self.jobs = jobs
        self.alerts = make_alerts(lambda event, data: self.told.append((event, data)))
        self.channels = make_channels(self.alerts)


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.postgres)])
def alerting(request):
    if request.param == "memory":
        jobs = MemoryJobStore()
        return Alerting(
            jobs,
            lambda tell: MemoryAlertStore(jobs, tell=tell),
            lambda alerts: MemoryChannels(alerts.office, secrets={SECRET}),
        )
    engine = request.getfixturevalue("engine")
    Secrets(engine, KEY).put(SECRET, kind="password", value="hunter2!", by="ada")
    return Alerting(
        PostgresJobStore(engine),
        lambda tell: PostgresAlertStore(engine, tell=tell),
        lambda _: Channels(engine),
    )


class Shelf:
    """The books of tape beside the jobs that write in them."""

    def __init__(self, jobs, media):
        self.jobs, self.media = jobs, media
        self.claimed = running(jobs)
        self.books = self.of(self.claimed)

    def of(self, claimed, node=NODE):
        return self.media.writing(node, job_id=claimed.id, epoch=claimed.epoch)


@pytest.fixture
def shelf(store, request):
    if isinstance(store, PostgresJobStore):
        return Shelf(store, PostgresMediaStore(request.getfixturevalue("engine")))

    return Shelf(store, MemoryMediaStore(fence=fence_of(store)))


def fence_of(store):
    """What a store in memory asks before it writes for a run."""

    def fence(job_id, epoch):
        if not store.remember(job_id, epoch, "books"):
            raise JobFenced

    return fence


@pytest.fixture
def configs(store, request):
    """Backup configurations over the store of the jobs that write them."""
    if isinstance(store, PostgresJobStore):
        return PostgresBackupStore(request.getfixturevalue("engine"))
    return MemoryBackupStore(fence=fence_of(store))


@pytest.fixture
def books(shelf):
    return shelf.books
