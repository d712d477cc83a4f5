"""One resource of Bacula's JSON as the fields of ours, and the directives that have no field."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from calypso.drivers.backup.rendering.lines import OPTIONS, Fixed, Line, key

UNKNOWN = "unknown"  # the name of a password that none of our secrets holds
RESOLVED = frozenset({"jobdefs"})  # its directives stand in the job itself
PARTS = frozenset({"name", "include", "exclude"})  # of a fileset
YES = {"yes": True, "no": False}

Given = Mapping[str, Any]  # directive in small letters, without spaces → value
Names = Mapping[str, str]  # password → name of its secret


@dataclass
class Said:
    """Fields of a resource of ours, and (directive, value) of what goes beyond it."""

    fields: dict[str, Any] = field(default_factory=dict)
    beyond: list[tuple[str, str]] = field(default_factory=list)


def said_by(lines: Iterable[Line | Fixed], given: Given, names: Names) -> Said:
    """Read a resource by the lines that it is written by."""
    said, left = Said(), dict(given)
    for line in lines:
        value = left.pop(line.key, None)
        if isinstance(line, Line):
            said.fields[line.field] = line.absent if value is None else _read(line, value, names)
        elif (line.absent if value is None else value) != line.value:
            said.beyond.append((line.key, str(line.absent if value is None else value)))
    said.beyond += (
        (name, str(value) if "password" not in name else "…")
        for name, value in left.items()
        if name not in RESOLVED
    )
    return said


def fileset(given: Given, names: Names) -> Said:
    """Read a fileset: one Include, whose last Options hold for all that is not left out."""
    left = {name: value for name, value in given.items() if name not in PARTS}
    include, *more = [_lowered(one) for one in given.get("include", [])] or [{}]
    leaving, options = _options(include.pop("options", []))
    said = said_by(OPTIONS, {**options, **left}, names)
    exclude = _lowered(given.get("exclude") or {})
    said.fields |= {
        "name": given.get("name"),
        "include": include.pop("file", []),
        "exclude": exclude.pop("file", []),
        "exclude_patterns": leaving,
    }
    said.beyond += [("include", str(rest)) for rest in (*more, include, exclude) if rest]
    return said


def _options(blocks: Sequence[Given]) -> tuple[list[str], dict[str, Any]]:
    """Return the patterns that are left out, and the options that hold for the rest."""
    first, *rest = [_lowered(block) for block in blocks] or [{}]
    if set(first) == {"exclude", "wild"} and rest:
        leaving, first = first["wild"], rest.pop(0)
    else:
        leaving = []
    if first.get("exclude") == "No":
        del first["exclude"]
    if rest:
        first["options"] = rest
    return leaving, first


def _read(line: Line, value: Any, names: Names) -> Any:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if line.is_secret:
        return names.get(value, UNKNOWN)
    if isinstance(line.absent, bool) and isinstance(value, str):
        return YES.get(value.casefold(), True)  # an autochanger is told by its name
    if line.words:
        spoken = {theirs.casefold(): ours for ours, theirs in line.words.items()}
        word = key(str(value))
        return spoken.get(word, word)
    return value


def _lowered(given: Given) -> dict[str, Any]:
    return {key(name): value for name, value in given.items()}
