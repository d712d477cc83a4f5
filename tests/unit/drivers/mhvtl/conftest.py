"""MhvtlTape over a machine that behaves as mhvtl 1.8.0 was recorded to."""

import pytest

from calypso.drivers.tape.mhvtl import MhvtlTape
from tests.unit.drivers.mhvtl.machine import Changer, Machine


@pytest.fixture
def machine():
    return Machine()


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def tape(machine, pauses):
    return MhvtlTape(machine, Changer(machine), pause=pauses.append)
