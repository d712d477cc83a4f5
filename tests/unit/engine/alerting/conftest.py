import pytest

from tests.fakes.ports import memory_house


@pytest.fixture
def ports():
    return memory_house().ports
