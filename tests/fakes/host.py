"""A machine that answers from recordings of real commands, and knows nothing else.

A recording is a text file: the command line after `$ ` (it may go over several lines), then
`[exit N] [T s]`, then `----- stdout` and `----- stderr` with what was printed. FakeHost invents
nothing: every text it answers with stands in a file. What was asked is kept in `asked`, and
what nobody recorded fails the test.
"""

import re
import shlex
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from calypso.host import Ran

RECORDINGS = Path(__file__).parent.parent / "recordings"


@dataclass(frozen=True)
class Recording:
    """One recorded command line and what it printed."""

    name: str
    command: str
    code: int
    stdout: str
    stderr: str

    @property
    def argv(self):
        """The words of a plain command, or None for a line only a shell understands."""
        if re.search(r"[;|&<>$`\n*]", self.command):
            return None
        try:
            return tuple(shlex.split(self.command))
        except ValueError:
            return None

    @property
    def parts(self):
        """The outputs of a compound line: cut before each `  pool:` and at each `… rc=N`."""
        pieces = re.split(r"(?m)(?=^  pool: )|^.*\brc=\d+\n", self.stdout)
        return [piece for piece in pieces if piece]

    @property
    def complaints(self):
        """The messages on stderr: each begins with a line that starts with `cannot`."""
        pieces = re.split(r"(?m)(?=^(?:cannot |warning: cannot ))", self.stderr)
        return [piece for piece in pieces if piece]


def read_recording(path):
    """Read a recording file."""
    return read_text(path.read_text(), path.name)


def read_text(text, name):
    """Read the text of a recording."""
    told = re.fullmatch(
        r"\$ (?P<command>.*?)\n\[exit (?P<code>-?\d+)\] \[[\d.]+ s\]\n"
        r"----- stdout\n(?P<stdout>.*?)----- stderr\n(?P<stderr>.*)",
        text,
        re.DOTALL,
    )
    assert told is not None, f"{name} is no recording"
    return Recording(name, told["command"], int(told["code"]), told["stdout"], told["stderr"])


class FakeHost:
    """Satisfies `Host`. The last answer prepared for a command is given again and again.

    `files` are those that exist; `programs` those that are installed; `asked` what was run,
    `environments` and `inputs` what each was given, `answered` the recording each was answered
    from; None for a silent success.
    """

    def __init__(self, *folders, programs=("zfs", "zpool"), files=("/dev/zfs",)):
        self.folders = [RECORDINGS / folder for folder in folders]
        self.asked, self.environments, self.inputs, self.answered = [], [], [], []
        self.programs, self.files = set(programs), dict.fromkeys(files, "")
        self._prepared = {}
        self._usual = set()

    def usually(self, *names):
        """Name the recordings that answer where several are of the same command."""
        self._usual.update(names)

    def recording(self, name):
        """Return the recording of that file name."""
        for folder in self.folders:
            if (folder / name).exists():
                return read_recording(folder / name)
        raise AssertionError(f"there is no recording {name}")

    def answer(self, argv, recording=None, *, part=None, complaint=None, code=None, raises=None):
        """Prepare the next answer to `argv`.

        By default all that `recording` holds. Of a compound line: `part` number n of its stdout
        with exit code 0, or `complaint` number n of its stderr with exit code 1; `code` when it
        was another one. Without a recording: silent success. `raises` is raised instead.
        """
        prepared = raises or self._piece(recording, part, complaint, code)
        self._prepared.setdefault(tuple(argv), []).append((recording, prepared))

    def _piece(self, name, part, complaint, code):
        if name is None:
            return code or 0, "", ""
        told = self.recording(name)
        if part is not None:
            return code or 0, told.parts[part], ""
        if complaint is not None:
            return 1 if code is None else code, "", told.complaints[complaint]
        return told.code if code is None else code, told.stdout, told.stderr

    # -- the port

    def run(self, argv, *, timeout_s, stdin=None, env=None):
        assert timeout_s > 0
        argv = tuple(argv)
        self.asked.append(argv)
        self.environments.append(env)
        self.inputs.append(stdin)
        name, told = self._next(argv)
        self.answered.append(name)
        if isinstance(told, BaseException):
            raise told
        return Ran(argv, *told, elapsed_s=0.0)

    def stream(self, argv, *, timeout_s, on_line, env=None):
        ran = self.run(argv, timeout_s=timeout_s, env=env)
        for line in [*ran.stdout.splitlines(), *ran.stderr.splitlines()]:
            on_line(line)
        return Ran(ran.argv, ran.code, "", ran.stderr, ran.elapsed_s)

    def pipe(self, stages, *, timeout_s, on_line=None, on_beat=None, env=None):
        ran = [self.run(argv, timeout_s=timeout_s, env=env) for argv in stages]
        for stage, one in enumerate(ran):
            for line in one.stderr.splitlines() if on_line else ():
                on_line(stage, line)
        return tuple(ran)

    def which(self, program):
        return f"/usr/sbin/{program}" if program in self.programs else None

    def exists(self, path):
        return str(path) in self.files

    def read_text(self, path):
        if str(path) not in self.files:
            raise FileNotFoundError(path)
        return self.files[str(path)]

    def write_text(self, path, text, *, mode=0o644):
        self.files[str(path)] = text

    # -- inside

    def _next(self, argv):
        if queue := self._prepared.get(argv):
            return queue.pop(0) if len(queue) > 1 else queue[0]
        found = [told for told in _all_of(tuple(self.folders)) if told.argv == argv]
        found = [told for told in found if told.name in self._usual] or found
        assert found, f"nobody recorded: {shlex.join(argv)}"
        assert len(found) == 1, f"{[one.name for one in found]} all answer {shlex.join(argv)}"
        return found[0].name, (found[0].code, found[0].stdout, found[0].stderr)


@cache
def _all_of(folders):
    return [read_recording(path) for folder in folders for path in sorted(folder.glob("*.txt"))]
