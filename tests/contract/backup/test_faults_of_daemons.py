"""What clients and storages do wrong, and how the driver tells of it."""

import os
import time
import uuid
from contextlib import contextmanager

import pytest

from calypso.drivers.backup import (
    ClientDown,
    Level,
    OutOfSpace,
    PasswordRefused,
    RestoreSpec,
    RunState,
    StorageDown,
    VolumeFaulty,
)
from calypso.host.daemon import tell
from tests.conftest import missing
from tests.contract.backup.conftest import ended, opened, stopped, until

pytestmark = pytest.mark.real("bacula")


def token():
    return f"calypso:{uuid.uuid4()}"


@contextmanager
def within(limit_s):
    """What is done here is done in time."""
    started = time.monotonic()
    yield
    assert time.monotonic() - started < limit_s


def said(backup, run_id):
    return "\n".join(line.text for line in backup.log(run_id))


def test_a_client_that_is_down_fails_the_run_and_its_estimate(backup):
    run = ended(backup, backup.start("ClientAway", comment=token()))

    assert run.state is RunState.FAILED
    assert type(backup.trouble(run.id)) is ClientDown
    with within(25), pytest.raises(ClientDown):
        backup.estimate("ClientAway")


def test_a_client_with_another_password_is_told_as_the_reason_and_fails_the_estimate(backup):
    run_id = backup.start("ClientStranger", comment=token())
    until(lambda: type(backup.trouble(run_id)) is PasswordRefused)

    # Newer ones may go on waiting for that client.
    assert stopped(backup, run_id).state in (RunState.FAILED, RunState.CANCELLED)
    with pytest.raises((PasswordRefused, ClientDown)):
        backup.estimate("ClientStranger")


def test_a_storage_that_is_down_fails_the_run_and_refuses_a_label(backup):
    run_id = backup.start("StorageAway", comment=token(), level=Level.FULL)

    with pytest.raises(StorageDown):
        backup.label("Away", "Never", "ByHand")

    assert ended(backup, run_id).state is RunState.FAILED
    assert type(backup.trouble(run_id)) is StorageDown
    assert "Never" not in {one.name for one in backup.volumes()}


def test_a_storage_with_another_password_fails_the_run(backup):
    run = ended(backup, backup.start("StorageStranger", comment=token(), level=Level.FULL))

    assert run.state is RunState.FAILED
    assert type(backup.trouble(run.id)) is PasswordRefused


def test_a_client_killed_in_the_middle_leaves_an_incomplete_run_that_is_tried_again(backup, lab):
    run_id = backup.start("Slow", comment=token(), level=Level.FULL)
    until(lambda: (one := backup.live(run_id)) and one.bytes > 100_000)

    with lab.away("fd"):
        told = until(lambda: (one := backup.live(run_id)) and "start time" in one.phase and one)
        letter = backup.run(run_id).status_letter

    assert told.state is RunState.WAITING
    assert letter == "I"
    assert "Rescheduled Job" in said(backup, run_id)
    assert backup.find_started(backup.run(run_id).comment) == run_id
    assert stopped(backup, run_id).state is RunState.CANCELLED


def test_a_client_killed_in_the_middle_is_told_of_without_waiting_for_it(backup, lab):
    run_id = backup.start("Slow", comment=token(), level=Level.FULL)
    until(lambda: (one := backup.live(run_id)) and one.bytes)

    with lab.frozen("fd"), within(40):
        told = opened(lab, timeout_s=2.0).live(run_id)

    assert told.state is RunState.RUNNING
    stopped(backup, run_id)


def test_a_volume_that_is_gone_fails_the_restore_and_says_which(backup, lab):
    name = f"Gone-{uuid.uuid4().hex[:6]}"
    backup.label("Disk", name, "ByHand")
    full = ended(backup, backup.start("Home", comment=token(), level=Level.FULL, pool="ByHand"))
    (lab.folder / "volumes" / name).rename(lab.folder / "moved away")
    spec = RestoreSpec(client="lab-fd", runs=(full.id,), where=str(lab.folder / "never"))

    run_id = backup.restore(spec, comment=token())
    until(lambda: name in said(backup, run_id) and "could not" in said(backup, run_id).lower())

    assert type(backup.trouble(run_id)) is VolumeFaulty
    assert stopped(backup, run_id).state in (RunState.FAILED, RunState.CANCELLED)
    (lab.folder / "moved away").unlink()
    backup.delete(name)


def test_a_damaged_volume_does_not_restore_as_if_it_were_well(backup, lab):
    name = f"Damaged-{uuid.uuid4().hex[:6]}"
    backup.label("Disk", name, "ByHand")
    full = ended(backup, backup.start("Home", comment=token(), level=Level.FULL, pool="ByHand"))
    volume = lab.folder / "volumes" / name
    content = bytearray(volume.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 4096] = b"\xaa" * 4096
    volume.write_bytes(content)
    spec = RestoreSpec(client="lab-fd", runs=(full.id,), where=str(lab.folder / "damaged"))

    run_id = backup.restore(spec, comment=token())
    until(lambda: backup.run(run_id).state.is_over or "error" in said(backup, run_id))
    run = stopped(backup, run_id)

    assert run.state is not RunState.SUCCEEDED
    assert type(backup.trouble(run_id)) is VolumeFaulty
    backup.delete(name)


@pytest.fixture
def small(lab):
    """A place for volumes with 3 MB of room."""
    folder = str(lab.folder / "small")
    if os.geteuid() or tell(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", folder]).code:
        missing("tmpfs", "only root may mount one")
    yield lab.folder / "small"
    assert tell(["umount", "--lazy", folder]).code == 0


def test_a_disk_that_fills_up_fails_the_run_or_holds_it_and_is_told_as_the_reason(backup, small):
    backup.label("Small", "Small-1", "SmallPool")

    run_id = backup.start("NoRoom", comment=token(), level=Level.FULL)
    until(lambda: type(backup.trouble(run_id)) is OutOfSpace)

    # Newer ones wait for somebody to make room.
    until(lambda: (one := backup.live(run_id)) is None or "mount request" in one.phase)
    assert stopped(backup, run_id).state in (RunState.FAILED, RunState.CANCELLED)
    backup.delete("Small-1")


def test_a_label_on_a_full_disk_is_refused(backup, small):
    (small / "filler").write_bytes(bytes(3 << 20))

    with pytest.raises(OutOfSpace):
        backup.label("Small", "Small-2", "SmallPool")

    assert "Small-2" not in {one.name for one in backup.volumes()}
