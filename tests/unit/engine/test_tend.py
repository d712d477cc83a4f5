"""The sweeper does a bounded part of the work, then everything else gets its turn."""

from dataclasses import replace

from calypso.engine.tend import RETIRE_ROUNDS, RETIRE_S, Tender
from tests.fakes.ports import memory_house


class Backlog:
    """A store in which that many jobs wait to be moved to history."""

    def __init__(self, inner, batches):
        self._inner, self.left, self.moves = inner, batches, 0

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def retire(self, *, before, drop_before, batch=1000):
        self.moves += 1
        moved = batch if self.left else 0
        self.left = max(0, self.left - 1)
        return moved


def tending(batches):
    ports = memory_house().ports
    store = Backlog(ports.jobs, batches)
    clock = [0.0]
    tender = Tender(
        replace(ports, jobs=store), node=None, undertaker=None, hot_days=7, history_days=400,
        clock=lambda: clock[0],
    )  # fmt: skip
    return tender, store, clock


def test_a_backlog_is_retired_in_parts_and_at_once():
    tender, store, _ = tending(RETIRE_ROUNDS * 2 + 1)

    tender.tick()
    assert store.moves == RETIRE_ROUNDS
    tender.tick()
    tender.tick()

    assert store.left == 0


def test_without_a_backlog_history_is_looked_at_now_and_then():
    tender, store, clock = tending(0)

    for clock[0] in (0.0, 1.0, RETIRE_S - 1):
        tender.tick()
    assert store.moves == 1
    clock[0] = RETIRE_S
    tender.tick()

    assert store.moves == 2
