"""From evidence to a verdict, and to what is safe."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from calypso.engine.judging import Facts, judge
from calypso.models.clock import uuid7
from calypso.models.diagnosis import Evidence, ProcessSeen
from calypso.models.job import Holder, Job, Progress, Slot, Source, State, Wait, WaitReason
from calypso.models.ledger import RunRecord

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SILENCE_S = 90.0


def ago(seconds):
    return NOW - timedelta(seconds=seconds)


def job(state=State.RUNNING, **given):
    plain = {
        "id": uuid7(), "type": "storage.replication_run", "subsystem": "storage", "node": "keep",
        "queue": "storage@keep", "title": "Send tank", "state": state, "requested_by": "ada",
        "source": Source(kind="user"), "created_at": ago(900), "started_at": ago(600),
        "heartbeat_at": ago(3), "cancellable": True,
    }  # fmt: skip
    return Job(**{**plain, **given})


def record(**given):
    plain = {
        "epoch": 2, "worker": uuid4(), "lease_until": NOW + timedelta(seconds=57),
        "begun_at": ago(600), "losses": 0, "node_seen_at": ago(3), "last_line": None,
        "looked_at": NOW,
    }  # fmt: skip
    return RunRecord(**{**plain, **given})


def process(pid=70, **given):
    plain = {"state": "S", "name": "zfs", "epoch": 2, "of_worker": True, "wchan": None,
             "stuck": False}  # fmt: skip
    return ProcessSeen(pid=pid, **{**plain, **given})


def evidence(*processes, worker="alive"):
    own = process(60, name="python", epoch=None, of_worker=False) if worker == "alive" else None
    return Evidence(worker=worker, worker_process=own, processes=list(processes))


HUNG = process(state="D", stuck=True, wchan="txg_wait_synced")


def judged(job, *, seen=None, of=None, stall_s=None, grace_s=10.0):
    return judge(
        Facts(job=job, record=of or record(), evidence=seen, stall_s=stall_s, grace_s=grace_s,
              silence_s=SILENCE_S)
    )  # fmt: skip


def actions(advised):
    return [one.action for one in advised]


def finding(told, code):
    return next(one for one in told.findings if one.code == code)


def test_a_job_that_runs_well_is_let_run():
    told = judged(job(), seen=evidence(process()))

    assert (told.verdict, told.node_answered) == ("running", True)
    assert {one.verdict for one in told.findings} <= {"ok", "unknown"}
    assert actions(told.safe_actions) == ["wait", "cancel"]
    assert actions(told.unsafe_actions) == ["release", "rerun"]


def test_what_cannot_be_cut_is_not_advised_to_be():
    told = judged(job(cancellable=False), seen=evidence())

    assert actions(told.safe_actions) == ["wait"]
    assert actions(told.unsafe_actions) == ["release", "cancel", "rerun"]


def test_no_progress_for_longer_than_its_type_allows_is_stalled():
    slow = job(progress=Progress(done=1, updated_at=ago(400)))
    told = judged(slow, seen=evidence(process()), stall_s=300)

    assert (told.verdict, finding(told, "progress").verdict) == ("stalled", "bad")
    assert "400 s" in told.summary
    assert judged(slow, seen=evidence(process()), stall_s=500).verdict == "running"


def test_a_job_that_never_reported_stalls_from_its_start():
    assert judged(job(), seen=evidence(), stall_s=599).verdict == "stalled"
    assert judged(job(), seen=evidence(), stall_s=601).verdict == "running"


def test_a_dead_worker_is_left_to_its_node():
    told = judged(job(), seen=evidence(process(of_worker=False), worker="dead"))

    assert told.verdict == "worker_dead"
    assert finding(told, "worker").verdict == "bad"
    assert finding(told, "orphans").verdict == "bad"
    assert told.safe_actions[0].action == "wait"
    assert "release" in actions(told.unsafe_actions)


def test_a_silent_node_s_job_may_be_released_by_who_knows_that_it_is_off():
    told = judged(job(heartbeat_at=ago(500)), of=record(node_seen_at=ago(91),
                  lease_until=ago(440)))  # fmt: skip

    assert (told.verdict, told.node_answered) == ("node_silent", False)
    assert actions(told.safe_actions) == ["wait", "cancel", "release"]
    assert "KNOW" in told.safe_actions[-1].why
    assert finding(told, "lease").verdict == finding(told, "node").verdict == "bad"


def test_a_node_that_speaks_but_does_not_answer_is_not_called_silent():
    told = judged(job(), of=record(node_seen_at=ago(89)))

    assert told.verdict == "no_answer"
    assert "release" in actions(told.unsafe_actions)
    assert finding(told, "node_asked").verdict == "unknown"


def test_what_hangs_in_the_kernel_without_a_word_is_told_with_its_place():
    told = judged(job(), seen=evidence(HUNG))

    assert told.verdict == "in_kernel"
    assert "txg_wait_synced" in told.summary
    assert finding(told, "kernel").verdict == "bad"
    assert "release" in actions(told.unsafe_actions)
    assert "kernel lets go" in told.safe_actions[1].why


def test_a_busy_disk_is_no_stuck_job():
    busy = job(progress=Progress(done=1, updated_at=ago(2)))
    assert judged(busy, seen=evidence(HUNG)).verdict == "running"

    talking = record(last_line=f"{ago(5).isoformat()} line 7")
    assert judged(job(), seen=evidence(HUNG), of=talking).verdict == "running"


def test_a_worker_whose_main_thread_hangs_is_seen_though_it_beats():
    seen = Evidence(worker="alive", worker_process=HUNG, processes=[])
    assert judged(job(), seen=seen).verdict == "in_kernel"


def test_a_cancel_within_its_grace_is_under_way_and_beyond_it_is_told():
    def told(age_s):
        asked = job(cancel_requested_at=ago(age_s), cancellable=False)
        return judged(asked, seen=evidence(process()))

    assert told(3).verdict == told(30).verdict == "cancelling"
    assert [finding(told(age), "cancel").verdict for age in (3, 30)] == ["ok", "bad"]
    assert actions(told(30).safe_actions) == ["wait"]


def test_a_cancel_that_the_kernel_holds_up_is_told_as_that():
    asked = job(cancel_requested_at=ago(30), progress=Progress(updated_at=ago(1)))
    assert judged(asked, seen=evidence(HUNG)).verdict == "in_kernel"


def test_leftovers_of_an_earlier_run_are_named():
    told = judged(job(), seen=evidence(process(), process(71, epoch=1, of_worker=False)))
    assert "71" in finding(told, "earlier_run").text


def test_work_outside_is_named():
    told = judged(job(external="scrub of tank"), seen=evidence())
    assert "scrub of tank" in finding(told, "external").text


def test_a_waiting_job_waits_for_somebody():
    holder = Holder(job=uuid7(), title="Scrub tank", state=State.RUNNING)
    wait = Wait(reason=WaitReason.LOCK, resource="tank", holder_job=holder.job, holder=holder,
                since=ago(9))  # fmt: skip
    told = judged(job(State.WAITING, wait=wait))

    assert (told.verdict, actions(told.safe_actions)) == ("waiting", ["wait", "cancel"])
    assert "Scrub tank" in told.summary
    assert told.findings == []


@pytest.mark.parametrize(
    ("reason", "verdict"),
    [("no_worker", "unserved"), ("silent", "unserved"), ("draining", "unserved"),
     ("busy", "queued"), ("free", "queued")],
)  # fmt: skip
def test_a_queued_job_nobody_serves_is_told_from_one_that_waits_its_turn(reason, verdict):
    slot = Slot(reason=reason, slots=0, busy=[], position="1")
    assert judged(job(State.QUEUED, slot=slot)).verdict == verdict


@pytest.mark.parametrize(
    ("state", "action"),
    [(State.SUCCEEDED, "none"), (State.FAILED, "rerun"), (State.LOST, "rerun")],
)
def test_what_has_ended_can_only_be_run_anew(state, action):
    told = judged(job(state, cancellable=False))

    assert (told.verdict, actions(told.safe_actions)) == ("ended", [action])
    assert told.unsafe_actions == []


def test_a_worker_out_of_sight_is_called_unknown():
    told = judged(job(), seen=evidence(worker="unknown"))
    assert finding(told, "worker").verdict == "unknown"


def test_what_a_running_job_waits_for_in_its_subsystem_is_said():
    waiting = Progress(phase="waiting for a mount of volume Disk-7")

    told = judged(job(progress=waiting), seen=evidence())

    assert told.verdict == "running"
    assert "waiting for a mount of volume Disk-7" in told.summary
