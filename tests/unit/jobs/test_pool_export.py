"""Services that are stopped for an export: told, remembered, started again when it fails."""

import pytest

from calypso.drivers.storage import Busy, PoolMissing, StorageError
from calypso.errors import JobTimedOut
from tests.fakes.running import FakeRunning, run


class Pool:
    """A storage with a pool that two services use. `raises`: what a verb comes to."""

    def __init__(self, **raises):
        self.did, self._raises = [], raises

    def services_of_pool(self, name, *, force):
        self._do("services_of_pool", name, force)
        return ["nfs.service", "smbd.service"]

    def stop_service(self, name):
        self._do("stop_service", name)

    def start_service(self, name):
        self._do("start_service", name)

    def pool(self, name):
        if "pool" in self._raises:
            raise self._raises["pool"]

    def export_pool(self, name, *, force):
        self._do("export_pool", name, force)

    def _do(self, verb, *told):
        self.did.append((verb.partition("_")[0], *told))
        for one in (f"{verb}_{told[0]}".replace(".service", ""), verb):
            if one in self._raises:
                raise self._raises[one]


ASKED = ("services", "tank", False)
STOPPED = [ASKED, ("stop", "nfs.service"), ("stop", "smbd.service")]
EXPORTED = ("export", "tank", False)
STARTED = [("start", "smbd.service"), ("start", "nfs.service")]


def export(pool, running=None, **said):
    return run("pool_export", pool, running or FakeRunning(), pool="tank", **said)


def test_what_was_stopped_is_told_and_stands_in_the_job_meanwhile():
    pool, running = Pool(), FakeRunning()
    told = export(pool, running, stop_services=True)
    assert told.stopped_services == ["nfs.service", "smbd.service"]
    assert pool.did == [*STOPPED, EXPORTED]
    assert running.external == "stopped: nfs.service, smbd.service"
    assert running.reports[1]["done"] == 1


def test_unasked_no_service_is_looked_for():
    pool = Pool()
    assert export(pool).stopped_services == []
    assert pool.did == [EXPORTED]


@pytest.mark.parametrize("failed", [Busy("It is busy."), JobTimedOut("It took too long.")])
def test_when_the_export_fails_they_are_started_again_in_time_of_its_own(failed):
    pool, running = Pool(export_pool=failed), FakeRunning()
    with pytest.raises(type(failed)):
        export(pool, running, stop_services=True)
    assert pool.did == [*STOPPED, EXPORTED, *STARTED]
    assert running.tidied == 1


def test_one_that_did_not_stop_in_time_is_started_again_too():
    """Whoever told it to stop goes on with that, whatever became of the waiting."""
    pool = Pool(stop_service_smbd=StorageError("systemctl did not end."))
    with pytest.raises(StorageError):
        export(pool, stop_services=True)
    assert pool.did == [*STOPPED, *STARTED]


def test_one_that_is_not_up_again_is_named_in_the_error():
    pool = Pool(
        export_pool=Busy("It is busy."), start_service_nfs=StorageError("It does not start.")
    )
    with pytest.raises(Busy, match=r"Stopped for it, and not up again: nfs\.service\."):
        export(pool, stop_services=True)


def test_when_the_pool_is_gone_all_the_same_none_is_started_to_write_elsewhere():
    pool = Pool(export_pool=StorageError("It took too long."), pool=PoolMissing("It is gone."))
    with pytest.raises(StorageError, match=r"not up again: nfs\.service, smbd\.service\."):
        export(pool, stop_services=True)
    assert pool.did == [*STOPPED, EXPORTED]


def test_where_others_use_it_nothing_is_stopped():
    pool = Pool(services_of_pool=Busy("A person works in it."))
    with pytest.raises(Busy):
        export(pool, stop_services=True)
    assert pool.did == [ASKED]
