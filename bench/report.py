"""The results as a page for people."""

import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench import contestants
from bench.findings import Row
from bench.ground import WORKERS
from bench.plan import Plan

HERE = Path(__file__).parent
RESULTS, NOTES = HERE / "RESULTS.md", HERE / "NOTES.md"
INTRODUCTION = """Made by `make bench`; {} rounds, the contestants in turns, on the same PostgreSQL
and Valkey with the same settings. A ratio is ours divided by theirs in the same round; each number
is the median over the rounds."""
HEAD = """| what | measured (median) | from – to | goal | |
|---|---|---|---|---|"""


def page(machine: Mapping[str, str], rows: Sequence[Row], plan: Plan) -> str:
    """Return the page: goals first, then the machine, the commands, and every number."""
    return "\n".join([
        "# Measured",
        "",
        INTRODUCTION.format(plan.rounds),
        "",
        *_table("Goals", [one for row in rows for one in _headed(row)]),
        "## Where",
        "",
        *(f"- {name}: {what}" for name, what in machine.items()),
        "",
        "## Who",
        "",
        f"{WORKERS} worker processes each, started as",
        "",
        "```sh",
        *_commands(),
        "```",
        "",
        *(line for row in rows for line in _table(row.title, [one.line() for one in row.beside])),
        *_notes(),
    ])  # fmt: skip


def tables(rows: Sequence[Row]) -> list[str]:
    """Return a table of all that each row found."""
    return [
        line
        for row in rows
        for line in _table(row.title, [one.line() for one in (*row.findings, *row.beside)])
    ]


def summary(row: Row) -> str:
    """Return a row's numbers with a goal, for the terminal."""
    lines = [
        f"  {one.what}: {one.value:.3g} {one.unit} (goal {one.goal}: {one.goal.verdict(one.value)})"
        for one in row.findings
        if one.goal is not None
    ]
    return "\n".join([row.title, *lines])


def _headed(row: Row) -> list[str]:
    return [f"| **{row.title}** | | | | |", *(one.line() for one in row.findings)]


def _table(title: str, lines: list[str]) -> list[str]:
    return [f"## {title}", "", HEAD, *lines, ""] if lines else []


def _commands() -> list[str]:
    lines: list[str] = []
    for name in filter(contestants.installed, contestants.NAMES):
        for argv in dict.fromkeys(contestants.staff_of(name).workers()):
            words = [Path(argv[0]).name, *argv[1:]]
            lines.append(f"{shlex.join(words)}  # {name}")
    return [line.replace(Path(sys.executable).name, "python") for line in lines]


def _notes() -> list[str]:
    return [NOTES.read_text(encoding="utf-8")] if NOTES.exists() else []
