"""`python -m tests.acceptance.tape.mortal STATE BOOKS …`: a run of a job that may be killed.

The books are written to a file after each verb, as a database would keep them.
"""

import json
import os
import pickle
import sys
from pathlib import Path

from calypso.drivers.tape.filelib import FileTape
from calypso.host.local import LocalHost
from tests.acceptance.tape.conftest import JOB, TYPES
from tests.fakes.memory_media import MemoryBooks
from tests.fakes.running import FakeRunning

WRITES = {
    "create_pool", "assign", "begin_medium", "note", "begin_archive", "put_part", "add_files",
    "end_archive",
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


def main(state, books, note, verb, params):
    kept = KeptBooks(books)
    note = Path(note)
    private = Path(state).parent / f"private-{os.getpid()}"
    private.mkdir()
    external = note.read_text() if note.exists() else None
    running = Mortal(private, media=kept, external=external)
    running.note, running.job_id = note, JOB
    job_type = TYPES[f"tape.{verb}"]
    tape = FileTape(LocalHost(), Path(state))
    result = job_type.run(job_type.params(**json.loads(params)), tape, running)
    print(result.model_dump_json())


if __name__ == "__main__":
    main(*sys.argv[1:])
