"""Schedules at the command line, and a slot that comes by itself."""

import pytest

from tests.acceptance.running_up import until

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.timeout(240)]
EVERY_MINUTE = ("--cron", "* * * * *")


def test_what_is_scheduled_runs_when_its_minute_comes_and_says_why(cli, tank):
    made = cli(
        "schedule", "add", "storage.snapshot_create", "Each minute", *EVERY_MINUTE,
        "--dataset", "tank/home",
    )  # fmt: skip
    schedule = made.out.strip()

    fire = until(
        lambda: next(iter(cli("schedule", "fires", schedule, "--json").json["items"]), None),
        limit_s=100,
    )
    job = cli("job", "watch", fire["job"], "--json").json

    assert (fire["decision"], fire["reason"]) == ("fired", "on_time")
    assert job["state"] == "succeeded"
    assert job["source"] == {"kind": "schedule", "id": schedule, "slot": fire["slot"]}
    assert "Each minute" in cli("schedule", "list").out
    assert "fires nothing now" in cli("schedule", "disable", schedule).out
    cli("schedule", "remove", schedule)
    assert "no schedule" in cli("schedule", "show", schedule, code=1).err


def test_what_a_schedule_keeps_no_longer_goes_after_its_next_snapshot(cli, tank):
    made = cli(
        "schedule", "add", "storage.snapshot_create", "Keeps one", *EVERY_MINUTE,
        "--dataset", "tank/home", "--keep-last", "1", "--naming-schema", "kept-%Y-%m-%d_%H-%M%z",
    )  # fmt: skip
    schedule = made.out.strip()
    first = cli("schedule", "run", schedule, "--detach").out.strip()
    taken = [cli("job", "watch", first, "--json").json["result"]["snapshot"]]

    def fired():
        fires = cli("schedule", "fires", schedule, "--json").json["items"]
        jobs = [cli("job", "watch", one["job"], "--json").json for one in fires if one["job"]]
        return [job["result"]["snapshot"] for job in jobs if job["params"]["name"] not in taken[0]]

    taken += until(fired, limit_s=120)
    cli("schedule", "keep", schedule)
    plan = cli("job", "run", "storage.snapshot_prune", "--plan", "--json").json
    assert taken[-1] not in plan["destroys"]
    why = "stays: Keeps one, which took it, keeps its snapshots for ever."
    assert f"{taken[-1]} {why}" in plan["effects"]

    def left():
        asked = ("inventory", "storage/snapshots", "--refresh", "--where", f"task={schedule}")
        return {one["key"] for one in cli(*asked, "--json").json["items"]}

    until(lambda: taken[0] not in left(), limit_s=60)
    tried = cli("retention", "preview", "--schedule", schedule, "--keep-last", "5", "--json").json
    assert (taken[-1], "keep_last") in {(one["name"], one["reason"]) for one in tried["items"]}
    cli("schedule", "remove", schedule)


def test_a_shorter_lifetime_lets_nothing_go_that_was_promised_when_that_is_asked(cli, tank):
    """The names are of years ago: by the new lifetime all would be due."""
    cli("job", "run", "storage.dataset_create", "--dataset", "tank/promised")
    names = [f"old-2020-01-0{day}_00-00--0000" for day in (1, 2, 3)]
    for name in names:
        cli("job", "run", "storage.snapshot_create", "--dataset", "tank/promised", "--name", name)
    schedule = cli(
        "schedule", "add", "storage.snapshot_create", "Promises", "--cron", "0 0 * * *",
        "--dataset", "tank/promised", "--naming-schema", "old-%Y-%m-%d_%H-%M%z",
        "--lifetime", "P30000D",
    ).out.strip()  # fmt: skip

    cli("schedule", "keep", schedule, "--lifetime", "P1D", "--fixate")

    assert cli("schedule", "show", schedule).json["retention"]["lifetime"] == "P1D"
    pruned = cli("job", "run", "storage.snapshot_prune", "--tasks", schedule, "--json").json
    assert pruned["result"]["kept"] == {"protected": 3}

    cli("schedule", "keep", schedule, "--keep-daily", "7")
    refused = cli("schedule", "keep", schedule, "--keep-daily", "1", "--fixate", code=1)
    assert "counts its snapshots" in refused.out + refused.err
    assert "The policy is as it was." in refused.err
    assert cli("schedule", "show", schedule).json["retention"]["keep_daily"] == 7
    cli("schedule", "remove", schedule)


def test_a_schedule_is_run_by_hand_and_switched_on_again(cli):
    made = cli("schedule", "add", "system.noop", "Checks", "--cron", "0 0 1 1 *", "--no-enabled")
    schedule = made.out.strip()

    assert "succeeded" in cli("schedule", "run", schedule).out
    assert "fires next at" in cli("schedule", "enable", schedule).out
    assert cli("schedule", "fires", schedule, "--json").json["items"] == []


def test_a_rule_is_looked_at_before_it_is_used(cli):
    told = cli("schedule", "preview", "30 2 29 2 *", "--count", "2", "--tz", "Europe/Paris").out
    assert [line[:10] for line in told.splitlines()] == ["2028-02-29", "2032-02-29"]


def test_what_is_wrong_is_refused_field_by_field(cli):
    wrong = ("schedule", "add", "system.noop", "Wrong", "--cron", "99 * * * *", "--tz", "Mars/Base")
    said = cli(*wrong, code=1).err
    assert "/cron: " in said
    assert "/tz: " in said
