"""The program that reads tape files, and who takes what it reads."""

import os

import pytest

from calypso.drivers.tape.ends.joining import Reading


@pytest.fixture
def left():
    """The end of a pipe whose reader is gone."""
    reading, writing = os.pipe()
    os.close(reading)
    yield writing
    os.close(writing)


def test_who_leaves_before_the_padding_of_an_archive_misses_nothing(left):
    Reading(orders=None, out=left)._put(memoryview(bytes(1 << 18)))


def test_who_leaves_before_the_end_of_the_data_is_said_to(left):
    with pytest.raises(BrokenPipeError):
        Reading(orders=None, out=left)._put(memoryview(bytes(1 << 18) + b"x"))
