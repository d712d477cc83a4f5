"""Write docs/storage-types.md and docs/tape-types.md: every job type, its test on a real product.

A test of the lab that runs a type says so: `@pytest.mark.proves("storage.pool_scrub")`.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from calypso import jobs

ROOT = Path(__file__).parents[1]
HEAD = """\
# {title} job types

Written by `python -m tests.type_pages` from the declarations of the types and from the tests
that run them on {real}, in the guest of `docs/vm-lab.md`; a unit test fails
when this page differs.

- **Cancel**: `before_start` only while it waits; `anytime` ends its processes; `subsystem` tells
  the product to stop; `checkpoint` stops between two items.
- **Worker lost**: `requeue` runs it again, which follows or converges; `manual` leaves it to
  people.
- **Plan**: what it would do is shown first, and a request carries the hash of what was seen.

| Type | Does | Cancel | Worker lost | Plan | Schedules | On {short} |
|---|---|---|---|---|---|---|
"""
NO_VIRTUAL = (
    "only virtual libraries are made and changed, and mhvtl's kernel module is not in the guest:"
    " `docs/mhvtl.md`"
)


VIRTUAL = (
    *("fault_inject", "library_create", "library_delete", "library_modify", "map_close"),
    *("map_empty", "map_load", "map_open", "media_create", "media_delete", "media_edit"),
    "module_rebuild",
)
BOOKISH = ("media_release", "pool_create", "pool_delete", "pool_modify")
BOOKS_ALONE = "no tape is touched: the books alone, `docs/media-pools.md`"


@dataclass(frozen=True)
class Page:
    """The page of one subsystem. `suites`: where its tests on `real` are, which is `short` so.

    `out_of_reach`: types that no guest can show, each with why, in the words of the tool if any.
    """

    subsystem: str
    real: str
    short: str
    suites: tuple[str, ...]
    out_of_reach: Mapping[str, str] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        """Where it is."""
        return ROOT / "docs" / f"{self.subsystem}-types.md"

    @property
    def types(self):
        """Its types by name."""
        return {n: one for n, one in jobs.load().items() if one.subsystem == self.subsystem}

    @property
    def tests(self) -> dict[str, list[str]]:
        """The names of the lab's tests for each type that they prove."""
        found: dict[str, list[str]] = {}
        for name, test in _proven_in(self.suites):
            found.setdefault(name, []).append(test)
        return found

    def text(self) -> str:
        """Return it as it is to be."""
        title = self.subsystem.capitalize()
        head = HEAD.format(title=title, real=self.real, short=self.short)
        return head + "".join(self._row(name, one) for name, one in self.types.items())

    def _row(self, name, one):
        seen = " ".join(self.tests.get(name, [])) or self.out_of_reach.get(name, "**none**")
        return (
            f"| `{name}` | {one.title} | {one.cancel.value} | {one.on_lost.value}"
            f" | {'yes' if one.plan else ''} | {'yes' if one.schedulable else ''} | {seen} |\n"
        )


STORAGE = Page(
    subsystem="storage",
    real="the kernel module of OpenZFS",
    short="real OpenZFS",
    suites=("tests/contract/storage", "tests/real/storage"),
)
TAPE = Page(
    subsystem="tape",
    real="a SCSI changer and its drives",
    short="a real SCSI changer",
    suites=("tests/contract/tape", "tests/acceptance/tape"),
    out_of_reach={
        **dict.fromkeys((f"tape.{verb}" for verb in BOOKISH), BOOKS_ALONE),
        **dict.fromkeys((f"tape.vtl_{verb}" for verb in VIRTUAL), NO_VIRTUAL),
    },
)
PAGES = (STORAGE, TAPE)


def _proven_in(suites):
    for path in sorted(path for suite in suites for path in (ROOT / suite).rglob("test_*.py")):
        for one in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(one, ast.FunctionDef):
                test = f"`{path.relative_to(ROOT).as_posix()}::{one.name}`"
                yield from ((name, test) for name in _proven(one))


def _proven(function):
    for mark in function.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.proves":
            yield from (ast.literal_eval(word) for word in mark.args)


if __name__ == "__main__":
    for page in PAGES:
        page.path.write_text(page.text(), encoding="utf-8")
