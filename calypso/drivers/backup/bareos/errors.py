"""What Bareos says → the protocol's refusals. Most of its words are Bacula's.

Source: Bareos' core/src/dird/ua_*.cc, where each text stands.
"""

import json
import re
from typing import Any

from calypso.drivers.backup.bacula import errors as bacula_errors
from calypso.drivers.backup.director_refusals import (
    ConfigurationRefused,
    DirectorDown,
    DirectorUnauthorized,
)
from calypso.drivers.backup.refusals import (
    BackupError,
    ClientMissing,
    RunMissing,
    RunNotLive,
    Unsupported,
    VolumeInUse,
)

HOW_TO_INSTALL = (
    "Install bareos-bconsole from Bareos' packages; then name its configuration file in "
    "CALYPSO_BAREOS_CONFIG."
)
_HERS: tuple[tuple[str, type[BackupError]], ...] = (
    (r"Permission denied: need full|Unauthorized command|Access to .* forbidden", Unsupported),
    (r"JobId \d+ is not running", RunNotLive),
    (r"jobid not found in db", RunMissing),
    (r"invalid (?:client|backupclient|restoreclient) argument", ClientMissing),
    (r"has VolStatus .* cannot be purged|because it is archived", VolumeInUse),
)
_REASONS = [(re.compile(pattern), reason) for pattern, reason in _HERS]
_NO_ENTRY = re.compile(r"(?i)authori[sz]|authentic|password|handshake|TLS|certificate|rejected")
_NO_CONFIG = re.compile(
    r"(?i)(?:file|path) does not exist|permission denied|config(?:uration)? (?:error|file)"
    r"|No Director resource"
)
_STARTED = re.compile(r'"run": \{"jobid": "?(\d+)')


def failed(command: str, error: dict[str, Any]) -> BackupError:
    """Return the refusal of a command that was answered by an error object."""
    data = error.get("data") or {}
    said = _said(data.get("messages") or {}) or _instead(error)
    original = json.dumps(error)
    for pattern, reason in _REASONS:
        if pattern.search(said):
            return reason(_one_line(said), original=original)
    if named := bacula_errors.of_text(said):
        return type(named)(named.detail, original=original)
    return nameless(command, said, original)


def nameless(command: str, said: str, original: str = "") -> BackupError:
    """Return a refusal that nobody has a name for."""
    verb = command.split(" ", maxsplit=1)[0]
    word = _one_line(said) or "without a word"
    return BackupError(f"Bareos refused {verb!r}: {word}", original=original or said)


def is_wordless(refused: BackupError) -> bool:
    """Tell whether the director refused without a word, as it does for a path it has not."""
    return refused.detail.endswith("without a word")


def started(refused: BackupError) -> int | None:
    """Return the run that was started in spite of a refusal."""
    found = _STARTED.search(refused.original)
    return int(found[1]) if found else None


def not_connected(said: str) -> BackupError:
    """Return why bconsole did not come to the director."""
    last = _one_line(said)
    if _NO_CONFIG.search(said):
        return ConfigurationRefused(f"bconsole does not take its configuration: {last}")
    if _NO_ENTRY.search(said):
        return DirectorUnauthorized(
            "The director does not let bconsole in. Compare the password in bconsole's "
            "configuration, CALYPSO_BAREOS_CONFIG, with the director's.",
            original=said,
        )
    return DirectorDown(
        "bconsole does not come to the director, and does not tell why: it does not run, or does "
        "not let us in.",
        original=said,
    )


def _instead(error: dict[str, Any]) -> str:
    """Return what an error says itself: why its answer could not be sent; else only "failed"."""
    message = str(error.get("message") or "")
    return "" if message == "failed" else message


def _said(messages: dict[str, list[str]]) -> str:
    """Return what was said, errors first: `error`, then `warning`, `info` and others."""
    order = ["error", *(kind for kind in messages if kind != "error")]
    return "\n".join(text.strip() for kind in order for text in messages.get(kind, []))


def _one_line(said: str) -> str:
    return " ".join(said.split())[:500]
