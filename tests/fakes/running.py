"""A running job without an engine: what it says and starts is kept, what is on record is given."""

import threading
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from uuid import UUID

from calypso import jobs as job_types
from calypso.errors import JobCancelled
from calypso.models.job import Job, Source, State
from calypso.models.schedule import Schedule
from tests.fakes.memory_backup import MemoryBackupBooks
from tests.fakes.memory_media import MemoryBooks

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
TYPES = job_types.load()


class FakeRunning:
    """Satisfies `RunningJob`. `cancel_after` reports or checks, the job is to stop.

    `refuses` is raised instead of starting another job. `stop`: the signal of its host, which
    tidying holds back. `reported` is set by the first report.
    """

    def __init__(
        self, tmp_path=None, *, secrets=None, epoch=1, cancel_after=None, external=None,
        schedules=(), jobs=(), refuses=None, stop=None, media=None,
        backup=None,
    ):  # fmt: skip
        self.job_id, self.node, self.attempt = "17", "here", epoch
        self.external = external
        self.secrets_path = str(tmp_path)
        self.reports, self.lines, self.warnings, self.started = [], [], [], []
        self.media = MemoryBooks() if media is None else media
        self.backup = MemoryBackupBooks() if backup is None else backup
        self._secrets, self._epoch = secrets or {}, epoch
        self._left, self._held = cancel_after, 0
        self._schedules, self._jobs, self._refuses = schedules, jobs, refuses
        self._stop, self.reported, self.tidied = stop, threading.Event(), 0

    @property
    def token(self):
        return f"calypso-{self.job_id}-{self._epoch}"

    @property
    def earlier_tokens(self):
        return [f"calypso-{self.job_id}-{epoch}" for epoch in range(1, self._epoch)]

    def report(self, **told):
        self.reports.append(told)
        self.reported.set()

    def log(self, line):
        self.lines.append(line)

    def warn(self, code, message):
        self.warnings.append((code, message))

    def stop_if_cancelled(self):
        if self._left is None or self._held:
            return
        if self._left == 0:
            raise JobCancelled
        self._left -= 1

    def wait(self, seconds):
        del seconds
        self.stop_if_cancelled()

    @contextmanager
    def tidying(self):
        self._held += 1
        self.tidied += 1
        try:
            with self._stop.hold() if self._stop else nullcontext():
                yield
        finally:
            self._held -= 1

    def remember(self, external):
        self.external = external

    def start(self, type_name, params, *, name, node=None):
        if self._refuses is not None:
            raise self._refuses
        self.started.append((type_name, params))
        return "18"

    def wait_for(self, children):
        raise NotImplementedError

    def secret(self, name):
        return self._secrets[name]

    @property
    def percents(self):
        """Every percent that was reported, in order."""
        return [one["percent"] for one in self.reports if one.get("percent") is not None]

    # -- what is on record

    def schedules(self, type_name):
        return [one for one in self._schedules if one.type == type_name]

    def unfinished(self, type_name):
        return [one for one in self._jobs if one.type == type_name and not one.state.is_terminal]

    def succeeded(self, type_name):
        done = State.SUCCEEDED
        return [one for one in self._jobs if one.type == type_name and one.state is done]

    def job(self, job_id):
        return next((one for one in self._jobs if str(one.id) == job_id), None)


def schedule_of(number, type_name="storage.snapshot_create", **said):
    """A schedule as it is kept."""
    plain = {
        "id": UUID(int=number), "name": f"Schedule {number}", "cron": "0 * * * *",
        "type": type_name, "owner": "ada", "version": 1, "next_fire_at": None,
        "last_fire_at": None, "created_at": BEGAN, "updated_at": BEGAN, "updated_by": "ada",
    }  # fmt: skip
    return Schedule(**{**plain, **said})


def job_of(type_name, params, state=State.RUNNING, *, number=99, result=None):
    """A job as it is told."""
    return Job(
        id=UUID(int=number), result=result, type=type_name, subsystem="storage", node="here",
        queue="storage@here", title="A job", state=state, params=params, requested_by="ada",
        created_at=BEGAN, source=Source(kind="user"),
    )  # fmt: skip


def run(name, storage, running=None, /, **params):
    """Run a job type of the storage with checked parameters, and return its result."""
    job_type = TYPES[f"storage.{name}"]
    return job_type.run(job_type.params(**params), storage, running or FakeRunning())


def plan(name, storage, /, **params):
    """Make the plan of a job type of the storage."""
    job_type = TYPES[f"storage.{name}"]
    return job_type.plan(job_type.params(**params), storage, FakeRunning())
