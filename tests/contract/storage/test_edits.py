"""Whatever people do to their files between two snapshots, the copy has it afterwards."""

import contextlib
import itertools
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some

NAMES = some.sampled_from(["a", "b", "c d", "ä", "d/e", "d/f", "d/g/h", "l\nm"])
NUMBERS = itertools.count()
EDITS = some.lists(
    some.one_of(
        some.tuples(some.just("write"), NAMES, some.binary(max_size=50)),
        some.tuples(some.just("remove"), NAMES, some.none()),
        some.tuples(some.just("rename"), NAMES, NAMES),
        some.tuples(some.just("link"), NAMES, NAMES),
        some.tuples(
            some.just("symlink"), NAMES, some.sampled_from(["a", "../no such/x", "nowhere"])
        ),
        some.tuples(some.just("folder"), NAMES, some.none()),
        some.tuples(some.just("mode"), NAMES, some.sampled_from([0o600, 0o444, 0o755])),
        some.tuples(some.just("time"), NAMES, some.integers(0, 2**60)),
        some.tuples(some.just("attribute"), NAMES, some.binary(min_size=1, max_size=20)),
    ),
    max_size=12,
)


def remove(path, _root, _value):
    path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()


def write(path, _root, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(value)


DO = {
    "write": write,
    "remove": remove,
    "rename": lambda path, root, value: path.rename(root / value),
    "link": lambda path, root, value: os.link(path, root / value, follow_symlinks=False),
    "symlink": lambda path, _root, value: path.symlink_to(value),
    "folder": lambda path, _root, _value: path.mkdir(parents=True),
    "mode": lambda path, _root, value: path.chmod(value),
    "time": lambda path, _root, value: os.utime(path, ns=(value, value), follow_symlinks=False),
    "attribute": lambda path, _root, value: os.setxattr(path, "user.calypso", value),
}


def edit_all(root, edits):
    for verb, name, value in edits:
        with contextlib.suppress(OSError):  # no such file, a folder in the way …: so be it
            DO[verb](root / name, root, value)


def seen(root):
    """What a person sees in a tree, by other means than the drivers' own."""
    return {
        str(path.relative_to(root)): (
            path.lstat().st_mode,
            path.lstat().st_nlink,
            str(path.readlink()) if path.is_symlink() else None,
            path.read_bytes() if path.is_file() and not path.is_symlink() else None,
        )
        for path in Path(root).rglob("*")
    }


@pytest.mark.timeout(300)
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(first=EDITS, second=EDITS)
@example(first=[("symlink", "a", "nowhere"), ("link", "a", "b")], second=[("remove", "a", None)])
def test_after_any_edits_the_copy_is_the_same(place, first, second):
    number = next(NUMBERS)
    home, copy = place.dataset(f"home-{number}"), f"{place.pool}/copy-{number}"
    edit_all(place.path(home), first)
    one = place.snapshot(home, "one")
    place.send(one, copy)
    assert place.storage.checksum(one) == place.storage.checksum(f"{copy}@one")

    edit_all(place.path(home), second)
    two = place.snapshot(home, "two")
    place.send(two, copy, base="one")

    assert place.storage.checksum(two) == place.storage.checksum(f"{copy}@two")
    assert seen(place.path(home)) == seen(place.path(copy))
