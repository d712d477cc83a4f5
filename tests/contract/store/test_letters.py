"""Letters: written with the alert, each sent by one, in order, not for ever."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from calypso.errors import Invalid
from calypso.models.alert import Level
from calypso.models.clock import now, uuid7
from tests.contract.store.alarming import claim, full, hook, letters, mail, sent
from tests.contract.store.conftest import SECRET


def test_raised_and_cleared_are_told_to_whom_it_concerns(alerting):
    alerting.channels.add(hook("all"), by="ada")
    alerting.channels.add(mail("grave", min_level=Level.CRITICAL), by="ada")
    alerting.channels.add(mail("off", enabled=False), by="ada")

    alerting.alerts.raise_(full())
    alerting.alerts.raise_(full())
    raised = sent(alerting)
    alerting.alerts.raise_(full(Level.CRITICAL))
    rose = sent(alerting)
    alerting.alerts.clear(full().key)
    cleared = sent(alerting)
    alerting.alerts.raise_(full(key="other"))
    sent(alerting)
    alerting.alerts.clear("other")

    assert raised == [("all", "raised")]
    assert sorted(rose) == [("all", "rose"), ("grave", "rose")]
    assert sorted(cleared) == [("all", "cleared"), ("grave", "cleared")]
    assert sent(alerting) == [("all", "cleared")]


def test_a_letter_tells_the_alert_as_it_was(alerting):
    channel = alerting.channels.add(hook(), by="ada")
    alerting.alerts.raise_(full())
    alerting.alerts.raise_(full(Level.ERROR, detail="Worse."))

    (first,) = claim(alerting)
    alerting.channels.settle(first)
    (second,) = claim(alerting)

    assert (first.letter.alert.level, first.letter.alert.count) == (Level.WARNING, 1)
    assert (second.letter.alert.detail, second.letter.alert.count) == ("Worse.", 2)
    assert (first.channel.id, first.channel.secret) == (channel.id, SECRET)
    assert first.letter.id == letters(alerting, channel)[1].id


def test_a_letter_is_taken_by_one(alerting):
    alerting.channels.add(hook(), by="ada")
    alerting.alerts.raise_(full())

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: claim(alerting), range(8)))

    assert sum(len(one) for one in taken) == 1


def test_a_channel_sends_one_letter_at_a_time_and_holds_no_other_channel_up(alerting):
    alerting.channels.add(hook("slow"), by="ada")
    alerting.alerts.raise_(full(key="a"))
    alerting.alerts.raise_(full(key="b"))
    (slow,) = claim(alerting)
    alerting.channels.add(mail("quick"), by="ada")
    alerting.alerts.raise_(full(key="c"))

    (quick,) = claim(alerting)
    assert (slow.channel.name, quick.channel.name) == ("slow", "quick")
    assert claim(alerting) == []
    alerting.channels.settle(slow)
    assert [one.letter.alert.key for one in claim(alerting)] == ["b"]


def test_no_more_letters_are_taken_than_there_are_hands(alerting):
    for name in ("one", "two", "three"):
        alerting.channels.add(mail(name), by="ada")
    alerting.alerts.raise_(full())

    assert len(claim(alerting, 2)) == 2
    assert len(claim(alerting, 2)) == 1


def test_what_could_not_be_sent_is_tried_again_after_its_pause_and_says_why(alerting):
    channel = alerting.channels.add(hook(), by="ada")
    alerting.alerts.raise_(full())

    (first,) = claim(alerting)
    alerting.channels.settle(first, error="The peer answered 500.", retry_in_s=3600)
    waits = letters(alerting, channel)[0]
    fares = alerting.channels.get(channel.id)
    assert (waits.state, waits.attempts, waits.last_error) == (
        "pending", 1, "The peer answered 500.",
    )  # fmt: skip
    assert waits.next_at > now() + timedelta(minutes=50)
    assert (fares.last_error, fares.last_sent_at) == ("The peer answered 500.", None)
    assert claim(alerting) == []


def test_a_letter_that_came_through_at_last_is_sent_and_its_channel_well(alerting):
    channel = alerting.channels.add(hook(), by="ada")
    alerting.alerts.raise_(full())

    (first,) = claim(alerting)
    alerting.channels.settle(first, error="The peer answered 500.", retry_in_s=0)
    (second,) = claim(alerting)
    alerting.channels.settle(second)

    done, fares = letters(alerting, channel)[0], alerting.channels.get(channel.id)
    assert (first.letter.id, first.attempt, second.attempt) == (second.letter.id, 1, 2)
    assert (done.state, done.last_error, done.next_at) == ("sent", None, None)
    assert done.sent_at is not None
    assert (fares.last_error, fares.last_error_at is None) == (None, False)
    assert claim(alerting) == []


def test_who_was_too_slow_settles_nothing(alerting):
    channel = alerting.channels.add(hook(), by="ada")
    alerting.alerts.raise_(full())

    (slow,) = claim(alerting, lease_s=0)
    (next_one,) = claim(alerting)

    assert next_one.letter.id == slow.letter.id
    assert alerting.channels.settle(slow) is False
    assert letters(alerting, channel)[0].state == "pending"
    assert alerting.channels.settle(next_one) is True


def test_a_clearing_never_arrives_before_its_raising(alerting):
    alerting.channels.add(hook(), by="ada")
    alerting.alerts.raise_(full())
    (raised,) = claim(alerting)
    alerting.channels.settle(raised, error="No.", retry_in_s=3600)
    alerting.alerts.clear(full().key)
    alerting.alerts.raise_(full(key="other"))

    assert [(one.letter.what, one.letter.alert.key) for one in claim(alerting)] == [
        ("raised", "other"),
    ]  # fmt: skip
    assert claim(alerting) == []


def test_a_letter_is_given_up_in_the_end(alerting):
    channel = alerting.channels.add(hook(), by="ada")
    alerting.alerts.raise_(full())
    (first,) = claim(alerting)
    alerting.channels.settle(first, error="No.", retry_in_s=3600)

    assert claim(alerting, give_up_s=0) == []
    given_up = letters(alerting, channel)[0]
    assert (given_up.state, given_up.last_error, given_up.next_at) == ("given_up", "No.", None)
    assert claim(alerting) == []


def test_a_disabled_channel_sends_tests_only(alerting):
    channel = alerting.channels.add(hook(), by="ada")
    alerting.alerts.raise_(full())
    alerting.channels.change(channel.id, hook(enabled=False), by="ada")
    alerting.channels.add_test(channel.id)

    assert sent(alerting) == [("ops", "test")]
    assert [one.state for one in letters(alerting, channel)] == ["sent", "pending"]


def test_a_test_is_tried_once(alerting):
    channel = alerting.channels.add(hook(), by="ada")
    letter = alerting.channels.add_test(channel.id)
    (outgoing,) = claim(alerting)

    alerting.channels.settle(outgoing, error="The peer answered 404.", retry_in_s=0)

    ended = alerting.channels.delivery(letter.id)
    assert (outgoing.letter.what, outgoing.letter.alert) == ("test", None)
    assert (ended.state, ended.last_error) == ("given_up", "The peer answered 404.")
    assert claim(alerting) == []
    assert alerting.channels.add_test(uuid7()) is None
    assert alerting.channels.delivery(uuid7()) is None


def test_letters_are_listed_in_pages_newest_first(alerting):
    channel = alerting.channels.add(hook(), by="ada")
    written = [alerting.channels.add_test(channel.id).id for _ in range(5)]

    first, cursor = alerting.channels.deliveries(channel.id, limit=3)
    rest, end = alerting.channels.deliveries(channel.id, limit=3, cursor=cursor)

    assert [one.id for one in (*first, *rest)] == written[::-1]
    assert end is None
    with pytest.raises(Invalid):
        alerting.channels.deliveries(channel.id, cursor="made-up")


def test_letters_go_with_their_alert_and_old_tests_by_themselves(alerting):
    channel = alerting.channels.add(hook(), by="ada")
    alerting.channels.add_test(channel.id)
    for key in ("a", "open"):
        alerting.alerts.raise_(full(key=key))
    alerting.alerts.clear("a")

    alerting.alerts.retire(before=now() + timedelta(seconds=5))

    assert [one.what for one in letters(alerting, channel)] == ["raised"]
