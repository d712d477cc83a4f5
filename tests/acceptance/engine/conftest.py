"""A stack of real processes over a fresh database and a real Redis-compatible server."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from calypso.config import load
from calypso.engine import cancel, submit
from calypso.host import cgroup
from calypso.host.scope import tagged
from calypso.models.access import SYSTEM
from calypso.models.job import State
from calypso.store.migrate import upgrade
from calypso.wiring import build

NODE = "test"


def until(true, limit_s=30.0, what="it"):
    """Wait for a condition; return what it returned, or fail after the limit."""
    deadline = time.monotonic() + limit_s
    while not (value := true()):
        assert time.monotonic() < deadline, f"{what} did not come to pass within {limit_s} s"
        time.sleep(0.02)
    return value


class Stack:
    """Worker processes, and the engine beside them as the API would use it."""

    def __init__(self, folder, database_url, redis_url, extra=None):
        self.folder = folder
        self.environment = {
            **os.environ,
            "CALYPSO_DATABASE_URL": database_url,
            "CALYPSO_REDIS_URL": redis_url,
            "CALYPSO_NODE": NODE,
            "CALYPSO_STATE_DIR": str(folder / "state"),
            "CALYPSO_STORAGE_PRODUCT": "directory",
            "CALYPSO_TAPE_PRODUCT": "filelib",
            "CALYPSO_CONFIG_DIR": str(folder / "none"),
            "CALYPSO_HEARTBEAT_S": "1",
            "CALYPSO_INVENTORY_S": "2",
            "PYTHONPATH": os.pathsep.join([str(Path.cwd()), os.environ.get("PYTHONPATH", "")]),
            **(extra or {}),
        }
        self.settings = load(
            database_url=database_url,
            redis_url=redis_url,
            node=NODE,
            state_dir=folder / "state",
            job_path=self.environment.get("CALYPSO_JOB_PATH", ""),
        )
        self.house = build(self.settings, role="api")
        self.ports = self.house.ports
        self.processes, self.tags = [], set()

    def start(self, module, *arguments):
        """Start a worker program as its own process; its log is kept in the test's folder."""
        log = (self.folder / f"{module}-{len(self.processes)}.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            env=self.environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        self.processes.append(process)
        return process

    def start_workers(self, subsystem="storage", pools=1, *, limit_s=30.0):
        """Start pools and the control process of a subsystem; return when it can be used."""
        started = [self.start("workers.control", subsystem)]
        started += [self.start("workers.jobs", subsystem) for _ in range(pools)]

        def are_up():
            died = [one.args for one in started if one.poll() is not None]
            assert not died, f"{died} ended at their start; their logs are in {self.folder}"
            return self.serves(subsystem, 1 + pools)

        until(are_up, limit_s, f"{subsystem} being served")
        return started

    def serves(self, subsystem, workers=2):
        known = self.ports.inventory.subsystems(NODE)
        alive = [one for one in self.ports.jobs.workers(NODE) if one.subsystem == subsystem]
        return len(alive) >= workers and any(one.subsystem == subsystem for one in known)

    def submit(self, type_name, params=None, **asked):
        request = submit.Request(type=type_name, params=params or {}, **asked)
        job = submit.submit(self.ports, self.house.types, SYSTEM, request).job
        self.tags.add(f"{cgroup.PREFIX}{job.id}")
        return job

    def cancel(self, job):
        return cancel.cancel(self.ports, self.house.types, SYSTEM, job.id)

    def job(self, job):
        return self.ports.jobs.get(job.id)

    def wait(self, job, *, limit_s=60.0):
        """Return the job once it has ended."""
        return until(
            lambda: (now := self.job(job)).state.is_terminal and now,
            limit_s,
            f"the end of {job.type}",
        )

    def wait_running(self, job, *, limit_s=30.0):
        """Return the job once it runs and has children."""
        until(lambda: self.job(job).state is State.RUNNING, limit_s, f"the start of {job.type}")
        until(lambda: tagged(f"{job.id}."), limit_s, f"a child of {job.type}")
        return self.job(job)

    def run(self, type_name, params=None, **asked):
        """Submit, wait, and insist on success."""
        done = self.wait(self.submit(type_name, params, **asked))
        assert done.state is State.SUCCEEDED, done.error
        return done

    def worker_of(self, job):
        """Return the record of the worker process that runs a job."""
        return next(one for one in self.ports.jobs.workers(NODE) if one.running_job == job.id)

    def stop(self):
        for process in self.processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGCONT)
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        for group in cgroup.left_of(""):  # nobody is left who would remove it
            if group.folder.name.rpartition(".")[0] in self.tags:
                group.end()
        self.house.engine.dispose()

    def logs(self):
        return "\n".join(
            f"== {path.name}\n{path.read_text(errors='replace')[-4000:]}"
            for path in sorted(self.folder.glob("*.log"))
        )


@pytest.fixture
def new_stack(tmp_path, fresh_database, request):
    made = []

    def make(database_url=None, redis_url=None, **extra):
        database_url = database_url or fresh_database()
        redis_url = redis_url or request.getfixturevalue("redis_url")
        upgrade(database_url)
        made.append(Stack(tmp_path, database_url, redis_url, extra))
        return made[-1]

    yield make
    for stack in made:
        stack.stop()
        print(stack.logs())


@pytest.fixture
def stack(new_stack):
    return new_stack()


@contextmanager
def running_stack(folder, database_url, redis_url, extra=None):
    """Have a stack over a database that is brought up to date."""
    upgrade(database_url)
    stack = Stack(folder, database_url, redis_url, extra)
    yield stack
    stack.stop()
    print(stack.logs())


@pytest.fixture(scope="module")
def shared_stack(tmp_path_factory, shared_database, shared_redis_url):
    """One stack for all tests of a file."""
    folder = tmp_path_factory.mktemp("shared")
    with running_stack(folder, shared_database, shared_redis_url) as stack:
        yield stack


@pytest.fixture(scope="module")
def backup_stack(tmp_path_factory, shared_database, shared_redis_url, bacula):
    """Workers for the backups of all tests of a file; their director is the session's."""
    folder = tmp_path_factory.mktemp("backup")
    with running_stack(folder, shared_database, shared_redis_url, bacula.settings) as stack:
        stack.start_workers("backup")
        yield stack
