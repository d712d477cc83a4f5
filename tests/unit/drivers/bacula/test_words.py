"""What is put into commands, and the letters of the catalog."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from calypso.drivers.backup import (
    BadName,
    Level,
    RestoreSpec,
    RunKind,
    RunState,
)
from calypso.drivers.backup.bacula import auth, letters, text

# ---- words


@given(st.text())
def test_a_word_is_refused_or_ends_where_it_should(name):
    try:
        told = text.word("job", name)
    except BadName:
        return
    assert told == f'job="{name}"'
    assert not set(name) & set("\"\\\n\r\0;'<>&")


def test_names_as_bacula_has_them_pass():
    for name in ("BackupData", "fd1-fd", "Home of Ada", "a.b:c_d-1", "x" * 127):
        assert text.word("job", name) == f'job="{name}"'


@given(st.text(st.characters(exclude_characters="\0")))
def test_a_path_ends_where_it_should(path):
    """As the director reads it: a backslash marks what follows, a quote ends it."""
    told = text.path_word("path", path)

    read, position = "", len('path="')
    while told[position] != '"':
        position += told[position] == "\\"
        read += told[position]
        position += 1
    assert read == path
    assert position == len(told) - 1


# ---- letters


def test_every_letter_of_bacula_s_table_has_a_state():
    for letter in "CRBTEefDAFSmMsjcdtpaiIWLl":
        assert letter in {one for state in RunState for one in letters.state_letters(state)}
    assert letters.state("T") is RunState.SUCCEEDED
    assert letters.state("W") is RunState.WARNINGS
    assert letters.state("I") is RunState.INCOMPLETE
    assert letters.state("?") is RunState.WAITING


def test_levels_and_kinds_are_named_both_ways():
    for level in Level:
        assert letters.level(letters.level_letter(level)) is level
        assert letters.level_of_word(letters.level_word(level)) is level
    assert letters.level(" ") is None
    assert letters.kind("c") is letters.kind("C") is RunKind.COPY
    assert letters.kind("?") is RunKind.OTHER


# ---- what is asked for


@pytest.mark.parametrize(
    "wrong",
    [
        {"where": "/"},
        {"where": "//"},
        {"where": "/tmp/.."},
        {"where": "/./"},
        {"where": "/tmp", "in_place": True},
        {},
        {"where": "relative"},
        {"where": "/a\nb"},
        {"where": "/tmp", "runs": ()},
    ],
)
def test_a_restore_over_what_is_there_needs_its_own_word(wrong):
    with pytest.raises(ValidationError):
        RestoreSpec(**{"client": "lab-fd", "runs": (1,), **wrong})


def test_a_restore_below_a_folder_or_in_place_is_taken():
    RestoreSpec(client="lab-fd", runs=(1,), where="/tmp/restored")
    RestoreSpec(client="lab-fd", fileset="Data", in_place=True)


@pytest.mark.parametrize("name", ["", " ", "Home ", " Home", "-x", "a/b", "x" * 128, "Höme", "a\0"])
def test_what_bacula_calls_nothing_is_refused(name):
    with pytest.raises(BadName):
        text.word("job", name)


def test_no_file_has_a_nul_in_its_path():
    with pytest.raises(BadName):
        text.path_word("path", "/a\0b")


def test_the_letters_are_bacula_s():
    assert [letters.level(one) for one in "FDIfB"] == [
        Level.FULL,
        Level.DIFFERENTIAL,
        Level.INCREMENTAL,
        Level.VIRTUAL_FULL,
        Level.BASE,
    ]
    assert letters.kind("B") is RunKind.BACKUP
    assert letters.kind("R") is RunKind.RESTORE


def test_the_old_base64_takes_bytes_as_signed():
    """As Bacula 9.6 itself writes it; the ordinary one differs from the third digit on."""
    data = bytes(range(3, 256, 17))

    assert auth._historic(data) == b"AxQlNkdYaX+Ln6++z+/x"
    assert auth._standard(data) == b"AxQlNkdYaXqLnK2+z+Dx"
