"""A director whose runs do what a test has written down; satisfies `Backup` as far as jobs ask."""

from datetime import UTC, datetime

from calypso.drivers.backup import (
    BackupJob,
    BackupJobMissing,
    Copied,
    Estimate,
    Level,
    LiveRun,
    LogLine,
    Run,
    RunKind,
    RunNotLive,
    RunState,
)
from calypso.models.inventory import Capability

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def run_of(number, state=RunState.SUCCEEDED, **said):
    """A run as the catalog has it."""
    plain = {
        "id": number, "name": "mail", "unique": f"mail.{number}", "kind": RunKind.BACKUP,
        "level": Level.FULL, "state": state, "status_letter": "?", "status_text": state.value,
        "client": "mail-fd", "fileset": "home", "pool": "disk", "scheduled_at": NOON,
        "started_at": NOON, "ended_at": None, "files": 3, "bytes": 1000, "errors": 0,
        "comment": "", "is_purged": False, "volumes": ("Disk-0001",),
    }  # fmt: skip
    return Run(**(plain | said))


def look(done=0, phase="running", state=RunState.RUNNING):
    """What a run shows when it is looked at."""
    return LiveRun(id=0, state=state, phase=phase, bytes=done)


class FakeBackup:
    """`looks`: what a run shows, one after the other; an exception is raised; then it is over.

    `ends`: how it is over. `cancelled`: how it is over once it was cancelled; None: it goes on.
    `starts`: what `start` raises, one after the other, after the run has begun; None: nothing.
    `hears`: whether a run that fails so has begun.
    """

    def __init__(self, *looks, ends=None, cancelled=RunState.CANCELLED, raises=(), hears=True):
        self.looks, self.ends, self._cancelled = list(looks), ends or run_of(1), cancelled
        self.raises, self.hears = list(raises), hears
        self.started, self.asked_to_stop, self.lines = [], [], []
        self.kinds = {"mail": RunKind.BACKUP, "check": RunKind.VERIFY, "copy": RunKind.COPY}
        self.last, self.found, self.estimated = None, {}, []
        self.files, self.restores, self.why = [], lambda spec: None, None
        self.spawns, self.makes, self.next, self.bad, self.ran = (), {}, "Copies", {}, []
        self.others = {}  # run → its looks, of a run that has its own

    def probe(self):
        return Capability(product="bacula", available=True)

    def job(self, name):
        if name not in self.kinds:
            raise BackupJobMissing(f"There is no job {name}.")
        return BackupJob(
            name=name, kind=self.kinds[name], level=Level.INCREMENTAL, client="mail-fd",
            fileset="home", pool="disk", storage="disk", priority=10, is_enabled=True,
        )  # fmt: skip

    def jobs(self):
        return [self.job(name) for name in self.kinds]

    def start(self, job, *, comment, **otherwise):
        return self._begin(comment, (job, otherwise))

    def restore(self, spec, *, comment):
        self.restores(spec)
        return self._begin(comment, spec)

    def _begin(self, comment, what):
        wrong = self.raises.pop(0) if self.raises else None
        if wrong is None or self.hears:
            self.started.append(what)
            self.found[comment] = len(self.started)
        if wrong is not None:
            raise wrong
        return len(self.started)

    def runs_for(self, client, fileset, *, before=None):
        del client, fileset, before
        return (3, 4)

    def sample(self, runs, *, count, seed):
        assert runs == (3, 4)
        self.drawn_by = seed
        return self.files[:count]

    def next_pool(self, job, *, pool=None, chosen=None):
        del job, pool
        if isinstance(self.next, Exception):
            raise self.next
        return chosen or self.next

    def spawned(self, _run_id):
        return self.spawns

    def copied(self, run_id):
        told = self.makes.get(run_id)
        return told and Copied(source=told[0], copy_id=told[1])

    def find_started(self, comment):
        return self.found.get(comment)

    def _looks_of(self, run_id):
        return self.others.get(run_id, self.looks)

    def live(self, run_id):
        looks = self._looks_of(run_id)
        if not looks:
            self.ran.append(run_id)
            return None
        told = looks.pop(0)
        if isinstance(told, Exception):
            raise told
        return told.model_copy(update={"id": run_id})

    def run(self, run_id):
        is_live = bool(self._looks_of(run_id))
        state = RunState.RUNNING if is_live else self.bad.get(run_id, self.ends.state)
        return self.ends.model_copy(update={"id": run_id, "state": state})

    def log(self, _run_id, *, after=0):
        return [
            LogLine(id=at, at=NOON, text=text)
            for at, text in enumerate(self.lines, 1)
            if at > after
        ]

    def trouble(self, _run_id):
        return self.why

    def cancel(self, run_id):
        self.asked_to_stop.append(run_id)
        looks = self._looks_of(run_id)
        if not looks:
            raise RunNotLive(f"Run {run_id} has ended.")
        if self._cancelled is not None:
            del looks[1:]
            self.ends = self.ends.model_copy(update={"state": self._cancelled})

    def last_good(self, job, *, level=None, kind=RunKind.BACKUP):
        del job, level, kind
        return self.last

    def estimate(self, job, **of):
        self.estimated.append((job, of))
        return Estimate(files=7, bytes=4000)
