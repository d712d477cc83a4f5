"""Jobs of ours over the driver: a run is begun once, followed to its end, and stopped."""

import json

import pytest

from calypso import jobs as job_types
from calypso.drivers.backup import RunState, Unsupported
from calypso.errors import JobCancelled
from tests.fakes.bareos import result
from tests.fakes.running import FakeRunning
from tests.unit.drivers.bareos.conftest import IDLE

TYPES = job_types.load()
ROW, LOG = "llist jobid=5", "list joblog jobid=5"
RUN = 'run job="backup-bareos-fd" comment="calypso-17-1" yes'


@pytest.fixture
def ending(fake):
    """Run 5 runs when it is first looked at, then it is over; returns what says how."""
    (running,) = fake.text["status director"]
    (row,) = json.loads(fake.json[ROW][0])["result"]["jobs"]
    fake.says(RUN, result(run={"jobid": "5"}))
    fake.says(LOG, result(joblog=[{"time": "2026-06-03 12:00:02", "logtext": "dir: Start\n"}]))

    def ends(letter, *, looks):
        over = {"jobstatus": letter, "endtime": "2026-06-03 12:09:00", "jobbytes": "7000"}
        fake.tells("status director", *[running] * looks, IDLE)
        fake.says(ROW, *[result(jobs=[row])] * 2, result(jobs=[row | over]))

    return ends


def run(backup, running):
    job_type = TYPES["backup.job_run"]
    return job_type.run(job_type.params(job="backup-bareos-fd"), backup, running)


def test_a_run_is_begun_once_and_followed_to_its_end(fake, backup, ending):
    ending("T", looks=1)
    running = FakeRunning()

    told = run(backup, running)

    assert (told.run, told.state, told.bytes) == (5, RunState.SUCCEEDED, 7000)
    assert fake.acts == [RUN]
    assert running.external == "5"
    assert "dir: Start" in running.lines
    (shown,) = [one for one in running.reports if one.get("done")]
    assert (shown["phase"], shown["done"]) == ("running", 6759958123)


def test_a_run_of_a_worker_that_died_is_found_and_not_begun_again(fake, backup, ending):
    ending("T", looks=1)
    asked = "SELECT JobId FROM Job WHERE Comment = 'calypso-17-1' ORDER BY JobId LIMIT 1"
    fake.says(f'.sql query="{asked}"', result(query=[{"jobid": "5"}]))

    assert run(backup, FakeRunning(epoch=2)).run == 5
    assert fake.acts == []


def test_a_cancelled_job_has_its_run_stopped_and_waits_for_its_end(fake, backup, ending):
    ending("A", looks=2)

    with pytest.raises(JobCancelled):
        run(backup, FakeRunning(cancel_after=0))
    assert fake.acts == [RUN, "cancel jobid=5 yes"]


def test_a_drill_is_refused_as_the_driver_cannot_draw_files(backup, tmp_path):
    job_type = TYPES["backup.restore_drill"]
    asked = job_type.params(client="bareos-fd", fileset="SelfTest", scratch=str(tmp_path), files=3)

    with pytest.raises(Unsupported, match="cannot be drawn by lot"):
        job_type.run(asked, backup, FakeRunning())
