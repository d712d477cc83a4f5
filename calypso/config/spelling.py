"""Names that no setting has: misspelt, of an earlier system, or in the wrong file."""

import difflib
import os
from collections.abc import Iterator, Mapping

from calypso.config.files import INTEGRATIONS, MAIN, OLD_MAIN, PREFIX, Files, Place, Said
from calypso.config.problems import Problem, error, warning
from calypso.config.settings import Settings

KNOWN = tuple(Settings.model_fields)


def in_files(files: Files) -> Iterator[Problem]:
    """Say which files are not what they should be, and which names in them nobody reads."""
    yield from _deprecated(files)
    for said in files.yaml:
        yield from _faults(said)
        yield from _unknown_product(said) if _is_integration(said) else _unknown(said)
        if _is_integration(said) and said.file.stem in INTEGRATIONS:
            yield from _unknown(said, prefix=f"{said.file.stem}_")
    yield from _faults(files.secrets)
    yield from _unknown(files.secrets, variables=True)
    yield from _in_two_files(files)


def in_environment(environment: Mapping[str, str] = os.environ) -> Iterator[Problem]:
    """Say which variables look like a setting and are none; there are others of our prefix."""
    for name in sorted(environment):
        setting = name.removeprefix(PREFIX).lower()
        if name.startswith(PREFIX) and setting not in KNOWN and (near := nearest(setting)):
            yield warning(
                "unknown",
                f"the variable {name} is not read. Did you mean {PREFIX}{near.upper()}?",
                setting=setting,
            )


def nearest(name: str, known: tuple[str, ...] = KNOWN) -> str:
    """Return the known name that one most looks like, or nothing."""
    return next(iter(difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.75)), "")


def _deprecated(files: Files) -> Iterator[Problem]:
    old, main = files.etc / OLD_MAIN, files.etc / MAIN
    if old.exists() and main.exists():
        yield warning(
            "ignored", f"is not read, since there is {MAIN}. Remove it.", place=Place(old)
        )
    elif old.exists():
        yield warning(
            "deprecated",
            f"this name is deprecated and will not be read for ever. Rename it to {MAIN}.",
            place=Place(old),
        )


def _faults(said: Said) -> Iterator[Problem]:
    if said.fault:
        yield error("unreadable", said.fault, place=Place(said.file, said.fault_line))
    for name, line in said.twice.items():
        yield error(
            "twice", "stands twice in this file; the last one counts. Remove one.",
            setting=name, place=Place(said.file, line),
        )  # fmt: skip


def _is_integration(said: Said) -> bool:
    return said.file.parent.name == "integrations"


def _unknown_product(said: Said) -> Iterator[Problem]:
    if said.file.stem not in INTEGRATIONS:
        near = nearest(said.file.stem, INTEGRATIONS)
        hint = f"Did you mean {near}.yaml?" if near else f"Known: {', '.join(INTEGRATIONS)}."
        yield warning("unknown", f"is of no product that is known. {hint}", place=Place(said.file))


def _unknown(said: Said, *, prefix: str = "", variables: bool = False) -> Iterator[Problem]:
    for name in said.lines:
        if name in KNOWN:
            continue
        near = nearest(name)
        if variables:
            near = f"{PREFIX}{near.upper()}" if near else ""
        hint = f"Did you mean {near.removeprefix(prefix)}?" if near else "Remove it."
        yield warning(
            "unknown", f"is no setting, and is not read. {hint}",
            setting=name.removeprefix(prefix), place=said.place(name),
        )  # fmt: skip


def _in_two_files(files: Files) -> Iterator[Problem]:
    seen: dict[str, Place] = {}
    for said in (*files.yaml, files.secrets):
        for name in said.values:
            if name in seen and name in KNOWN:
                yield warning(
                    "twice", f"stands in {seen[name]} as well; this one counts. Remove one.",
                    setting=name, place=said.place(name),
                )  # fmt: skip
            seen[name] = said.place(name)
