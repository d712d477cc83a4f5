"""What a policy would do, over HTTP: on a list, on what workers last saw, on a schedule."""

from datetime import UTC, datetime, timedelta

import pytest

from calypso.drivers.storage import Snapshot
from calypso.inventory.storage.snapshots import Row

PATH, SCHEDULES = "/api/v1/retention/preview", "/api/v1/schedules"
AT = "2026-11-26T12:00:00Z"
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
SCHEDULE = {
    "name": "Hourly", "cron": "0 * * * *", "type": "storage.snapshot_create",
    "params": {"dataset": "tank/home", "recursive": True}, "retention": {"keep_last": 2},
}  # fmt: skip


def listed(*days, **given):
    return [
        {"name": f"day {day}", "created": f"2026-11-{day:02}T08:00:00Z", **given.get(str(day), {})}
        for day in days
    ]


def asked(client, policy, snapshots=None, **given):
    body = {"policy": policy, "now": AT, **given}
    body |= {} if snapshots is None else {"snapshots": snapshots}
    return client.post(PATH, json=body)


def told(answer):
    assert answer.status_code == 200, answer.get_json()
    return [(one["name"], one["keep"], one["reason"]) for one in answer.get_json()["items"]]


def stands(house, dataset, *ages_h, node="keep", **given):
    """Snapshots that workers last saw: those of the hourly schedule, by how many hours ago."""
    rows = []
    for age_h in ages_h:
        at = NOON - timedelta(hours=age_h)
        name = f"{dataset}@auto-{at:%Y-%m-%d_%H-%M}--0000"
        snapshot = Snapshot(
            name=name, guid=f"{dataset}{age_h}", order=1000 - age_h, used_bytes=0,
            referenced_bytes=0, created_at=at, **given,
        )  # fmt: skip
        pool = dataset.partition("/")[0]
        row = Row(key=name, pool=pool, dataset=dataset, **snapshot.model_dump())
        rows.append((name, row.model_dump(mode="json")))
    table = house.ports.inventory._tables
    before = table.get(("storage/snapshots", node), ([], None))[0]
    house.ports.inventory.replace(node, "storage/snapshots", [*before, *rows])


def scheduled(client, **given):
    answer = client.post(SCHEDULES, json={**SCHEDULE, **given})
    assert answer.status_code == 201, answer.get_json()
    return answer.get_json()


# ---- on a list


def test_each_of_a_list_is_told_in_the_order_it_was_given(client):
    answer = asked(client, {"keep_last": 1, "keep_daily": 2}, listed(24, 26, 25))
    assert told(answer) == [
        ("day 24", True, "keep_daily"), ("day 26", True, "keep_last"),
        ("day 25", True, "keep_daily"),
    ]  # fmt: skip
    answer = asked(client, {"keep_daily": 1}, listed(24, 26, 25))
    assert [keep for _, keep, _ in told(answer)] == [False, True, False]
    assert answer.get_json()["items"][0]["detail"]


def test_protected_and_unfinished_ones_of_a_list_are_heeded(client):
    snapshots = listed(26, 25, 24, 23, **{"26": {"partial": True}, "24": {"protected": True}})
    assert told(asked(client, {"keep_last": 1}, snapshots)) == [
        ("day 26", True, "newest_partial"), ("day 25", True, "keep_last"),
        ("day 24", True, "protected"), ("day 23", False, "not_kept"),
    ]  # fmt: skip


def test_a_lifetime_counts_to_the_instant_that_was_said(client):
    assert told(asked(client, {"lifetime": "P2D"}, listed(26, 25, 24))) == [
        ("day 26", True, "within_lifetime"), ("day 25", True, "within_lifetime"),
        ("day 24", False, "lifetime_over"),
    ]  # fmt: skip


def test_the_last_one_of_a_list_stays_however_old(client):
    assert told(asked(client, {"lifetime": "P2D"}, listed(2, 3, 1))) == [
        ("day 2", False, "lifetime_over"), ("day 3", True, "last_of_schema"),
        ("day 1", False, "lifetime_over"),
    ]  # fmt: skip


def test_a_policy_that_says_nothing_keeps_everything(client):
    for policy in ({}, {"keep_last": 0}):
        assert {keep for _, keep, _ in told(asked(client, policy, listed(1, 2, 3)))} == {True}


def test_days_are_those_of_the_zone(client):
    night = [
        {"name": "a", "created": "2026-11-25T22:30:00Z"},
        {"name": "b", "created": "2026-11-25T23:30:00Z"},
    ]
    for tz, kept in (("UTC", [False, True]), ("Europe/Vienna", [True, True])):
        answer = asked(client, {"keep_daily": 5}, night, tz=tz)
        assert [keep for _, keep, _ in told(answer)] == kept


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"policy": {"keep_last": -1}, "snapshots": []}, "/policy/keep_last"),
        ({"policy": {"lifetime": 14}, "snapshots": []}, "/policy/lifetime"),
        ({"policy": {"lifetime": "P1D", "keep_last": 1}, "snapshots": []}, "/policy"),
        ({"policy": {"keep_minutely": 1}, "snapshots": []}, "/policy/keep_minutely"),
        ({"policy": {}, "snapshots": [], "tz": "Mars/Base"}, "/tz"),
        ({"policy": {}, "snapshots": [{"name": "a"}]}, "/snapshots/0/created"),
        ({"policy": {}, "snapshots": [{"name": "a", "created": "2026-11-26T12:00:00"}]},
         "/snapshots/0/created"),
        ({"policy": {}, "snapshots": [], "dataset": "tank/home"}, ""),
        ({"policy": {}}, ""),
        ({"policy": {}, "dataset": "-rf"}, "/dataset"),
        ({"snapshots": []}, "/policy"),
        ({"policy": {}, "snapshots": [], "surprise": 1}, "/surprise"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_its_field(client, body, pointer):
    answer = client.post(PATH, json=body)
    assert answer.status_code == 422
    assert pointer in [one["pointer"] for one in answer.get_json()["errors"]]


# ---- on what workers last saw


def test_a_dataset_is_judged_by_what_was_last_seen_of_it(client, house):
    stands(house, "tank/home", 3, 2, 1)
    stands(house, "tank/home", 30, holds=1)
    stands(house, "tank/other", 9)
    answer = asked(client, {"keep_last": 2}, dataset="tank/home")
    assert [(keep, reason) for _, keep, reason in told(answer)] == [
        (False, "not_kept"), (True, "keep_last"), (True, "keep_last"), (True, "held"),
    ]  # fmt: skip
    assert answer.get_json()["observed_at"] is not None


def test_before_anybody_has_looked_there_is_no_answer(client):
    answer = asked(client, {"keep_last": 2}, dataset="tank/home")
    assert answer.status_code == 503
    assert "looked" in answer.get_json()["detail"]


def test_two_nodes_with_such_a_dataset_must_be_told_apart(client, house):
    stands(house, "tank/home", 3, 2)
    stands(house, "tank/home", 5, node="other")
    answer = asked(client, {"keep_last": 1}, dataset="tank/home")
    assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (422, "/node")
    assert len(told(asked(client, {"keep_last": 1}, dataset="tank/home", node="other"))) == 1


def test_an_edit_of_a_policy_shows_exactly_what_would_go_that_stays_now(client, house):
    stands(house, "tank/home", 4, 3, 2, 1)
    stands(house, "tank/home/ada", 2, 1)
    stands(house, "tank/other", 2, 1)
    made = scheduled(client, retention={"keep_last": 3})
    answer = asked(client, {"keep_last": 1}, schedule=made["id"])
    items = answer.get_json()["items"]
    assert {one["name"].partition("@")[0] for one in items} == {"tank/home", "tank/home/ada"}
    assert [(one["keep"], one["changes"]) for one in items] == [
        (False, False), (False, True), (False, True), (True, False),  # home: 4 h goes already
        (False, True), (True, False),
    ]  # fmt: skip


def test_another_owner_of_the_same_snapshots_has_its_say_in_a_preview(client, house):
    stands(house, "tank/home", 3, 2, 1)
    made = scheduled(client)
    scheduled(client, name="For ever", retention=None)
    answer = asked(client, {"keep_last": 1}, schedule=made["id"])
    assert {keep for _, keep, _ in told(answer)} == {True}


def test_a_schedule_that_takes_no_snapshots_cannot_be_tried(client):
    scrub = {"name": "Scrub", "type": "storage.pool_scrub", "params": {"pool": "tank"}}
    made = scheduled(client, **scrub, retention=None)
    assert asked(client, {}, schedule=made["id"]).status_code == 422
    nobody = "01900000-0000-7000-8000-000000000000"
    assert asked(client, {}, schedule=nobody).status_code == 404


def test_a_viewer_may_look_and_who_sees_no_storage_only_at_lists(client_of, client, house):
    stands(house, "tank/home", 1)
    assert told(asked(client_of("viewer"), {}, dataset="tank/home"))
    narrow = {"name": "t", "permissions": ["schedules:read"]}
    token = client.post("/api/v1/tokens", json=narrow).get_json()["token"]
    by_token = client_of("viewer")
    by_token.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    assert asked(by_token, {}, listed(1)).status_code == 200
    assert asked(by_token, {}, dataset="tank/home").status_code == 403


# ---- in a schedule


def test_a_schedule_keeps_its_policy_until_it_is_taken_away(client):
    made = scheduled(client, retention={"lifetime": "P2W"})
    path = f"{SCHEDULES}/{made['id']}"
    assert made["retention"]["lifetime"] == "P14D"
    assert client.patch(path, json={"name": "Renamed"}).get_json()["retention"] == made["retention"]
    assert (
        client.patch(path, json={"retention": {"keep_daily": 7}}).get_json()["retention"][
            "keep_daily"
        ]
        == 7
    )
    assert client.patch(path, json={"retention": None}).get_json()["retention"] is None


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"retention": {"keep_last": "two"}}, "/retention/keep_last"),
        ({"retention": {"lifetime": "P1D", "keep_last": 1}}, "/retention"),
        ({"retention": {"for_ever": True}}, "/retention/for_ever"),
        ({"type": "storage.pool_scrub", "params": {"pool": "tank"}}, "/retention"),
        ({"params": {"dataset": "tank/home", "naming_schema": "auto"}}, "/params/naming_schema"),
        ({"params": {"dataset": "tank/home", "exclude": ["tank/home/a"]}}, "/params"),
    ],
)
def test_a_schedule_that_cannot_be_kept_to_is_refused_by_its_field(client, change, pointer):
    answer = client.post(SCHEDULES, json={**SCHEDULE, **change})
    assert answer.status_code == 422
    assert pointer in [one["pointer"] for one in answer.get_json()["errors"]]


def test_an_operator_takes_snapshots_but_does_not_say_which_go(client_of):
    refused = client_of("operator").post(SCHEDULES, json=SCHEDULE)
    assert refused.status_code == 403
    assert "storage:destroy" in refused.get_json()["detail"]
    assert (
        client_of("operator").post(SCHEDULES, json={**SCHEDULE, "retention": None}).status_code
        == 201
    )


def test_job_types_say_whether_they_take_snapshots_that_are_kept(client):
    kinds = client.get("/api/v1/job-types").get_json()
    assert [one["name"] for one in kinds if one["params_schema"].get("x-retains")] == [
        "storage.snapshot_create"
    ]
