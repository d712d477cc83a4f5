"""Lines that bconsole must never be given."""

import pytest

from calypso.drivers.backup import BadName, Unsupported
from calypso.drivers.backup.bareos.console import MAX_LINE_BYTES, checked
from tests.fakes.bareos import FakeBconsole, console


@pytest.mark.parametrize("hostile", ["a\nquit", "a\rb", "a\0b", '@exec "id"', "\udcff", "\x7f"])
def test_a_line_that_is_more_than_one_command_is_never_given(hostile):
    fake = FakeBconsole()

    with pytest.raises(BadName):
        console(fake).ask(hostile)
    with pytest.raises(BadName):
        console(fake).read(hostile)
    assert fake.ran == []


def test_a_line_that_bconsole_would_take_for_two_is_refused():
    assert checked("x" * MAX_LINE_BYTES)
    with pytest.raises(Unsupported, match="4000 bytes"):
        checked("ö" * (MAX_LINE_BYTES // 2 + 1))


def test_a_path_of_any_letters_is_one_line():
    assert checked('.bvfs_lsfiles path="/Straße/日本/a\u00a0b"')
