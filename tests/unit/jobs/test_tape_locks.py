"""Which tape jobs exclude each other, and which must not."""

from uuid import UUID

import pytest

from calypso import jobs
from calypso.models.lock import CLASHES, expand

TYPES = jobs.load()


def clash(one, other):
    """Whether two jobs (type, parameters) exclude each other."""
    held, wanted = (
        expand(TYPES[f"tape.{name}"].params(**params).locks()) for name, params in (one, other)
    )
    return any(held[path] in CLASHES[wanted[path]] for path in held.keys() & wanted.keys())


ASSIGN = ("media_assign", {"cartridges": ["CAL001L8"], "pool": "weekly"})
ASSIGN_OTHER = ("media_assign", {"cartridges": ["CAL002L8"], "pool": "weekly"})
WRITE = ("archive_write", {"path": "/srv", "pool": "weekly", "drive": "shelf-0"})
EXPORT = (
    "vault_export",
    {"library": "shelf", "vault": "bank", "cartridges": ["CAL001L8", "CAL002L8"]},
)
WAITING_EXPORT = (EXPORT[0], EXPORT[1] | {"wait_s": 60})
EMPTY = ("vtl_map_empty", {"library": "shelf"})
LOAD = ("changer_load", {"library": "shelf", "cartridge": "CAL001L8", "drive": "shelf-0"})
LOAD_OTHER = ("changer_load", LOAD[1] | {"cartridge": "CAL009L8"})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ASSIGN, ASSIGN_OTHER),
        (ASSIGN, WRITE),  # which may wait for this very cartridge
        (ASSIGN, ("pool_delete", {"pool": "monthly"})),
        (WAITING_EXPORT, EMPTY),  # which may be what it waits for
        (WAITING_EXPORT, LOAD_OTHER),
        (WAITING_EXPORT, ("vault_return", {"library": "shelf", "cartridges": ["CAL009L8"]})),
    ],
)
def test_what_may_go_on_side_by_side_does(one, other):
    assert not clash(one, other)
    assert not clash(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ASSIGN, ("pool_delete", {"pool": "weekly"})),
        (ASSIGN, ("pool_modify", {"pool": "weekly", "allocation": "daily"})),
        (ASSIGN, ("pool_create", {"pool": "weekly"})),
        (ASSIGN, WAITING_EXPORT),
        (EXPORT, EMPTY),
        (EXPORT, LOAD_OTHER),
        (WAITING_EXPORT, LOAD),
        (
            ("media_verify", {"cartridge": "CAL001L8", "drive": "shelf-0"}),
            ("media_catalog", {"cartridge": "CAL001L8", "drive": "shelf-1"}),
        ),
        (
            ("media_copy", {
                "cartridge": "CAL001L8", "drive": "shelf-0", "pool": "offsite",
                "target_drive": "shelf-1",
            }),
            ("archive_write", WRITE[1] | {"drive": "shelf-1"}),
        ),
        (WRITE, ("archive_read", {
            "archive": UUID(int=1), "drive": "shelf-0", "target": "/srv/back",
        })),
    ],
)  # fmt: skip
def test_what_must_not_meet_does_not(one, other):
    assert clash(one, other)
    assert clash(other, one)
