import threading

from calypso.live.poking import REST_S, Poker


class Said:
    """Counts what was said; the first time it holds on until told to go on."""

    def __init__(self):
        self.times = 0
        self.began, self.go_on, self.again, self.often = (threading.Event() for _ in range(4))

    def __call__(self):
        self.times += 1
        if self.times == 1:
            self.began.set()
            self.go_on.wait(10)
        else:
            (self.again if self.times == 2 else self.often).set()


def test_pokes_during_a_poke_become_one():
    said = Said()
    poker = Poker(said)
    poker.poke()
    assert said.began.wait(10)

    for _ in range(1000):
        poker.poke()
    said.go_on.set()

    assert said.again.wait(10), "what was stored meanwhile is told too"
    assert not said.often.wait(10 * REST_S), "nobody asked for more"


def test_nobody_waits_for_a_poke():
    said = Said()
    poker = Poker(said)

    poker.poke()
    assert said.began.wait(10)
    poker.poke()  # returns although the first is still being said

    said.go_on.set()
