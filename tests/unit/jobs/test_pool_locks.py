"""Which jobs about pools and disks exclude each other, and which names they take."""

import pytest
from pydantic import ValidationError

from calypso import jobs
from calypso.models.lock import CLASHES, expand

TYPES = jobs.load()
DISK = "/dev/disk/by-id/ata-X_1"


def clash(one, other):
    """Whether two jobs (type, parameters) exclude each other."""
    held, wanted = (
        expand(TYPES[f"storage.{name}"].params(**params).locks()) for name, params in (one, other)
    )
    return any(held[path] in CLASHES[wanted[path]] for path in held.keys() & wanted.keys())


REPLACE = ("pool_replace", {"pool": "tank", "old": "sda", "new": DISK})
SNAPSHOT = ("snapshot_create", {"dataset": "tank/home"})
CREATE = ("pool_create", {"name": "tank", "vdevs": [{"devices": [DISK]}]})
SCRUB = ("pool_scrub", {"pool": "tank"})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (REPLACE, SNAPSHOT),
        (REPLACE, SCRUB),
        (REPLACE, ("pool_offline", {"pool": "tank", "device": "sdb"})),
        (SCRUB, ("pool_scrub_pause", {"pool": "tank"})),
        (SCRUB, ("pool_scrub", {"pool": "tank", "action": "resume"})),
        (("pool_trim", {"pool": "tank"}), SNAPSHOT),
        (("pool_checkpoint", {"pool": "tank", "action": "discard"}), SNAPSHOT),
        (("disk_smart_test", {"disk": DISK}), REPLACE),
    ],
)
def test_what_may_go_on_side_by_side_does(one, other):
    assert not clash(one, other)
    assert not clash(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (REPLACE, ("pool_export", {"pool": "tank"})),
        (REPLACE, ("disk_wipe", {"disk": DISK})),
        (REPLACE, ("pool_create", {"name": "new", "vdevs": [{"devices": [DISK]}]})),
        (REPLACE, ("pool_detach", {"pool": "tank", "device": "sda"})),
        (("pool_detach", {"pool": "tank", "device": "ata-X_1"}), ("disk_wipe", {"disk": DISK})),
        (SCRUB, SCRUB),
        (("pool_trim", {"pool": "tank"}), ("pool_trim", {"pool": "tank", "devices": ["sda"]})),
        (("pool_upgrade", {"pool": "tank"}), SNAPSHOT),
        (("pool_import", {"pool": "tank"}), CREATE),
    ],
)
def test_what_must_not_meet_does_not(one, other):
    assert clash(one, other)
    assert clash(other, one)


@pytest.mark.parametrize("disk", ["", "sda", "/", "/dev/", "/dev/sd\na", "/dev/disk/by-id/"])
def test_a_path_that_is_none_is_refused_at_the_door(disk):
    with pytest.raises(ValidationError):
        TYPES["storage.disk_wipe"].params(disk=disk)


@pytest.mark.parametrize("device", ["-f", "", "/", "a\tb", "mirror-0/"])
def test_a_device_that_is_none_is_refused_at_the_door(device):
    with pytest.raises(ValidationError):
        TYPES["storage.pool_detach"].params(pool="tank", device=device)
