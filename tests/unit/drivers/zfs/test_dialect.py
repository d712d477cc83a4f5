"""What is found out about OpenZFS on a machine."""

from calypso.drivers.storage.zfs import ZfsStorage
from calypso.errors import CommandMissing, CommandTimedOut
from tests.fakes.host import FakeHost
from tests.unit.drivers.zfs import scenarios


def test_a_machine_with_openzfs_tells_its_version(host, storage):
    able = scenarios.probe(host, storage)
    assert (able.product, able.version, able.available) == ("zfs", "2.1.11-1+deb12u1", True)
    assert able.production
    assert able.features == {
        "volumes": True,
        "resume": True,
        "instant_snapshots": True,
        "clones": True,
        "encryption": True,
        "json": False,
    }


def test_json_is_found_by_trying_it():
    host = scenarios.make_json_host()
    host.folders.append(scenarios.make_host().folders[0])
    host.answer(["zfs", "version"], "002-version.txt")
    assert ZfsStorage(host).probe().features["json"]


def test_without_programs_it_says_what_to_install():
    able = ZfsStorage(FakeHost(programs=())).probe()
    assert not able.available
    assert "not installed" in able.reason
    assert "apt-get" in able.how_to_install


def test_without_the_module_nothing_is_run_for_that_would_take_ten_seconds():
    host = FakeHost(files=())
    assert "not loaded" in ZfsStorage(host).probe().reason
    assert host.asked == []


def test_tools_that_do_not_tell_their_version_are_not_openzfs(host, storage):
    host.answer(["zfs", "version"], "062-zfs-snapshot-bad.txt", code=2)
    able = storage.probe()
    assert not able.available
    assert "not OpenZFS" in able.reason


def test_a_program_that_vanished_is_missing(host, storage):
    host.answer(["zfs", "version"], raises=CommandMissing("zfs"))
    assert not storage.probe().available


def test_tools_that_hang_are_told_as_that():
    host = FakeHost("openzfs-2.1.11")
    host.answer(["zfs", "version"], "002-version.txt")
    host.answer(["zpool", "status", "-j"], raises=CommandTimedOut("zpool did not end."))
    able = ZfsStorage(host).probe()
    assert not able.available
    assert able.reason == "zpool did not end. A pool may have lost its disks."


def test_opening_the_driver_runs_nothing(host, storage):
    assert host.asked == []


def test_the_question_for_json_is_asked_once(host, storage):
    scenarios.pools(host, storage)
    scenarios.pools(host, storage)
    assert host.asked.count(("zpool", "status", "-j")) == 1
