"""What users of such systems complain about, as far as the store answers it."""

from datetime import timedelta

import pytest

from calypso.models.clock import now
from calypso.models.job import State, WaitReason
from calypso.models.jobtype import Cancel
from calypso.models.listing import JobQuery
from calypso.models.lock import exclusive
from tests.contract.store.making import AGAIN, claim, finish, running, state, submitted


@pytest.mark.parametrize("cancel", Cancel)
def test_what_has_not_started_can_be_cancelled_whatever_its_type(store, cancel):
    holder = running(store, exclusive("tank"))
    waiting = submitted(store, exclusive("tank"), cancel=cancel)
    queued = submitted(store, cancel=cancel)
    assert store.get(waiting).cancellable
    assert store.get(queued).cancellable

    assert [store.cancel(one, "ada") for one in (waiting, queued)] == [State.CANCELLED] * 2

    finish(store, holder)
    assert claim(store) is None


def test_what_waits_for_anything_says_so_and_is_never_called_running(store):
    again = running(store, max_attempts=2)
    finish(store, again, AGAIN)
    holder = running(store, exclusive("drive"))
    waiting = {
        WaitReason.BACKOFF: again.id,
        WaitReason.LOCK: submitted(store, exclusive("drive")),
        WaitReason.RUN_AT: submitted(store, not_before=now() + timedelta(hours=1)),
        WaitReason.AFTER: submitted(store, after=[holder.id]),
    }

    assert {reason: store.get(one).wait.reason for reason, one in waiting.items()} == {
        reason: reason for reason in waiting
    }
    assert {job.id for job in store.page(JobQuery(states=[State.WAITING])).items} == {
        *waiting.values()
    }
    assert [job.id for job in store.page(JobQuery(states=[State.RUNNING])).items] == [holder.id]
    assert claim(store) is None, "it took a slot while it waits"


def test_what_hangs_is_given_up_on_an_operators_word_and_the_next_has_its_lock(store):
    hung = running(store, exclusive("datastore"))
    following = submitted(store, exclusive("datastore"))
    assert state(store, following) == "waiting"

    assert store.release(hung.id, "ada")

    assert claim(store).id == following
    assert finish(store, hung) is None, "its late end was taken"
    said = store.events_of(hung.id)[-1]
    assert (said.type, said.data["by"]) == ("lost", "ada")
