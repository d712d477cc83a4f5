"""The backup configuration through real workers, on the three daemons of a real Bacula."""

import base64
import os
import signal

import pytest

from calypso.engine.plans import make_plan
from calypso.models.access import SYSTEM
from calypso.models.job import State
from calypso.store.migrate import upgrade
from calypso.store.secrets import Secrets
from tests.acceptance.engine.conftest import NODE, Stack, until
from tests.bacula import RunningBacula, own_folder, release
from tests.bacula_programs import UNREADABLE, tampered
from tests.freezing import frozen

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.real("bacula")]
KEY = base64.b64encode(bytes(range(32))).decode()
CLIENT = "bacula/client"


LATE = "late"  # while a file of this name is there, what was checked is made unreadable


@pytest.fixture(scope="module")
def director(bacula_programs, postgres_url):
    """Three daemons of this file's own, since their configuration is changed."""
    with own_folder() as folder:
        running = RunningBacula(folder, postgres_url, database=f"bacula_conf_{os.getpid()}").start()
        (running.data / "letter").write_bytes(os.urandom(50_000))
        yield running
        running.remove()


@pytest.fixture(scope="module")
def stack(director, tmp_path_factory, shared_database, shared_redis_url):
    """Workers for all tests of this file, whose director's configuration is at hand."""
    upgrade(shared_database)
    folder = tmp_path_factory.mktemp("config")
    programs = tampered(director, folder, f'test -e "{folder}/{LATE}" || exit 0', UNREADABLE)
    told = {"CALYPSO_SECRETS_KEY": KEY, "CALYPSO_BACULA_PROGRAMS": str(programs)}
    stack = Stack(folder, shared_database, shared_redis_url, director.settings | told)
    password = director.server.layout.password("bacula-client")
    Secrets(stack.house.engine, KEY).put(CLIENT, kind="password", value=password, by="ada")
    stack.start_workers("backup")
    yield stack
    stack.stop()
    print(stack.logs())


@pytest.fixture
def backup(stack, director):
    """The workers, with the resources below in force and nothing else."""
    kept = stack.ports.backup.reading(NODE).config()
    wanted = {"set": resources(director), "overwrite_drift": True}
    stack.run("backup.config_apply", wanted if kept is None else {"version": 1, **ANYHOW})
    return stack


ANYHOW = {"overwrite_drift": True}


def resources(director, **other):
    """A client, a fileset, a pool and a job beside the director's own."""
    ports = director.server.layout.ports
    return {
        "clients": [
            {
                "name": "mail-fd", "address": "127.0.0.1", "port": ports["bacula-fd"],
                "password": CLIENT,
            }
        ],
        "filesets": [{"name": "letters", "include": [str(director.data / "letter")]}],
        "pools": [{"name": "Letters", "label_format": "Letter-"}],
        "jobs": [
            {
                "name": "letters", "client": "mail-fd", "fileset": "letters", "storage": "Disk",
                "pool": "Letters", "level": "full",
            }
        ],
        **other,
    }  # fmt: skip


def refused(stack, type_name, params, **asked):
    ended = stack.wait(stack.submit(type_name, params, **asked))
    assert ended.state is State.FAILED
    return ended.error


def table(stack):
    rows = stack.ports.inventory.page("backup/config", node=NODE)[0]
    return {one["key"]: (one["state"], one["version"]) for one in rows}


def planned(stack, params):
    return make_plan(
        stack.ports, stack.house.types, SYSTEM,
        type_name="backup.config_apply", params=params, node=NODE,
    )  # fmt: skip


def latest(stack):
    return stack.ports.backup.reading(NODE).config().version


def test_a_new_job_is_configured_run_changed_and_gone_back_from(backup):
    first = latest(backup)

    done = backup.run("backup.job_run", {"job": "letters"})

    assert (done.result["client"], done.result["files"]) == ("mail-fd", 1)
    assert done.result["volumes"][0].startswith("Letter-")
    until(lambda: table(backup).get("job/letters") == ("same", first), what="the job in the table")
    gone = {"remove": {"jobs": ["letters"], "clients": ["mail-fd"]}}
    plan, unmoved = planned(backup, gone), planned(backup, {"version": first})
    assert unmoved.effects == ["nothing is changed"]
    less = backup.run("backup.config_apply", gone, plan_hash=plan.plan_hash)
    assert less.result["changes"] == ["remove client mail-fd", "remove job letters"] == plan.effects
    assert refused(backup, "backup.job_run", {"job": "letters"}).code == "backup_job_missing"
    stale = refused(backup, "backup.config_apply", {"version": first}, plan_hash=unmoved.plan_hash)
    assert stale.code == "plan-stale"
    back = backup.run("backup.config_apply", {"version": first})
    assert (back.result["version"], latest(backup)) == (first + 2, first + 2)
    assert backup.run("backup.job_estimate", {"job": "letters"}).result["files"] == 1


def test_a_mistake_is_told_in_the_directors_words_and_changes_nothing(backup, director):
    before, version = director.server.layout.ours.read_text(), latest(backup)
    wrong = {"jobs": [{**resources(director)["jobs"][0], "name": "odd", "storage": "Nowhere"}]}

    error = refused(backup, "backup.config_apply", {"set": wrong})

    assert error.code == "backup_configuration_refused"
    assert 'Could not find config Resource "Nowhere"' in error.detail
    twice = refused(backup, "backup.config_apply", {"set": {"pools": [{"name": "Disk"}]}})
    assert "bacula-dir.conf itself has a pool called Disk already" in twice.detail
    assert (director.server.layout.ours.read_text(), latest(backup)) == (before, version)


def test_what_was_edited_by_hand_is_shown_and_overwritten_only_when_that_is_said(backup, director):
    ours, version = director.server.layout.ours, latest(backup)
    mine = ours.read_text().replace("Letter-", "Mine-")
    ours.write_text(mine)

    until(
        lambda: table(backup).get("pool/Letters") == ("changed", version), what="drift in the table"
    )
    assert table(backup)["file/calypso.conf"] == ("changed", None)
    error = refused(backup, "backup.config_apply", MORE)

    assert error.code == "backup_config_drifted"
    assert "pool Letters changed (label_format)" in error.detail
    assert ours.read_text() == mine
    backup.run("backup.config_apply", MORE | ANYHOW)
    assert (ours.parent / "previous-calypso.conf").read_text() == mine
    until(lambda: table(backup).get("pool/More") == ("same", version + 1), what="the table")
    assert {state for state, _ in table(backup).values()} == {"same"}


def test_a_client_is_added_when_it_answers_and_leaves_nothing_when_it_does_not(backup, director):
    before, version = director.server.layout.ours.read_text(), latest(backup)
    about = {"address": "127.0.0.1", "password": {"secret": CLIENT}}

    error = refused(backup, "backup.client_add", {"name": "dead-fd", "port": 9, **about})

    assert error.code == "backup_client_down"
    assert "dead-fd at 127.0.0.1:9" in error.detail
    assert (director.server.layout.ours.read_text(), latest(backup)) == (before, version)
    port = director.server.layout.ports["bacula-fd"]
    added = backup.run("backup.client_add", {"name": "live-fd", "port": port, **about})
    assert f"the value of the secret {CLIENT}" in added.result["client_side"]
    log, _ = backup.ports.jobs.read_log(added.id, offset=0, limit=1 << 20)
    assert f"live-fd answers: {release(director.server.programs)}" in log
    assert director.server.layout.password("bacula-client") not in log
    backup.run("backup.client_remove", {"name": "live-fd"})
    assert director.server.layout.ours.read_text() == before


def test_a_worker_killed_in_the_middle_leaves_what_the_next_attempt_ends_well(backup, director):
    ours, version = director.server.layout.ours, latest(backup)
    last_good = ours.parent / "last-good-calypso.conf"
    of_director = director.server.daemons["bacula-dir"].pid
    with frozen(of_director):  # it is asked to reload, and does not answer
        job = backup.submit("backup.config_apply", MORE)
        until(lambda: '"More"' in ours.read_text(), what="the new one in place")
        os.kill(backup.worker_of(job).pid, signal.SIGKILL)
    assert last_good.exists()

    done = backup.wait(job)

    assert (done.state, done.attempt) == (State.SUCCEEDED, 2), done.error
    assert (latest(backup), last_good.exists()) == (version + 1, False)
    until(lambda: table(backup).get("pool/More") == ("same", version + 1), what="the table")


@pytest.mark.skipif(os.geteuid() != 0, reason="root alone can read what the director cannot")
def test_what_the_director_does_not_take_up_is_rolled_back(backup, director):
    before, version = director.server.layout.ours.read_text(), latest(backup)
    (backup.folder / LATE).touch()

    error = refused(backup, "backup.config_apply", MORE)
    (backup.folder / LATE).unlink()

    assert error.code == "backup_configuration_refused"
    assert "last good configuration is in force again" in error.detail
    assert "Permission denied" in error.original
    assert (director.server.layout.ours.read_text(), latest(backup)) == (before, version)
    assert backup.run("backup.job_estimate", {"job": "letters"}).result["files"] == 1


MORE = {"set": {"pools": [{"name": "More"}]}}
