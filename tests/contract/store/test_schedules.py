"""One suite over the schedule store in memory and the real one."""

import threading
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from calypso.errors import Conflict, InUse, Invalid, NotFound, PreconditionFailed
from calypso.models.firing import Turn
from calypso.models.job import Source
from calypso.models.jobtype import Cancel
from calypso.models.ledger import Ending
from calypso.models.lock import exclusive
from calypso.models.retention import Retention
from calypso.models.schedule import ScheduleSpec
from calypso.store.schedules import DUE, PostgresScheduleStore
from calypso.store.secrets import Secrets
from tests.contract.store.making import DONE, claim, finish, new
from tests.fakes.memory_schedules import MemoryScheduleStore
from tests.fakes.memory_store import MemoryJobStore

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
PAST = datetime(2026, 1, 1, 2, 30, tzinfo=UTC)
DAY = timedelta(days=1)
FAILED = Ending("failed", error={"code": "busy", "title": "Busy", "detail": "It is busy."})
SAID = {"decision": "fired", "reason": "on_time", "detail": "On time.", "missed": 0}


@pytest.fixture
def both(request, store):
    """The schedule store and the store of its jobs."""
    if isinstance(store, MemoryJobStore):
        return MemoryScheduleStore(store), store
    return PostgresScheduleStore(request.getfixturevalue("engine")), store


@pytest.fixture
def schedules(both):
    return both[0]


@pytest.fixture
def jobs(both):
    return both[1]


def spec(name="Nightly", **given):
    plain = {"cron": "30 2 * * *", "tz": "Europe/Amsterdam", "type": "storage.pool_scrub"}
    return ScheduleSpec(name=name, params={"pool": "tank"}, **{**plain, **given})


def added(schedules, name="Nightly", *, next_slot=PAST, **given):
    return schedules.add_schedule(spec(name, **given), owner="ada", next_slot=next_slot)


def job_of(schedule, *locks, **given):
    return new(*locks, source=Source(kind="schedule", id=str(schedule.id), slot=PAST), **given)


def turn(slot=PAST, following=PAST + DAY, *, fires=True, missed=0):
    return Turn(slot=slot, fires=fires, missed=missed, since=slot, following=following)


def fired(schedules, schedule, *locks, at=turn(), **given):  # noqa: B008 - frozen
    return schedules.fire(schedule, at, SAID, job_of(schedule, *locks, **given))


def test_how_long_snapshots_are_kept_is_kept_with_the_schedule_and_taken_away_again(schedules):
    made = added(schedules, retention={"keep_daily": 7, "min_age": "PT36H"})
    assert schedules.schedule(made.id) == made
    assert made.retention == Retention(keep_daily=7, min_age="PT36H")
    said = spec(retention={"lifetime": "P14D"}), spec()
    for version, told in enumerate(said, 1):
        found = schedules.replace_schedule(
            made.id, told, version=version, owner="ada", by="ada", next_slot=PAST
        )
        assert found.retention == told.retention


def test_the_release_before_reads_what_it_knew_of_one_with_a_policy(both, engine):
    schedules, _ = both
    if isinstance(schedules, MemoryScheduleStore):
        pytest.skip("it has no columns")
    made = added(schedules, retention={"keep_daily": 7})
    with engine.connect() as connection:
        asked = "SELECT spec FROM calypso.schedules WHERE id = %s"
        kept = connection.exec_driver_sql(asked, (made.id,)).scalar_one()
    assert set(kept) == set(ScheduleSpec.model_fields) - {"name", "enabled", "retention"}


def test_what_was_said_is_kept_word_for_word(schedules):
    told = spec(
        begin="22:00", end="04:00", node="keep", overlap="queue", missed="run_all",
        misfire_grace_s=60, jitter_s=30, enabled=False,
    )  # fmt: skip
    made = schedules.add_schedule(told, owner="ada", next_slot=None)
    found = schedules.schedule(made.id)
    assert found == made
    assert ScheduleSpec(**found.model_dump(include=set(ScheduleSpec.model_fields))) == told
    assert (found.owner, found.updated_by, found.next_fire_at) == ("ada", "ada", None)


def test_two_cannot_have_one_name(schedules):
    other = added(schedules, "Weekly")
    added(schedules)
    with pytest.raises(Conflict, match="Nightly"):
        added(schedules)
    with pytest.raises(Conflict, match="Nightly"):
        schedules.replace_schedule(
            other.id, spec(), version=1, owner="ada", by="ada", next_slot=None
        )


def test_an_edit_of_what_was_changed_meanwhile_is_refused(schedules):
    made = added(schedules)
    change = {"owner": "ada", "by": "bob", "next_slot": PAST}
    after = schedules.replace_schedule(made.id, spec("Daily"), version=1, **change)
    assert (after.name, after.version, after.updated_by) == ("Daily", 2, "bob")
    with pytest.raises(PreconditionFailed):
        schedules.replace_schedule(made.id, spec(), version=1, **change)
    with pytest.raises(PreconditionFailed):
        schedules.remove_schedule(made.id, version=1)
    schedules.remove_schedule(made.id, version=2)
    with pytest.raises(NotFound):
        schedules.schedule(made.id)
    with pytest.raises(NotFound):
        schedules.remove_schedule(uuid4())


def test_lists_go_by_name_page_by_page_and_filter(schedules):
    for name in "dbeac":
        added(schedules, name, enabled=name != "e", next_slot=None if name == "e" else PAST)
    first = schedules.schedules(limit=2)
    second = schedules.schedules(limit=2, cursor=first.next_cursor)
    third = schedules.schedules(limit=2, cursor=second.next_cursor)
    assert [one.name for page in (first, second, third) for one in page.items] == list("abcde")
    assert third.next_cursor is None
    assert [one.name for one in schedules.schedules(enabled=False).items] == ["e"]
    assert schedules.schedules(type_name="system.noop").items == []
    with pytest.raises(Invalid):
        schedules.schedules(cursor="nonsense")


def test_only_those_whose_slot_has_come_are_due_the_earliest_first(schedules):
    now = schedules.clock().now
    added(schedules, "later", next_slot=now + DAY)
    added(schedules, "second", next_slot=now - timedelta(seconds=1))
    added(schedules, "first", next_slot=PAST)
    added(schedules, "never", enabled=False, next_slot=None)
    at, due = schedules.due()
    assert [one.name for one in due] == ["first", "second"]
    assert now <= at <= schedules.clock().now
    assert [one.name for one in schedules.due(limit=1)[1]] == ["first"]
    assert [one.name for one in schedules.due(after=due[0])[1]] == ["second"]
    assert schedules.due(after=due[1]) == (None, [])


def test_a_slot_that_fires_makes_a_job_and_a_row_and_the_next_slot(schedules, jobs):
    made = added(schedules)
    decided = fired(schedules, made)
    job = jobs.get(decided.job)
    (fire,) = schedules.fires(made.id).items
    after = schedules.schedule(made.id)
    assert (decided.decision, decided.reason, decided.state) == ("fired", "on_time", "queued")
    assert (job.source.kind, job.source.id, job.source.slot) == ("schedule", str(made.id), PAST)
    assert (fire.slot, fire.decision, fire.job, fire.detail) == (PAST, "fired", job.id, "On time.")
    assert (after.next_fire_at, after.last_fire_at, after.version) == (PAST + DAY, PAST, 1)


def test_a_slot_is_decided_about_once_however_many_try(schedules, jobs):
    made = added(schedules)
    start, answers = threading.Barrier(8), []

    def compete():
        start.wait()
        answers.append(fired(schedules, made))

    threads = [threading.Thread(target=compete) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(answer is not None for answer in answers) == 1
    assert len(answers) == 8
    assert claim(jobs) is not None
    assert claim(jobs) is None


def test_one_that_was_edited_or_removed_meanwhile_fires_nothing(schedules, jobs):
    made, gone = added(schedules), added(schedules, "Gone")
    schedules.replace_schedule(made.id, spec(), version=1, owner="ada", by="ada", next_slot=PAST)
    schedules.remove_schedule(gone.id)
    assert fired(schedules, made) is None
    assert fired(schedules, gone) is None
    assert claim(jobs) is None


def test_a_slot_decided_before_is_not_fired_again_after_an_edit_set_the_clock_back(schedules, jobs):
    made = added(schedules)
    fired(schedules, made)
    again = schedules.replace_schedule(
        made.id, spec(), version=1, owner="ada", by="ada", next_slot=PAST
    )
    assert fired(schedules, again) is None
    assert schedules.schedule(made.id).next_fire_at == PAST + DAY
    claim(jobs)
    assert claim(jobs) is None


def test_what_is_skipped_or_refused_is_a_row_and_no_job(schedules, jobs):
    made = added(schedules)
    said = {"decision": "refused", "reason": "owner_gone", "detail": "ada is gone.", "missed": 3}
    decided = schedules.fire(made, turn(), said, None)
    (fire,) = schedules.fires(made.id).items
    assert (decided.decision, decided.job) == ("refused", None)
    assert (fire.decision, fire.reason, fire.detail) == ("refused", "owner_gone", "ada is gone.")
    assert fire.missed_slots == 3
    assert claim(jobs) is None


def test_a_schedule_is_in_trouble_from_a_missed_or_refused_slot_until_one_is_on_time(schedules):
    made = added(schedules)
    refused = {"decision": "refused", "reason": "owner_gone", "detail": "Gone.", "missed": 0}
    missed = {**SAID, "reason": "made_up", "detail": "3 slots.", "missed": 3}
    seen = []
    for day, said in enumerate((SAID, refused, missed, {**SAID, "decision": "skipped"})):
        at = turn(PAST + day * DAY, PAST + (day + 1) * DAY)
        schedules.fire(schedules.schedule(made.id), at, said, None)
        seen.append([one.trouble.detail for one in schedules.troubled()])
    assert seen == [[], ["Gone."], ["3 slots."], []]


def test_skip_leaves_a_slot_out_while_an_earlier_job_is_unfinished(schedules, jobs):
    made = added(schedules, overlap="skip")
    first = fired(schedules, made)
    running = claim(jobs)
    after = schedules.schedule(made.id)
    second = schedules.fire(after, turn(PAST + DAY, PAST + 2 * DAY), SAID, job_of(made))
    assert (second.decision, second.reason, second.job) == ("skipped", "overlap", first.job)
    finish(jobs, running)
    after = schedules.schedule(made.id)
    third = schedules.fire(after, turn(PAST + 2 * DAY, None), SAID, job_of(made))
    assert third.decision == "fired"


def test_queue_lets_a_job_wait_for_the_earlier_one_however_that_ends(schedules, jobs):
    made = added(schedules, overlap="queue")
    first = fired(schedules, made)
    running = claim(jobs)
    after = schedules.schedule(made.id)
    second = schedules.fire(after, turn(PAST + DAY, None), SAID, job_of(made))
    waiting = jobs.get(second.job)
    assert (waiting.state, waiting.wait.reason, waiting.wait.holder_job) == (
        "waiting", "after", first.job,
    )  # fmt: skip
    jobs.cancel(running.id, "ada")
    jobs.finish(running.id, running.epoch, Ending("cancelled"))
    jobs.promote(waiting.node)
    assert jobs.get(second.job).state == "queued"


@pytest.mark.parametrize("cancel", [Cancel.ANYTIME, Cancel.BEFORE_START])
def test_cancel_previous_asks_what_can_be_cut_to_stop_and_waits_for_it(schedules, jobs, cancel):
    made = added(schedules, overlap="cancel_previous")
    path = exclusive("scan", "tank")
    first = fired(schedules, made, path, cancel=cancel.value)
    claim(jobs)
    after = schedules.schedule(made.id)
    second = schedules.fire(after, turn(PAST + DAY, None), SAID, job_of(made, path))
    asked = jobs.get(first.job).cancel_requested_at is not None
    assert asked == (cancel is Cancel.ANYTIME)
    assert second.cancelled == ((first.job,) if asked else ())
    assert jobs.get(second.job).wait.holder_job == first.job


def test_cancel_previous_ends_at_once_what_has_not_started(schedules, jobs):
    made = added(schedules, overlap="cancel_previous")
    first = fired(schedules, made, exclusive("scan", "tank"))
    after = schedules.schedule(made.id)
    second = schedules.fire(
        after, turn(PAST + DAY, None), SAID, job_of(made, exclusive("scan", "tank"))
    )
    jobs.promote("keep")
    assert jobs.get(first.job).state == "cancelled"
    assert jobs.get(second.job).state == "queued"


def test_the_same_work_unfinished_elsewhere_is_not_started_twice(schedules, jobs):
    other = jobs.submit(new(dedupe_key="scrub tank")).job_id
    made = added(schedules)
    decided = fired(schedules, made, dedupe_key="scrub tank")
    assert (decided.decision, decided.reason, decided.job) == ("skipped", "duplicate", other)


def test_a_hundred_unfinished_jobs_are_enough(schedules, jobs):
    made = added(schedules, overlap="queue")
    for day in range(100):
        at = turn(PAST + day * DAY, PAST + (day + 1) * DAY)
        assert fired(schedules, schedules.schedule(made.id), at=at).decision == "fired"
    after = schedules.schedule(made.id)
    last = fired(schedules, after, at=turn(PAST + 100 * DAY, None))
    assert (last.decision, last.reason) == ("skipped", "too_many")


def test_slots_are_listed_the_latest_first_page_by_page(schedules):
    made = added(schedules)
    skipped = {**SAID, "decision": "skipped", "reason": "missed"}
    for day in range(5):
        at = turn(PAST + day * DAY, PAST + (day + 1) * DAY, fires=False)
        schedules.fire(schedules.schedule(made.id), at, skipped, None)
    first = schedules.fires(made.id, limit=3)
    second = schedules.fires(made.id, limit=3, cursor=first.next_cursor)
    slots = [fire.slot for page in (first, second) for fire in page.items]
    assert slots == [PAST + day * DAY for day in (4, 3, 2, 1, 0)]
    assert second.next_cursor is None
    with pytest.raises(Invalid):
        schedules.fires(made.id, cursor="nonsense")


def test_old_slots_are_forgotten_batch_by_batch(schedules):
    made = added(schedules)
    skipped = {**SAID, "decision": "skipped", "reason": "missed"}
    for day in range(5):
        at = turn(PAST + day * DAY, PAST + (day + 1) * DAY, fires=False)
        schedules.fire(schedules.schedule(made.id), at, skipped, None)
    assert schedules.forget_fires(before=PAST) == 0
    later = schedules.clock().now + DAY
    assert [schedules.forget_fires(before=later, batch=3) for _ in range(3)] == [3, 2, 0]
    assert schedules.fires(made.id).items == []


def test_lateness_is_that_of_the_schedule_that_is_due_longest(schedules):
    assert schedules.lateness_s() == 0
    now = schedules.clock().now
    added(schedules, "early", next_slot=now + DAY)
    assert schedules.lateness_s() == 0
    added(schedules, "late", next_slot=now - timedelta(seconds=200))
    added(schedules, "later", next_slot=now - timedelta(seconds=300))
    assert 300 <= schedules.lateness_s() < 360


def test_what_is_late_beyond_its_grace_is_overdue(schedules):
    now = schedules.clock().now
    added(schedules, "late", next_slot=now - timedelta(seconds=200), misfire_grace_s=60)
    added(schedules, "patient", next_slot=now - timedelta(seconds=200), misfire_grace_s=3600)
    added(schedules, "early", next_slot=now + DAY, misfire_grace_s=60)
    assert [one.name for one in schedules.overdue(by_s=60)] == ["late"]


def test_a_clock_that_jumped_is_known_until_somebody_confirms_it(schedules):
    calm = schedules.look_at_clock(drift_s=3.0, tolerated_s=120)
    assert (calm.jumped_at, calm.jump_s) == (None, None)
    jumped = schedules.look_at_clock(drift_s=4000.0, tolerated_s=120)
    assert jumped.jump_s == 4000
    assert schedules.look_at_clock(drift_s=0.0, tolerated_s=120).jump_s == 4000
    assert schedules.clock().jumped_at == jumped.jumped_at
    assert schedules.confirm_clock().jump_s is None


@pytest.mark.postgres
def test_a_look_at_what_is_due_reads_nothing_of_ten_thousand_that_are_not(engine):
    store = PostgresScheduleStore(engine)
    made = added(store)
    with engine.connect() as connection:
        connection.exec_driver_sql(
            "INSERT INTO calypso.schedules (id, name, enabled, spec, owner, next_slot, updated_by)"
            " SELECT gen_random_uuid(), 'idle ' || n, true, spec, owner, now() + n * interval"
            " '1 minute', 'ada' FROM calypso.schedules, generate_series(1, 10000) n"
        )
        connection.exec_driver_sql("ANALYZE calypso.schedules")
        plan = connection.exec_driver_sql(
            f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {DUE}", ("-infinity", made.id, 100)
        ).scalar_one()[0]["Plan"]
    assert [one.id for one in store.due()[1]] == [made.id]
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] <= 10


@pytest.mark.postgres
def test_a_clock_that_stands_before_the_last_tick_has_gone_back(engine):
    store = PostgresScheduleStore(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("UPDATE calypso.clock SET ticked_at = now() + interval '1 hour'")
    assert store.look_at_clock(drift_s=0.0, tolerated_s=120).jump_s == pytest.approx(-3600, abs=60)


@pytest.mark.postgres
def test_a_secret_stays_while_a_schedule_needs_it(engine):
    secrets, store = Secrets(engine, KEY), PostgresScheduleStore(engine)
    secrets.put("off/site", kind="ssh_key", value="hunter2!", by="ada")
    params = {"source": "tank/a", "to": [{"key": {"secret": "off/site"}}]}
    told = ScheduleSpec(name="Off site", cron="0 1 * * *", type="storage.x", params=params)
    made = store.add_schedule(told, owner="ada", next_slot=None)
    with pytest.raises(InUse, match="The schedule 'Off site' uses"):
        secrets.remove("off/site")
    store.remove_schedule(made.id)
    secrets.remove("off/site")


def test_one_of_whose_last_slots_none_brought_a_success_is_found_until_one_does(both):
    schedules, jobs = both
    rule = added(schedules)
    good = added(schedules, "Good", next_slot=PAST)

    def take(schedule, number, ending):
        at = turn(PAST + number * DAY, PAST + (number + 1) * DAY)
        found = schedules.schedule(schedule.id)
        if ending is None:
            return schedules.fire(found, at, SAID | {"decision": "refused"}, None)
        fired(schedules, found, at=at)
        return finish(jobs, claim(jobs), ending)

    for number, ending in enumerate((DONE, FAILED, FAILED)):
        take(rule, number, ending)
        take(good, number, ending)
    assert schedules.fruitless(slots=3) == []
    take(rule, 3, None)
    assert [one.id for one in schedules.fruitless(slots=3)] == [rule.id]
    assert schedules.fruitless(slots=5) == []
    take(rule, 4, DONE)
    take(good, 3, DONE)
    assert schedules.fruitless(slots=3) == []
