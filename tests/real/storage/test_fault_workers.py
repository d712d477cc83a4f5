"""Faults of disks under real workers: what stands in the inventory, which alert, how jobs end."""

import time

import pytest

from calypso.models.job import State
from tests.acceptance.engine.conftest import until
from workers.sentry import SIGN_S

pytestmark = [
    pytest.mark.real("lab"),
    pytest.mark.postgres,
    pytest.mark.redis,
    pytest.mark.timeout(900),
]
PROMISED_S = 5.0  # from a fault in a pool until it stands in the inventory
ALERTED_S = 30.0  # rules are looked at every 5 s, by threads that starve beside an emulator
KERNEL = "$(basename $(readlink -f {}))"
WRITE = "dd if=/dev/urandom of=/tank/more bs=1M count=2 conv=fsync"


@pytest.fixture
def lab(lab):
    """With all its disks again afterwards."""
    yield lab
    lab.sh("for one in /sys/class/scsi_host/host*/scan; do echo '- - -' > $one; done;"
           "for one in /sys/block/sd*/device/state; do echo running > $one; done;"
           "udevadm settle")  # fmt: skip


def pull(lab, number):
    """Take a disk away as a cable does: the kernel has it no more."""
    lab.sh(f"echo 1 > /sys/block/{KERNEL.format(lab.guest.disk(number))}/device/delete")


def silence(lab, *numbers, state="offline"):
    """Let disks fail every request, or answer again."""
    for one in numbers:
        kernel = KERNEL.format(lab.guest.disk(one))
        lab.sh(f"echo {state} > /sys/block/{kernel}/device/state")


def in_background(lab, line):
    lab.sh(f"({line}) > /dev/null 2>&1 &")


def known(stack, health="ONLINE"):
    """Return once the pool stands in the inventory with that health."""
    return until(
        lambda: (row := stack.row("pools", "tank")) and row["health"] == health and row,
        120,
        f"a pool that is {health} in the inventory",
    )


def look_s(lab):
    """Seconds that one look of the sentry takes on this machine, as loaded as it is now."""
    began = time.monotonic()
    lab.storage.sign()
    lab.on(lab.host).pools()
    return time.monotonic() - began


def test_a_pulled_disk_stands_in_the_inventory_within_seconds_and_is_replaced(lab, stack):
    lab.mirror(0, 1, megabytes=4)
    known(stack)
    # A look may just have begun, and then comes the next: on real machines a look takes 0.1 s.
    emulated_s = 2 * look_s(lab)
    pull(lab, 0)

    since = time.monotonic()
    in_background(lab, WRITE)  # ZFS finds out when it wants something of the disk
    row = known(stack, "DEGRADED")
    seen_s = time.monotonic() - since
    alert = until(lambda: stack.alert("pool_unhealthy"), ALERTED_S, "the alert")

    print(f"seen after {seen_s:.1f} s, of which emulated {emulated_s:.1f} s")
    assert SIGN_S < PROMISED_S
    assert seen_s < PROMISED_S + emulated_s
    gone = [one["name"] for one in row["devices"] if one["state"] != "ONLINE"]
    assert len(gone) == 1
    assert (alert.subject, alert.level.value, alert.node) == ("tank", "error", "test")

    told = stack.run(
        "storage.pool_replace", {"pool": "tank", "old": gone[0], "new": lab.guest.disk(2)}
    )
    assert told.result["errors"] == 0
    assert {one["state"] for one in known(stack)["devices"]} == {"ONLINE"}
    until(lambda: stack.alert("pool_unhealthy") is None, ALERTED_S, "its clearing")


def test_damage_that_a_scrub_finds_stands_in_the_inventory_and_raises_its_alert(lab, stack):
    lab.mirror(0, 1)
    known(stack)
    lab.sh(f"dd if=/dev/urandom of={lab.guest.disk(0)}-part1 bs=1M seek=8 count=200 2>/dev/null")

    found = stack.run("storage.pool_scrub", {"pool": "tank"}).result

    assert (found["errors"], found["repaired_bytes"] > 0) == (0, True)
    row = until(
        lambda: (row := stack.row("pools", "tank")) and row["checksum_errors"] and row, 60, "errors"
    )
    assert row["health"] == "ONLINE"
    assert [one["checksum_errors"] > 0 for one in row["devices"]] == [True, False]
    alert = until(lambda: stack.alert("pool_errors"), ALERTED_S, "the alert")
    assert (alert.subject, alert.level.value) == ("tank", "warning")

    stack.run("storage.pool_clear", {"pool": "tank"})
    until(lambda: stack.row("pools", "tank")["checksum_errors"] == 0, 60, "counters set back")
    until(lambda: stack.alert("pool_errors") is None, ALERTED_S, "its clearing")


def test_a_pool_without_its_disks_ends_jobs_and_goes_on_when_it_is_cleared(lab, stack):
    lab.mirror(0, 1, megabytes=4)
    stack.run("storage.dataset_create", {"dataset": "tank/home"})
    with lab.still_scans():
        scrub = stack.submit("storage.pool_scrub", {"pool": "tank"})
        stack.reports(scrub, "scrub running")
        silence(lab, 0, 1)
        in_background(lab, f"{WRITE} && touch /tmp/written")
        scrubbed = stack.wait(scrub, limit_s=120)
    assert (scrubbed.state, scrubbed.error.code) == (State.FAILED, "storage_pool_suspended")
    assert known(stack, "SUSPENDED")["is_suspended"]
    alert = until(lambda: stack.alert("pool_unhealthy"), ALERTED_S, "the alert")
    assert (alert.level.value, "suspended" in alert.title) == ("critical", True)

    for name, params in (
        ("storage.dataset_create", {"dataset": "tank/new"}),
        ("storage.pool_clear", {"pool": "tank"}),
    ):
        refused = stack.wait(stack.submit(name, params), limit_s=120)
        assert (refused.state, refused.error.code) == (State.FAILED, "storage_pool_suspended")
        assert "clear it" in refused.error.detail
    assert not lab.host.exists("/tmp/written")

    silence(lab, 0, 1, state="running")
    stack.run("storage.pool_clear", {"pool": "tank"})

    until(lambda: lab.host.exists("/tmp/written"), 60, "the end of what was held up")
    assert not known(stack)["is_suspended"]
    until(lambda: stack.alert("pool_unhealthy") is None, ALERTED_S, "its clearing")
    stack.run("storage.dataset_create", {"dataset": "tank/new"})
