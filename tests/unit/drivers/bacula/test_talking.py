"""The console protocol with a scripted director: what it may do wrong, and what is made of it."""

import socket
import struct
import threading
import time
from types import SimpleNamespace

import pytest
from pydantic import SecretStr

from calypso.drivers.backup import (
    DirectorDown,
    DirectorSilent,
    DirectorUnauthorized,
    DirectorUnreadable,
    ProductMissing,
)
from calypso.drivers.backup.bacula.session import Director, session
from calypso.drivers.backup.bacula.wire import MAX_PACKET_BYTES, Signal
from tests.fakes.director import BEGIN, END, HANG_UP, HOLD, OK, PASSWORD, Answered, Raw
from tests.unit.drivers.bacula.conftest import addressed


def ask(fake, command, *, timeout_s=5.0, **options):
    with session(addressed(fake, timeout_s=timeout_s)) as talk:
        return talk.ask(command, **options)


def test_a_recorded_answer_comes_line_by_line(fake):
    fake.plays("lists")

    assert ask(fake, ".clients").lines == ["lab-fd", "away-fd", "stranger-fd"]
    assert fake.heard == ["Hello *UserAgent* calling\n", ".api 1", ".clients"]


def test_a_console_with_spaces_is_named_as_the_director_wants_it(fake):
    fake.plays("lists")

    with session(addressed(fake, console="night watch")) as talk:
        talk.ask("version")

    assert fake.heard[0] == "Hello night\x01watch calling\n"


# ---- signing in


def test_a_wrong_password_is_refused_and_never_told(fake):
    with (
        pytest.raises(DirectorUnauthorized) as refused,
        session(addressed(fake, password="not this")),
    ):
        pass

    assert "1999 Authorization failed" in refused.value.original
    assert "not this" not in f"{refused.value.detail}{refused.value.original}"
    assert not any("not this" in word for word in fake.heard)


def test_who_does_not_know_the_password_itself_is_not_our_director(fake):
    fake.knows_password = False

    with pytest.raises(DirectorUnauthorized, match="not our director"), session(addressed(fake)):
        pass


def test_a_director_that_does_not_say_welcome_is_not_spoken_to(fake):
    fake.greeting = b"1999 No such console\n"

    with pytest.raises(DirectorUnauthorized), session(addressed(fake)):
        pass


def test_a_director_that_wants_tls_is_told_of_as_such(fake):
    fake.before_greeting = [b"auth cram-md5 <1.2@x> ssl=2\n", HOLD]

    with pytest.raises(DirectorUnauthorized, match="TLS Require = no"), session(addressed(fake)):
        pass


def test_one_that_knows_the_password_and_lets_nobody_in_wants_tls(fake):
    fake.greeting = b"1999 You are not authorized.\n"

    with pytest.raises(DirectorUnauthorized, match="TLS Require = no"), session(addressed(fake)):
        pass


@pytest.mark.parametrize(
    ("greeting", "refusal"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", DirectorUnreadable),
        (b"SSH-2.0-OpenSSH_9.2\r\n", DirectorUnreadable),
        (struct.pack(">i", -5), DirectorUnreadable),
        (struct.pack(">i", MAX_PACKET_BYTES + 1), DirectorUnreadable),
        (struct.pack(">i", 10) + b"short", DirectorSilent),
        (struct.pack(">i", 6) + b"hello\n", DirectorUnauthorized),
        (b"", DirectorSilent),
    ],
)
def test_what_is_no_director_is_found_out_in_time(fake, greeting, refusal):
    fake.before_greeting = [Raw(greeting), HOLD]

    with pytest.raises(refusal), session(addressed(fake, timeout_s=0.3)):
        pass


def test_where_nobody_listens_the_director_is_down(fake):
    fake.close()

    with pytest.raises(DirectorDown, match="CALYPSO_BACULA_DIRECTOR"), session(addressed(fake)):
        pass


# ---- answers that do not end


@pytest.mark.parametrize(
    "items",
    [
        [HOLD],
        [BEGIN, b"half a li", HOLD],
        [BEGIN, Raw(struct.pack(">i", 100) + b"only this"), HOLD],
        [BEGIN, Raw(b"\0\0"), HOLD],
        [BEGIN, b"all but the end\n", OK, HOLD],
        [BEGIN, Signal.TEXT_INPUT, HOLD],
    ],
)
def test_a_director_that_stops_talking_is_silent(fake, items):
    fake.says("version", *items)
    started = time.monotonic()

    with pytest.raises(DirectorSilent):
        ask(fake, "version", timeout_s=0.3)

    assert time.monotonic() - started < 3


def test_a_director_that_drips_is_silent_when_the_time_is_over():
    """Each byte comes in time; the answer does not."""
    listening = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()
    dripped = (bytes([byte]) for byte in struct.pack(">i", 10_000) + bytes(10_000))

    def drip():
        connection, _ = listening.accept()
        with connection:
            while not over.wait(0.05):
                connection.sendall(next(dripped))

    dripping = threading.Thread(target=drip)
    dripping.start()
    fake = SimpleNamespace(port=listening.getsockname()[1])
    started = time.monotonic()
    try:
        with pytest.raises(DirectorSilent), session(addressed(fake, timeout_s=0.5)):
            pass
        assert time.monotonic() - started < 3
    finally:
        over.set()
        dripping.join()
        listening.close()


@pytest.mark.parametrize("items", [[HANG_UP], [BEGIN, b"half", HANG_UP], [Raw(b"\0"), HANG_UP]])
def test_a_director_that_hangs_up_is_down(fake, items):
    fake.says("version", *items)

    with pytest.raises(DirectorDown):
        ask(fake, "version")


def test_a_director_that_ends_the_talk_is_down_with_what_it_said(fake):
    fake.says("version", BEGIN, b"shutting down\n", Signal.TERMINATE, HOLD)

    with pytest.raises(DirectorDown) as down:
        ask(fake, "version")

    assert "shutting down" in down.value.original


def test_an_answer_without_end_is_unreadable(fake, monkeypatch):
    from calypso.drivers.backup.bacula import wire

    monkeypatch.setattr(wire, "MAX_ANSWER_BYTES", 1000)
    fake.says("version", BEGIN, *([b"x" * 300] * 4), HOLD)

    with pytest.raises(DirectorUnreadable):
        ask(fake, "version")


def test_heartbeats_and_polls_are_answered(fake):
    fake.says(
        "version",
        *(Signal.HEARTBEAT, Answered(Signal.HEARTBEAT_RESPONSE)),
        *(Signal.POLL, Answered(Signal.EOD)),
        *(BEGIN, b"9.6\n", OK, END),
    )

    assert ask(fake, "version").text == "9.6\n"


# ---- where it is


@pytest.mark.parametrize(
    ("address", "host", "port"),
    [
        ("backup.example.org:19101", "backup.example.org", 19101),
        ("127.0.0.1", "127.0.0.1", 9101),
        ("[::1]:9101", "::1", 9101),
        ("[fe80::1]", "fe80::1", 9101),
    ],
)
def test_an_address_names_host_and_port(address, host, port):
    director = Director.at(address, SecretStr(PASSWORD))

    assert (director.host, director.port) == (host, port)
    assert PASSWORD not in repr(director)


@pytest.mark.parametrize("address", ["", "host:", "host:port", "::1:9101", "a b:1", "[]:1"])
def test_what_is_no_address_is_refused(address):
    with pytest.raises(ProductMissing, match="CALYPSO_BACULA_DIRECTOR"):
        Director.at(address, SecretStr(PASSWORD))
