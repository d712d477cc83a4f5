"""Tables as people see them on a terminal."""

import pytest

from calypso.cli.inventory import _cell


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("pool", None, ""),
        ("size_bytes", 1 << 30, "1.1 GB"),
        ("bytes", 1 << 30, "1.1 GB"),
        ("mode", 0o755, "0755"),
        ("mode", 0o4711, "4711"),
        ("holds", ["sda: ext4", "sda1: swap"], "sda: ext4, sda1: swap"),
        ("devices", [{"name": "sda", "state": "ONLINE"}, {"name": "sdb"}], "sda ONLINE, sdb"),
        ("scan", {"function": "scrub", "state": "finished", "errors": 0}, "scrub finished"),
        ("smart", {"health": "passed", "temperature_c": 34}, "passed"),
        ("checkpoint", {"space_bytes": 1}, "{'space_bytes': 1}"),
    ],
)  # fmt: skip
def test_a_value_is_told_in_few_words(name, value, shown):
    assert _cell(name, value) == shown
