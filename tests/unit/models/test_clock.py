"""Ids sort by their time and carry the right marks."""

from calypso.models.clock import now, uuid7


def test_ids_sort_by_their_millisecond():
    ids = [uuid7(unix_ms) for unix_ms in (1, 2, 1_790_000_000_000)]
    assert ids == sorted(ids)


def test_an_id_is_a_uuid_of_version_seven():
    made = uuid7()
    assert (made.version, made.variant) == (7, "specified in RFC 4122")


def test_two_ids_of_one_millisecond_differ():
    assert len({uuid7(5) for _ in range(1000)}) == 1000


def test_now_is_aware_utc():
    assert now().utcoffset().total_seconds() == 0
