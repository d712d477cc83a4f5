"""Names that the director knows. None goes into a command before it was found in its list."""

from collections.abc import Sequence

from calypso.drivers.backup.bacula import text
from calypso.drivers.backup.bareos.answers import Result
from calypso.drivers.backup.bareos.console import IN_NO_LINE, Console
from calypso.drivers.backup.bareos.records import rows
from calypso.drivers.backup.nouns import CLIENT, FILESET, JOB, POOL, STORAGE, Noun
from calypso.drivers.backup.refusals import BadName

__all__ = [
    "CLIENT",
    "FILESET",
    "JOB",
    "POOL",
    "STORAGE",
    "Noun",
    "defaults",
    "known",
    "listed",
    "path_word",
]


def listed(console: Console, noun: Noun) -> list[str]:
    """List the names of all, in the director's order."""
    return _names(console.ask(f".{noun.plural}"), noun)


def known(console: Console, *told: tuple[Noun, str | None]) -> list[str | None]:
    """Return the words for a command, None for those not told; refused when one is not known."""
    words = [None if name is None else text.word(noun.key, name) for noun, name in told]
    asked = [(noun, name) for noun, name in told if name is not None]
    lists = console.ask_all([f".{noun.plural}" for noun, _ in asked]) if asked else []
    for (noun, name), answer in zip(asked, lists, strict=True):
        if name not in _names(answer, noun):
            raise noun.missing(f"The director knows no {noun.key} called {name}.")
    return words


def defaults(console: Console, noun: Noun, names: Sequence[str]) -> list[Result]:
    """Return what the director has configured for each of these, which it knows."""
    told = console.ask_all([f".defaults {text.word(noun.key, name)}" for name in names])
    return [one.get("defaults", {}) for one in told]


def path_word(key: str, path: str) -> str:
    """Return `key="path"` for a command; BadName for a path that cannot stand in one line.

    bconsole takes a newline for the end of a command, and its JSON has no bytes that are no UTF-8.
    """
    if IN_NO_LINE.search(path):
        raise BadName(f"Bareos' console cannot be told of {path!r}: choose its folder instead.")
    return text.path_word(key, path)


def _names(answer: Result, noun: Noun) -> list[str]:
    return [one["name"] for one in rows(answer, noun.plural)]
