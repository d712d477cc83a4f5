"""What Bacula says → the protocol's refusals, once. The original text goes along."""

import re
from collections.abc import Iterable

from calypso.drivers.backup.director_refusals import CatalogDown, DirectorDown
from calypso.drivers.backup.refusals import (
    BackupError,
    BackupJobMissing,
    BackupPoolMissing,
    ClientDown,
    ClientMissing,
    FilesetMissing,
    NothingToRestore,
    OutOfSpace,
    PasswordRefused,
    RunMissing,
    RunNotLive,
    StorageDown,
    StorageMissing,
    Unsupported,
    VolumeExists,
    VolumeFaulty,
    VolumeMissing,
)

# The first that fits is the reason.
_REASONS: tuple[tuple[str, type[BackupError]], ...] = (
    (r"Out of freespace|No space left on device", OutOfSpace),
    (
        r"[Uu]nable to authenticate|Authentication failed|TLS Connect failure. Check the passwords",
        PasswordRefused,
    ),
    (r"(?i)(?:unable|failed) to connect to (?:client|file daemon)", ClientDown),
    (r"(?i)(?:unable|failed|could not) (?:to )?connect to storage", StorageDown),
    (r"Network error with FD", ClientDown),
    (
        r"(?i)(?:could not|unable to) (?:open|connect to) .*(?:database|postgres|server)",
        CatalogDown,
    ),
    (r"server closed the connection", CatalogDown),
    (r"JobId=\d+ is not running|No Jobs? running", RunNotLive),
    (r"No Job found for JobId|Unable to get Job record", RunMissing),
    (r"Storage resource .* not found", StorageMissing),
    (r"Media record for new Volume .* already exists", VolumeExists),
    (r"Media record for Volume .* not found|No Volumes found", VolumeMissing),
    (r"Job .* not found", BackupJobMissing),
    (r"Client .* not found|Client resource .* does not exist", ClientMissing),
    (r"FileSet .* not found", FilesetMissing),
    (r"Pool .* not found", BackupPoolMissing),
    (r"No .*Full backup before|No files selected", NothingToRestore),
    (
        r"Please mount|[Aa]ppendable [Vv]olume|Volume .* (?:not|could not be) (?:found|opened)",
        VolumeMissing,
    ),
    (
        r"Could not open|Unable to open|Block checksum mismatch|Volume data error|not labeled",
        VolumeFaulty,
    ),
    (r"(?m)^3\d\d\d (?:Error|Failed)|Label command failed", VolumeFaulty),
    (r"(?i)not authorized|unauthorized command|no authorization|invalid command", Unsupported),
)
_WRONG = re.compile(
    r"JobId \d+: (?:Fatal error|Error|Warning): |ERR=|Cannot find any appendable|Please mount"
)
_COMPILED = [(re.compile(pattern), reason) for pattern, reason in _REASONS]
_NOISE = re.compile(
    r"^(Automatically selected .*|Using Catalog .*|You have messages\.|Connecting to .*"
    r"|Selection aborted, nothing done\.|Job not run\.)$"
)


def of_text(text: str) -> BackupError | None:
    """Return the refusal that a text speaks of; None when nobody has a name for it."""
    for pattern, reason in _COMPILED:
        if found := pattern.search(text):
            return reason(_sentence(text, found.start()), original=text)
    return None


def of_log(lines: Iterable[str]) -> BackupError | None:
    """Return the refusal that the log of a run tells of; the first that has a name.

    Only what daemons call an error: the summary at the end names jobs, clients and volumes too.
    """
    wrong = [line for line in lines if _WRONG.search(line.partition("\n")[0])]
    named = (of_text(line) for line in wrong)
    found = next((one for one in named if one is not None), None)
    return found or (BackupError(wrong[0].partition("\n")[0], original=wrong[0]) if wrong else None)


def nameless(command: str, text: str) -> BackupError:
    """Return a refusal that nobody has a name for."""
    said = " ".join(line.strip() for line in text.splitlines() if not _NOISE.match(line.strip()))
    verb = command.split(" ", maxsplit=1)[0]
    return BackupError(f"Bacula refused {verb!r}: {said[:500] or 'without a word'}", original=text)


def hung_up(command: str, text: str) -> DirectorDown:
    """Return the refusal of a director that ended the talk."""
    verb = command.split(" ", maxsplit=1)[0]
    return DirectorDown(f"The director hung up in the middle of {verb!r}.", original=text)


def _sentence(text: str, position: int) -> str:
    start = text.rfind("\n", 0, position) + 1
    end = text.find("\n", position)
    return text[start : end if end >= 0 else None].strip()
