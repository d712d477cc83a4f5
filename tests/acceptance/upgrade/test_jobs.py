"""The same by jobs: through a queue, a real worker and its database."""

import os
import re
import shutil
import signal

import pytest

from calypso.models.job import State
from tests.acceptance.engine.conftest import running_stack
from tests.acceptance.upgrade.conftest import CHECK, Appliance, until
from tests.unit.drivers.system import bundles

pytestmark = [pytest.mark.postgres, pytest.mark.redis]
OF_THE_MACHINE = ("PATH", "CALYPSO_ROOT", "CALYPSO_CONFIG_DIR", "CALYPSO_POSTGRES_PROGRAMS")


@pytest.fixture(scope="module")
def machine(tmp_path_factory, shared_database, shared_redis_url):
    """Return (a folder for an appliance, a stack with a worker that takes it for its machine)."""
    folder = tmp_path_factory.mktemp("machine")
    told = Appliance(folder / "box", shared_database).environment()
    extra = {name: told[name] for name in OF_THE_MACHINE if name in told}
    with running_stack(folder, shared_database, shared_redis_url, extra) as stack:
        stack.start_workers("system")
        yield folder / "box", stack


@pytest.fixture
def stack(machine):
    return machine[1]


@pytest.fixture
def appliance(machine, stack, shared_database):
    """An appliance that runs 1.0 and has 2.0.0 beside it, in the place of the test's before."""
    shutil.rmtree(machine[0])
    made = Appliance(machine[0], shared_database)
    made.release("1.0")
    made.release("2.0.0")
    made.install("1.0")
    return made


def activate(stack):
    return stack.submit("system.release_activate", {"version": "2.0.0"})


def log_of(stack, job):
    return stack.ports.jobs.read_log(job.id, offset=0, limit=1 << 20)[0]


def stands_at(appliance, stack, point, job_of):
    """Submit a job and return it once it stands still at a point."""
    (appliance.systemd / "block").write_text(point)
    job = job_of(stack)
    blocked = appliance.systemd / "blocked"
    until(lambda: blocked.exists() or stack.job(job).state.is_terminal, f"it comes to {point}")
    assert blocked.exists(), stack.job(job).error
    (appliance.systemd / "block").unlink()
    return job


def go_on(appliance):
    (appliance.systemd / "blocked").unlink()


def test_a_bundle_is_proven_and_laid_out_beside_the_others(appliance, stack, tmp_path):
    keys = appliance.etc / "release-keys"
    keys.mkdir()
    (keys / "ours.pub").write_text(bundles.KEY.public.text())
    bundle = bundles.make(tmp_path / "calypso-1.2.0")

    done = stack.run("system.release_fetch", {"source": str(bundle)})

    assert done.result == {"version": "1.2.0"}
    assert (appliance.home / "releases/1.2.0/bin/calypso").is_file()
    assert appliance.current == "1.0"


def test_a_bundle_that_nobody_here_trusts_is_refused_and_leaves_nothing(appliance, stack, tmp_path):
    bundle = bundles.make(tmp_path / "calypso-1.2.0")
    done = stack.wait(stack.submit("system.release_fetch", {"source": str(bundle)}))
    assert (done.state, done.error.code) == (State.FAILED, "bundle_key_unknown")
    assert not (appliance.home / "releases/1.2.0").exists()


def test_a_release_is_put_in_use_and_the_job_says_each_step(appliance, stack):
    done = stack.wait(activate(stack))

    assert done.state is State.SUCCEEDED, done.error
    (folder,) = appliance.dumps
    assert done.result == {"version": "2.0.0", "version_before": "1.0", "dump": str(folder)}
    assert (appliance.current, appliance.running) == ("2.0.0", {"2.0.0"})
    assert done.progress.phase == "gate"
    assert re.findall(r"(\w+): 1.0 → 2.0.0", log_of(stack, done)) == [
        "preflight",
        "dump",
        "migrate",
        "switch",
        "reload",
        "gate",
    ]


def test_a_release_that_does_not_serve_is_taken_back_and_the_job_has_failed(appliance, stack):
    appliance.answer("2.0.0", CHECK, "The storage worker does not answer.")
    done = stack.wait(activate(stack))
    assert (done.state, done.error.code) == (State.FAILED, "upgrade_failed")
    assert "The storage worker does not answer." in done.error.detail
    assert (appliance.current, appliance.running) == ("1.0", {"1.0"})
    assert appliance.journal["step"] == "undone"


def test_the_release_before_is_put_in_use_again(appliance, stack):
    stack.wait(activate(stack))
    done = stack.run("system.release_rollback")
    assert done.result == {"version": "1.0", "version_before": "2.0.0"}
    assert (appliance.current, appliance.running) == ("1.0", {"1.0"})


def test_what_nobody_needs_goes_and_the_result_names_it(appliance, stack):
    for version in ("0.7", "0.8"):
        appliance.release(version)
    done = stack.run("system.release_gc", {"keep": 2})
    assert done.result == {"removed": ["0.7"]}
    assert sorted(one.name for one in (appliance.home / "releases").iterdir()) == [
        "0.8", "1.0", "2.0.0",
    ]  # fmt: skip


def test_a_cancel_before_the_switch_leaves_the_release_that_was_in_use(appliance, stack):
    job = stands_at(appliance, stack, "migrate---check", activate)
    stack.cancel(job)
    go_on(appliance)
    assert stack.wait(job).state is State.CANCELLED
    assert (appliance.current, appliance.running) == ("1.0", {"1.0"})
    assert "switch" not in log_of(stack, job)

    assert stack.wait(activate(stack)).state is State.SUCCEEDED  # nothing stands in its way


@pytest.mark.parametrize("point", ["migrate", "reload"])
def test_a_change_whose_worker_is_killed_is_ended_by_the_next(appliance, stack, point):
    job = stands_at(appliance, stack, point, activate)
    os.kill(stack.worker_of(job).pid, signal.SIGKILL)
    done = stack.wait(job)
    assert (done.state, done.attempt) == (State.SUCCEEDED, 2), done.error
    assert (appliance.current, appliance.running) == ("2.0.0", {"2.0.0"})
    assert appliance.journal["step"] == "done"
