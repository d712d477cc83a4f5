"""Backup configurations on record: versions of a node, written by who owns the job."""

import pytest

from calypso.errors import InUse, JobFenced, NotFound
from calypso.models.backup_config import BackupConfig, ClientResource, PoolResource
from calypso.store.backup import PostgresBackupStore
from calypso.store.jobs import PostgresJobStore
from calypso.store.secrets import Secrets
from tests.contract.store.conftest import KEY
from tests.contract.store.making import NODE, finish, running

MAIL = BackupConfig(clients=(ClientResource(name="mail", address="::1", password="backup/mail"),))
POOLS = BackupConfig(pools=(PoolResource(name="Mail", max_volumes=7),))
BOTH = BackupConfig(clients=MAIL.clients, pools=POOLS.pools)


@pytest.fixture
def claimed(store):
    return running(store)


@pytest.fixture
def books(configs, claimed):
    return configs.writing(NODE, job_id=claimed.id, epoch=claimed.epoch)


def test_before_the_first_time_there_is_no_configuration(configs):
    assert configs.reading(NODE).config() is None
    assert configs.reading(NODE).configs() == []
    assert configs.reading(None).config() is None


def test_a_configuration_is_read_back_as_it_was_kept_with_who_and_when(configs, books, claimed):
    kept = books.keep(BOTH)

    assert (kept.node, kept.version, kept.config, kept.job) == (NODE, 1, BOTH, claimed.id)
    assert kept.requested_by == "ada"
    assert configs.reading(NODE).config() == kept
    assert configs.reading(NODE).version(1) == kept
    assert configs.reading("other").config() is None


def test_the_same_again_is_no_new_version_and_going_back_is_one(books):
    first = books.keep(MAIL)
    assert books.keep(MAIL) == first

    assert books.keep(POOLS).version == 2
    assert books.keep(MAIL).version == 3
    assert (books.version(2).config, books.config().config) == (POOLS, MAIL)


def test_versions_are_listed_from_the_newest_page_by_page(books):
    for config in (MAIL, POOLS, BOTH, MAIL):
        books.keep(config)

    assert [one.version for one in books.configs(limit=3)] == [4, 3, 2]
    assert [one.version for one in books.configs(limit=3, before=2)] == [1]
    assert books.configs(before=1) == []


def test_a_version_that_there_is_not_is_told(books):
    books.keep(MAIL)
    with pytest.raises(NotFound, match=f"no version 2 of the backup configuration of {NODE}"):
        books.version(2)


def test_only_who_owns_the_job_may_write(store, configs, books, claimed):
    books.keep(MAIL)
    finish(store, claimed)

    with pytest.raises(JobFenced):
        books.keep(POOLS)
    with pytest.raises(JobFenced):
        configs.reading(NODE).keep(POOLS)
    assert configs.reading(NODE).config().version == 1


@pytest.mark.postgres
def test_a_secret_stays_while_the_configuration_in_force_names_it(engine):
    store, configs = PostgresJobStore(engine), PostgresBackupStore(engine)
    secrets = Secrets(engine, KEY)
    secrets.put("backup/mail", kind="password", value="hunter2!", by="ada")
    claimed = running(store)
    books = configs.writing(NODE, job_id=claimed.id, epoch=claimed.epoch)
    books.keep(MAIL)

    with pytest.raises(InUse, match=f"backup configuration of {NODE} uses the secret backup/mail"):
        secrets.remove("backup/mail")

    books.keep(POOLS)
    secrets.remove("backup/mail")


@pytest.mark.postgres
def test_a_secret_stays_while_a_job_is_to_apply_it(engine):
    store, secrets = PostgresJobStore(engine), Secrets(engine, KEY)
    secrets.put("backup/mail", kind="password", value="hunter2!", by="ada")
    claimed = running(store, params={"set": MAIL.model_dump(mode="json")})

    with pytest.raises(InUse, match=str(claimed.id)):
        secrets.remove("backup/mail")

    finish(store, claimed)
    secrets.remove("backup/mail")
