"""Jobs that do not move: measured between the latest move and the latest heartbeat."""

from datetime import timedelta

from calypso.engine.alerting.stalls import STALLED, is_stalled
from calypso.models.alert import Level
from calypso.models.clock import now
from calypso.models.job import Job, Progress, Source, State
from calypso.models.ledger import Beat
from tests.contract.store.making import WORKER, finish, running
from tests.unit.engine.alerting.viewing import LIMITS, active, look_at, only

START = now()


def a_job(*, moved_s=None, beat_s=0.0):
    """A job that started at 0, moved then, and gave its latest heartbeat then."""
    moved_at = None if moved_s is None else START + timedelta(seconds=moved_s)
    return Job(
        id="00000000-0000-7000-8000-000000000000", type="storage.pool_scrub", subsystem="storage",
        node="keep", queue="storage@keep", title="Scrub tank", state=State.RUNNING,
        requested_by="ada", source=Source(kind="user"), created_at=START, started_at=START,
        heartbeat_at=START + timedelta(seconds=beat_s), progress=Progress(updated_at=moved_at),
    )  # fmt: skip


def test_who_moved_lately_is_not_stalled():
    assert not is_stalled(a_job(moved_s=1000, beat_s=1300), 300)


def test_who_beats_on_without_moving_is_stalled():
    assert is_stalled(a_job(moved_s=1000, beat_s=1301), 300)


def test_who_never_moved_is_measured_from_the_start():
    assert not is_stalled(a_job(beat_s=300), 300)
    assert is_stalled(a_job(beat_s=301), 300)


def test_who_does_not_beat_proves_nothing():
    assert not is_stalled(a_job(moved_s=0, beat_s=10), 300)


def beat(ports, claimed, *, moved_ago_s):
    progress = Progress(updated_at=now() - timedelta(seconds=moved_ago_s))
    told = Beat(claimed.id, claimed.epoch, progress.model_dump(mode="json"))
    ports.jobs.heartbeat(WORKER, (told,), lease_s=60)


def test_a_stalled_job_is_told_and_cleared_when_it_moves(ports):
    claimed = running(ports.jobs)
    beat(ports, claimed, moved_ago_s=400)
    look_at(ports, STALLED)
    alert = only(ports)
    beat(ports, claimed, moved_ago_s=1)
    look_at(ports, STALLED)

    assert (alert.job_id, alert.level) == (claimed.id, Level.ERROR)
    assert active(ports) == []


def test_a_stalled_job_that_ends_is_no_alert_any_more(ports):
    claimed = running(ports.jobs)
    beat(ports, claimed, moved_ago_s=400)
    look_at(ports, STALLED)
    finish(ports.jobs, claimed)
    look_at(ports, STALLED)

    assert active(ports) == []


def test_a_type_without_a_limit_may_stand_still(ports):
    claimed = running(ports.jobs, type="system.noop")
    beat(ports, claimed, moved_ago_s=4000)
    look_at(ports, STALLED)

    assert "system.noop" not in LIMITS.stalls
    assert active(ports) == []
