"""Silence: of a worker, of a whole node, of the one who looks after a subsystem."""

from calypso.engine.alerting.workers import GONE, UNAVAILABLE, UNWATCHED
from calypso.models.clock import uuid7
from tests.contract.store.making import running
from tests.unit.engine.alerting.viewing import active, look_at, only, report, worker

LONG = 91.0  # the lease and the margin, and a second


def serve(ports, *names, **given):
    ids = [uuid7() for _ in names]
    for worker_id, subsystem in zip(ids, names, strict=True):
        ports.jobs.register(worker(worker_id, subsystem=subsystem, **given))
    return ids


def test_a_silence_within_lease_and_margin_is_unremarkable(ports):
    serve(ports, "storage")
    look_at(ports, GONE, in_s=LONG - 2)

    assert active(ports) == []


def test_a_silent_node_is_one_alert_however_many_workers_it_has(ports):
    serve(ports, "storage", "system")
    look_at(ports, GONE, in_s=LONG)

    assert active(ports) == [("worker_gone/keep", "error")]


def test_a_silent_node_with_jobs_is_critical_and_names_them(ports):
    (storage,) = serve(ports, "storage")
    job = running(ports.jobs, worker=storage)
    look_at(ports, GONE, in_s=LONG)

    assert active(ports) == [("worker_gone/keep", "critical")]
    assert str(job.id) in only(ports).detail


def test_a_silent_worker_on_a_node_that_lives_is_named_alone(ports, monkeypatch):
    serve(ports, "storage", "system")
    silent, living = ports.jobs.workers()
    later = living.seen_at.replace(year=living.seen_at.year + 1)
    monkeypatch.setitem(ports.jobs._workers, living.id, type(living)(
        **{**living.__dict__, "seen_at": later}
    ))  # fmt: skip
    look_at(ports, GONE, in_s=LONG)

    assert active(ports) == [(f"worker_gone/keep/{silent.subsystem}", "error")]


def test_a_worker_that_is_back_or_buried_is_no_alert_any_more(ports):
    (storage,) = serve(ports, "storage")
    look_at(ports, GONE, in_s=LONG)
    look_at(ports, GONE)
    assert active(ports) == []

    look_at(ports, GONE, in_s=LONG)
    ports.jobs.forget_worker(storage)
    look_at(ports, GONE, in_s=LONG)
    assert active(ports) == []


def test_a_subsystem_that_cannot_be_used_says_why_and_the_way_out(ports):
    report(ports, available=False, reason="zfs is not loaded", how_to_install="modprobe zfs")
    look_at(ports, UNAVAILABLE)
    alert = only(ports)
    report(ports)
    look_at(ports, UNAVAILABLE)

    assert alert.detail == "zfs is not loaded. modprobe zfs."
    assert alert.subject == "storage@keep"
    assert active(ports) == []


def test_a_subsystem_of_which_nobody_reports_is_told(ports):
    report(ports, subsystem="system")
    report(ports, ago_s=200)
    serve(ports, "system")
    look_at(ports, UNWATCHED)

    assert active(ports) == [("subsystem_silent/keep/storage", "error")]


def test_the_subsystems_of_a_silent_node_are_not_told_besides(ports):
    serve(ports, "storage")
    report(ports, ago_s=200)
    report(ports, subsystem="system", ago_s=200)
    look_at(ports, UNWATCHED, in_s=LONG)

    assert active(ports) == []
