import json
import shutil

import pytest
import typer
from typer.testing import CliRunner

from calypso.cli.checks import State, machine, servers
from calypso.cli.checks.servers import Addresses
from calypso.cli.doctor import doctor


@pytest.fixture
def ask(monkeypatch, tmp_path):
    """Call `doctor` as from a shell."""
    monkeypatch.setenv("CALYPSO_CONFIG_DIR", str(tmp_path))
    app = typer.Typer()
    app.command()(doctor)

    def ask(*words):
        return CliRunner().invoke(app, ["--data", str(tmp_path / "data"), *words])

    return ask


def test_a_machine_with_all_wheels_and_room_is_well(ask):
    assert ask().exit_code == 0


def test_findings_are_data_too(ask):
    found = {finding["name"]: finding for finding in json.loads(ask("--json").stdout)}

    assert found["Python"]["state"] == "ok"
    assert set(found["OpenZFS"]) == {"name", "state", "said", "mend"}


def test_a_setting_that_cannot_work_is_named(ask, monkeypatch):
    monkeypatch.setenv("CALYPSO_REDIS_URL", "redis+cluster://127.0.0.1:7000")

    answer = ask("--json")

    assert answer.exit_code == 1
    assert "Redis Cluster" in json.loads(answer.stdout)[-1]["said"]


def test_servers_that_do_not_answer_are_broken_and_no_password_is_shown(ask, monkeypatch):
    monkeypatch.setenv("CALYPSO_DATABASE_URL", "postgresql://calypso:hidden@127.0.0.1:9/calypso")
    monkeypatch.setenv("CALYPSO_REDIS_URL", "redis://:hidden@127.0.0.1:9/0")

    answer = ask("--json")

    broken = [one["name"] for one in json.loads(answer.stdout) if one["state"] == "broken"]
    assert answer.exit_code == 1
    assert broken == ["Redis", "PostgreSQL"]
    assert "hidden" not in answer.stdout


def test_a_full_disk_is_broken(tmp_path, monkeypatch):
    usage = type(shutil.disk_usage(tmp_path))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10 << 30, 10 << 30, 5 << 20))

    assert machine.data_directory(tmp_path).state is State.BROKEN


def test_a_directory_to_be_made_is_judged_by_where_it_will_be(tmp_path):
    found = machine.data_directory(tmp_path / "one" / "two")

    assert found.state is State.OK
    assert "made at the first start" in found.said


def test_missing_zfs_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)

    found = machine.zfs()

    assert found.state is State.WARN
    assert "zfsutils-linux" in found.mend


def test_without_addresses_and_wheels_nothing_can_be_started(monkeypatch):
    monkeypatch.setattr(servers, "WHEELS", {"PostgreSQL": "no-such-wheel", "Redis": "nor-this"})

    found = servers.look(Addresses("", ""), node="here", subsystems=(), up=False)

    assert [one.state for one in found] == [State.BROKEN, State.BROKEN]
    assert "calypso[embedded]" in found[0].mend
