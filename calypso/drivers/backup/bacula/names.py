"""Names that the director knows. None goes into a command before it was found in its list.

A command with a name that the director does not know asks which one is meant; one that started a
job of another client at the end of input has been seen.
"""

from calypso.drivers.backup.bacula.session import Session
from calypso.drivers.backup.bacula.text import word
from calypso.drivers.backup.nouns import CLIENT, FILESET, JOB, POOL, STORAGE, Noun

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
]


def listed(talk: Session, noun: Noun) -> list[str]:
    """List the names of all, in the director's order."""
    return talk.ask(".storage" if noun is STORAGE else f".{noun.plural}").lines


def known(talk: Session, noun: Noun, name: str | None, *, key: str | None = None) -> str | None:
    """Return the word for a command; the noun's refusal when the director has no such thing."""
    if name is None:
        return None
    told = word(key or noun.key, name)
    if name not in listed(talk, noun):
        raise noun.missing(f"The director knows no {noun.key} called {name}.")
    return told


def defaults(talk: Session, noun: Noun, name: str) -> dict[str, str]:
    """Return what the director has configured for a thing that it knows."""
    told = talk.ask(f".defaults {word(noun.key, name)}")
    pairs = (packet.decode("utf-8", "replace").strip().partition("=") for packet in told.packets)
    return {key: value for key, _, value in pairs}
