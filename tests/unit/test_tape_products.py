"""Which tape product a node opens."""

import pytest

from calypso.config import Settings
from calypso.drivers.tape.changer import ChangerTape
from calypso.drivers.tape.filelib import FileTape
from calypso.drivers.tape.mhvtl import MhvtlTape
from calypso.wiring import open_driver
from tests.fakes.host import FakeHost


def opened(tmp_path, product="auto", *, programs=(), files=()):
    settings = Settings(tape_product=product, state_dir=tmp_path)
    return open_driver(settings, "tape", FakeHost(programs=programs, files=files))


@pytest.mark.parametrize(
    ("product", "programs", "files", "kind"),
    [
        ("auto", (), (), FileTape),
        ("auto", ("mtx",), (), FileTape),
        ("auto", ("mtx",), ("/dev/nst0",), ChangerTape),
        ("auto", ("mtx", "vtlcmd"), (), MhvtlTape),
        ("changer", (), (), ChangerTape),
        ("mhvtl", (), (), MhvtlTape),
        ("filelib", ("mtx", "vtlcmd"), ("/dev/nst0",), FileTape),
    ],
)
def test_it_is_what_is_there_unless_the_settings_say_which(
    tmp_path, product, programs, files, kind
):
    assert type(opened(tmp_path, product, programs=programs, files=files)) is kind
