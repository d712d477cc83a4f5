"""docs/zfs-argv.md: every command the driver runs, and which of them a real ZFS has answered.

Made from what the scenarios ask and from the command lines of the recordings; write it anew with
`python -m tests.unit.drivers.zfs.argv_document`.
"""

import re
import shlex
from contextlib import suppress
from functools import cache
from pathlib import Path

from calypso.drivers.storage import Busy
from calypso.drivers.storage.zfs import ZfsStorage
from calypso.drivers.storage.zfs.reading import (
    DATASET_COLUMNS,
    ENCRYPTION_COLUMNS,
    POOL_COLUMNS,
    PROPERTY_COLUMNS,
    SNAPSHOT_COLUMNS,
)
from tests.fakes.host import RECORDINGS, read_recording
from tests.unit.drivers.zfs import scenarios

DOCUMENT = Path(__file__).parents[4] / "docs" / "zfs-argv.md"
LABS = tuple(sorted(path.name for path in RECORDINGS.glob("openzfs-*-lab")))
REAL = ("openzfs-2.1.11", *LABS)
PRODUCTS = ("zfs", "zpool", "smartctl", "lsblk", "wipefs", "stdbuf")  # others are plain tools
NOT_SEEN = "**not yet**"
MAX_NAMED = 3  # recordings in one cell; more prove no more

COLUMNS = {
    "POOL_COLUMNS": POOL_COLUMNS,
    "DATASET_COLUMNS": DATASET_COLUMNS,
    "SNAPSHOT_COLUMNS": SNAPSHOT_COLUMNS,
    "PROPERTY_COLUMNS": PROPERTY_COLUMNS,
    "ENCRYPTION_COLUMNS": ENCRYPTION_COLUMNS,
}
NUMBERS = {("create", "-V"): "SIZE", ("trim", "-r"): "RATE"}
ALIASES = {"recv": "receive", "umount": "unmount"}
LITERAL = {
    "log",
    "cache",
    "spare",
    "all",
    "mirror",
    "raidz1",
    "raidz2",
    "raidz3",
    "checksum",
    "receive_resume_token",
    "prompt",
    "written",
}

HEAD = """\
# Every command of the ZFS driver

Written by `python -m tests.unit.drivers.zfs.argv_document` from what the verbs ask in the tests;
a test fails when this page differs. Each command is run without a shell, with `LC_ALL=C`, `TZ=UTC`
and a timeout.

- **Seen**: recordings whose command line has the same words, run on OpenZFS' kernel module and on
  emulated disks; some show a refusal. Those that begin with `lab` are in the folders that
  `make recordings` makes anew in the guests of [the lab](vm-lab.md), `lab21` of OpenZFS 2.1 and
  `lab23` of 2.3; the others are in `openzfs-2.1.11`. `recv` counts as `receive`.
- **Not yet**: nothing real has been seen to answer this command in this form.
- **Answered in tests by**: where the fake machine takes its answer from. *silence* is a success
  without output, assumed. The READMEs of `tests/recordings` say what is real, what is composed
  and what is made from documentation.

CAPITALS stand for values; NAME for devices by path and datasets by name. Options with a PROPERTY
may be missing or come several times, and so may each DEVICE; `mirror` stands for every kind of
vdev.

"""


# ---- the form of a command


def form(argv):
    """Return a command as text, with its values in capitals and what repeats said once."""
    program, verb, *words = argv
    if not argv[0].endswith("zfs") and not argv[0].endswith("zpool"):
        return _program_form(argv)
    verb = ALIASES.get(verb, verb)
    pairs = zip([verb, *words[:-1]], words, strict=True) if words else ()
    told = [_value(program, verb, before, word) for before, word in pairs]
    if program == "zpool" and verb != "import":
        told = _devices_behind(told)
    text = " ".join([program, verb, *told])
    return re.sub(r"( -[oOx] PROPERTY| DEVICE| PROPERTY)\1+", r"\1", text)


def _devices_behind(told):
    """The first operand is the pool; what follows it are devices in it."""
    at = told.index("POOL") + 1 if "POOL" in told else len(told)
    return told[:at] + ["DEVICE" if word == "POOL" else word for word in told[at:]]


def _value(program, verb, before, word):
    for name, columns in COLUMNS.items():
        if word == columns:
            return name
    if (verb, before) in NUMBERS:
        return NUMBERS[verb, before]
    if before == "-x":
        return "PROPERTY"
    if before in ("-o", "-O"):
        return "PROPERTY" if "=" in word else word
    if (
        word.startswith("-")
        or word in LITERAL
        or (program == "zfs" and before in ("-t", "-d") and _is_plain(word))
    ):
        return word
    return _operand(program, verb, word)


def _is_plain(word):
    return re.fullmatch(r"\d|[a-z,]+", word) is not None


def _operand(program, verb, word):
    if _is_property(program, verb, word):
        return "PROPERTY"
    if re.match(r"\d-[0-9a-f]+-|\$TK$", word):
        return "TOKEN"
    if word.startswith("/"):
        return "DEVICE"
    if "@" in word:
        return _snapshots(word)
    if verb in ("hold", "release") and "/" not in word:
        return "TAG"
    return "POOL" if program == "zpool" else "DATASET"


def _is_property(program, verb, word):
    if verb == "set" and "=" in word:
        return True
    return program == "zfs" and verb in ("get", "set", "inherit") and "/" not in word


def _snapshots(word):
    """Tell one snapshot, a list `a@b,c`, a range `a@b%c`, and a name without its dataset apart."""
    dataset, _, names = word.partition("@")
    form = re.sub(r"[^,%]+", "NAME", names)
    if dataset and form == "NAME":
        return "SNAPSHOT"
    return f"{'DATASET' if dataset else ''}@{re.sub('(,NAME)+', ',NAME', form)}"


def _program_form(argv):
    """Return the form of another program: a script of our own by its name, other paths as PATH."""
    program = re.sub(r"^python[\d.]*$", "python", Path(argv[0]).name)
    names = [Path(word).name if word.endswith(".py") else word for word in argv[1:]]
    if "openers.py" in names:
        names = [*names[: names.index("openers.py") + 1], "NAME"]
    return " ".join([program, *_program_words(names)])


def _program_words(words):
    for word in words:
        told = re.sub(r"^(if=)?/(?!dev/null$).*|^/.*", r"\1PATH", word)
        yield "VALUES" if told.startswith("{") else told or "''"


# ---- what was recorded


@cache
def seen():
    """Return form → names of the real recordings in which it was run, successes first."""
    found = {}
    told = [read_recording(path) for folder in REAL for path in (RECORDINGS / folder).glob("*.txt")]
    for recording in sorted(told, key=lambda one: (one.code != 0, one.name)):
        for argv in _commands(recording.command):
            names = found.setdefault(form(argv), [])
            if recording.name not in names:
                names.append(recording.name)
    return found


def _commands(line):
    """Yield the commands of the products in a line for a shell, as words."""
    for piece in re.split(r"[;|&\n()]", line):
        try:
            words = shlex.split(piece)
        except ValueError:  # a quote that a separator stands in
            continue
        starts = [at for at, word in enumerate(words) if word in PRODUCTS]
        words = words[starts[0] :] if starts else []
        ends = [at for at, word in enumerate(words) if re.match(r"\d?[<>]", word)]
        words = words[: ends[0]] if ends else words
        if len(words) > 1:
            yield words


# ---- what is asked


@cache
def asked():
    """Return form → (names of the scenarios that ask it, names of the answers), in order."""
    found = {}
    for scenario, host in _played():
        for argv, name in zip(host.asked, host.answered, strict=True):
            verbs, answers = found.setdefault(form(argv), ([], []))
            if scenario.__name__ not in verbs:
                verbs.append(scenario.__name__)
            if name not in answers:
                answers.append(name)
    return found


def _played():
    for make, played in (
        (scenarios.make_host, scenarios.SCENARIOS),
        (scenarios.make_json_host, scenarios.JSON_SCENARIOS),
    ):
        for scenario in played:
            host = make()
            with suppress(Busy):  # one scenario is refused
                scenario(host, ZfsStorage(host, pause=lambda _seconds: None))
            yield scenario, host


# ---- the page


def document():
    """Return the text of the page."""
    rows = [_row(command, *told) for command, told in sorted(asked().items())]
    table = ["| Command | Asked for | Seen | Answered in tests by |", "|---|---|---|---|", *rows]
    columns = [f"- `{name}`: `{columns}`" for name, columns in COLUMNS.items()]
    return HEAD + "\n".join([*table, "", *columns]) + "\n"


def _row(command, verbs, answers):
    named = [name.removesuffix(".txt") if name else "*silence*" for name in answers]
    asked_for = ", ".join(verb.replace("_", " ") for verb in verbs[:MAX_NAMED])
    more = ", …" if len(verbs) > MAX_NAMED else ""
    return f"| `{command}` | {asked_for}{more} | {_proof(command)} | {_few(named)} |"


def _proof(command):
    if not command.startswith(PRODUCTS):
        return "a plain tool"
    names = [name.removesuffix(".txt") for name in seen().get(command, ())]
    newer = [name for name in names if name.startswith("lab23")]
    older = [name for name in names if name not in newer]
    return ", ".join(filter(None, [_few(older), *newer[:1]])) or NOT_SEEN


def _few(names):
    return ", ".join(names[:MAX_NAMED]) + (", …" if len(names) > MAX_NAMED else "")


if __name__ == "__main__":
    DOCUMENT.write_text(document())
