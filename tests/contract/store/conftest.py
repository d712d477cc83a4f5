import pytest

from calypso.store.engine import make_engine
from calypso.store.jobs import PostgresJobStore
from calypso.store.migrate import upgrade
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
