"""What a director says of its configuration and clients, where a real one cannot be made to."""

import pytest

from calypso.drivers.backup import ClientDown, ConfigurationRefused, DirectorDown, PasswordRefused
from tests.fakes.director import BEGIN, END, HANG_UP, OK, Signal

HEADER = ".status dir header"
ASKED = '.status client="mail-fd" header'


@pytest.fixture
def mail(fake):
    """A director with a client that does not answer."""
    fake.says(".clients", BEGIN, b"mail-fd\n", OK, END)
    told = (b"client=mail-fd", b"address=192.0.2.7", b"fdport=9102")
    fake.says('.defaults client="mail-fd"', BEGIN, *told, OK, END)
    return fake.says(ASKED, BEGIN, b"Failed to connect to Client mail-fd.\n====\n", OK, END)


@pytest.mark.parametrize(
    ("address", "refusal"), [(b"192.0.2.7:9102", PasswordRefused), (b"192.0.2.8:9102", ClientDown)]
)
def test_why_a_client_does_not_answer_is_told_by_what_is_said_of_its_address(
    mail, backup, address, refusal
):
    said = b'Fatal error: Unable to authenticate with File daemon at "%s".\n' % address
    mail.says("messages", BEGIN, said, OK, END)

    with pytest.raises(refusal, match="mail-fd at 192"):
        backup.reach_client("mail-fd")

    # What waited to be said before is about something else.
    spoken = [word for word in mail.heard if word in ("messages", ASKED)]
    assert spoken == ["messages", ASKED, "messages"]


def test_a_director_that_does_not_tell_when_it_reloaded_is_believed(fake, backup):
    fake.says(HEADER, BEGIN, b"header:\nname=lab-dir\n", OK, END)
    fake.says("messages", BEGIN, b"You have no messages.\n", OK, END)
    fake.says("reload", BEGIN, OK, Signal.MESSAGES_PENDING, END)

    backup._reload()

    assert "reload" in fake.heard


def test_a_director_that_refuses_at_once_is_told_with_all_its_words(fake, backup):
    fake.says(HEADER, BEGIN, b"header:\nreloaded_epoch=1\n", OK, END)
    fake.says("messages", BEGIN, b"Config error: no such pool\n", OK, END)
    refusal = b"Please correct configuration file: /x\nResetting previous configuration.\n"
    fake.says("reload", BEGIN, Signal.ERROR, refusal, Signal.COMMAND_FAILED, END)

    with pytest.raises(ConfigurationRefused, match="did not take it up") as refused:
        backup._reload()

    assert "Resetting previous configuration" in refused.value.original
    assert "no such pool" in refused.value.original


def test_a_director_that_dies_of_a_reload_is_down(fake, backup):
    fake.says(HEADER, BEGIN, b"header:\nreloaded_epoch=1\n", OK, END)
    fake.says("messages", BEGIN, OK, END)
    fake.says("reload", BEGIN, HANG_UP)

    with pytest.raises(DirectorDown):
        backup._reload()


def test_a_client_of_which_the_director_says_at_once_that_it_is_down_is_named(mail, backup):
    mail.says("messages", BEGIN, OK, END)
    said = b"[DE0029] Unable to connect to Client: mail-fd on 192.0.2.7:9102. ERR=refused\n"
    mail.says(ASKED, BEGIN, Signal.ERROR, said, END)

    with pytest.raises(ClientDown, match="mail-fd at 192"):
        backup.reach_client("mail-fd")
