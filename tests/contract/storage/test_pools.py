"""What every storage product promises of whole pools: out of use, into use, scrubs, upgrades."""

import pytest

from calypso.drivers.storage import Busy, Interrupted, PoolExists, PoolMissing
from tests.lab.inside import working_in


def nothing(_told):
    pass


@pytest.fixture
def search(place):
    """Where the devices of the pool are."""
    return [str(place.folder)]


def test_an_exported_pool_is_out_of_use_until_it_is_imported(place, search):
    dataset = place.dataset("home")
    (place.path(dataset) / "file").write_text("kept")
    guid = place.storage.pool(place.pool).guid

    place.storage.export_pool(place.pool)
    with pytest.raises(PoolMissing):
        place.storage.pool(place.pool)
    pool = place.storage.import_pool(place.pool, search=search)

    assert pool.guid == guid
    assert (place.path(dataset) / "file").read_text() == "kept"


def test_a_pool_is_imported_by_its_guid_too(place, search):
    guid = place.storage.pool(place.pool).guid
    place.storage.export_pool(place.pool)
    assert place.storage.import_pool(guid, search=search).name == place.pool


def test_a_pool_gets_a_new_name_and_its_old_one_back(place, search):
    place.storage.export_pool(place.pool)
    renamed = f"{place.pool}-renamed"
    assert place.storage.import_pool(place.pool, new_name=renamed, search=search).name == renamed
    assert renamed in [one.name for one in place.storage.pools()]
    place.storage.export_pool(renamed)
    place.storage.import_pool(renamed, new_name=place.pool, search=search)


def test_a_pool_in_use_is_not_imported_again(place, search):
    with pytest.raises((PoolExists, PoolMissing)):
        place.storage.import_pool(place.pool, search=search)


def test_a_pool_that_is_nowhere_is_missing(place, search):
    with pytest.raises(PoolMissing):
        place.storage.import_pool("nosuch", search=search)
    with pytest.raises(PoolMissing):
        place.storage.plan_import_pool("nosuch", search=search)


def test_a_plan_for_an_import_tells_what_is_found(place, search):
    guid = place.storage.pool(place.pool).guid
    place.storage.export_pool(place.pool)
    assert guid in place.storage.plan_import_pool(place.pool, search=search).effects[0]
    place.storage.import_pool(place.pool, search=search)


def test_an_unknown_pool_is_not_exported(place):
    with pytest.raises(PoolMissing):
        place.storage.export_pool("nosuch")
    with pytest.raises(PoolMissing):
        place.storage.plan_export_pool("nosuch")


def test_a_pool_somebody_works_in_is_not_exported_and_stays_as_it_is(place):
    dataset = place.dataset("home")
    with place.machine.entered(working_in, place.path(dataset)):
        with pytest.raises(Busy):
            place.storage.export_pool(place.pool)
        assert place.storage.dataset(dataset).mountpoint
    assert place.storage.plan_export_pool(place.pool).effects


def test_a_new_pool_lacks_no_feature(place):
    assert place.storage.upgrade_pool(place.pool) == []
    assert place.storage.plan_upgrade_pool(place.pool).commands == []


def test_pausing_where_no_scrub_runs_is_refused(place):
    with pytest.raises(Interrupted):
        place.storage.pause_scrub(place.pool)


def test_no_resilver_is_none(place):
    assert place.storage.follow_resilver(place.pool, on_scan=nothing, timeout_s=60) is None


def test_the_sign_stays_while_nothing_happens_and_differs_after_a_scrub(place):
    before = place.storage.sign()
    assert place.storage.sign() == before
    place.storage.run_scrub(place.pool, on_scan=nothing, timeout_s=60)
    assert place.storage.sign() != before


def test_disks_can_be_listed(place):
    assert isinstance(place.storage.disks(), list)
