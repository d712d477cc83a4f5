import pytest
from sqlalchemy import create_engine

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


# -- until the suite's own fixtures exist
import os
import uuid


@pytest.fixture
def fresh_database():
    url = os.environ["CALYPSO_TEST_DATABASE_URL"]
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    made = []

    def fresh():
        name = f"t_{uuid.uuid4().hex}"
        with admin.connect() as c:
            c.exec_driver_sql(f"CREATE DATABASE {name}")
        made.append(name)
        return url.rsplit("/", 1)[0] + "/" + name

    yield fresh
    with admin.connect() as c:
        for name in made:
            c.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    admin.dispose()
