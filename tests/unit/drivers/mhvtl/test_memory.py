"""A cartridge's memory is read by real processes: `dump_tape` would go on for millions of lines."""

import os

import pytest

from calypso.drivers.tape import CartridgeKind, CartridgeMissing, ProductMissing
from calypso.drivers.tape.mhvtl import MhvtlTape
from calypso.host.local import LocalHost
from tests.fakes.host import FakeHost

HOST = FakeHost("mhvtl-1.8.0-composed")


@pytest.fixture
def dump_tape(tmp_path, monkeypatch):
    """Put a program of that name in front of all others; it prints this and then goes on."""

    def put(said, then):
        (tmp_path / "said").write_text(said)
        program = tmp_path / "dump_tape"
        program.write_text(f"#!/bin/sh\ncat {tmp_path / 'said'}\n{then}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        return MhvtlTape(LocalHost(), None)

    return put


def test_what_it_says_first_is_read_and_the_rest_is_not_waited_for(dump_tape):
    said = HOST.recording("dump_tape-write-protected.txt").stdout
    tape = dump_tape(said, "while :; do echo a block; done")

    memory = tape._memory(10, "VT0003L5")

    assert (memory.kind, memory.is_write_protected) == (CartridgeKind.DATA, True)
    assert memory.used_bytes == 209715200


def test_a_cartridge_that_it_cannot_open_is_missing(dump_tape):
    told = HOST.recording("dump_tape-missing.txt")
    tape = dump_tape(told.stdout, f"echo '{told.stderr.strip()}' >&2; exit 1")
    with pytest.raises(CartridgeMissing, match="NOSUCH"):
        tape._memory(10, "NOSUCH")


def test_without_the_program_it_is_named():
    with pytest.raises(ProductMissing, match="dump_tape is not installed"):
        MhvtlTape(LocalHost(), None)._memory(10, "VT0003L5")
