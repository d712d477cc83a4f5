"""Names of any bytes survive the way to people and back."""

import os

import pytest

from calypso.models.raw_path import meant, shown


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"plain", "plain"),
        (b"two\nlines", "two\nlines"),
        (b"not-\xff-utf8", r"not-\xff-utf8"),
        (b"back\\slash", r"back\\slash"),
        (b"\\xff", r"\\xff"),
        ("ünï ✓".encode(), "ünï ✓"),
        (b"cut \xc3", r"cut \xc3"),
    ],
)
def test_a_name_is_shown_and_meant(raw, text):
    path = os.fsdecode(raw)
    assert shown(path) == text
    assert meant(text) == path
    shown(path).encode()


def test_every_byte_survives():
    path = os.fsdecode(bytes(range(1, 256)))
    assert meant(shown(path)) == path


@pytest.mark.parametrize("text", ["\\", r"\n", r"\xf", r"\xFF", r"a\\\b"])
def test_a_backslash_that_means_nothing_is_refused(text):
    with pytest.raises(ValueError, match="backslash"):
        meant(text)


def test_bytes_that_together_are_utf_8_are_that_letter():
    assert meant(r"\xc3\xbc") == "ü"
