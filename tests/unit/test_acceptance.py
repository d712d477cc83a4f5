"""docs/acceptance.md tells the truth: every complaint has its row, every test it names is there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = [
    [cell.strip() for cell in line.split("|")[1:-1]]
    for line in (ROOT / "docs" / "acceptance.md").read_text(encoding="utf-8").splitlines()
    if re.match(r"\| \d+ \|", line)
]


def named(row):
    return re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", row[3])


def functions_in(path):
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}


def test_every_complaint_has_its_row_and_its_answer():
    assert [row[0] for row in ROWS] == [str(number) for number in range(1, 16)]
    assert all(len(row) == 4 and all(row[:3]) for row in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_the_tests_it_names_exist(row):
    assert named(row)
    assert row[3].count("`") == 2 * len(named(row)), "something in it is no test"
    for path, name in named(row):
        assert (ROOT / path).is_file(), path
        assert name in functions_in(path), f"{path}::{name}"
