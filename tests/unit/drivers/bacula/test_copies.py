"""What a director of 9.6.7 has said of copies, migrations and verifies, read."""

import pytest

from calypso.drivers.backup import Copied, NextPoolMissing, Unsupported
from calypso.drivers.backup.bacula import copies, differences
from tests.fakes.director import BEGIN, END, OK

POOL = """Pool: name={name} PoolType=Backup
      use_cat=1 use_once=0 cat_files=1
      JobRetention=0 secs FileRetention=0 secs
"""
STORED = """  --> Storage: name=Disk address=127.0.0.1 SDport=22391 MaxJobs=4 NumJobs=0
      DeviceName=DiskChanger MediaType=File StorageId=1 Autochanger=1
"""
JOB = """Job: name=Home JobType=66 level=Full Priority=10 Enabled=1
  --> Storage: name=Disk address=127.0.0.1 SDport=22391 MaxJobs=4 NumJobs=0
  --> Pool: name=DiskPool PoolType=Backup
      JobRetention=0 secs FileRetention=0 secs
"""
SPAWNING = [
    "calypso-dir JobId 4: The following 3 JobIds were chosen to be copied: 1,2,3",
    "calypso-dir JobId 4: Job queued. JobId=5",
    "calypso-dir JobId 4: Copying JobId 5 started.",
    "calypso-dir JobId 4: Job queued. JobId=6",
    "calypso-dir JobId 4: Copying JobId 6 started.",
    "calypso-dir JobId 4: Copying using JobId=3 Job=data.2026-11-26_23.16.51_08",
]
ENDED = """calypso-dir JobId 4: Bacula calypso-dir 9.6.7 (10Dec20):
  Build OS:               x86_64-pc-linux-gnu debian bookworm/sid
  Prev Backup JobId:      {source}
  Prev Backup Job:        data.2026-11-26_23.16.51_08
  New Backup JobId:       {copy}
  Current JobId:          4
  Termination:            Copying OK"""
VERIFIED = [
    "calypso-dir JobId 3: Verifying against JobId=1 Job=data.2026-11-26_23.17.47_03",
    "calypso-dir JobId 3: New file: /data/new file",
    "calypso-dir JobId 3: File: /data/one",
    "calypso-dir JobId 3:       st_size  differ. Cat: 5034 File: 5",
    "calypso-dir JobId 3:       SHA1 differs. File=abc Cat=def",
    "calypso-dir JobId 3: Warning: The following files are in the Catalog but not on disk:",
    "calypso-dir JobId 3:       /data/f1",
    "calypso-dir JobId 3: Bacula calypso-dir 9.6.7 (10Dec20):\n  JobId:                  3",
]


@pytest.fixture
def shows(fake):
    """A director that shows a job and pools as a test has written them down."""
    fake.plays("lists")

    def say(job, **pools):
        fake.says('show job="Home"', BEGIN, job.encode(), OK, END)
        for name, told in pools.items():
            text = POOL.format(name=name) + told
            fake.says(f'show pool="{name}"', BEGIN, text.encode(), OK, END)

    return say


def test_copies_go_where_the_job_says_else_where_its_pool_does(shows, backup):
    of_pool = JOB + "      NextPool=TapePool\n"
    shows(of_pool, TapePool=STORED)
    assert backup.next_pool("Home") == "TapePool"

    shows(of_pool + "  --> NextPool: name=ByHand PoolType=Backup\n", ByHand=STORED)
    assert backup.next_pool("Home") == "ByHand"


def test_another_pool_to_read_from_says_where_to_and_who_chooses_has_the_last_word(shows, backup):
    shows(JOB, TapePool="      NextPool=ByHand\n", ByHand=STORED, DiskPool=STORED)
    assert backup.next_pool("Home", pool="TapePool") == "ByHand"
    assert backup.next_pool("Home", pool="TapePool", chosen="DiskPool") == "DiskPool"


def test_nowhere_to_go_is_refused_and_so_is_a_pool_without_a_storage(shows, backup):
    shows(JOB, TapePool="")
    with pytest.raises(NextPoolMissing, match="Give the pool a Next Pool"):
        backup.next_pool("Home")
    with pytest.raises(NextPoolMissing, match="TapePool has no storage"):
        backup.next_pool("Home", chosen="TapePool")


def test_the_runs_that_a_copy_has_spawned_stand_in_its_log():
    assert copies.spawned(SPAWNING) == (5, 6)


def test_what_was_made_of_what_stands_at_its_end():
    assert copies.copied([*SPAWNING, ENDED.format(source=3, copy=9)]) == Copied(source=3, copy_id=9)
    assert copies.copied([ENDED.format(source=0, copy=0)]) is None
    assert copies.copied(SPAWNING) is None


def test_a_verify_tells_which_files_are_new_changed_or_gone():
    found = differences.of_log(VERIFIED)
    told = "/data/new file is new, /data/one was changed, /data/f1 is gone"
    assert found.detail == f"3 files differ: {told}."
    assert found.original.splitlines()[1] == "was changed: /data/one"


def test_of_many_files_that_differ_the_first_are_named():
    many = [f"calypso-dir JobId 3: New file: /data/{number}" for number in range(9)]
    assert differences.of_log(many).detail.endswith("/data/4 is new, and 4 more.")


@pytest.mark.parametrize(
    "said", [b'Device "DiskChanger" has 0 slots.\n', b"No slots in changer to scan.\n"]
)
def test_folders_that_pass_for_a_changer_have_no_slots(fake, backup, said):
    fake.plays("lists").says('update slots storage="Disk" drive=0', BEGIN, said, OK, END)
    with pytest.raises(Unsupported, match="no changer with slots"):
        backup.update_slots("Disk")
