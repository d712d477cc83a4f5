"""Is it stuck, over HTTP: reasons, estimates, the doctor, the release; a store in memory."""

from calypso.models.clock import now, uuid7
from calypso.models.job import Source
from calypso.models.ledger import Ending
from calypso.models.worker import WorkerRecord
from tests.fakes.ports import job_id_of

JOBS = "/api/v1/jobs"
NOOP = {"type": "system.noop", "params": {"lock": "a"}}
FREE = {"type": "system.noop"}


def claim(house):
    return house.ports.jobs.claim("system@keep", "keep", uuid7(), lease_s=60)


def ended(house, claimed):
    house.ports.jobs.finish(claimed.id, claimed.epoch, Ending("succeeded"))


def test_the_doctor_says_what_is_true_and_what_is_safe(client):
    job = client.post(JOBS, json=FREE).get_json()

    told = client.post(f"{JOBS}/{job['id']}/doctor")

    assert told.status_code == 200
    assert (told.get_json()["verdict"], told.get_json()["state"]) == ("unserved", "queued")
    assert [one["action"] for one in told.get_json()["safe_actions"]] == ["wait", "cancel"]


def test_a_running_job_whose_node_has_nobody_to_ask_is_judged_by_the_store_alone(client, house):
    job = client.post(JOBS, json=FREE).get_json()
    claim(house)

    told = client.post(f"{JOBS}/{job['id']}/doctor").get_json()

    assert (told["verdict"], told["node_answered"]) == ("no_answer", False)


def test_a_viewer_may_ask_the_doctor_but_only_an_administrator_releases(client_of, house):
    job_id = job_id_of(client_of("admin").post(JOBS, json=FREE))
    claim(house)

    assert client_of("viewer").post(f"{JOBS}/{job_id}/doctor").status_code == 200
    for name in ("viewer", "operator"):
        refused = client_of(name).post(f"{JOBS}/{job_id}/release")
        assert (refused.status_code, refused.get_json()["code"]) == (403, "forbidden")


def test_a_job_that_may_still_run_is_not_released_and_the_refusal_says_why(client, house):
    job_id = job_id_of(client.post(JOBS, json=FREE))
    claim(house)

    refused = client.post(f"{JOBS}/{job_id}/release", json={"note": "It hangs."})

    assert (refused.status_code, refused.get_json()["code"]) == (409, "not_silent")
    assert "heard of 0 s ago" in refused.get_json()["detail"]
    assert f"/jobs/{job_id}/doctor" in refused.get_json()["detail"]


def test_only_what_runs_is_released(client, house):
    job_id = job_id_of(client.post(JOBS, json=FREE))
    queued = client.post(f"{JOBS}/{job_id}/release")
    ended(house, claim(house))
    after = client.post(f"{JOBS}/{job_id}/release")
    missing = client.post(f"{JOBS}/{uuid7()}/release")
    odd = client.post(f"{JOBS}/{job_id}/release", json={"force": True})

    told = [(one.status_code, one.get_json()["code"]) for one in (queued, after, missing, odd)]
    assert told == [
        (409, "not_silent"), (409, "already_ended"), (404, "not_found"), (422, "invalid"),
    ]  # fmt: skip


def test_a_waiting_job_tells_how_far_the_one_in_the_way_is(client, house):
    client.post(JOBS, json=NOOP)
    waiting = job_id_of(client.post(JOBS, json=NOOP))
    holder = claim(house)
    house.ports.jobs._rows[holder.id].progress = {"percent": 40.0, "eta_s": 60}

    wait = client.get(f"{JOBS}/{waiting}").get_json()["wait"]

    assert (wait["holder"]["job"], wait["holder"]["title"]) == (str(holder.id), "Check a worker")
    assert (wait["holder"]["progress"]["percent"], wait["holder"]["eta_s"]) == (40, 60)
    assert client.get(JOBS).get_json()["items"][0]["wait"] == wait


def test_a_queued_job_tells_who_has_its_slot(client, house):
    worker = WorkerRecord(
        id=uuid7(), node="keep", subsystem="system", queues=("system@keep",), pid=1, started=1,
        boot_id="b", machine_id="m", pid_namespace="p",
    )  # fmt: skip
    house.ports.jobs.register(worker)
    first = job_id_of(client.post(JOBS, json=FREE))
    house.ports.jobs.claim("system@keep", "keep", worker.id, lease_s=60)
    second = job_id_of(client.post(JOBS, json=FREE))

    slot = client.get(f"{JOBS}/{second}").get_json()["slot"]

    assert (slot["reason"], slot["position"]) == ("busy", "1")
    assert [one["job"] for one in slot["busy"]] == [str(first)]


def test_an_estimate_gives_way_to_what_the_job_says_itself(client, house):
    for _ in range(3):
        client.post(JOBS, json=FREE)
        ended(house, claim(house))
    job_id = job_id_of(client.post(JOBS, json=FREE))
    claim(house)

    before = client.get(f"{JOBS}/{job_id}")
    known = {"If-None-Match": before.headers["ETag"]}
    same = client.get(f"{JOBS}/{job_id}", headers=known)
    told = {"percent": 7, "updated_at": now().isoformat()}
    house.ports.live.progress(job_id, "system", told)
    after = client.get(f"{JOBS}/{job_id}", headers=known)

    assert before.get_json()["estimate"]["runs"] == 3
    assert same.status_code == 304
    assert (after.get_json()["estimate"], after.get_json()["progress"]["percent"]) == (None, 7)


def test_the_children_of_a_job_are_listed(client, house):
    parent = job_id_of(client.post(JOBS, json=FREE))
    other = job_id_of(client.post(JOBS, json=FREE))
    row = house.ports.jobs._rows[other]
    row.new = type(row.new)(**{
        **row.new.__dict__, "parent_id": parent, "source": Source(kind="job", id=str(parent)),
    })  # fmt: skip

    found = client.get(f"{JOBS}?parent={parent}").get_json()["items"]

    assert [one["id"] for one in found] == [str(other)]
    assert client.get(f"{JOBS}?parent=nobody").status_code == 422
