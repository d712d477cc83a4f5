"""What a guest is: pristine, with ZFS and disks, and never in the way when it must go."""

import os
import threading
import time

import pytest

from tests.lab import inside

pytestmark = [pytest.mark.real("lab"), pytest.mark.timeout(300)]


def run(guest, *words):
    return guest.host().run(words, timeout_s=100)


def test_it_has_the_kernel_module_of_openzfs_and_no_pool(fresh_guest):
    told = run(fresh_guest, "zfs", "version").stdout
    assert "zfs-kmod-" in told
    assert run(fresh_guest, "zpool", "list", "-H").stdout == ""


def test_its_disks_have_stable_names(guest):
    assert [guest.path(guest.disk(number)).exists() for number in range(6)] == [True] * 6


def test_its_clock_is_right(guest):
    assert abs(guest.call(time.time) - time.time()) < 60


def test_a_throttled_disk_is_slow_and_fast_again(fresh_guest):
    def seconds():
        began = time.monotonic()
        read = f"if={fresh_guest.disk(0)}", "of=/dev/null", "bs=1M", "count=4", "iflag=direct"
        assert run(fresh_guest, "dd", *read).ok
        return time.monotonic() - began

    fresh_guest.throttle(0, read_bytes_per_s=1 << 20)
    assert seconds() > 2
    fresh_guest.throttle(0, read_bytes_per_s=0)
    assert seconds() < 2


def test_a_pulled_disk_is_gone(fresh_guest):
    fresh_guest.pull(5)
    deadline = time.monotonic() + 60
    while fresh_guest.path(fresh_guest.disk(5)).exists():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert fresh_guest.path(fresh_guest.disk(4)).exists()


def test_what_one_guest_did_another_does_not_see(guest, fresh_guest):
    guest.path("/root/mark").write_text("x")
    assert not fresh_guest.path("/root/mark").exists()
    guest.path("/root/mark").unlink()


def test_one_whose_pool_hangs_is_powered_off_at_once(fresh_guest):
    """Its disk is gone, so its writer never ends, and no `poweroff` would."""
    assert run(fresh_guest, "zpool", "create", "-m", "/mnt/t", "t", fresh_guest.disk(0)).ok
    fresh_guest.pull(0)
    writing = threading.Thread(target=_write, args=(fresh_guest,))
    writing.start()
    began = time.monotonic()
    fresh_guest.power_off()
    assert time.monotonic() - began < 5
    writing.join(timeout=30)
    assert not writing.is_alive()


def _write(guest):
    with pytest.raises((EOFError, OSError)):
        run(guest, "sh", "-c", "echo x >/mnt/t/file; sync; zpool sync; sleep 100")


def test_functions_of_os_cannot_mistake_its_paths_for_ours(guest):
    with pytest.raises(TypeError, match="is in the guest"):
        os.listdir(guest.path("/tmp"))  # noqa: PTH208 - that is the point


def test_an_error_there_is_an_error_here_and_says_where(guest):
    with pytest.raises(FileNotFoundError) as told:
        guest.call(os.stat, "/no/such")
    assert "In the guest" in told.value.__notes__[0]


def test_a_folder_that_is_somebodys_place_is_busy(guest):
    folder = guest.path("/mnt/busy")
    folder.mkdir()
    assert run(guest, "mount", "-t", "tmpfs", "none", str(folder)).ok
    with guest.entered(inside.working_in, folder):
        assert not run(guest, "umount", str(folder)).ok
    deadline = time.monotonic() + 30
    while not run(guest, "umount", str(folder)).ok:
        assert time.monotonic() < deadline
    folder.rmdir()
