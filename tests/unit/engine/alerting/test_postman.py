"""The postman: gives letters out, notes what became of them, and waits for nobody."""

import threading

import pytest

from calypso.engine.alerting.postman import DEFECT, Postman
from calypso.errors import Undelivered
from calypso.models.alert import Level, NewAlert
from calypso.models.channel import NewChannel
from tests.contract.store.making import eventually


class Sender:
    """Sends nothing; does what a test tells it to."""

    def __init__(self, *errors):
        self.errors, self.sent = list(errors), []

    def send(self, letter, channel, secret):
        self.sent.append((channel.name, letter.what, secret))
        if self.errors and (error := self.errors.pop(0)) is not None:
            raise error


class Secrets:
    def reveal(self, name):
        return f"the value of {name}"


def add(ports, name, **given):
    part = {"url": "https://example.org/", "secret": {"secret": "hook/key"}}
    new = NewChannel(**{"name": name, "kind": "webhook", "webhook": part, **given})
    return ports.channels.add(new, by="ada")


def alarm(ports, key="a"):
    ports.alerts.raise_(
        NewAlert(key=key, kind="k", level=Level.ERROR, subject="s", title="t", detail="d")
    )


def letters(ports, channel):
    return ports.channels.deliveries(channel.id)[0]


@pytest.fixture
def ports(ports):
    from dataclasses import replace

    return replace(ports, secrets=Secrets())


def postman(ports, sender, **given):
    return Postman(ports, {"webhook": sender}, **{"first_pause_s": 10, **given})


def test_a_letter_is_sent_with_the_secret_its_channel_names(ports):
    channel, sender = add(ports, "ops"), Sender()
    alarm(ports)
    assert postman(ports, sender).tick() == 1

    eventually(lambda: letters(ports, channel)[0].state == "sent")
    assert sender.sent == [("ops", "raised", "the value of hook/key")]


@pytest.mark.parametrize(
    ("error", "told"),
    [(Undelivered("The peer answered 500."), "The peer answered 500."), (KeyError("x"), DEFECT)],
)
def test_whatever_goes_wrong_is_noted_and_tried_again(ports, error, told):
    channel = add(ports, "ops")
    alarm(ports)
    postman(ports, Sender(error)).tick()

    letter = eventually(lambda: (one := letters(ports, channel)[0]).last_error and one)
    assert (letter.state, letter.last_error) == ("pending", told)


def test_pauses_double_up_to_an_hour(ports):
    pauses = [postman(ports, Sender()).pause_s(attempt) for attempt in range(1, 40)]

    for number, pause_s in enumerate(pauses):
        assert 0.8 <= pause_s / min(3600, 10 * 2**number) <= 1.2


def test_a_slow_peer_holds_neither_the_tick_nor_another_channel_up(ports):
    slow, quick = add(ports, "slow"), add(ports, "quick")
    go_on = threading.Event()

    class Slow(Sender):
        def send(self, letter, channel, secret):
            if channel.name == "slow":
                go_on.wait(30)

    alarm(ports)
    alarm(ports, "b")
    post = postman(ports, Slow())
    post.tick()
    eventually(lambda: letters(ports, quick)[-1].state == "sent")
    post.tick()
    eventually(lambda: letters(ports, quick)[0].state == "sent")

    assert [one.state for one in letters(ports, slow)] == ["pending", "pending"]
    go_on.set()
    eventually(lambda: letters(ports, slow)[-1].state == "sent")


def test_no_more_letters_are_under_way_than_there_are_hands(ports):
    go_on, under_way = threading.Event(), []

    class Slow(Sender):
        def send(self, letter, channel, secret):
            under_way.append(channel.name)
            go_on.wait(30)

    for name in ("one", "two", "three"):
        add(ports, name)
    alarm(ports)
    post = postman(ports, Slow(), hands=2)

    assert [post.tick(), post.tick()] == [2, 0]
    go_on.set()
    assert post.returned.wait(10)
    eventually(lambda: post.tick() == 1)


def test_what_became_of_a_letter_is_noted_when_the_store_is_back(ports):
    from calypso.errors import StoreUnavailable

    channel = add(ports, "ops")
    alarm(ports)
    (outgoing,) = ports.channels.claim(limit=1, lease_s=60, give_up_s=86400)
    away = [StoreUnavailable(), StoreUnavailable()]
    settle = ports.channels.settle

    def hesitant(*given, **more):
        if away:
            raise away.pop()
        return settle(*given, **more)

    ports.channels.settle = hesitant
    postman(ports, Sender(), sleep=lambda _: None).deliver(outgoing)

    assert letters(ports, channel)[0].state == "sent"
