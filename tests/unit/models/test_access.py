"""Who may do what."""

import pytest

from calypso.models.access import SYSTEM, Actor, permissions_of

ada = Actor("ada", frozenset({"viewer"}))
bob = Actor("bob", frozenset({"operator"}))


@pytest.mark.parametrize(
    ("actor", "permission", "expected"),
    [
        (ada, "storage:read", True),
        (ada, "storage:operate", False),
        (ada, "storage:destroy", False),
        (bob, "storage:operate", True),
        (bob, "storage:destroy", False),
        (bob, "storage:configure", False),
        (bob, "accounts:read", True),
        (SYSTEM, "accounts:write", True),
        (Actor("eve"), "storage:read", False),
        (Actor("eve", frozenset({"nosuch"})), "storage:read", False),
    ],
)
def test_a_role_grants_what_it_says(actor, permission, expected):
    assert actor.may(permission) is expected


def test_a_token_is_never_wider_than_its_owner():
    token = Actor("ada", frozenset({"viewer"}), scope=frozenset({"*:*"}))
    assert token.may("storage:read")
    assert not token.may("storage:operate")


def test_a_token_may_be_narrower_than_its_owner():
    token = Actor("root", frozenset({"admin"}), scope=frozenset({"storage:read"}))
    assert token.may("storage:read")
    assert not token.may("tape:read")


def test_permissions_of_roles_are_listed_once_and_sorted():
    assert permissions_of(["viewer", "operator"]) == sorted(
        {"*:read", "*:operate", "jobs:submit", "jobs:cancel", "schedules:configure"}
    )
