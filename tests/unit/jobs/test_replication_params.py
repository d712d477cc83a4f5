"""What replications may be asked for, and which of them may run side by side."""

import pytest
from pydantic import ValidationError

from calypso import jobs
from calypso.models.lock import CLASHES, expand

TYPES = jobs.load()
RUN = TYPES["storage.replication_run"].params
RESTORE = TYPES["storage.replication_restore"].params
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"


def remote(**changed):
    return {"host": "vault", "login_key": {"secret": "k"}, "host_key": KEY} | changed


def run(source, target, direction="local", **more):
    far = {} if direction == "local" else {"remote": remote(**more.pop("at", {}))}
    return RUN(source=source, target=target, direction=direction, **far, **more)


@pytest.mark.parametrize(
    "changed",
    [
        {"host": "-oProxyCommand=id"},
        {"host": "a b"},
        {"host": ""},
        {"user": "-l"},
        {"user": "Root;id"},
        {"host_key": "ssh-dss AAAAB3NzaC1kc3MAAACBAOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2"},
        {"host_key": f"{KEY}\nother {KEY}"},
        {"host_key": f"{KEY} root@vault"},
        {"port": 0},
    ],
)
def test_another_machine_is_named_so_that_ssh_cannot_misread_it(changed):
    with pytest.raises(ValidationError):
        run("tank/a", "vault/a", "push", at=changed)


@pytest.mark.parametrize("host", ["vault", "vault.example.org", "192.0.2.1", "2001:db8::1"])
def test_names_and_addresses_are_taken(host):
    assert run("tank/a", "vault/a", "pull", at={"host": host}).remote.host == host


def test_a_direction_needs_a_machine_and_a_machine_a_direction():
    with pytest.raises(ValidationError, match="name the other machine"):
        RUN(source="tank/a", target="vault/a", direction="push")
    with pytest.raises(ValidationError, match="name the other machine"):
        RUN(source="tank/a", target="vault/a", remote=remote())


def restore(replica, **more):
    return RESTORE(replica=replica, target="tank/b", **more)


def test_a_clock_that_jumped_cannot_empty_a_replica():
    with pytest.raises(ValidationError, match="no lifetime"):
        run("tank/a", "vault/a", target_retention={"lifetime": "P7D"})


def clash(one, other):
    """Tell whether two jobs must not run side by side, by the lock book's own rules."""
    mine, theirs = expand(one.locks()), expand(other.locks())
    return any(theirs[path] in CLASHES[mode] for path, mode in mine.items() if path in theirs)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (run("tank/a", "vault/a"), run("tank/a", "vault/b"), False),
        (run("tank/a", "vault/a"), run("tank/b", "vault/a"), True),
        (run("tank/a", "vault/a"), run("tank/b", "vault/a/b"), True),
        (run("tank/a", "vault/a"), run("tank/b", "vault/ab"), False),
        (run("tank/a", "vault/a", "push"), run("tank/b", "vault/a", "push"), True),
        (run("tank/a", "vault/a", "push"), run("tank/b", "vault/a/b", "push"), True),
        (run("tank/a", "vault/a", "push"), run("tank/a", "vault/b", "push"), False),
        (run("tank/a", "v/a", "push"), run("tank/a", "v/a", "push", at={"host": "o"}), False),
        (run("tank/a", "vault/a", "push"), run("tank/a", "vault/a"), False),
        (run("vault/a", "tank/a", "pull"), run("vault/a", "tank/b", "pull"), False),
        (run("vault/a", "tank/a", "pull"), run("tank/x", "vault/a", "push"), True),
        (run("tank/a", "vault/a", "push"), restore("vault/a", remote=remote()), True),
        (run("tank/a", "vault/b"), restore("vault/a"), False),
    ],
)  # fmt: skip
def test_two_run_side_by_side_unless_one_target_lies_in_the_other(one, other, expected):
    assert clash(one, other) is expected
    assert clash(other, one) is expected


def test_titles_say_where_each_end_is():
    assert run("tank/a", "vault/a", "push").title() == "Replicate tank/a to vault:vault/a"
    assert run("vault/a", "tank/a", "pull").title() == "Replicate vault:vault/a to tank/a"
    assert RESTORE(replica="vault/a", target="tank/b").title() == "Restore vault/a to tank/b"
