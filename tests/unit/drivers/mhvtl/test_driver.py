"""Faults, the kernel module, and what every SCSI library can do."""

import pytest

from calypso.drivers.tape import (
    DaemonDown,
    Delays,
    DriveFault,
    DriveMissing,
    LibraryInUse,
    ModuleUnfit,
    NotAsAsked,
    ProductMissing,
    Unsupported,
)
from calypso.errors import CommandMissing, JobCancelled
from calypso.models.inventory import Capability

LIB = "LIB10SER01"


# ---- faults


def test_a_drive_raises_the_flags_it_is_told_to(tape, machine):
    tape.break_drive("DRIVE00011", DriveFault(tape_alerts=(20,)))
    assert machine.asked == [("vtlcmd", "11", "TapeAlert", "80000")]


def test_no_flags_takes_them_back_and_delays_alone_leave_them(tape, machine):
    machine._cmd_tapealert_0 = lambda _robot: ""
    tape.break_drive("DRIVE00011", DriveFault(tape_alerts=()))
    tape.break_drive("DRIVE00011", DriveFault(delays=Delays(load_s=5)))
    assert machine.asked == [
        ("vtlcmd", "11", "TapeAlert", "0"), ("vtlcmd", "11", "delay", "load", "5"),
    ]  # fmt: skip


def test_a_drive_that_is_not_of_mhvtl_cannot_be_broken(tape):
    with pytest.raises(DriveMissing, match="NOSUCH"):
        tape.break_drive("NOSUCH", DriveFault(tape_alerts=(1,)))


def test_a_drive_whose_daemon_is_down_says_so(tape, machine):
    machine.drives_up.clear()
    with pytest.raises(DaemonDown):
        tape.break_drive("DRIVE00011", DriveFault(tape_alerts=(1,)))


def test_a_library_goes_offline_and_comes_back(tape):
    assert tape.set_online(LIB, is_online=False).is_online is False
    assert tape.set_online(LIB, is_online=True).is_online is True


def test_an_offline_that_did_nothing_is_noticed(tape, machine):
    machine._cmd_offline = lambda _robot: ""
    with pytest.raises(NotAsAsked, match="offline"):
        tape.set_online(LIB, is_online=False)


# ---- the module


def test_the_module_is_built_loaded_and_all_is_started_again(tape, machine):
    steps = []
    assert tape.rebuild_module(on_step=lambda *one: steps.append(one[2])) == "0.18.42"
    assert steps == ["checking", "building", "stopping", "loading", "starting"]
    assert set(machine.robots) == {10}
    assert machine.drives_up == {11, 12}
    words = [argv[0] for argv in machine.asked]
    assert words.index("mhvtl_kernel_mod_build") < words.index("rmmod")


def test_a_build_that_made_nothing_for_this_kernel_is_noticed_and_all_runs_on(tape, machine):
    machine.files["/proc/sys/kernel/osrelease"] = "6.1.0-51-amd64\n"
    told = machine.recording("kernel-mod-build-no-headers.txt")
    machine.fails["mhvtl_kernel_mod_build"] = (told.code, told.stdout, told.stderr)
    with pytest.raises(ModuleUnfit, match=r"6\.1\.0-51-amd64.*No such file or directory"):
        tape.rebuild_module()
    assert set(machine.robots) == {10}
    assert not [argv for argv in machine.asked if argv[0] == "systemctl"]


def test_a_module_that_something_holds_is_not_fought_with(tape, machine):
    text = machine.quote("051-stop.txt", "rmmod: ERROR: Module mhvtl is in use\n")
    machine.fails["rmmod"] = (1, "", text)
    with pytest.raises(LibraryInUse, match="in use"):
        tape.rebuild_module()


def test_an_old_module_that_stays_though_rmmod_said_0_is_noticed(tape, machine):
    machine._rmmod = lambda _module: ""
    with pytest.raises(LibraryInUse, match="still loaded"):
        tape.rebuild_module()


def test_a_module_that_is_not_loaded_is_not_unloaded(tape, machine):
    del machine.files["/sys/module/mhvtl"]
    tape.rebuild_module()
    assert not [argv for argv in machine.asked if argv[0] == "rmmod"]


def test_a_loaded_drive_forbids_it(tape, machine):
    machine.load(1, 0)
    with pytest.raises(LibraryInUse):
        tape.rebuild_module()
    assert not machine.asked


def test_a_job_cancelled_before_the_build_stops_nothing(tape, machine):
    def stop(_done, _total, phase):
        if phase == "building":
            raise JobCancelled

    with pytest.raises(JobCancelled):
        tape.rebuild_module(on_step=stop)
    assert set(machine.robots) == {10}


def test_without_systemd_it_is_refused(tape, machine):
    del machine.files["/run/systemd/system"]
    with pytest.raises(Unsupported):
        tape.rebuild_module()


# ---- the product


def test_it_says_its_version_and_what_it_can_do(tape):
    able = tape.probe()
    assert (able.product, able.version, able.available) == ("mhvtl", "1.8.0", True)
    assert able.features == {"worm": True, "virtual": True, "changes": True}


def test_without_its_programs_it_says_how_to_get_them(tape, machine):
    machine.programs.discard("mktape")
    able = tape.probe()
    assert not able.available
    assert "mktape" in able.reason
    assert "sources" in able.how_to_install


def test_without_the_programs_for_scsi_libraries_it_says_so(tape, monkeypatch):
    below = Capability(product="changer", available=False, reason="mtx is missing.")
    monkeypatch.setattr(tape._changer, "probe", lambda: below)
    assert tape.probe().reason == "mtx is missing."


def test_a_program_that_is_not_there_is_named(tape, machine):
    def missing(*_words):
        raise CommandMissing("vtlcmd was not found.")

    machine._vtlcmd = missing
    with pytest.raises(ProductMissing, match="vtlcmd is not installed"):
        tape.open_door(LIB)


@pytest.mark.parametrize(
    ("verb", "words", "named"),
    [
        ("scan", (print,), {}), ("libraries", (), {}), ("library", (LIB,), {}),
        ("elements", (LIB,), {}), ("take_inventory", (LIB,), {}), ("cartridges", (), {}),
        ("load", (LIB, 1, "D"), {"cleaning": True}), ("unload", (LIB, "D", 1), {}),
        ("transfer", (LIB, 1, 2), {}), ("drives", (), {}), ("drive", ("D",), {}),
        ("rewind", ("D",), {}), ("wind_to_end", ("D",), {}), ("go_to_file", ("D", 3), {}),
        ("eject", ("D",), {}), ("erase", ("D",), {"long": True, "timeout_s": 5}),
        ("plan_erase", ("D",), {"long": False}), ("writer", ("D",), {"block_bytes": 512}),
        ("reader", ("D",), {"block_bytes": 512}), ("write_marks", ("D", 2), {}),
    ],
)  # fmt: skip
def test_what_every_library_can_do_the_changer_does(tape, verb, words, named):
    heard = []

    class Below:
        def __getattr__(self, name):
            return lambda *words, **named: heard.append((name, words, named)) or "done"

    tape._changer = Below()
    told = getattr(tape, verb)(*words, **named)
    assert heard == [(verb, words, named)]
    assert told == "done" or verb == "scan"
