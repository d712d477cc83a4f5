"""Pools on real disks that are made, given away, taken back, upgraded and destroyed."""

import pytest

from calypso.drivers.storage import (
    Busy,
    PoolElsewhere,
    PoolExists,
    PoolMissing,
    PoolUnavailable,
)
from tests.fakes.running import plan, run
from tests.lab.inside import opened, working_in

pytestmark = [pytest.mark.real("lab"), pytest.mark.timeout(600)]


@pytest.mark.proves("storage.pool_create")
@pytest.mark.proves("storage.pool_export")
@pytest.mark.proves("storage.pool_import")
@pytest.mark.proves("storage.pool_destroy")
def test_a_pool_goes_and_comes_back(lab):
    lab.mirror(0, 1)
    guid = lab.storage.pool("tank").guid
    lab.storage.create_dataset("tank/v", size_bytes=16 << 20)
    lab.sh("udevadm settle")

    with lab.guest.entered(working_in, "/tank"), pytest.raises(Busy):
        run("pool_export", lab.storage, pool="tank")
    with lab.guest.entered(opened, "/dev/zvol/tank/v"):
        shown = plan("pool_export", lab.storage, pool="tank", force=True)
        assert "It will be refused: tank/v is used" in shown.effects[-1]
        with pytest.raises(Busy, match="tank/v is used"):
            run("pool_export", lab.storage, pool="tank", force=True)
    assert lab.storage.dataset("tank").mountpoint == "/tank"

    run("pool_export", lab.storage, pool="tank")
    with pytest.raises(PoolMissing):
        lab.storage.pool("tank")
    shown = plan("pool_import", lab.storage, pool=guid)
    assert shown.effects == [f"Pool tank, guid {guid}, is ONLINE."]
    told = run("pool_import", lab.storage, pool=guid, new_name="vault", altroot="/mnt/else")
    assert (told.pool, told.guid, told.health) == ("vault", guid, "ONLINE")
    assert lab.guest.path("/mnt/else/vault/data").exists()

    run("pool_export", lab.storage, pool="vault")
    with pytest.raises(PoolMissing, match=guid):
        run("pool_import", lab.storage, pool="17")
    lab.storage.import_pool("vault", readonly=True)
    with pytest.raises(PoolExists):
        run("pool_import", lab.storage, pool="vault")
    run("pool_export", lab.storage, pool="vault")
    run("pool_import", lab.storage, pool="vault", new_name="tank")
    assert "tank/v" in plan("pool_destroy", lab.storage, pool="tank").destroys
    run("pool_destroy", lab.storage, pool="tank")
    assert lab.storage.pools() == []


@pytest.mark.proves("storage.pool_import")
def test_a_pool_of_another_system_or_without_its_disks_is_not_simply_taken(lab):
    lab.sh(
        "rm -rf /tmp/away; mkdir -p /tmp/away/copy; truncate -s 100M /tmp/away/a /tmp/away/b;"
        "zgenhostid -f 00112233; zpool create away mirror /tmp/away/a /tmp/away/b;"
        "zpool sync away; cp /tmp/away/a /tmp/away/b /tmp/away/copy; zpool destroy away;"
        "zgenhostid -f 00445566"
    )
    copy = ["/tmp/away/copy"]
    assert "another system" in plan("pool_import", lab.storage, pool="away", search=copy).effects[0]
    with pytest.raises(PoolElsewhere):
        run("pool_import", lab.storage, pool="away", search=copy)
    run("pool_import", lab.storage, pool="away", search=copy, force=True)
    run("pool_destroy", lab.storage, pool="away")

    lab.sh("truncate -s 100M /tmp/away/c /tmp/away/d; zpool create apart /tmp/away/c /tmp/away/d;"
           "zpool export apart; rm /tmp/away/d")  # fmt: skip
    with pytest.raises(PoolUnavailable):
        run("pool_import", lab.storage, pool="apart", search=["/tmp/away"])


@pytest.mark.proves("storage.pool_upgrade")
def test_a_pool_gets_features_one_by_one_and_all_at_once(lab):
    lab.sh(f"zpool create -d tank {lab.guest.disk(0)}")
    assert len(plan("pool_upgrade", lab.storage, pool="tank").effects) > 20
    one = run("pool_upgrade", lab.storage, pool="tank", features=["lz4_compress"])
    assert one.enabled == ("lz4_compress",)
    assert len(run("pool_upgrade", lab.storage, pool="tank").enabled) > 20
    assert run("pool_upgrade", lab.storage, pool="tank").enabled == ()
