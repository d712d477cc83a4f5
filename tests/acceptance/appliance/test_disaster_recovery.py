"""The page docs/disaster-recovery.md, followed from one machine to an empty other one."""

import base64
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from calypso.models.job import State
from calypso.models.schedule import ScheduleSpec
from calypso.store.secrets import Secrets
from tests.acceptance.engine.conftest import Stack
from tests.contract.system.conftest import programs  # noqa: F401 - a fixture

pytestmark = [pytest.mark.postgres, pytest.mark.redis]
PAGE = Path("docs/disaster-recovery.md")
PASSPHRASE = "correct horse battery"
COMMANDS = re.compile(r"^ *(calypso appliance [^#\n]*)$", re.MULTILINE)


class Machine(Stack):
    """A root folder with a database of its own."""

    def __init__(self, folder, database_url, redis_url, clients, secrets):
        self.root = folder / "root"
        etc = self.root / "etc/calypso"
        etc.mkdir(parents=True)
        lines = {
            "CALYPSO_DATABASE_URL": database_url,
            "CALYPSO_REDIS_URL": redis_url,
            **secrets,
        }
        (etc / "secrets.env").write_text("".join(f"{k}='{v}'\n" for k, v in lines.items()))
        extra = {"CALYPSO_CONFIG_DIR": str(etc), "CALYPSO_ROOT": str(self.root)}
        if clients is not None:
            extra["CALYPSO_POSTGRES_PROGRAMS"] = str(clients)
        super().__init__(folder, database_url, redis_url, extra)
        for name in ("CALYPSO_DATABASE_URL", "CALYPSO_REDIS_URL", "CALYPSO_NODE"):
            del self.environment[name]  # they come from the files

    def secrets_key(self):
        text = (self.root / "etc/calypso/secrets.env").read_text()
        return re.search(r"^CALYPSO_SECRETS_KEY='?([^'\n]+)", text, re.MULTILINE)[1]

    def calypso(self, *words, stdin=""):
        return subprocess.run(
            [sys.executable, "-m", "calypso", *words],
            env=self.environment, input=stdin, capture_output=True, text=True, check=False,
            timeout=120,
        )  # fmt: skip

    def follow(self, command, backup):
        words = command.replace("BACKUP", str(backup)).split()[1:]
        return self.calypso(*words, stdin=f"{PASSPHRASE}\n")


@pytest.fixture
def machine(tmp_path, fresh_database, redis_url, programs):  # noqa: F811 - the fixture
    made = []

    def make(name, **secrets):
        folder = tmp_path / name
        folder.mkdir()
        made.append(Machine(folder, fresh_database(), redis_url, programs, secrets))
        return made[-1]

    yield make
    for one in made:
        one.stop()


def test_an_empty_machine_becomes_the_lost_appliance_by_the_page(machine, tmp_path):
    key = base64.b64encode(os.urandom(32)).decode()
    lost = machine("lost", CALYPSO_SECRETS_KEY=key, CALYPSO_JWT_KEY="jot")
    (lost.root / "etc/calypso/calypso.yaml").write_text("node: test\nlog_level: warning\n")
    assert lost.calypso("migrate").returncode == 0
    kept = Secrets(lost.house.engine, key)
    kept.put("backup/passphrase", kind="other", value=PASSPHRASE, by="ada")
    added = lost.calypso("user", "add", "ada", "--role", "admin", stdin="a long password\n")
    assert added.returncode == 0, added.stderr
    lost.ports.schedules.add_schedule(
        ScheduleSpec(name="nightly", cron="0 3 * * *", tz="UTC", type="system.noop", params={}),
        owner="ada", next_slot=None,
    )  # fmt: skip
    lost.start_workers("system")
    noop = lost.run("system.noop")
    folder = tmp_path / "elsewhere"
    made = lost.run("system.config_backup", {
        "folder": str(folder), "passphrase": {"secret": "backup/passphrase"},
    })  # fmt: skip
    backup = Path(made.result["path"])
    assert backup.parent == folder
    assert PASSPHRASE not in json.dumps(made.model_dump(mode="json"))
    lost.stop()

    empty = machine("empty")
    assert empty.calypso("migrate").returncode == 0
    show, restore = (one for one in COMMANDS.findall(PAGE.read_text()) if "FOLDER" not in one)
    shown = empty.follow(show, backup)
    assert json.loads(shown.stdout)["node"] == "test", shown.stderr
    done = empty.follow(restore, backup)
    assert done.returncode == 0, done.stderr

    assert empty.secrets_key() == key
    assert Secrets(empty.house.engine, key).reveal("backup/passphrase") == PASSPHRASE
    assert "ada" in empty.calypso("user", "list").stdout
    assert [one.name for one in empty.ports.schedules.schedules().items] == ["nightly"]
    assert empty.job(noop).state is State.SUCCEEDED
    empty.start_workers("system")
    assert empty.run("system.noop").node == "test"

    empty.stop()
    again = empty.follow(restore, backup)
    assert again.returncode == 1
    assert "workers use this database" in again.stderr


def test_nothing_of_calypso_may_be_connected_while_it_is_restored(machine, tmp_path):
    live = machine("live", CALYPSO_JWT_KEY="jot")
    assert live.calypso("migrate").returncode == 0
    backup = tmp_path / "calypso.tar"
    made = live.calypso("appliance", "backup", str(backup), stdin=f"{PASSPHRASE}\n")
    assert made.returncode == 0, made.stderr
    live.ports.schedules.schedules()  # as an API or a scheduler would: a connection stays open

    command = "appliance", "restore", "--force", str(backup)
    refused = live.calypso(*command, stdin=f"{PASSPHRASE}\n")
    assert refused.returncode == 1
    assert "1 connections of Calypso's own" in refused.stderr

    live.house.engine.dispose()
    assert live.calypso(*command, stdin=f"{PASSPHRASE}\n").returncode == 0


def test_a_live_installation_is_overwritten_by_force_alone(machine, tmp_path):
    live = machine("live", CALYPSO_JWT_KEY="jot")
    assert live.calypso("migrate").returncode == 0
    backup = tmp_path / "calypso.tar"
    made = live.calypso("appliance", "backup", str(backup), stdin=f"{PASSPHRASE}\n")
    assert made.returncode == 0, made.stderr
    live.ports.schedules.add_schedule(
        ScheduleSpec(name="nightly", cron="0 3 * * *", tz="UTC", type="system.noop", params={}),
        owner="ada", next_slot=None,
    )  # fmt: skip
    live.house.engine.dispose()

    refused = live.calypso("appliance", "restore", str(backup), stdin=f"{PASSPHRASE}\n")
    assert refused.returncode == 1
    assert "1 schedules" in refused.stderr
    wrong = live.calypso("appliance", "restore", "--force", str(backup), stdin="another one\n")
    assert "not the passphrase" in wrong.stderr
    assert live.ports.schedules.schedules().items != []
    live.house.engine.dispose()

    forced = live.calypso("appliance", "restore", "--force", str(backup), stdin=f"{PASSPHRASE}\n")
    assert forced.returncode == 0, forced.stderr
    assert list(live.ports.schedules.schedules().items) == []
