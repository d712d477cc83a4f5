"""Whose session it is, and whether a job has changed: of many at once, as it is now."""

from dataclasses import replace
from datetime import timedelta

import pytest

from calypso.models.clock import now, uuid7
from calypso.models.ledger import Beat, Ending
from calypso.models.sight import Look
from calypso.store.accounts import Accounts
from tests.contract.store.making import claim, finish, submitted

pytestmark = pytest.mark.postgres
PASSWORD = "correct horse battery"


@pytest.fixture
def accounts(engine):
    return Accounts(engine)


def session_of(accounts, name, **given):
    user = accounts.user(name) or accounts.add_user(name, PASSWORD, ["viewer"])
    return Look(user_id=user.id, generation=0, ids=(str(uuid7()), str(uuid7())), **given)


def found_by(accounts, look):
    return accounts.look([look])[0].user


def test_each_look_finds_its_own_in_the_order_they_were_asked(accounts, postgres):
    job = submitted(postgres)
    ada, bob = session_of(accounts, "ada"), session_of(accounts, "bob")
    looks = [bob, replace(ada, user_id=uuid7()), replace(ada, job_id=job), bob, ada]

    seen = accounts.look(looks)

    names = [one.user and one.user.name for one in seen]
    assert names == ["bob", None, "ada", "bob", "ada"]
    assert [one.stamp is None for one in seen] == [True, True, False, True, True]


@pytest.mark.parametrize("which", [0, 1])
def test_a_token_or_a_session_that_was_signed_out_is_nobodys(accounts, which):
    look, other = session_of(accounts, "ada"), session_of(accounts, "ada")

    accounts.revoke([look.ids[which]], now() + timedelta(hours=1))

    assert found_by(accounts, look) is None
    assert found_by(accounts, other) is not None


def test_a_new_password_a_lock_out_and_a_removal_end_a_session(accounts):
    accounts.add_user("root", PASSWORD, ["admin"])
    ada, bob, eve = (session_of(accounts, name) for name in ("ada", "bob", "eve"))
    accounts.change_user(ada.user_id, password="another horse")
    accounts.change_user(bob.user_id, disabled=True)
    accounts.remove_user(eve.user_id)

    assert [one.user for one in accounts.look([ada, bob, eve])] == [None, None, None]
    assert found_by(accounts, replace(ada, generation=1)).name == "ada"


def test_roles_are_those_of_now(accounts):
    look = session_of(accounts, "ada")
    accounts.change_user(look.user_id, roles=["operator"])

    assert found_by(accounts, look).roles == ["operator"]


def test_a_stamp_stays_while_a_job_does_and_changes_with_all_that_happens_to_it(accounts, postgres):
    job, worker = submitted(postgres), uuid7()
    look = session_of(accounts, "ada", job_id=job)
    seen = []

    def stamp():
        seen.append(accounts.look([look])[0].stamp)
        assert accounts.look([look])[0].stamp == seen[-1]

    stamp()
    claimed = claim(postgres, worker)
    stamp()
    postgres.begin(job, claimed.epoch)
    stamp()
    postgres.heartbeat(worker, [Beat(job, claimed.epoch, {"percent": 5.0})], lease_s=60)
    stamp()
    postgres.cancel(job, "ada")
    stamp()
    postgres.finish(job, claimed.epoch, Ending("cancelled"))
    stamp()

    assert len(set(seen)) == len(seen) == 6


def test_a_job_that_is_not_there_or_in_history_has_no_stamp(accounts, postgres):
    job = submitted(postgres)
    claimed = claim(postgres)
    finish(postgres, claimed)
    ended, missing = (session_of(accounts, "ada", job_id=one) for one in (job, uuid7()))
    assert accounts.look([ended])[0].stamp is not None

    postgres.retire(before=now() + timedelta(days=1), drop_before=now() - timedelta(days=900))

    assert [one.stamp for one in accounts.look([ended, missing])] == [None, None]
