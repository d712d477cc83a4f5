"""How a director's configuration stands beside what it was given. Pure.

Not compared: passwords, and what of a storage only its own daemon knows.
"""

import re
from collections.abc import Iterator

from calypso.drivers.backup.config_values import ConfigState, Standing
from calypso.drivers.backup.rendering.reading import Found, as_shown
from calypso.drivers.backup.rendering.sealing import is_untouched
from calypso.models.backup_config import BackupConfig, Resource

UNSEEN = {"password", "directory", "drives"}
# Our own texts are found whole by this; of edited ones, what is written as people do.
_RESOURCE = re.compile(r"(?im)^[ \t]*([a-z]+)\s*\{\s*(?:[^{}]*?\n)?\s*name\s*=\s*\"?([^\"\n]*)")

Named = tuple[str, str]  # kind, name


def standings(applied: BackupConfig, found: Found, text: str, file: str) -> tuple[Standing, ...]:
    """Return how each resource of ours stands, then what else is in our file, then the file.

    `found`: what the director is configured with in all; `text`: that of the file of ours.
    """
    ours, theirs = _by_name(as_shown(applied)), _by_name(as_shown(found.config))
    beyond: dict[Named, list[str]] = {}
    for one in found.beyond:
        beyond.setdefault((one.kind, one.name), []).append(one.directive or "unreadable")
    compared = [
        _standing(named, resource, theirs.get(named), beyond.get(named, []))
        for named, resource in ours.items()
    ]
    strange = [
        Standing(kind=kind, name=name, state=ConfigState.BEYOND)
        for kind, name in sorted(set(named_in(text)) - ours.keys())
    ]
    return (*compared, *strange, *_of_file(text, file))


def unreadable(applied: BackupConfig, text: str, file: str) -> tuple[Standing, ...]:
    """Return the same where the director cannot read its own configuration."""
    state = ConfigState.UNREADABLE
    ours = [Standing(kind=kind, name=name, state=state) for kind, name in _by_name(applied)]
    return (*ours, *(_of_file(text, file) or [Standing(kind="file", name=file, state=state)]))


def named_in(text: str) -> Iterator[Named]:
    """Give kind and name of the resources in a text."""
    for kind, name in _RESOURCE.findall(text):
        yield kind.casefold(), name.strip()


def _of_file(text: str, file: str) -> list[Standing]:
    if is_untouched(text):
        return []
    return [Standing(kind="file", name=file, state=ConfigState.CHANGED, differs=("edited",))]


def _standing(named: Named, ours: Resource, theirs: Resource | None, beyond: list[str]) -> Standing:
    kind, name = named
    if theirs is None and not beyond:
        return Standing(kind=kind, name=name, state=ConfigState.MISSING)
    differs = tuple(dict.fromkeys([*_fields(ours, theirs), *beyond]))
    state = ConfigState.CHANGED if differs else ConfigState.SAME
    return Standing(kind=kind, name=name, state=state, differs=differs)


def _fields(ours: Resource, theirs: Resource | None) -> list[str]:
    if theirs is None:
        return []
    old, new = ours.model_dump(exclude=UNSEEN), theirs.model_dump(exclude=UNSEEN)
    return [field for field in old if old[field] != new[field]]


def _by_name(config: BackupConfig) -> dict[Named, Resource]:
    return {(kind, one.name): one for kind, named in config.by_kind().items() for one in named}
