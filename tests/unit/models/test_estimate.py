"""How long a run takes, judged by past ones."""

from datetime import UTC, datetime, timedelta

import pytest

from calypso.models.clock import uuid7
from calypso.models.estimate import estimate
from calypso.models.job import Job, Progress, Source, State

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def job(*, beat_after_s=0.0, state=State.RUNNING, **progress):
    return Job(
        id=uuid7(), type="storage.pool_scrub", subsystem="storage", node="keep",
        queue="storage@keep", title="Scrub tank", state=state, requested_by="ada",
        source=Source(kind="user"), created_at=START, started_at=START,
        heartbeat_at=START + timedelta(seconds=beat_after_s), progress=Progress(**progress),
    )  # fmt: skip


def test_half_and_nine_of_ten_past_runs_took_no_longer():
    told = estimate(job(), [300, 100, 200, 400, 500])

    assert (told.p50_s, told.p90_s, told.runs) == (300, 460, 5)


def test_the_time_left_counts_from_the_last_heartbeat():
    told = estimate(job(beat_after_s=60), [100, 100, 200])

    assert (told.eta_s_p50, told.eta_s_p90) == (40, 120)


def test_who_takes_longer_than_that_is_given_no_time_left():
    told = estimate(job(beat_after_s=150), [100, 100, 200])

    assert (told.eta_s_p50, told.eta_s_p90) == (None, 30)


def test_two_runs_foretell_nothing():
    assert estimate(job(), [100, 100]) is None


def test_only_the_latest_twenty_count():
    assert estimate(job(), [10] * 20 + [99_999] * 30).p90_s == 10


@pytest.mark.parametrize("given", [{"percent": 3}, {"eta_s": 9}, {"state": State.QUEUED}], ids=str)
def test_what_can_tell_by_itself_or_does_not_run_is_not_estimated(given):
    assert estimate(job(**given), [100, 100, 100]) is None


def test_what_counts_something_without_an_end_is_estimated():
    assert estimate(job(done=7, unit="bytes"), [100, 100, 100]) is not None
