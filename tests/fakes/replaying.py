"""A machine that does again what a real one did: each command in its turn, each with its answer.

A story is a text file of recordings as `tests/fakes/host.py` has them, one after the other, each
behind a line of its own: `=====`. Another command, or one too many, fails the test.
"""

import shlex
import sys
from pathlib import Path

from calypso.host import Ran
from tests.fakes.host import read_text

ROOT = str(Path(__file__).parents[2])
BETWEEN = "\n=====\n"


def plain(argv):
    """The words of a command without what is of one machine or checkout."""
    words = [str(word).replace(ROOT, ".") for word in argv]
    return ["python3" if word == sys.executable.replace(ROOT, ".") else word for word in words]


def told(ran):
    """A command with its answer, as text."""
    return (
        f"$ {shlex.join(plain(ran.argv))}\n[exit {ran.code}] [{ran.elapsed_s:.2f} s]\n"
        f"----- stdout\n{ran.stdout}----- stderr\n{ran.stderr}"
    )


class RecordingHost:
    """Hands everything on to a host, and keeps the commands and their answers."""

    def __init__(self, host):
        self._host, self.kept = host, []

    def __getattr__(self, verb):
        return getattr(self._host, verb)

    def run(self, argv, **options):
        ran = self._host.run(argv, **options)
        self.kept.append(told(ran))
        return ran

    def pipe(self, stages, **options):
        ends = self._host.pipe(stages, **options)
        self.kept += map(told, ends)
        return ends


class ReplayingHost:
    """Satisfies `Host` with what was kept."""

    def __init__(self, path):
        self._name = path.name
        self._left = [read_text(one, path.name) for one in path.read_text().split(BETWEEN)]

    def run(self, argv, *, timeout_s, stdin=None, env=None):
        assert timeout_s > 0
        assert self._left, f"{self._name} has no answer left for {shlex.join(plain(argv))}"
        one = self._left.pop(0)
        assert shlex.join(plain(argv)) == one.command, f"{self._name} goes another way"
        return Ran(tuple(argv), one.code, one.stdout, one.stderr, 0.0)

    def pipe(self, stages, *, timeout_s, on_line=None, on_beat=None, env=None):
        return tuple(self.run(argv, timeout_s=timeout_s) for argv in stages)

    def which(self, program):
        return f"/usr/sbin/{program}"

    def exists(self, path):
        return True

    @property
    def left(self):
        """The commands that were not given."""
        return [one.command for one in self._left]
