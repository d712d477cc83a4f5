"""Whatever people do to their files between two snapshots, the copy has it afterwards."""

import itertools

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some

from tests.contract.storage.edits import edit_all, seen

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


@pytest.mark.timeout(300)
@settings(
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(first=EDITS, second=EDITS)
@example(first=[("symlink", "a", "nowhere"), ("link", "a", "b")], second=[("remove", "a", None)])
def test_after_any_edits_the_copy_is_the_same(place, first, second):
    number = next(NUMBERS)
    home, copy = place.dataset(f"home-{number}"), f"{place.pool}/copy-{number}"
    place.machine.call(edit_all, place.path(home), first)
    one = place.snapshot(home, "one")
    place.send(one, copy)
    assert place.storage.checksum(one) == place.storage.checksum(f"{copy}@one")

    place.machine.call(edit_all, place.path(home), second)
    two = place.snapshot(home, "two")
    place.send(two, copy, base="one")

    assert place.storage.checksum(two) == place.storage.checksum(f"{copy}@two")
    mine, theirs = (place.machine.call(seen, place.path(one)) for one in (home, copy))
    assert mine == theirs
