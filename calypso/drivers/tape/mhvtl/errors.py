"""What mhvtl's programs say when they refuse, as the refusals of the tape protocol.

Their exit codes say little: a closed MAP is refused with 0, a cartridge of a density that does not
exist is made with 0, a library that does not is 2 without a word. So the text decides, first that
on stderr, and what matters is looked at afterwards. Measured on mhvtl 1.8.0.
"""

import re

from calypso.drivers.tape import (
    BadName,
    CartridgeMissing,
    DaemonDown,
    DoorClosed,
    LibraryInUse,
    LibraryMissing,
    ModuleUnfit,
    NotPermitted,
    OutOfSpace,
    TapeError,
    Unsupported,
)
from calypso.host import Ran

UNKNOWN_LIBRARY_CODE = 2  # mktape's only word for a library that device.conf does not have

# The first that fits counts.
_REFUSALS: tuple[tuple[str, type[TapeError], str], ...] = (
    (r"configured with device number", LibraryMissing, ""),
    (r"MessageQueue not available", DaemonDown, "Start mhvtl.target."),
    (r"Can ?not find entry for '", DaemonDown, "Its record in device.conf is missing."),
    (r"MAP not opened|Can't empty map while MAP is closed", DoorClosed, "Open it first."),
    (r"Could not open .*/data\b", CartridgeMissing, "Make it first."),
    (r"load_tape\(\) returned", CartridgeMissing, ""),
    (r"Max barcode length", BadName, ""),
    (r"Command for (tape|library) not allowed|parameter '.*' wrong", Unsupported, ""),
    (r"Could not determine media density|Unknown media type", Unsupported, ""),
    (r"DeviceNo not numeric", BadName, ""),
    (r"is in use$", LibraryInUse, "Something still has one of its devices open."),
    (r"No space left on device", OutOfSpace, "Make room there."),
    (r"Permission denied|Operation not permitted|Access denied|must be root", NotPermitted,
     "Run the worker as root."),
    (r"Module mhvtl not found|FATAL: Module|could not insert 'mhvtl'", ModuleUnfit,
     "Rebuild it: tape.vtl_module_rebuild."),
    (r"Failed to connect to bus|System has not been booted with systemd", Unsupported, ""),
    (r"Unit .* not found|Unit .* could not be found", DaemonDown, "Is mhvtl installed whole?"),
    (r"Unknown option|not enough arguments|Please supply", TapeError, ""),
)  # fmt: skip
_COMPILED = tuple((re.compile(text, re.MULTILINE), kind, hint) for text, kind, hint in _REFUSALS)


def refusal(ran: Ran) -> TapeError | None:
    """Return the refusal a command means, whatever its exit code; None when it went well."""
    for said in (ran.stderr, ran.stdout):
        for pattern, kind, hint in _COMPILED:
            if (told := pattern.search(said)) is not None:
                return kind(_sentence(said, told, hint), original=said)
    return None if ran.ok else _nameless(ran)


def _nameless(ran: Ran) -> TapeError:
    """Return the refusal of a command that failed with words unknown to us, or with none."""
    said = ran.stderr.strip() or ran.stdout.strip()
    if ran.argv[0] == "mktape" and ran.code == UNKNOWN_LIBRARY_CODE and not said:
        return LibraryMissing("mktape knows no library of this number.", original=said)
    first = said.splitlines()[0] if said else "and said nothing"
    return TapeError(f"{ran.argv[0]} ended with status {ran.code}: {first}.", original=said)


def _sentence(said: str, told: re.Match[str], hint: str) -> str:
    start = said.rfind("\n", 0, told.start()) + 1
    line = said[start:].partition("\n")[0].strip().rstrip(".")
    return f"mhvtl: {line}. {hint}".strip()
