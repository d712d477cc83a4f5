"""A bconsole of Bareos that knows only what was composed, or what a test has scripted.

It satisfies `Host` as far as a console needs one: it echoes each line that it reads, answers from
tests/recordings/bareos, and can ask, break off, keep silent or let nobody in.
"""

import json
from pathlib import Path

from calypso.drivers.backup.bareos import Console
from calypso.errors import CommandMissing, CommandTimedOut
from calypso.host import Ran

RECORDINGS = Path(__file__).parent.parent / "recordings" / "bareos"
CONFIG = Path("/etc/bareos/bconsole.conf")
# Source: the manual, "Bareos Console", "Running the Console Program".
GREETING = (
    "Connecting to Director localhost:9101\n"
    " Encryption: TLS_CHACHA20_POLY1305_SHA256 TLSv1.3\n"
    "1000 OK: bareos-dir Version: 24.0.1~pre67.4ee24a825 (12 February 2025)\n"
    "Bareos community build (UNSUPPORTED).\n"
    "Get professional support from https://www.bareos.com\n"
    "You are connected using the default console\n\n"
    "Enter a period (.) to cancel a command.\n"
)
# Source: core/src/console/console.cc main().
NOT_CONNECTED = "Connecting to Director localhost:9101\nFailed to connect to Director. Giving up.\n"
API = '{\n  "jsonrpc": "2.0",\n  "id": null,\n  "result": {\n    "api": 2\n  }\n}'
# What only looks, begins with these; the rest acts.
LOOKS = ("llist", "list", "show", "status", "estimate", "version", ".")


def result(**told):
    """Return the answer of a command that went well."""
    return json.dumps({"jsonrpc": "2.0", "id": None, "result": told}, indent=2)


def error(*said):
    """Return the answer of a command that the director refused, with what it said."""
    data = {"result": {}, "messages": {"error": list(said)} if said else {}}
    told = {"code": 1, "message": "failed", "data": data}
    return json.dumps({"jsonrpc": "2.0", "id": None, "error": told}, indent=2)


EMPTY = result()


def composed(name):
    """Return the answers of a file: in JSON by command, and in text by command."""
    answers = {">": {}, "$": {}}
    lines = []
    for line in (RECORDINGS / f"{name}.txt").read_text(encoding="utf-8").split("\n"):
        if line.startswith("# "):
            lines = []
        elif line.startswith(("> ", "$ ")):
            lines = answers[line[0]].setdefault(line[2:], [])
        else:
            lines.append(line)
    return [{what: "\n".join(told).strip("\n") for what, told in some.items()}
            for some in answers.values()]  # fmt: skip


class Question(str):
    """What the director asks instead of an answer; a dot cancels it."""

    __slots__ = ()


class FakeBconsole:
    """`asked`: the commands that were given; `ran`: how the program was called each time.

    `code`, `said`: how it ends instead of connecting. `missing`, `hangs_at`: it is not installed,
    it never ends once it has this command. `cut_at`: what it prints breaks off after this text.
    """

    def __init__(self):
        self.json, self.text = {}, {}
        self.asked, self.ran = [], []
        self.code, self.said, self.complaint = 0, None, ""
        self.missing, self.hangs_at, self.cut_at = False, None, None
        self.notices = False

    @property
    def acts(self):
        """The commands that were to change something."""
        return [one for one in self.asked if not one.startswith(LOOKS)]

    def plays(self, *names):
        """Answer as in these files; a later one's answers count."""
        for name in names:
            objects, texts = composed(name)
            self.json |= {command: [told] for command, told in objects.items()}
            self.text |= {command: [told] for command, told in texts.items()}
        return self

    def says(self, command, *answers):
        """Answer a command in JSON with these, one after the other; the last stays."""
        self.json[command] = list(answers)
        return self

    def tells(self, command, *answers):
        """Answer a command in text with these, one after the other; the last stays."""
        self.text[command] = list(answers)
        return self

    def run(self, argv, *, timeout_s, stdin=None, env=None):
        self.ran.append((tuple(argv), timeout_s, env))
        if self.missing:
            raise CommandMissing(f"{argv[0]} is not installed on this machine.")
        if self.said is not None:
            return Ran(tuple(argv), self.code, self.said, self.complaint, 0.0)
        printed = GREETING + self._talk(stdin.removesuffix("\n").split("\n"))
        if self.cut_at is not None:
            printed = printed[: printed.index(self.cut_at) + len(self.cut_at)]
        return Ran(tuple(argv), 0, printed, "", 0.0)

    def _talk(self, lines):
        is_json, is_asking, printed = False, False, ""
        for line in lines:
            printed += f"{line}\n"
            if is_asking:  # the line is taken for the answer
                printed += "Selection aborted, nothing done.\n"
                is_asking = False
            elif line == ".api json":
                is_json, printed = True, printed + API
            elif line not in (".", "quit"):
                told = self._answer(line, self.json if is_json else self.text)
                is_asking = isinstance(told, Question)
                printed += told if is_json or is_asking else f"{told}\n"
                printed += "You have messages.\n" if self.notices and not is_asking else ""
        return printed

    def _answer(self, command, answers):
        self.asked.append(command)
        if command == self.hangs_at:
            raise CommandTimedOut("bconsole did not end.")
        assert command in answers, f"nobody composed an answer to: {command}"
        queue = answers[command]
        return queue.pop(0) if len(queue) > 1 else queue[0]


def console(fake, **said):
    return Console(fake, CONFIG, **said)
