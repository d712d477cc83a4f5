import os
from uuid import uuid4

import pytest
from kombu.transport.memory import Channel

from calypso.broker import ENOUGH, CeleryHints


@pytest.fixture
def queue():
    return f"system@{uuid4()}"


@pytest.fixture
def hints():
    return CeleryHints("memory://", master="", length=lambda key: unread(key.partition(":")[2]))


def unread(queue):
    return Channel.queues[queue].qsize() if queue in Channel.queues else 0


def test_a_burst_leaves_no_more_hints_than_there_may_be_slots(hints, queue):
    for _ in range(10 * ENOUGH):
        hints.ring(queue, uuid4())
    hints.flush(10)

    assert unread(queue) == ENOUGH


def test_a_queue_that_was_full_is_rung_for_again(hints, queue):
    hints.ring(queue, uuid4(), times=2 * ENOUGH)
    hints.flush(10)
    Channel.queues[queue].queue.clear()

    hints.ring(queue, uuid4())
    hints.flush(10)

    assert unread(queue) == 1


def test_a_full_queue_keeps_no_other_queue_silent(hints, queue):
    hints.ring(queue, uuid4(), times=2 * ENOUGH)

    hints.ring(f"{queue}-2", uuid4())
    hints.flush(10)

    assert unread(f"{queue}-2") == 1


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_rings_by_itself(hints, queue):
    hints.ring(queue, uuid4())
    hints.flush(10)

    child = os.fork()
    if child == 0:
        hints.ring(queue, uuid4())
        hints.flush(10)
        os._exit(0 if unread(queue) == 2 else 1)

    assert os.waitpid(child, 0)[1] == 0
