"""`python -m tests.acceptance.tape.mortal WHERE STATE BOOKS NOTE VERB PARAMS`: it may be killed.

The books are written to a file after each verb, as a database would keep them.
"""

import json
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
from pathlib import Path

from tests.acceptance.tape.shelves import JOB, TYPES, opened
from tests.fakes.memory_media import MemoryBooks
from tests.fakes.running import FakeRunning

WRITES = {
    "create_pool", "assign", "begin_medium", "note", "begin_archive", "put_part", "add_files",
    "end_archive", "locate",
}  # fmt: skip


class KeptBooks(MemoryBooks):
    """Books in memory that are in a file after each verb that writes."""

    def __init__(self, path):
        super().__init__()
        self.path = Path(path)
        if self.path.exists():
            self.__dict__.update(pickle.loads(self.path.read_bytes()))

    def __getattribute__(self, name):
        verb = super().__getattribute__(name)
        if name not in WRITES:
            return verb

        def write(*given, **named):
            answer = verb(*given, **named)
            self.keep()
            return answer

        return write

    def keep(self):
        told = {key: value for key, value in self.__dict__.items() if key not in ("_fence", "path")}
        aside = self.path.with_suffix(".new")
        aside.write_bytes(pickle.dumps(told))
        aside.rename(self.path)


class Mortal(FakeRunning):
    """A running job whose note of what lives outside is in a file."""

    def remember(self, external):
        super().remember(external)
        aside = self.note.with_suffix(".new")
        aside.write_text(external)
        aside.rename(self.note)


FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([__name__])


class Steps:
    """Counts what is asked of the system, and dies before a certain one as by kill -9."""

    def __init__(self, last):
        self.count, self._last = 0, last
        sys.addaudithook(self._hear)

    def _hear(self, event, _told):
        if event == "open" or event.startswith(("os.", "fcntl.")):
            self.count += 1
            if self.count == self._last:
                os.kill(os.getpid(), signal.SIGKILL)


def keep_books(shelf):
    """Let a shelf go on with books that outlive a process."""
    told = {key: value for key, value in shelf.books.__dict__.items() if key != "_fence"}
    shelf.note = shelf.folder / "note"
    shelf.books = KeptBooks(shelf.folder / "books")
    shelf.books.__dict__.update(told)
    shelf.books.keep()


def started(shelf, verb, **params):
    """Run a job of a shelf with kept books in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.acceptance.tape.mortal", *told(shelf, verb, params)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def counted(shelf, verb, params, *, last=0):
    """Run a job likewise; return how many steps it took, or None when it died before the last."""
    hear, answer = FORKS.Pipe(duplex=False)
    given = (answer, last, *told(shelf, verb, params))
    process = FORKS.Process(target=run_counting, args=given)
    process.start()
    answer.close()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL)
    return hear.recv() if process.exitcode == 0 else None


def told(shelf, verb, params):
    """What `run` is to be told, as words."""
    files = (shelf.state, shelf.books.path, shelf.note)
    return [shelf.where, *map(str, files), verb, json.dumps(params)]


def run(*told):
    """Run a job to its end, if it lives to see it."""
    where, state, books, note, verb, params = told
    kept, note = KeptBooks(books), Path(note)
    private = Path(state).parent / f"private-{os.getpid()}"
    private.mkdir()
    external = note.read_text() if note.exists() else None
    running = Mortal(private, media=kept, external=external)
    running.note, running.job_id = note, JOB
    job_type = TYPES[f"tape.{verb}"]
    tape = opened(where, Path(state))
    return job_type.run(job_type.params(**json.loads(params)), tape, running)


def run_counting(answer, last, *told):
    """Run a job that dies before a certain step; answer how many steps there were."""
    steps = Steps(last)
    run(*told)
    answer.send(steps.count)


if __name__ == "__main__":
    print(run(*sys.argv[1:]).model_dump_json())
