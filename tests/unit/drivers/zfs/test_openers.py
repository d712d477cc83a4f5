"""Who uses a volume is seen, whoever it is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from calypso.drivers.storage.zfs import openers

DEVICE = Path("/dev/full")  # a device anybody may open; a test has no volume
everybody_seen = pytest.mark.skipif(os.geteuid() != 0, reason="only root sees what others open")


def test_a_process_that_has_it_open_is_named(tmp_path):
    (tmp_path / "proc").mkdir()
    (tmp_path / f"proc/{os.getpid()}").symlink_to("/proc/self")
    with DEVICE.open("rb"):
        assert list(openers.users(DEVICE, tmp_path)) == [f"process {os.getpid()}"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look everywhere")
def test_who_may_not_look_everywhere_says_so_instead_of_calling_it_unused(capsys):
    assert openers.main(str(DEVICE)) == 1
    assert f"cannot see who uses {DEVICE}" in capsys.readouterr().err


def test_a_device_nobody_uses_has_no_users(tmp_path):
    assert list(openers.users(DEVICE, tmp_path)) == []


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
    (found,) = openers.users(DEVICE, tmp_path)
    assert found == f"the export {file.parent}"


def test_the_export_of_another_device_does_not_count(tmp_path):
    file = tmp_path / "sys/kernel/scst_tgt/devices/disk/filename"
    file.parent.mkdir(parents=True)
    file.write_text("/dev/null\n")
    assert list(openers.users(DEVICE, tmp_path)) == []


def test_a_partition_that_is_open_counts(tmp_path):
    number = Path("/dev/null").stat().st_rdev
    told = tmp_path / "sys/block/full/full1/dev"
    told.parent.mkdir(parents=True)
    told.write_text(f"{os.major(number)}:{os.minor(number)}\n")
    (tmp_path / "proc/4711/fd").mkdir(parents=True)
    (tmp_path / "proc/4711/fd/3").symlink_to("/dev/null")
    assert list(openers.users(DEVICE, tmp_path)) == ["process 4711"]


def test_a_descriptor_that_closed_meanwhile_is_passed_over(tmp_path):
    (tmp_path / "proc/4711/fd").mkdir(parents=True)
    (tmp_path / "proc/4711/fd/3").symlink_to(tmp_path / "gone")
    assert list(openers.users(DEVICE, tmp_path)) == []


def test_an_unseen_process_is_no_unused_device(tmp_path, monkeypatch, capsys):
    def closed(_):
        raise PermissionError(13, "Permission denied")

    (tmp_path / "proc/4711/fd").mkdir(parents=True)
    monkeypatch.setattr(openers.Path, "iterdir", closed)
    with pytest.raises(PermissionError):
        list(openers.users(DEVICE, tmp_path))
    assert openers.main(str(DEVICE)) == 1
    assert capsys.readouterr().err.startswith("cannot see who uses /dev/full: ")


def test_a_process_that_ended_meanwhile_is_passed_over(tmp_path):
    (tmp_path / "proc/4711").mkdir(parents=True)
    assert list(openers.users(DEVICE, tmp_path)) == []


def test_a_device_the_kernel_has_claimed_is_used(tmp_path, monkeypatch):
    def busy(*_):
        raise OSError(16, "Device or resource busy")

    monkeypatch.setattr(openers.os, "open", busy)
    assert list(openers.users(DEVICE, tmp_path)) == [
        "the kernel (mounted, swap, or part of another device)"
    ]


@everybody_seen
def test_the_program_runs_by_its_path_with_nothing_but_python(tmp_path):
    program = [sys.executable, "-I", "-S", "-B", openers.__file__]
    with DEVICE.open("rb"):
        used = subprocess.run([*program, str(DEVICE)], capture_output=True, text=True, check=True)
    gone = subprocess.run(
        [*program, str(tmp_path / "gone")], capture_output=True, text=True, check=True
    )
    assert f"process {os.getpid()}\n" in used.stdout
    assert gone.stdout == ""


@everybody_seen
def test_the_program_answers_in_this_process_too(capsys):
    with DEVICE.open("rb"):
        assert openers.main(str(DEVICE)) == 0
    assert "process" in capsys.readouterr().out
    assert openers.main("/dev/nosuch") == 0
