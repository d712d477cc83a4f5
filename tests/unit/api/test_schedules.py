import pytest

from calypso.models.firing import next_turn

BODY = {
    "name": "Nightly scrub", "cron": "30  2 * * *", "tz": "Europe/Amsterdam",
    "type": "storage.pool_scrub", "params": {"pool": "tank"},
}  # fmt: skip
PATH = "/api/v1/schedules"


@pytest.fixture
def made(client):
    answer = client.post(PATH, json=BODY)
    assert answer.status_code == 201
    return answer


def test_a_schedule_is_made_complete_with_its_next_time(made, client):
    told = made.get_json()
    assert made.headers["Location"] == f"{PATH}/{told['id']}"
    assert made.headers["ETag"] == '"1"'
    assert told["cron"] == "30 2 * * *"
    assert (told["enabled"], told["overlap"], told["missed"]) == (True, "skip", "run_once")
    assert told["owner"] == told["updated_by"] == "admin"
    assert told["next_fire_at"].endswith("Z")
    assert client.get(made.headers["Location"]).get_json() == told
    assert [one["id"] for one in client.get(PATH).get_json()["items"]] == [told["id"]]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"cron": "61 * * * *"}, "/cron"),
        ({"tz": "Mars/Olympus"}, "/tz"),
        ({"tz": "../../etc/passwd"}, "/tz"),
        ({"type": "storage.nothing"}, "/type"),
        ({"type": "storage.pool_destroy"}, "/type"),
        ({"params": {"pool": "-rf"}}, "/params/pool"),
        ({"params": {}}, "/params/pool"),
        ({"begin": "25:00"}, "/begin"),
        ({"begin": "03:00", "end": "04:00"}, ""),
        ({"overlap": "maybe"}, "/overlap"),
        ({"misfire_grace_s": 0}, "/misfire_grace_s"),
        ({"jitter_s": 10**9}, "/jitter_s"),
        ({"name": " "}, "/name"),
        ({"node": "elsewhere"}, "/node"),
        ({"surprise": 1}, "/surprise"),
    ],
)
def test_what_is_wrong_is_named_by_its_field(client, change, pointer):
    answer = client.post(PATH, json={**BODY, **change})
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert pointer in [one["pointer"] for one in answer.get_json()["errors"]]
    assert client.get(PATH).get_json()["items"] == []


def test_a_name_is_taken_once(made, client):
    assert client.post(PATH, json=BODY).status_code == 409


def test_an_edit_on_an_old_version_is_refused_and_changes_nothing(made, client):
    path, seen = made.headers["Location"], {"If-Match": made.headers["ETag"]}
    changed = client.patch(path, json={"cron": "0 3 * * *"}, headers=seen)
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    for late in (
        client.patch(path, json={"cron": "0 4 * * *"}, headers=seen),
        client.put(path, json=BODY, headers=seen),
        client.delete(path, headers=seen),
    ):
        assert late.status_code == 412
        assert "admin changed this schedule" in late.get_json()["detail"]
    assert client.get(path).get_json()["cron"] == "0 3 * * *"
    assert client.delete(path, headers={"If-Match": '"2"'}).status_code == 204
    assert client.get(path).status_code == 404


def test_a_part_is_changed_and_the_rest_stays(made, client):
    path = made.headers["Location"]
    client.patch(path, json={"begin": "01:00", "end": "03:00"})
    told = client.patch(path, json={"end": None, "enabled": False}).get_json()
    assert (told["begin"], told["end"], told["cron"]) == ("01:00", None, "30 2 * * *")
    assert told["next_fire_at"] is None
    wrong = client.patch(path, json={"cron": None})
    assert (wrong.status_code, wrong.get_json()["errors"][0]["pointer"]) == (422, "/cron")


def test_a_replacement_leaves_nothing_of_what_was(made, client):
    path = made.headers["Location"]
    client.patch(path, json={"begin": "01:00", "jitter_s": 60})
    told = client.put(path, json=BODY).get_json()
    assert (told["begin"], told["jitter_s"]) == (None, 0)


def test_run_starts_a_job_now_and_the_same_request_twice_starts_one(made, client):
    path = f"{made.headers['Location']}/run"
    key = {"Idempotency-Key": "once"}
    first, second = client.post(path, headers=key), client.post(path, headers=key)
    assert first.status_code == second.status_code == 202
    assert first.get_json()["id"] == second.get_json()["id"]
    assert second.headers["Idempotency-Replayed"] == "true"
    assert first.get_json()["source"]["id"] == made.get_json()["id"]


def test_slots_are_listed_with_what_became_of_them(made, client, house):
    store = house.ports.schedules
    schedule = store.schedule(next(iter(store._kept)))
    turn = next_turn(schedule, schedule.next_fire_at)
    said = {"decision": "refused", "reason": "owner_gone", "detail": "She left.", "missed": 0}
    store.fire(schedule, turn, said, None)
    (slot,) = client.get(f"{made.headers['Location']}/fires").get_json()["items"]
    assert slot["slot"] == made.get_json()["next_fire_at"]
    assert (slot["decision"], slot["reason"], slot["detail"]) == (
        "refused", "owner_gone", "She left.",
    )  # fmt: skip


def test_a_preview_tells_when_a_rule_fires_without_making_anything(client):
    asked = {
        "cron": "30 2 * * *", "tz": "Europe/Amsterdam", "count": 3,
        "after": "2026-03-28T12:00:00Z",
    }  # fmt: skip
    answer = client.post(f"{PATH}/preview", json=asked)
    assert answer.get_json() == {
        "fires": ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z", "2026-03-31T00:30:00Z"]
    }
    assert client.post(f"{PATH}/preview", json={"cron": "x", "count": 3}).status_code == 422
    assert client.post(f"{PATH}/preview", json={**asked, "count": 10**6}).status_code == 422


@pytest.mark.parametrize(
    ("who", "asked", "status"),
    [
        ("viewer", ("get", PATH), 200),
        ("viewer", ("post", f"{PATH}/preview"), 200),
        ("viewer", ("post", PATH), 403),
        ("viewer", ("patch", "one"), 403),
        ("viewer", ("delete", "one"), 403),
        ("viewer", ("post", "one/run"), 403),
        ("viewer", ("post", "/api/v1/clock/confirm"), 403),
        ("operator", ("post", "one/run"), 202),
        ("operator", ("patch", "one"), 200),
    ],
)
def test_who_may_do_what(made, client_of, who, asked, status):
    method, path = asked
    path = path.replace("one", made.headers["Location"])
    body = {"post": {"cron": "* * * * *"}, "patch": {"enabled": True}}.get(method)
    if path == PATH and method == "post":
        body = {**BODY, "name": "Other"}
    if path.endswith(("run", "confirm")):
        body = None
    assert getattr(client_of(who), method)(path, json=body).status_code == status


def test_an_api_token_schedules_nothing_that_it_may_not_do_itself(client_of, client):
    narrow = {"name": "t", "permissions": ["schedules:configure", "schedules:read"]}
    token = client.post("/api/v1/tokens", json=narrow).get_json()["token"]
    by_token = client_of("viewer")
    by_token.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    refused = by_token.post(PATH, json=BODY)
    assert refused.status_code == 403
    assert "storage:operate" in refused.get_json()["detail"]


def test_the_clock_is_shown_and_confirmed(client, house):
    house.ports.schedules.look_at_clock(drift_s=7200.0, tolerated_s=120)
    assert client.get("/api/v1/clock").get_json()["jump_s"] == 7200
    assert client.post("/api/v1/clock/confirm").get_json()["jumped_at"] is None
