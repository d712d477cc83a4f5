"""Write docs/storage-types.md: every storage job type, and its test on real OpenZFS.

A test of the lab that runs a type says so: `@pytest.mark.proves("storage.pool_scrub")`.
"""

import ast
from pathlib import Path

from calypso import jobs

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "storage-types.md"
# What runs in the guest: `make vm-suite`.
SUITES = [ROOT / "tests" / "contract" / "storage", ROOT / "tests" / "real"]
# Types that no guest can show, each with the message of the tool that says why.
OUT_OF_REACH = {
    "storage.disk_smart_test": "no emulated SCSI disk tests itself: `smartctl -j -t short` says"
    ' `"exit_status": 4` (recording 320-smartctl); that this is told is tested there',
}
HEAD = """\
# Storage job types

Written by `python -m tests.storage_page` from the declarations of the types and from the tests
that run them on the kernel module of OpenZFS, in the guest of `docs/vm-lab.md`; a unit test fails
when this page differs.

- **Cancel**: `before_start` only while it waits; `anytime` ends its processes; `subsystem` tells
  the product to stop; `checkpoint` stops between two items.
- **Worker lost**: `requeue` runs it again, which follows or converges; `manual` leaves it to
  people.
- **Plan**: what it would do is shown first, and a request carries the hash of what was seen.

| Type | Does | Cancel | Worker lost | Plan | Schedules | On real OpenZFS |
|---|---|---|---|---|---|---|
"""


def lab_tests() -> dict[str, list[str]]:
    """Return the names of the lab's tests for each type that they prove."""
    found: dict[str, list[str]] = {}
    for path in sorted(path for suite in SUITES for path in suite.rglob("test_*.py")):
        for one in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(one, ast.FunctionDef):
                for name in _proven(one):
                    place = path.relative_to(ROOT).as_posix()
                    found.setdefault(name, []).append(f"`{place}::{one.name}`")
    return found


def storage_types():
    """Return the storage types by name."""
    return {name: one for name, one in jobs.load().items() if one.subsystem == "storage"}


def page():
    """Return the page as it is to be."""
    tests = lab_tests()
    return HEAD + "".join(
        f"| `{name}` | {one.title} | {one.cancel.value} | {one.on_lost.value}"
        f" | {'yes' if one.plan else ''} | {'yes' if one.schedulable else ''}"
        f" | {' '.join(tests.get(name, [])) or OUT_OF_REACH.get(name, '**none**')} |\n"
        for name, one in storage_types().items()
    )


def _proven(function):
    for mark in function.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.proves":
            yield from (ast.literal_eval(word) for word in mark.args)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
