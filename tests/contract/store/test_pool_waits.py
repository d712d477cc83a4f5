"""A media pool and who gives cartridges to it: by the lock book, one waits for the other."""

import pytest

from calypso import jobs
from calypso.models.job import State, WaitReason
from tests.contract.store.making import claim, finish, running, submitted

TYPES = jobs.load()
ASSIGN = ("media_assign", {"cartridges": ["CAL001L8"], "pool": "weekly"})
DELETE = ("pool_delete", {"pool": "weekly"})
MODIFY = ("pool_modify", {"pool": "weekly", "retention": "P1D"})
WRITE = ("archive_write", {"path": "/srv", "pool": "weekly", "drive": "shelf-0"})


def locks(one):
    name, params = one
    return TYPES[f"tape.{name}"].params(**params).locks()


@pytest.mark.parametrize(
    ("first", "second"),
    [(ASSIGN, DELETE), (DELETE, ASSIGN), (ASSIGN, MODIFY), (MODIFY, ASSIGN), (WRITE, DELETE)],
)
def test_a_pool_does_not_go_or_change_while_a_cartridge_is_assigned_to_it(store, first, second):
    claimed = running(store, *locks(first))

    waiting = submitted(store, *locks(second))

    job = store.get(waiting)
    assert (job.state, job.wait.reason) == (State.WAITING, WaitReason.LOCK)
    assert claim(store) is None
    finish(store, claimed)
    assert claim(store).id == waiting


def test_a_cartridge_is_assigned_while_its_pool_is_written_to(store):
    running(store, *locks(WRITE))

    assigning = submitted(store, *locks(ASSIGN))

    assert claim(store).id == assigning
