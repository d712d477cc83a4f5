"""Names as OpenZFS takes them. Anything else is refused before a command could misread it.

A name may read as an option (`-r`), as an interval (`zpool list 5` never ends), as several
snapshots (`a,b`, `a%b`), or end the argument (NUL). A space is legal.
Source: openzfs module/zcommon/zfs_namecheck.c.
"""

import re

from calypso.drivers.storage import BadName, BadProperty

MAX_LENGTH = 255  # of a full name, with the snapshot
ELSEWHERE = {
    "volsize": "Resize the volume instead.",
    "keylocation": "Change its key instead.",
    "keyformat": "Change its key instead.",
    "encryption": "It is chosen when a dataset is made.",
}

_PART = r"(?!\.{1,2}(?:[/@]|$))[A-Za-z0-9_.: -]+"
_POOL = re.compile(r"[A-Za-z][A-Za-z0-9_.: -]*")
_DATASET = re.compile(rf"{_POOL.pattern}(?:/{_PART})*")
_SNAPSHOT = re.compile(rf"{_DATASET.pattern}@{_PART}")


def refuse_pool(name: str) -> None:
    """Raise BadName for what cannot be the name of a pool."""
    _refuse(_POOL, name, "a pool")


def refuse_dataset(*names: str) -> None:
    """Raise BadName for what cannot be the full name of a filesystem or volume."""
    for name in names:
        _refuse(_DATASET, name, "a dataset")


def refuse_snapshot(*names: str) -> None:
    """Raise BadName for what cannot be the full name of a snapshot."""
    for name in names:
        _refuse(_SNAPSHOT, name, "a snapshot")


def refuse_option(*words: str) -> None:
    """Raise BadName for a word that a command would take for an option, or for nothing."""
    for word in words:
        if not word or word.startswith("-") or "\0" in word:
            raise BadName(f"{word!r} cannot be a name: it is empty, an option, or holds a NUL.")


def refuse_property(*names: str) -> None:
    """Raise BadProperty for what would be read as something else than a property's name."""
    for name in names:
        refuse_option(name)
        if name == "all" or not set(name).isdisjoint("=, \t\n"):
            raise BadProperty(f"{name!r} cannot be the name of a property.")


def refuse_setting(*names: str) -> None:
    """Raise BadProperty for a property that has a verb of its own."""
    refuse_property(*names)
    for name in names:
        if name in ELSEWHERE:
            raise BadProperty(f"{name} is no property to set. {ELSEWHERE[name]}")


def _refuse(form: re.Pattern[str], name: str, what: str) -> None:
    refuse_option(name)
    if form.fullmatch(name) is None or len(name) > MAX_LENGTH:
        raise BadName(f"{name!r} cannot be the name of {what} in ZFS.")
