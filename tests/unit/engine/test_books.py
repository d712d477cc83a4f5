import pytest

from calypso.engine.books import patient
from calypso.errors import JobCancelled, StoreUnavailable
from calypso.models.media import MediaPool
from calypso.models.media_refusals import MediaPoolMissing
from tests.fakes.memory_media import MemoryBooks


class Away:
    """Books whose database is away for the first `times` asked."""

    def __init__(self, books, times):
        self._books, self.times = books, times

    def pool(self, name):
        if self.times:
            self.times -= 1
            raise StoreUnavailable
        return self._books.pool(name)


def test_an_outage_of_the_database_is_waited_out():
    books, slept = MemoryBooks(), []
    books.create_pool(MediaPool(name="monthly"))

    assert patient(Away(books, 2), sleep=slept.append).pool("monthly").name == "monthly"
    assert len(slept) == 2


def test_a_refusal_is_no_outage():
    with pytest.raises(MediaPoolMissing):
        patient(Away(MemoryBooks(), 0), sleep=pytest.fail).pool("monthly")


def test_a_cancel_ends_the_waiting():
    def cancelled(_):
        raise JobCancelled

    with pytest.raises(JobCancelled):
        patient(Away(MemoryBooks(), 1), sleep=cancelled).pool("monthly")
