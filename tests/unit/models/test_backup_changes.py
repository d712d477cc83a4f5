"""What differs between two configurations, and what comes of changes."""

import pytest

from calypso.errors import Invalid, NotFound
from calypso.models.backup_changes import Names, changed, changes, users_of
from calypso.models.backup_config import BackupConfig, ClientResource, PoolResource
from calypso.models.backup_job import JobResource

MAIL = ClientResource(name="mail", address="::1", password="backup/mail")
POOL = PoolResource(name="Mail", max_volumes=7)
JOB = JobResource(name="mail", client="mail", fileset="f", storage="s", pool="Mail")
BEFORE = BackupConfig(clients=(MAIL,), pools=(POOL,))


def told(before, after):
    return [str(one) for one in changes(before, after)]


def test_what_is_added_changed_and_removed_is_told_with_its_fields():
    more = POOL.model_copy(update={"max_volumes": 9, "label_format": "Mail-"})
    after = BackupConfig(pools=(more,), jobs=(JOB,))

    assert told(BEFORE, after) == [
        "remove client mail",
        "add job mail",
        "change pool Mail: max_volumes: 7 → 9; label_format: none → Mail-",
    ]
    assert told(BEFORE, BEFORE) == []


def test_the_order_in_which_resources_are_named_is_no_change():
    other = PoolResource(name="Other")
    one, two = BackupConfig(pools=(POOL, other)), BackupConfig(pools=(other, POOL))
    assert told(one, two) == []


def test_what_is_set_takes_the_place_of_its_namesake_and_the_rest_stays():
    more = POOL.model_copy(update={"max_volumes": 9})
    after = changed(BEFORE, BackupConfig(pools=(more,), jobs=(JOB,)), Names(clients=("mail",)))
    assert after == BackupConfig(pools=(more,), jobs=(JOB,))


def test_names_of_one_kind_are_not_those_of_another():
    with pytest.raises(NotFound, match="has no pool mail"):
        changed(BEFORE, BackupConfig(), Names(pools=("mail",)))


def test_what_is_set_and_removed_at_once_is_refused():
    with pytest.raises(Invalid, match="pool Mail is to be set and to be removed"):
        changed(BEFORE, BackupConfig(pools=(POOL,)), Names(pools=("Mail",)))


def test_who_names_a_resource_is_told():
    copies = PoolResource(name="Copies", next_pool="Mail")
    config = BackupConfig(clients=(MAIL,), pools=(POOL, copies), jobs=(JOB,))
    assert users_of(config, "pool", "Mail") == ["pool Copies", "job mail"]
    assert users_of(config, "client", "mail") == ["job mail"]
    assert users_of(config, "job", "mail") == []
