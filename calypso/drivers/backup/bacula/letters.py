"""Bacula's letters and words for levels, kinds and states. Source: its src/jcr.h."""

from calypso.drivers.backup.run_values import RunState
from calypso.drivers.backup.values import Level, RunKind

_LEVELS = {
    "F": Level.FULL,
    "D": Level.DIFFERENTIAL,
    "I": Level.INCREMENTAL,
    "f": Level.VIRTUAL_FULL,
    "B": Level.BASE,
}
_LEVEL_WORDS = {
    Level.FULL: "Full",
    Level.DIFFERENTIAL: "Differential",
    Level.INCREMENTAL: "Incremental",
    Level.VIRTUAL_FULL: "VirtualFull",
    Level.BASE: "Base",
}
# C: what a copy job made; M: what a migration left behind.
_KINDS = {
    "B": RunKind.BACKUP,
    "R": RunKind.RESTORE,
    "V": RunKind.VERIFY,
    "D": RunKind.ADMIN,
    "c": RunKind.COPY,
    "C": RunKind.COPY,
    "g": RunKind.MIGRATE,
    "M": RunKind.MIGRATE,
}
_KIND_WORDS = {
    "Backup": RunKind.BACKUP,
    "Restore": RunKind.RESTORE,
    "Verify": RunKind.VERIFY,
    "Admin": RunKind.ADMIN,
    "Copy": RunKind.COPY,
    "Migrate": RunKind.MIGRATE,
    "Migration": RunKind.MIGRATE,
}
_STATES = {
    RunState.WAITING: "CFSMmdptcjsB",
    RunState.RUNNING: "RailLu",
    RunState.SUCCEEDED: "T",
    RunState.WARNINGS: "We",
    RunState.DIFFERENCES: "D",
    RunState.FAILED: "Ef",
    RunState.CANCELLED: "A",
    RunState.INCOMPLETE: "I",
}
_STATE_OF = {letter: state for state, letters in _STATES.items() for letter in letters}


def level(letter: str) -> Level | None:
    """Return the level of a run; None for a letter that is none of a backup."""
    return _LEVELS.get(letter.strip())


def level_of_word(word: str) -> Level | None:
    """Return the level that a configuration names."""
    return next((one for one, told in _LEVEL_WORDS.items() if told == word), None)


def level_word(wanted: Level) -> str:
    """Return how a command names a level."""
    return _LEVEL_WORDS[wanted]


def level_letter(wanted: Level) -> str:
    """Return how the catalog names a level."""
    return next(letter for letter, one in _LEVELS.items() if one is wanted)


def kind(letter: str) -> RunKind:
    """Return what a run is for."""
    return _KINDS.get(letter.strip(), RunKind.OTHER)


def kind_of_word(word: str) -> RunKind:
    """Return what a job is for, as a configuration names it."""
    return _KIND_WORDS.get(word, RunKind.OTHER)


def kind_letters(wanted: RunKind) -> list[str]:
    """Return the letters of a kind; empty for other."""
    return [letter for letter, one in _KINDS.items() if one is wanted]


def state(letter: str) -> RunState:
    """Return how it goes with a run. A letter that nobody knows is of something not over yet."""
    return _STATE_OF.get(letter.strip(), RunState.WAITING)


def state_letters(wanted: RunState) -> list[str]:
    """Return the letters of a state."""
    return [letter for letter, one in _STATE_OF.items() if one is wanted]
