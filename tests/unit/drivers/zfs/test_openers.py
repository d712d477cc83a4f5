"""Who uses a volume or a filesystem is seen, whoever it is."""

import json
import mmap
import os
import subprocess
import sys
from pathlib import Path

import pytest

from calypso.drivers.storage.zfs import openers

DEVICE = Path("/dev/full")  # a device anybody may open; a test has no volume
ME = f"process {os.getpid()} ("
everybody_seen = pytest.mark.skipif(os.geteuid() != 0, reason="only root sees what others open")


def words(root, *datasets, devices=None):
    devices = [DEVICE] if devices is None and not datasets else devices or []
    return [user.words for user in openers.users(devices, datasets, root)]


def process(root, number=4711, **files):
    """Make a process as /proc shows it: links by `cwd` and `fd`, texts by other names."""
    (root / f"proc/{number}/fd").mkdir(parents=True)
    for name, what in files.items():
        if name in ("fd", "cwd"):
            place = "fd/3" if name == "fd" else "cwd"
            (root / f"proc/{number}/{place}").symlink_to(what)
        else:
            (root / f"proc/{number}/{name}").write_text(what)


def test_a_process_that_has_it_open_is_named(tmp_path):
    (tmp_path / "proc").mkdir()
    (tmp_path / f"proc/{os.getpid()}").symlink_to("/proc/self")
    with DEVICE.open("rb"):
        (found,) = words(tmp_path)
    assert found.startswith(ME)


@pytest.mark.parametrize(
    ("cgroup", "told", "service"),
    [
        ("0::/system.slice/smbd.service", "smbd, of smbd.service", "smbd.service"),
        ("0::/system.slice/system-pg.slice/pg@15.service/job-1", "smbd, of pg@15.service",
         "pg@15.service"),
        ("12:pids:/user.slice\n1:name=systemd:/system.slice/smbd.service",
         "smbd, of smbd.service", "smbd.service"),
        ("0::/user.slice/user-0.slice/session-3.scope", "smbd", None),
        ("0::/user.slice/user-1000.slice/user@1000.service/app.slice/x.scope", "smbd", None),
        ("0::/lxc.payload.ct1/system.slice/smbd.service", "smbd", None),
        ("0::/system.slice/docker-ab.scope/system.slice/smbd.service", "smbd", None),
    ],
)  # fmt: skip
def test_a_process_is_named_with_its_service(tmp_path, cgroup, told, service):
    process(tmp_path, fd=DEVICE, comm="smbd\n", cgroup=f"{cgroup}\n")
    (found,) = openers.users([DEVICE], (), tmp_path)
    assert found == openers.User(str(DEVICE), f"process 4711 ({told})", service)


# ---- filesystems: a test has none of its own, so `/proc` stands for one


TANK = "tank/home"


@pytest.fixture
def mounted(tmp_path):
    """A machine whose dataset tank/home is what `/proc` is here, with more rows as a test likes."""

    def mount(*more):
        number = Path("/proc").stat().st_dev
        (tmp_path / "proc/self").mkdir(parents=True, exist_ok=True)
        rows = [f"20 1 {os.major(number)}:{os.minor(number)} / /proc rw - zfs {TANK} rw", *more]
        (tmp_path / "proc/self/mountinfo").write_text("\n".join(rows) + "\n")
        return tmp_path

    mount()
    return mount


def test_who_works_in_a_filesystem_or_has_a_file_of_it_open_uses_it(mounted):
    root = mounted()
    process(root, 1, cwd="/proc/sys")
    process(root, 2, fd="/proc/version")
    process(root, 3, fd=root, cwd=root)
    assert words(root, TANK) == ["process 1", "process 2"]


def test_one_that_is_not_mounted_has_no_users(mounted):
    root = mounted()
    process(root, 1, cwd="/proc/sys")
    assert words(root, "tank/other") == []


def test_who_has_a_file_of_it_mapped_uses_it(mounted):
    root, number = mounted(), Path("/proc").stat().st_dev
    row = f"7f00-7f01 r--p 00000000 {os.major(number):02x}:{os.minor(number):02x} 17   /a file"
    process(root, 1, maps=f"{row}\n7f02-7f03 rw-p 00000000 00:00 0\n")
    assert words(root, TANK) == ["process 1"]


def test_a_mapping_is_told_by_the_number_its_file_tells(tmp_path):
    """As the kernel shows one of this very process, on a file system of a plain kind."""
    (tmp_path / "file").write_bytes(b"x" * mmap.PAGESIZE)
    with (tmp_path / "file").open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
    rows = [line for line in Path("/proc/self/maps").read_text().splitlines() if "/file" in line]
    mapped.close()
    shown = openers._MAPPED.findall("\n".join(rows))
    number = (tmp_path / "file").stat().st_dev
    if os.major(number):  # overlays and others without a device of their own differ
        assert (f"{os.major(number):02x}", f"{os.minor(number):02x}") in shown


def test_what_is_mounted_on_it_uses_it(mounted):
    root = mounted(
        "21 20 0:46 / /proc/in\\040side rw - tmpfs tmpfs rw",
        "22 21 0:47 / /proc/in\\040side/deeper rw - tmpfs tmpfs rw",
        "23 20 0:48 / /proc/.zfs/snapshot/one rw - zfs tank/home@one ro",
        "24 20 0:49 / /proc/sys rw - zfs tank/home/sys rw",
        "25 20 0:50 / /proc/by-hand rw - zfs tank/else rw",
    )
    told = ["the mount /proc/in side", "the mount /proc/by-hand"]
    assert words(root, TANK, "tank/home/sys") == told


@pytest.mark.parametrize(
    ("table", "row", "is_sure"),
    [
        ("proc/fs/nfsd/exports", "/proc/sys\t*(rw,no_root_squash)", False),
        ("proc/swaps", "/proc/version file 1024 0 -2", True),
    ],
)
def test_a_row_of_a_table_of_the_kernel_names_a_user(mounted, table, row, is_sure):
    root = mounted()
    file = root / table
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"# Version 1.1\n\n{root}\t*(rw)\n{row}\n")
    (found,) = openers.users([], [TANK], root)
    assert (found.words, found.is_sure) == (f"{file}: {row.split()[0]}", is_sure)


def test_each_of_several_gets_its_own_users(mounted):
    root = mounted()
    process(root, 1, fd=DEVICE, cwd="/proc/sys")
    process(root, 2, fd=DEVICE)
    found = [(user.of, user.words) for user in openers.users([DEVICE], [TANK], root)]
    assert found == [
        ("/dev/full", "process 1"),
        (TANK, "process 1"),
        ("/dev/full", "process 2"),
    ]


def test_who_uses_devices_alone_is_found_without_a_look_at_anybodys_memory(tmp_path):
    process(tmp_path, fd=DEVICE)
    (tmp_path / "proc/4711/maps").mkdir()  # no file: reading it fails
    assert words(tmp_path) == ["process 4711"]


# ---- devices


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look everywhere")
def test_who_may_not_look_everywhere_says_so_instead_of_calling_it_unused(capsys):
    assert openers.main([str(DEVICE)]) == 1
    assert f"cannot see who uses {DEVICE}" in capsys.readouterr().err


def test_a_device_nobody_uses_has_no_users(tmp_path):
    assert words(tmp_path) == []


@pytest.mark.parametrize(
    "told",
    [
        "sys/kernel/config/target/core/iblock_0/disk/udev_path",
        "sys/kernel/scst_tgt/devices/disk/filename",
        "sys/block/loop0/loop/backing_file",
    ],
)
def test_an_export_is_named(tmp_path, told):
    link = tmp_path / "zvol"
    link.symlink_to(DEVICE)
    file = tmp_path / told
    file.parent.mkdir(parents=True)
    file.write_text(f"{link}\n[key]\n")
    (found,) = words(tmp_path)
    assert found == f"the export {file.parent}"


def test_the_export_of_another_device_does_not_count(tmp_path):
    file = tmp_path / "sys/kernel/scst_tgt/devices/disk/filename"
    file.parent.mkdir(parents=True)
    file.write_text("/dev/null\n")
    assert words(tmp_path) == []


def test_a_partition_that_is_open_counts(tmp_path):
    number = Path("/dev/null").stat().st_rdev
    told = tmp_path / "sys/block/full/full1/dev"
    told.parent.mkdir(parents=True)
    told.write_text(f"{os.major(number)}:{os.minor(number)}\n")
    (tmp_path / "proc/4711/fd").mkdir(parents=True)
    (tmp_path / "proc/4711/fd/3").symlink_to("/dev/null")
    assert words(tmp_path) == ["process 4711"]


def test_a_descriptor_that_closed_meanwhile_is_passed_over(tmp_path):
    (tmp_path / "proc/4711/fd").mkdir(parents=True)
    (tmp_path / "proc/4711/fd/3").symlink_to(tmp_path / "gone")
    assert words(tmp_path) == []


def test_an_unseen_process_is_no_unused_device(tmp_path, monkeypatch, capsys):
    def closed(_):
        raise PermissionError(13, "Permission denied")

    (tmp_path / "proc/4711/fd").mkdir(parents=True)
    monkeypatch.setattr(openers.Path, "iterdir", closed)
    with pytest.raises(PermissionError):
        words(tmp_path)
    assert openers.main([str(DEVICE)]) == 1
    assert capsys.readouterr().err.startswith("cannot see who uses /dev/full: ")


def test_a_process_that_ended_meanwhile_is_passed_over(tmp_path):
    (tmp_path / "proc/4711").mkdir(parents=True)
    assert words(tmp_path) == []


def test_a_device_the_kernel_has_claimed_is_used(tmp_path, monkeypatch):
    def busy(*_):
        raise OSError(16, "Device or resource busy")

    monkeypatch.setattr(openers.os, "open", busy)
    assert words(tmp_path) == ["the kernel (mounted, swap, or part of another device)"]


@everybody_seen
def test_the_program_runs_by_its_path_with_nothing_but_python(tmp_path):
    program = [sys.executable, "-I", "-S", "-B", openers.__file__]
    with DEVICE.open("rb"):
        used = subprocess.run([*program, str(DEVICE)], capture_output=True, text=True, check=True)
    gone = subprocess.run(
        [*program, str(tmp_path / "gone")], capture_output=True, text=True, check=True
    )
    told = [json.loads(line) for line in used.stdout.splitlines()]
    assert [one["words"] for one in told if one["words"].startswith(ME)] != []
    assert gone.stdout == ""


@everybody_seen
def test_the_program_answers_in_this_process_too(capsys):
    with DEVICE.open("rb"):
        assert openers.main([str(DEVICE)]) == 0
    assert "process" in capsys.readouterr().out
    assert openers.main(["/dev/nosuch"]) == 0
