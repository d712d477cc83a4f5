"""What a director says of its configuration and clients, where a real one cannot be made to."""

import pytest

from calypso.drivers.backup import ClientDown, PasswordRefused
from tests.fakes.director import BEGIN, END, OK, Signal

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
