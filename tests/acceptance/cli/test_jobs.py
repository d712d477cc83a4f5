"""The command line against a real `calypso up`, as people use it."""

import json
import re
from pathlib import Path

import pytest

from tests.acceptance.running_up import until

ENDED = {"succeeded", "failed", "cancelled", "lost"}
pytestmark = [pytest.mark.postgres, pytest.mark.redis]


def test_a_job_is_run_and_followed_to_its_end(cli):
    said = cli("job", "run", "system.noop", "--seconds", "1", "--steps", "2", "--log-lines", "3")

    assert "succeeded" in said.out
    job_id = re.search(r"job (\S+)", said.err)[1]
    assert "line 3 of 3" in cli("job", "log", job_id).out
    assert job_id in cli("job", "list", "--type", "system.noop", "--state", "succeeded").out
    assert "Check a worker" in cli("job", "show", job_id).out


def test_a_failed_job_ends_the_program_with_one(cli):
    said = cli("job", "run", "system.noop", "--fail", code=1)

    assert "asked to fail" in said.out


def test_who_holds_what_and_who_waits_for_it_is_shown(cli):
    holder = cli.start("system.noop", "--seconds", "60", "--lock", "robot")
    until(lambda: cli.state(holder) == "running")
    waiting = cli.start("system.noop", "--lock", "robot")

    book = cli("locks", "--json").json["items"]
    mine = [(one["job"], one["granted"]) for one in book if one["path"] == "system/noop/robot"]
    assert mine == [(holder, True), (waiting, False)]
    assert "system/noop/robot" in cli("locks").out
    lengths = {one["subsystem"]: one for one in cli("queues", "--json").json["items"]
               if "control" not in one["queue"]}  # fmt: skip
    assert (lengths["system"]["running"], lengths["system"]["waiting"]) == (1, 1)
    told = cli("job", "show", waiting).out
    assert f"Check a worker (job {holder}) is running" in told
    assert "Its place in line is 1" in told
    cli("job", "cancel", holder)
    cli("job", "watch", waiting)


def test_the_doctor_is_asked_and_a_job_that_may_run_is_not_released(cli):
    job_id = cli.start("system.noop", "--seconds", "60")
    until(lambda: cli.state(job_id) == "running")

    said = cli("job", "doctor", job_id).out
    assert "nothing is wrong with it" in said
    assert "not safe: release" in said
    assert cli("job", "doctor", job_id, "--json").json["node_answered"] is True
    refused = cli("job", "release", job_id, "--yes", "--note", "It hangs.", code=1)
    assert "may still run there" in refused.err
    assert cli("job", "release", job_id, stdin="n\n", code=1).err == "Aborted.\n"

    cli("job", "cancel", job_id)
    assert cli.state(job_id) == "cancelled"


def test_a_cancel_returns_when_the_job_has_ended_and_watchers_are_told(cli):
    job_id = cli.start("system.noop", "--seconds", "60")
    until(lambda: cli.state(job_id) == "running")
    with cli.going_on("job", "watch", job_id) as watching:
        said = cli("job", "cancel", job_id)

        assert "cancelled" in said.out
        assert cli.state(job_id) == "cancelled"
        assert watching.wait(30) == 3
    again = cli("job", "cancel", job_id, code=1)
    assert "has ended" in again.err


def test_the_log_is_followed_until_the_job_ends(cli):
    job_id = cli.start("system.noop", "--seconds", "2", "--log-lines", "5")

    said = cli("job", "log", job_id, "--follow")

    assert "line 5 of 5" in said.out
    assert cli.state(job_id) in ENDED


def test_an_ended_job_is_run_again_as_a_new_one(cli):
    first = cli("job", "run", "system.noop", "--steps", "7", "--json").json

    cli("job", "rerun", first["id"])

    again = cli("job", "list", "--type", "system.noop", "--limit", "1", "--json").json["items"][0]
    assert again["parent_id"] == first["id"]
    assert again["params"]["steps"] == 7


def test_the_same_key_starts_one_job(cli):
    words = ("system.noop", "--steps", "3", "--key", "nightly-2026-03-29")

    assert cli.start(*words) == cli.start(*words)


def test_what_destroys_is_shown_and_asked_for_first(cli, tank):
    (tank / "diary").write_text("day two")
    cli("job", "run", "storage.snapshot_create", "--dataset", "tank/home", "--name", "two")
    words = ("job", "run", "storage.snapshot_destroy", "--dataset", "tank/home", "--names", "two")

    refused = cli(*words, stdin="n\n", code=1)
    assert "tank/home@two" in refused.out
    assert "tank/home@two" in cli("inventory", "storage/snapshots", "--refresh").out

    done = cli(*words, stdin="y\n")
    assert "succeeded" in done.out


def test_wrong_parameters_are_refused_field_by_field(cli):
    said = cli("job", "run", "storage.snapshot_create", "--dataset", "tank/../etc", code=1)

    assert "/params/dataset" in said.err


def test_a_type_written_in_one_file_is_there_at_once(cli, tank):
    """The example of the documentation, word for word, through API and command line."""
    assert "storage.snapshot_count" in cli("job", "types").out
    assert "--dataset" in cli("job", "run", "storage.snapshot_count", "--help").out
    cli("job", "run", "storage.snapshot_create", "--dataset", "tank/home", "--name", "counted")

    said = cli("job", "run", "storage.snapshot_count", "--dataset", "tank/home", "--json")

    assert said.json["result"]["count"] >= 1
    assert said.json["locks"] == [{"path": "storage/tank/home", "mode": "present"}]


def test_people_are_added_and_sign_in_by_name(cli, up):
    added = cli(
        "user", "add", "--role", "viewer", "--password-file", "-", "ada", stdin="s3cret word\n"
    )
    assert "ada was added as viewer" in added.out
    assert "exists already" in cli("user", "add", "--role", "admin", "ada", stdin="x\n").out
    assert "ada: viewer" in cli("user", "list").out

    cli("login", "--user", "ada", "--password-file", "-", stdin="s3cret word\n")
    assert "ada lacks the permission" in cli("job", "run", "system.noop", code=1).err
    cli("user", "password", "ada", stdin="an0ther word\n")
    cli("login", "--user", "ada", "--password-file", "-", stdin="s3cret word\n", code=1)
    cli("login", "--user", "ada", "--password-file", "-", stdin="an0ther word\n")
    assert "Signed out" in cli("logout").out


def test_who_is_not_signed_in_at_a_named_server_is_told_how(cli, up):
    cli.options = ["--server", up.url]

    assert "calypso login" in cli("job", "list", code=1).err


def test_a_server_that_is_not_there_is_named(cli):
    cli.options = ["--server", "http://127.0.0.1:9"]
    cli.home.joinpath("config", "calypso").mkdir(parents=True)
    kept = {"http://127.0.0.1:9": {"access_token": "x", "refresh_token": "y"}}
    cli.home.joinpath("config", "calypso", "sessions.json").write_text(json.dumps(kept))

    assert "does not answer" in cli("job", "list", code=1).err


def test_ctrl_c_ends_the_watching_and_not_the_job(cli):
    job_id = cli.start("system.noop", "--seconds", "60")
    until(lambda: cli.state(job_id) == "running")
    with cli.going_on("job", "watch", job_id) as watching:
        until(lambda: _waits_for_an_answer(watching))
        watching.send_signal(2)

        assert watching.wait(20) == 130
        assert "goes on" in watching.stderr.read()
    assert cli.state(job_id) == "running"
    cli("job", "cancel", job_id)


def _waits_for_an_answer(process):
    """Tell whether the program has a connection to the API open."""
    try:
        links = [str(one.readlink()) for one in Path(f"/proc/{process.pid}/fd").iterdir()]
    except OSError:
        return False
    return any(link.startswith("socket:") for link in links)
