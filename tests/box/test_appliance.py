"""An appliance's life under systemd: installed, upgraded, upgraded badly, rolled back, removed,
found again by the next installation, and destroyed.

The bundles are built of this checkout: 1.0.0; 2.0.0 with a migration more; 3.0.0, whose API dies.
"""

import json
import os
import shutil
import signal
import ssl
import subprocess
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import pyrage
import pytest
from alembic.script import ScriptDirectory

from calypso.store import migrate
from tests.box.box import Box
from tests.box.bundles import make

pytestmark = pytest.mark.timeout(1500)
ANSWER_S = 1.0  # promised during a switch
ROLLBACK_S = 30.0
POLLS_A_SECOND = 20
PLACES = ("/etc/calypso", "/srv/calypso", "/var/lib/calypso", "/var/log/calypso", "/opt/adastra")
PHRASE = "destroy all data of this appliance\n"
HERE = "https://127.0.0.1/api/v1"
MIGRATION = """
from alembic import op

revision = "9000"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade():
    op.execute("CREATE TABLE calypso.of_the_second_release (n int)")
"""
TRUSTING = ssl._create_unverified_context()


class Client:
    """Speaks to the API from within the box's network."""

    def __init__(self, box):
        self.box, self.token = box, None

    def call(self, method, path, body=None):
        """Return what is answered, as JSON."""
        return self.box.network(self.ask, method, path, body).result(60)

    def ask(self, method, path, body=None):
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{HERE}{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30, context=TRUSTING) as answer:
            return json.load(answer)

    def sign_in(self, password):
        body = {"username": "admin", "password": password}
        self.token = self.call("POST", "/auth/login", body)["access_token"]

    def submit(self, type_, **params):
        return self.call("POST", "/jobs", {"type": type_, "params": params})["id"]

    def start(self, **params):
        return self.submit("system.noop", **params)

    def done(self, type_, **params):
        return self.until_it_is(self.submit(type_, **params), "succeeded", "failed")

    def until_it_is(self, job, *states, limit_s=120):
        deadline = time.monotonic() + limit_s
        while (found := self.call("GET", f"/jobs/{job}"))["state"] not in states:
            assert time.monotonic() < deadline, found
            time.sleep(0.1)
        return found


class Poller:
    """Asks for a job's state twenty times a second, over a new connection each time."""

    def __init__(self, client, job):
        self.client, self.path = client, f"/jobs/{job}"
        self.longest_s, self.count, self.failures = 0.0, 0, []
        self._over = threading.Event()

    def __enter__(self):
        self._done = self.client.box.network(self._poll)
        return self

    def __exit__(self, *_):
        self._over.set()
        self._done.result(60)

    def _poll(self):
        while not self._over.is_set():
            began = time.monotonic()
            try:
                self.client.ask("GET", self.path)
            except OSError as failed:
                self.failures.append(str(failed))
            took = time.monotonic() - began
            self.longest_s, self.count = max(self.longest_s, took), self.count + 1
            self._over.wait(max(0.0, 1 / POLLS_A_SECOND - took))


@dataclass
class Story:
    """What was seen on the way."""

    install: str = ""
    again: str = ""
    first_job: dict = field(default_factory=dict)
    upgrade: str = ""
    version_after: str = ""
    long_job: dict = field(default_factory=dict)
    long_job_ran_from: list[str] = field(default_factory=list)
    second_job: dict = field(default_factory=dict)
    table_after: str = ""
    bad: str = ""
    version_after_bad: str = ""
    rollback_s: float = 0.0
    version_after_rollback: str = ""
    third_job: dict = field(default_factory=dict)
    recovered: str = ""
    version_after_recovery: str = ""
    back_by_job: dict = field(default_factory=dict)
    forth_by_job: dict = field(default_factory=dict)
    version_by_job: str = ""
    longest_s: float = 0.0
    polls: int = 0
    failures: list[str] = field(default_factory=list)
    backup: dict = field(default_factory=dict)
    backup_shown: str = ""
    backup_refused: dict = field(default_factory=dict)
    logged: str = ""
    logs: str = ""
    uninstall: str = ""
    left: str = ""
    failed_units: str = ""
    first_job_again: dict = field(default_factory=dict)
    purge: str = ""
    left_at_the_end: str = ""


@pytest.fixture(scope="module")
def bundles(tmp_path_factory):
    """The three bundles, unpacked in one folder, and the key beside them."""
    folder = tmp_path_factory.mktemp("bundles")
    scripts = ScriptDirectory(str(Path(migrate.__file__).parent / "migrations"))
    second, third = folder / "second", folder / "third"
    more = second / "calypso/store/migrations/versions/9000_of_the_second_release.py"
    more.parent.mkdir(parents=True)
    more.write_text(MIGRATION.format(head=scripts.get_current_head()))
    shutil.copytree(second, third)
    (third / "api").mkdir()
    (third / "api/__main__.py").write_text('raise SystemExit("a made-up defect")\n')
    return make(folder, {"1.0.0": None, "2.0.0": second, "3.0.0": third})


@pytest.fixture(scope="module")
def story(bundles):
    """Live through it once; the tests look at what was seen."""
    box = Box({"/media": bundles})
    try:
        yield live(box)
    finally:
        box.power_off()


def live(box):
    seen, client = Story(), Client(box)
    install = ("/media/calypso-1.0.0/scripts/install.sh", "--key", "/media/calypso.pub",
               "--workers", "system")  # fmt: skip
    seen.install = box.run(*install)
    seen.again = box.run(*install)
    client.sign_in(box.run("cat", "/var/lib/calypso/admin-password").strip())
    seen.first_job = client.until_it_is(client.start(), "succeeded", "failed")

    long = client.start(seconds=3600)
    client.until_it_is(long, "running")
    with Poller(client, long) as poller:
        seen.upgrade = box.run("/media/calypso-2.0.0/scripts/upgrade.sh")
        seen.version_after = client.call("GET", "/version")["version"]
        seen.long_job_ran_from = programs_of(box, long)
        seen.second_job = client.until_it_is(client.start(), "succeeded", "failed")
        box.run("pkill", "-x", "sleep")  # what it waits for
        seen.long_job = client.until_it_is(long, "succeeded", "failed", "lost")
        seen.bad = box.run("/media/calypso-3.0.0/scripts/upgrade.sh", check=False)
        seen.version_after_bad = client.call("GET", "/version")["version"]
        began = time.monotonic()
        box.run("/opt/adastra/calypso/current/scripts/rollback.sh")
        seen.rollback_s = time.monotonic() - began
        seen.version_after_rollback = client.call("GET", "/version")["version"]
        seen.third_job = client.until_it_is(client.start(), "succeeded", "failed")
        kill_at(box, "reload", "/opt/adastra/calypso/releases/2.0.0/bin/calypso",
                "release", "activate", "2.0.0")  # fmt: skip
        seen.recovered = box.run("calypso", "release", "recover")
        seen.version_after_recovery = client.call("GET", "/version")["version"]
        seen.back_by_job = client.done("system.release_rollback")
        seen.forth_by_job = client.done("system.release_activate", version="2.0.0")
        seen.version_by_job = client.call("GET", "/version")["version"]
    seen.longest_s, seen.polls, seen.failures = poller.longest_s, poller.count, poller.failures
    seen.table_after = sql(box, "SELECT to_regclass('calypso.of_the_second_release')")
    recipients = [str(pyrage.x25519.Identity.generate().to_public())]
    seen.backup = client.done("system.config_backup", recipients=recipients)
    if seen.backup["state"] == "succeeded":
        path = seen.backup["result"]["path"]
        seen.backup_shown = box.run("calypso", "appliance", "show", "--check", path)
    seen.backup_refused = client.done(
        "system.config_backup", recipients=recipients, folder="/usr/backups"
    )
    seen.logged, seen.logs = rotate(box, client)
    seen.failed_units = box.run("systemctl", "--failed", "--plain", "--no-legend")
    uninstall = "/opt/adastra/calypso/current/scripts/uninstall.sh"
    seen.uninstall = box.run(uninstall, check=False)
    seen.left = box.run("find", *PLACES, "-maxdepth", "2", check=False)
    box.run("/media/calypso-2.0.0/scripts/install.sh", *install[1:])
    seen.first_job_again = client.call("GET", f"/jobs/{seen.first_job['id']}")
    client.until_it_is(client.start(seconds=3600), "running")
    seen.purge = box.run(uninstall, "--purge", "--hurry", check=False, input=PHRASE)
    seen.left_at_the_end = box.run("find", *PLACES, "/usr/local/bin", "-maxdepth", "1", check=False)
    return seen


def rotate(box, client):
    """Rotate the logs; return the line of a job's end in the new one, and what files there are."""
    box.run("logrotate", "--force", "/etc/logrotate.d/calypso")
    log, deadline, line = "/var/log/calypso/calypso.log", time.monotonic() + 30, ""
    while not line and time.monotonic() < deadline:  # the copy begins anew meanwhile
        line = box.run("grep", "-h", client.done("system.noop")["id"], log, check=False)
    return line, box.run("ls", "/var/log/calypso")


def kill_at(box, step, *argv):
    """Start a change of releases and kill it, with all that it started, when it is at a step."""
    change = subprocess.Popen(box.argv(*argv), stdout=subprocess.DEVNULL, start_new_session=True)
    deadline = time.monotonic() + 120
    journal = ("cat", "/var/lib/calypso/upgrade/journal.json")
    while json.loads(box.run(*journal))["step"] != step:
        assert change.poll() is None, "it ended before"
        assert time.monotonic() < deadline
    os.killpg(change.pid, signal.SIGKILL)
    change.wait()


def sql(box, query):
    port = box.run("sh", "-c", "pg_lsclusters -h | awk '$2 == \"calypso\" { print $3 }'").strip()
    psql = ("psql", "--port", port, "-At", "-d", "calypso", "-c", query)
    return box.run("runuser", "-u", "postgres", "--", *psql, check=False)


def programs_of(box, job):
    """Return the programs of the processes that have started those of a job."""
    looked = (
        "for p in /proc/[0-9]*; do grep -zqs '^CALYPSO_JOB=%s' $p/environ && "
        "readlink /proc/$(awk '/^PPid/ {print $2}' $p/status)/exe; done"
    )
    return box.run("sh", "-c", looked % job, check=False).split()


def test_it_is_installed_and_again_changes_nothing(story):
    assert "Calypso 1.0.0 is installed" in story.install
    assert "Calypso 1.0.0 is installed" in story.again


def test_an_installed_appliance_does_a_job(story):
    assert story.first_job["state"] == "succeeded"


def test_a_job_that_runs_over_an_upgrade_ends_under_the_release_that_began_it(story):
    assert story.version_after == "2.0.0", story.upgrade
    assert story.long_job["state"] == "succeeded", story.long_job
    assert story.long_job["attempt"] == 1
    assert story.long_job_ran_from
    assert set(story.long_job_ran_from) == {
        f"/opt/adastra/calypso/releases/1.0.0/venv/bin/{Path(story.long_job_ran_from[0]).name}"
    }


def test_the_new_release_works_while_the_old_one_finishes(story):
    assert story.second_job["state"] == "succeeded"
    assert story.second_job["finished_at"] < story.long_job["finished_at"]


def test_a_release_that_does_not_start_is_undone_by_itself(story):
    assert "2.0.0 is in use again" in story.bad
    assert story.version_after_bad == "2.0.0"


def test_the_release_before_is_back_within_its_time_and_works_on_the_newer_schema(
    story, record_property
):
    record_property("time of a rollback", f"{story.rollback_s:.1f} s, of {ROLLBACK_S:g} s")
    assert story.version_after_rollback == "1.0.0"
    assert story.third_job["state"] == "succeeded"
    assert story.table_after.strip() == "calypso.of_the_second_release"
    assert story.rollback_s <= ROLLBACK_S


def test_killed_while_services_reload_the_next_call_goes_on(story):
    assert "2.0.0 is in use" in story.recovered
    assert story.version_after_recovery == "2.0.0"


def test_a_job_changes_the_release_that_it_runs_under(story):
    assert story.back_by_job["state"] == "succeeded", story.back_by_job
    assert story.forth_by_job["state"] == "succeeded", story.forth_by_job
    assert story.version_by_job == "2.0.0"


def test_no_request_failed_and_none_waited_long(story, record_property):
    told = f"{story.longest_s:.2f} s, of {ANSWER_S:g} s"
    failed = f"{len(story.failures)} of {story.polls} requests failed"
    record_property("longest answer during the switches", f"{told}; {failed}")
    assert story.polls > 100
    assert story.failures == []
    assert story.longest_s <= ANSWER_S


def test_no_unit_of_it_failed(story):
    assert story.failed_units == ""


def test_removed_it_leaves_the_data_and_says_so(story):
    assert "/etc/calypso/secrets.env" in story.left
    assert "/srv/calypso/backups" in story.left
    assert "/opt/adastra/calypso/current" not in story.left
    assert "/opt/adastra/calypso/previous" not in story.left


def test_the_job_that_backs_the_appliance_up_may_write_where_backups_lie(story):
    assert story.backup["state"] == "succeeded", story.backup
    assert '"node": "box"' in story.backup_shown


def test_it_may_not_write_among_the_programs_and_says_so(story):
    assert story.backup_refused["state"] == "failed"
    assert story.backup_refused["error"]["code"] == "system_backup_failed"
    assert "Read-only file system" in story.backup_refused["error"]["detail"]


def test_a_log_that_is_rotated_is_written_on(story):
    assert "calypso.log.1" in story.logs
    assert json.loads(story.logged.splitlines()[-1])["event"] == "job.ran"


def test_what_was_removed_is_found_again_by_the_next_installation(story):
    assert story.first_job_again == story.first_job


def test_destroyed_it_leaves_nothing_and_waits_for_no_job(story):
    assert "Removing data, configuration and secrets" in story.purge
    for place in (*PLACES[:4], "/opt/adastra/calypso", "/usr/local/bin/calypso"):
        assert place not in story.left_at_the_end.splitlines()
