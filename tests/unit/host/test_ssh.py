"""How ssh is called, and what its complaints mean."""

import shlex
import subprocess

import pytest

from calypso.host import Ran
from calypso.host.ssh import SshHost, near, prepare, reach
from calypso.host.ssh_errors import (
    HostKeyChanged,
    KeyUnusable,
    LoginRefused,
    PeerLost,
    PeerUnreachable,
    fingerprint,
    read,
)
from tests.fakes.host import FakeHost

HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"


@pytest.fixture
def far(tmp_path):
    told = {"host": "vault", "user": "backup", "port": 2222, "key": "k", "host_key": HOST_KEY}
    return SshHost(FakeHost(), prepare(tmp_path, **told))


def test_only_the_pinned_key_and_the_given_login_count(far, tmp_path):
    words = far.reach(["true"])
    told = dict(word.split("=", 1) for word in words if "=" in word and " " not in word)
    assert told["UserKnownHostsFile"] == str(tmp_path / "known_hosts")
    assert (told["StrictHostKeyChecking"], told["GlobalKnownHostsFile"]) == ("yes", "/dev/null")
    assert (told["BatchMode"], told["IdentitiesOnly"], told["IdentityAgent"]) == (
        "yes",
        "yes",
        "none",
    )
    assert words[words.index("--") + 1] == "vault"
    assert (tmp_path / "known_hosts").read_text() == f"peer {HOST_KEY}\n"


def test_the_shell_over_there_gets_the_words_as_they_were(far):
    hostile = ["$(id)", "a b", "'", '"', "\n", ";", "-x", ""]
    command = far.reach(["printf", "%s|", *hostile], {"TZ": "UTC"})[-1]
    assert shlex.split(command)[:4] == ["env", shlex.split(command)[1], "LC_ALL=C", "TZ=UTC"]
    ran = subprocess.run(["sh", "-c", command], check=True, capture_output=True, text=True)
    assert ran.stdout == "|".join([*hostile, ""])


def test_a_near_machine_is_reached_by_nothing(far):
    host = FakeHost()
    assert reach(host, ["true"]) == ["true"]
    assert near(host, far) is host
    assert near(far, host) is far.near


@pytest.mark.parametrize(
    ("said", "kind", "told"),
    [
        ("ssh: connect to host vault port 22: Connection refused\r\n", PeerUnreachable, "refused"),
        ("ssh: Could not resolve hostname vault: Name or service not known\n", PeerUnreachable, ""),
        ("Connection timed out during banner exchange\n", PeerUnreachable, "banner"),
        ("kex_exchange_identification: Connection closed by remote host\n", PeerUnreachable, ""),
        ("Timeout, server vault not responding.\n", PeerLost, "not responding"),
        ("client_loop: send disconnect: Broken pipe\n", PeerLost, ""),
        ("Connection to vault closed by remote host.\n", PeerLost, "closed"),
        ("root@vault: Permission denied (publickey).\n", LoginRefused, "authorized_keys"),
        (
            'Load key "/x": invalid format\nroot@vault: Permission denied (publickey).\n',
            KeyUnusable,
            "passphrase",
        ),
        ("No ED25519 host key is known for peer\nHost key verification failed.\n", HostKeyChanged,
         "another kind than ssh-ed25519"),
    ],
)  # fmt: skip
def test_each_complaint_has_its_type_and_names_the_machine(said, kind, told):
    found = read(Ran(("ssh",), 255, "", said, 0.1), who="root@vault:22", host_key=HOST_KEY)
    assert type(found) is kind
    assert "root@vault:22" in found.detail
    assert told in found.detail
    assert found.original == said


@pytest.mark.parametrize(
    ("code", "said"),
    [(1, "ssh: connect to host\n"), (255, "cannot detach x: no such device\n"), (0, "")],
)
def test_what_ended_by_itself_over_there_is_no_failure_of_ssh(code, said):
    assert read(Ran(("ssh",), code, "", said, 0.1), who="x", host_key=HOST_KEY) is None


def test_a_fingerprint_is_the_one_ssh_shows():
    assert fingerprint(HOST_KEY) == "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU"
