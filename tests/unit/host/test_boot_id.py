"""Which boot this is: the same for all of a machine, also where a service sees another /proc."""

import pytest

from calypso.host import proof


@pytest.fixture
def files(tmp_path, monkeypatch):
    """The first process's view and our own, which are not there yet."""
    found = tmp_path / "of-the-first", tmp_path / "our-own"
    monkeypatch.setattr(proof, "BOOT_IDS", tuple(map(str, found)))
    proof.boot_id.cache_clear()
    yield found
    proof.boot_id.cache_clear()


def test_it_is_what_the_first_process_sees(files):
    for file, text in zip(files, ("the container's\n", "the host's\n"), strict=True):
        file.write_text(text)
    assert proof.boot_id() == "the container's"


def test_where_nobody_lets_us_look_there_it_is_what_we_see(files):
    files[1].write_text("ours\n")
    assert proof.boot_id() == "ours"


def test_on_this_machine_there_is_one():
    assert len(proof.boot_id()) == 36
