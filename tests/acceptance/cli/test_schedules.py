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
