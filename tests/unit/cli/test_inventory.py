"""Tables as people see them on a terminal."""

import pytest

from calypso.cli.inventory import _cell, _only
from calypso.errors import Invalid


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("pool", None, ""),
        ("size_bytes", 1 << 30, "1.1 GB"),
        ("bytes", 1 << 30, "1.1 GB"),
        ("mode", 0o755, "0755"),
        ("mode", 0o4711, "4711"),
        ("mode", "exclusive", "exclusive"),
        ("holds", ["sda: ext4", "sda1: swap"], "sda: ext4, sda1: swap"),
        ("devices", [{"name": "sda", "state": "ONLINE"}, {"name": "sdb"}], "sda ONLINE, sdb"),
        ("scan", {"function": "scrub", "state": "finished", "errors": 0}, "scrub finished"),
        ("smart", {"health": "passed", "temperature_c": 34}, "passed"),
        ("checkpoint", {"space_bytes": 1}, "{'space_bytes': 1}"),
    ],
)  # fmt: skip
def test_a_value_is_told_in_few_words(name, value, shown):
    assert _cell(name, value) == shown


def test_a_wide_table_is_cut_to_the_columns_that_are_asked_for():
    rows = [{"key": "1", "id": 1, "name": "etc", "state": "failed"}]

    assert [list(row.items()) for row in _only("state,id", rows)] == [
        [("state", "failed"), ("id", 1)],
    ]  # fmt: skip
    assert _only(None, rows) == rows
    with pytest.raises(Invalid, match=r"No column colour: there are key, id, name, state\."):
        _only("id,colour", rows)
