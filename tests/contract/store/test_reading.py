from base64 import urlsafe_b64encode
from datetime import timedelta
from itertools import pairwise

import pytest

from calypso.errors import Invalid
from calypso.models.clock import now, uuid7
from calypso.models.job import Source, State
from calypso.models.listing import JobQuery
from calypso.models.lock import exclusive
from calypso.models.worker import WorkerRecord
from tests.contract.store.making import (
    AGAIN,
    DONE,
    NODE,
    QUEUE,
    WORKER,
    claim,
    eventually,
    finish,
    new,
    running,
    submitted,
)  # fmt: skip


def listed(store, **query):
    return [job.id for job in store.page(JobQuery(**query)).items]


def walked(store, **query):
    """Every id of a list, page by page."""
    ids, cursor = [], None
    while True:
        page = store.page(JobQuery(**query, cursor=cursor))
        ids.extend(job.id for job in page.items)
        if page.next_cursor is None:
            return ids
        cursor = page.next_cursor


# -- lists


def test_lists_are_newest_first_unless_asked_otherwise(store):
    ids = [submitted(store) for _ in range(3)]

    assert listed(store) == ids[::-1]
    assert listed(store, sort="created_at") == ids
    assert listed(store, sort="-finished_at") == []


def test_a_list_by_end_shows_ended_jobs_last_ended_first(store):
    first, second, _ = running(store), running(store), submitted(store)
    finish(store, second)
    finish(store, first)

    assert listed(store, sort="-finished_at") == [first.id, second.id]


@pytest.mark.parametrize("sort", ["-created_at", "created_at", "-finished_at"])
def test_pages_show_every_job_once(store, sort):
    for _ in range(7):
        finish(store, running(store))

    ids = walked(store, sort=sort, limit=3)
    assert (len(ids), ids) == (7, listed(store, sort=sort))
    assert store.page(JobQuery(sort=sort, limit=7)).next_cursor is None


def test_new_jobs_do_not_move_a_page(store):
    ids = [submitted(store) for _ in range(4)]
    page = store.page(JobQuery(limit=2))
    submitted(store)

    assert listed(store, limit=2, cursor=page.next_cursor) == ids[1::-1]


def test_filters_choose_jobs(store):
    plain = submitted(store)
    other = submitted(
        store,
        type="tape.inventory",
        subsystem="tape",
        node="attic",
        requested_by="bob",
        queue="tape@attic",
    )
    nightly = submitted(store, source=Source(kind="schedule", id="nightly"))
    done = submitted(store, queue="x@keep")
    finish(store, claim(store, queue="x@keep"))

    assert listed(store, subsystem="tape") == [other]
    assert listed(store, node="attic") == [other]
    assert listed(store, user="bob") == [other]
    assert listed(store, schedule="nightly") == [nightly]
    assert listed(store, types=["tape.inventory"]) == [other]
    assert listed(store, types=["tape.inventory", "storage.pool_scrub"]) == [
        done,
        nightly,
        other,
        plain,
    ]
    assert listed(store, states=[State.SUCCEEDED]) == [done]
    assert listed(store, states=[State.SUCCEEDED, State.QUEUED], limit=2) == [done, nightly]
    assert listed(store, states=[State.QUEUED], types=["storage.pool_scrub"]) == [nightly, plain]
    assert listed(store, states=[State.RUNNING, State.LOST]) == []
    assert walked(
        store, states=list(State), types=["tape.inventory", "storage.pool_scrub"], limit=1
    ) == [done, nightly, other, plain]


def test_lists_may_be_cut_by_time(store):
    first = submitted(store)
    second = submitted(store)
    at = store.get(second).created_at

    assert listed(store, since=at) == [second]
    assert listed(store, until=at) == [first]
    assert listed(store, since=at, until=at) == []


def test_a_list_by_end_may_be_cut_by_the_time_of_the_end(store):
    first, second, _ = running(store), running(store), submitted(store)
    finish(store, second)
    finish(store, first)
    at = store.get(first.id).finished_at

    assert listed(store, sort="-finished_at", since=at) == [first.id]
    assert listed(store, sort="-finished_at", until=at) == [second.id]


def test_a_search_takes_text_as_it_is(store):
    percent = submitted(store, title="Fill to 100%")
    under = submitted(store, title="Copy a_b")
    submitted(store, title="Copy axb")

    assert listed(store, text="100%") == [percent]
    assert listed(store, text="A_B") == [under]
    assert listed(store, text="\\") == []
    assert listed(store, text="copy", until=now() - timedelta(days=1)) == []


def test_control_jobs_are_listed_by_their_type_only(store):
    control = submitted(store, control=True, type="storage.plan")
    plain = submitted(store)

    assert listed(store) == [plain]
    assert listed(store, subsystem="storage", states=[State.QUEUED]) == [plain]
    assert listed(store, types=["storage.plan"]) == [control]
    assert store.get(control).type == "storage.plan"


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "!!",
        "é",
        urlsafe_b64encode(b'["-created_at","now","x"]').decode(),
        urlsafe_b64encode(b"[[[").decode(),
        "bnVsbA",
    ],
)
def test_a_made_up_cursor_is_refused(store, cursor):
    with pytest.raises(Invalid) as refused:
        store.page(JobQuery(cursor=cursor))

    assert refused.value.errors[0].pointer == "/cursor"


def test_a_cursor_of_another_order_is_refused(store):
    for _ in range(2):
        submitted(store)
    cursor = store.page(JobQuery(limit=1)).next_cursor

    with pytest.raises(Invalid):
        store.page(JobQuery(limit=1, sort="created_at", cursor=cursor))


# -- events


def test_a_job_has_a_history(store):
    holder = running(store, exclusive("tank"))
    run = submitted(store, exclusive("tank"), max_attempts=2)
    finish(store, holder)
    finish(store, claim(store), AGAIN)
    store.promote(NODE)
    second = claim(store)
    store.cancel(run, "bob")
    finish(store, second)

    events = store.events_of(run)
    assert [event.type for event in events] == [
        "submitted", "queued", "started", "waiting", "queued", "started", "cancel_requested",
        "succeeded",
    ]  # fmt: skip
    assert {event.job_id for event in events} == {run}
    number = int(events[2].cursor.partition("-")[2])
    assert store.events_of(run, after=number, limit=2) == events[3:5]


def test_events_of_all_jobs_are_read_on_from_a_cursor(store):
    submitted(store)
    cursor = eventually(store.last_cursor)
    ids = [submitted(store) for _ in range(3)]

    first = store.events_since(cursor, limit=2)
    rest = store.events_since(first[-1].cursor)
    assert [event.job_id for event in (*first, *rest)] == ids
    assert store.events_since(rest[-1].cursor) == []
    assert store.events_since(None) == []


@pytest.mark.parametrize("cursor", ["", "1", "-", "a-b", "1-2-3", "-1-2", "9" * 30 + "-1", "²-1"])
def test_a_made_up_event_cursor_is_refused(store, cursor):
    with pytest.raises(Invalid):
        store.events_since(cursor)


# -- logs


def say(store, run, text, limit_bytes=1 << 20):
    assert store.append_log(run.id, run.epoch, text, limit_bytes=limit_bytes)


def read_all(store, job_id, limit):
    text, offset = "", 0
    while True:
        part, following = store.read_log(job_id, offset=offset, limit=limit)
        if following == offset:
            return text
        text, offset = text + part, following


def test_a_log_is_read_as_it_was_written(store):
    run = running(store)
    assert store.read_log(run.id, offset=0, limit=10) == ("", 0)
    say(store, run, "größe: 5 TiB\n")
    say(store, run, "日本\n")

    whole = "größe: 5 TiB\n日本\n"
    assert store.read_log(run.id, offset=0, limit=1000) == (whole, len(whole.encode()))
    assert store.read_log(run.id, offset=15, limit=1000) == ("日本\n", 22)
    assert store.read_log(run.id, offset=22, limit=1000) == ("", 22)
    assert store.read_log(uuid7(), offset=0, limit=10) is None


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 7, 100])
def test_a_log_is_never_cut_inside_a_character(store, limit):
    run = running(store)
    for _ in range(3):
        say(store, run, "aé日🙂" * 3, limit_bytes=1024)

    assert read_all(store, run.id, limit) == "aé日🙂" * 9


def test_a_log_beyond_its_limit_keeps_head_and_tail(store):
    run = running(store)
    lines = [f"line {number:05d}\n" for number in range(2000)]
    for first in range(0, 2000, 50):
        say(store, run, "".join(lines[first : first + 50]), limit_bytes=4096)

    text = read_all(store, run.id, 500)
    head, marker, tail = text.partition("[... ")
    left_out, _, tail = tail.partition(" bytes left out ...]\n")
    assert marker
    assert head.startswith("line 00000\n")
    assert tail.endswith("line 01999\n")
    assert len(head) > 1000
    assert len(tail) > 1000
    assert len(head) + len(tail) <= 4096
    assert len(head) + int(left_out) + len(tail) == 2000 * len(lines[0])


def test_a_large_piece_of_log_comes_whole(store):
    run = running(store)
    text = "".join(f"{number}\n" for number in range(30_000))
    say(store, run, text)

    assert read_all(store, run.id, 60_000) == text


# -- workers


def record(**given):
    plain = {
        "id": WORKER, "node": NODE, "subsystem": "storage", "queues": (QUEUE,), "pid": 7,
        "started": 99,
        "boot_id": "b", "machine_id": "m", "pid_namespace": "p", "version": "1", "slots": 2,
    }  # fmt: skip
    return WorkerRecord(**{**plain, **given})


def test_workers_are_known_until_forgotten(store):
    store.register(record())
    run = running(store)

    worker = store.workers(NODE)[0]
    assert (worker.pid, worker.started, worker.queues, worker.running_job) == (
        7,
        99,
        (QUEUE,),
        run.id,
    )
    assert store.workers("other") == []
    store.set_draining(WORKER)
    assert store.workers()[0].draining
    store.forget_worker(WORKER)
    assert len(store.workers()) == 1, "its job must be reaped first"
    finish(store, run)
    store.forget_worker(WORKER)
    assert store.workers() == []


def test_a_worker_that_registers_again_is_one_worker(store):
    store.register(record())
    seen_at = store.workers()[0].seen_at
    store.register(record(pid=8))
    store.heartbeat(WORKER, (), lease_s=60)

    assert [worker.pid for worker in store.workers()] == [8]
    assert store.workers()[0].seen_at > seen_at


def test_a_node_is_due_when_the_time_of_one_of_its_jobs_has_come(store):
    store.register(record(node="idle"))
    submitted(store, node="queued")
    submitted(store, node="later", not_before=now() + timedelta(hours=1))
    assert store.due_nodes() == []

    for node in ("soon", "soon", "sooner"):
        submitted(store, node=node, not_before=now() + timedelta(milliseconds=50))
    assert eventually(lambda: sorted(store.due_nodes()) == ["soon", "sooner"])

    for node in ("soon", "sooner"):
        store.promote(node)
    assert store.due_nodes() == []


def test_a_node_is_due_when_a_job_ended_that_one_of_its_jobs_needs(store):
    needed = running(store)
    submitted(store, node="vault", after=[needed.id])
    submitted(store, node="attic", after=[needed.id, submitted(store)])
    assert store.due_nodes() == []

    finish(store, needed)

    assert "vault" in store.due_nodes()
    for node in ("vault", "attic", NODE):
        store.promote(node)
    assert store.due_nodes() == []


def test_what_is_due_nowhere_else_is_found_where_it_was(store):
    """A needed job has ended, and the only one that needed it does not wait for it any more."""
    needed = running(store)
    waiting = submitted(store, node="vault", after=[needed.id])
    store.cancel(waiting, "ada")
    finish(store, needed)

    assert set(store.due_nodes()) <= {NODE}
    for node in store.due_nodes():
        store.promote(node)
    assert store.due_nodes() == []


def test_queues_nobody_serves_are_seen(store):
    for queue in ("x@keep", "x@keep", "y@keep"):
        submitted(store, queue=queue)
    submitted(store, node="other")
    assert store.starving(NODE, older_than_s=60) == {}
    assert eventually(lambda: store.starving(NODE, older_than_s=0)) == {"x@keep": 2, "y@keep": 1}
    assert store.starving(None, older_than_s=60) == {}
    assert store.starving(None, older_than_s=0) == {"x@keep": 2, "y@keep": 1, QUEUE: 1}


def test_the_book_names_holders_and_who_stands_in_line(store):
    holder = running(store, exclusive("storage", "tank", "home"))
    first, second = (submitted(store, exclusive("storage", "tank")) for _ in range(2))
    submitted(store, exclusive("tape", "robot"), node="other", title="elsewhere")

    here = [(one.path, one.mode, one.job, one.granted) for one in store.locks(NODE)]
    assert here == [
        ("storage/tank", "exclusive", first, False),
        ("storage/tank", "exclusive", second, False),
        ("storage/tank/home", "exclusive", holder.id, True),
    ]
    assert [one.title for one in store.locks("other")] == ["elsewhere"]
    (path, *_) = [one.path for one in store.locks(NODE)]
    assert {one.path for one in store.locks(paths=[path, "no/such"])} == {path}
    assert store.locks(paths=[]) == []
    assert [one.node for one in store.locks(limit=1)] == [NODE]

    finish(store, holder)
    assert [(one.job, one.granted) for one in store.locks(NODE)] == [(first, True), (second, False)]


def test_queues_tell_their_lengths_and_who_serves_them(store):
    store.register(record())
    running(store, exclusive("storage", "tank"))
    submitted(store, exclusive("storage", "tank"))
    queued = submitted(store)
    submitted(store, queue="unserved@keep")

    lengths = {one.queue: one for one in store.queues()}
    mine = lengths[QUEUE]
    assert (mine.waiting, mine.queued, mine.running, mine.slots) == (1, 1, 1, 1)
    assert mine.oldest_queued_at == store.get(queued).queued_at
    assert (lengths["unserved@keep"].queued, lengths["unserved@keep"].slots) == (1, 0)

    store.set_draining(WORKER)
    assert {one.queue: one.slots for one in store.queues()}[QUEUE] == 0


def test_versions_differ_between_jobs_and_settle(store):
    ids = [store.submit(new()).job_id for _ in range(2)]
    versions = [store.get(one).version for one in ids]

    assert all(one != other for one, other in pairwise(versions))
    assert versions[0] == store.page(JobQuery(limit=2)).items[1].version
    assert DONE.outcome == "succeeded"
