"""Jobs over HTTP, over a store in memory."""

import json

from calypso.models.clock import now, uuid7
from calypso.models.ledger import Ending
from tests.fakes.ports import job_id_of

JOBS = "/api/v1/jobs"
NOOP = {"type": "system.noop", "params": {"lock": "a"}}
SHOWN = {
    "id", "type", "subsystem", "node", "queue", "title", "state", "wait", "progress", "warnings",
    "error", "params", "result", "locks", "requested_by", "source", "parent_id", "attempt",
    "max_attempts", "cancellable", "cancel_requested_at", "external", "created_at", "queued_at",
    "started_at", "heartbeat_at", "finished_at", "slot", "estimate",
}  # fmt: skip


def claim(house):
    return house.ports.jobs.claim("system@keep", "keep", uuid7(), lease_s=60)


def test_a_job_is_shown_with_every_field_of_the_contract(client):
    answer = client.post(JOBS, json=NOOP)
    told = answer.get_json()

    assert answer.status_code == 202
    assert answer.headers["Location"] == f"{JOBS}/{told['id']}"
    assert set(told) == SHOWN | {"priority", "cancel_requested_by"}
    assert told["state"] == "queued"
    assert told["created_at"].endswith("Z")
    assert told["locks"] == [{"path": "system/noop/a", "mode": "exclusive"}]
    assert set(told["progress"]) == {
        "percent", "phase", "message", "done", "total", "unit", "rate", "eta_s", "updated_at",
    }  # fmt: skip


def test_the_same_key_and_body_make_one_job_and_another_body_is_refused(client):
    key = {"Idempotency-Key": "once"}
    first = client.post(JOBS, json=NOOP, headers=key)
    again = client.post(JOBS, json=NOOP, headers=key)
    other = client.post(JOBS, json={"type": "system.noop"}, headers=key)

    assert job_id_of(first) == job_id_of(again)
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert other.status_code == 422
    assert other.get_json()["code"] == "idempotency_key_reused"


def test_a_job_in_the_way_is_named(client):
    first = client.post(JOBS, json=NOOP).get_json()
    second = client.post(JOBS, json=NOOP).get_json()
    assert second["state"] == "waiting"
    assert second["wait"]["reason"] == "lock"
    assert second["wait"]["holder_job"] == first["id"]


def test_roles_decide_who_may_start_and_who_may_look(client_of):
    viewer, operator = client_of("viewer"), client_of("operator")
    assert viewer.post(JOBS, json=NOOP).status_code == 403
    assert operator.post(JOBS, json=NOOP).status_code == 202
    assert viewer.get(JOBS).status_code == 200
    assert viewer.get("/api/v1/users").status_code == 403


def test_lists_are_paged_and_filtered_by_repeated_words(client):
    ids = [job_id_of(client.post(JOBS, json={"type": "system.noop"})) for _ in range(3)]
    client.post(f"{JOBS}/{ids[0]}/cancel")

    page = client.get(f"{JOBS}?limit=2&sort=created_at").get_json()
    rest = client.get(f"{JOBS}?limit=2&sort=created_at&cursor={page['next_cursor']}").get_json()
    both = client.get(f"{JOBS}?state=queued&state=cancelled").get_json()
    one = client.get(f"{JOBS}?state=cancelled").get_json()

    assert [item["id"] for item in page["items"] + rest["items"]] == [str(i) for i in ids]
    assert rest["next_cursor"] is None
    assert [len(both["items"]), len(one["items"])] == [3, 1]


def test_every_job_is_seen_by_everybody_in_every_session(client_of, house):
    for name in ("admin", "operator"):
        client_of(name).post(JOBS, json={"type": "system.noop"})
        claim(house)

    seen = client_of("viewer").get(f"{JOBS}?state=running").get_json()["items"]

    assert {job["requested_by"] for job in seen} == {"admin", "operator"}


def test_a_known_version_is_not_sent_again(client, house):
    job = client.post(JOBS, json=NOOP).get_json()
    first = client.get(f"{JOBS}/{job['id']}")
    known = {"If-None-Match": first.headers["ETag"]}
    same = client.get(f"{JOBS}/{job['id']}", headers=known)
    claim(house)
    changed = client.get(f"{JOBS}/{job['id']}", headers=known)

    assert [same.status_code, changed.status_code] == [304, 200]
    assert same.headers["ETag"] == first.headers["ETag"]


def test_fresher_progress_is_shown_and_older_is_not(client, house):
    job = client.post(JOBS, json=NOOP).get_json()
    claimed = claim(house)
    stale = {"percent": 1, "updated_at": "2020-01-01T00:00:00Z"}
    house.ports.live.progress(claimed.id, "system", stale)
    before = client.get(f"{JOBS}/{job['id']}")
    house.ports.live.progress(claimed.id, "system", {"percent": 7, "updated_at": now().isoformat()})
    after = client.get(f"{JOBS}/{job['id']}", headers={"If-None-Match": before.headers["ETag"]})

    assert before.get_json()["progress"]["percent"] is None
    assert after.get_json()["progress"]["percent"] == 7


def test_a_long_poll_for_an_ended_job_answers_at_once(client, house):
    job = client.post(JOBS, json=NOOP).get_json()
    claimed = claim(house)
    house.ports.jobs.finish(claimed.id, claimed.epoch, Ending("succeeded", result={"steps": 1}))
    assert client.get(f"{JOBS}/{job['id']}?wait=60").get_json()["state"] == "succeeded"


def test_a_log_is_read_from_any_offset(client, house):
    job = client.post(JOBS, json=NOOP).get_json()
    claimed = claim(house)
    house.ports.jobs.append_log(claimed.id, claimed.epoch, "one\ntwo\n", limit_bytes=10_000)

    first = client.get(f"{JOBS}/{job['id']}/log?limit=4")
    rest = client.get(f"{JOBS}/{job['id']}/log?offset={first.headers['X-Next-Offset']}")

    assert first.mimetype == "text/plain"
    assert [first.text, rest.text] == ["one\n", "two\n"]
    assert rest.headers["X-Next-Offset"] == "8"


def test_a_history_is_paged(client):
    job = client.post(JOBS, json=NOOP).get_json()
    client.post(f"{JOBS}/{job['id']}/cancel")
    first = client.get(f"{JOBS}/{job['id']}/history?limit=1").get_json()
    path = f"{JOBS}/{job['id']}/history?cursor={first['next_cursor']}"
    rest = client.get(path).get_json()
    kinds = [one["type"] for one in first["items"] + rest["items"]]
    assert kinds == ["submitted", "cancelled"]


def test_a_destructive_job_needs_a_plan(client):
    body = {"type": "storage.pool_destroy", "params": {"pool": "tank"}}
    answer = client.post(JOBS, json=body)
    assert answer.status_code == 428
    assert answer.get_json()["code"] == "plan_required"


def test_job_types_are_listed_with_their_schemas(client):
    types = {one["name"]: one for one in client.get("/api/v1/job-types").get_json()}
    noop = types["system.noop"]
    assert set(noop) == {
        "name", "subsystem", "title", "description", "permission", "schedulable", "cancel",
        "on_lost", "destructive", "plans", "timeout_s", "params_schema",
    }  # fmt: skip
    assert noop["params_schema"]["properties"]["steps"]["minimum"] == 1


def test_tables_say_whether_anybody_keeps_them_fresh(client, house):
    empty = client.get("/api/v1/inventory/storage/pools").get_json()
    house.ports.inventory.replace("keep", "storage/pools", [("tank", {"name": "tank"})])
    unwatched = client.get("/api/v1/inventory/storage/pools").get_json()

    assert empty == {"items": [], "observed_at": None, "stale": True, "next_cursor": None}
    assert unwatched["items"] == [{"name": "tank", "key": "tank", "node": "keep"}]
    assert unwatched["stale"] is True


def test_a_row_shows_the_job_that_uses_it(client, house):
    rows = [("shelf-0", {"serial": "shelf-0"}), ("shelf-1", {"serial": "shelf-1"})]
    house.ports.inventory.replace("keep", "tape/drives", rows)
    asked = {"type": "tape.drive_position", "params": {"drive": "shelf-1", "operation": "rewind"}}
    first = client.post("/api/v1/jobs", json=asked).get_json()
    client.post("/api/v1/jobs", json=asked)  # waits for the first

    free, used = client.get("/api/v1/inventory/tape/drives").get_json()["items"]
    assert free["job"] is None
    assert used["job"] == {"id": first["id"], "title": "Wind shelf-1: rewind"}
    assert used["serial"] == "shelf-1"


def test_columns_stand_as_the_table_declares_them_whatever_order_they_were_kept_in(client, house):
    kept = {"runs": 1, "pool": "Disk", "state": "Full", "name": "Disk-0001", "odd": 1}
    house.ports.inventory.replace("keep", "backup/volumes", [("Disk-0001", kept)])

    (row,) = json.loads(client.get("/api/v1/inventory/backup/volumes").text)["items"]

    declared = list(house.tables["backup/volumes"].row.model_fields)
    assert list(row) == [*sorted({*kept, "key"} - {"odd"}, key=declared.index), "odd", "node"]


def test_a_refresh_starts_short_jobs(client):
    answer = client.post("/api/v1/inventory/storage/pools/refresh")
    assert answer.status_code == 202
    assert answer.get_json()["items"][0]["type"] == "storage.refresh"
