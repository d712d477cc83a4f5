from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from calypso.errors import JobFenced
from calypso.models.archive import ArchivePart, ArchiveRecord, ArchiveState
from calypso.models.clock import now, uuid7
from calypso.models.media import (
    Allocation,
    CartridgeKind,
    Encryption,
    MediaPool,
    MediaState,
)
from calypso.models.media_refusals import (
    MediaPoolExists,
    MediaPoolInUse,
    MediaPoolMissing,
    MediumKept,
    MediumUnknown,
)
from tests.contract.store.making import DONE, finish

MONTHLY = MediaPool(name="monthly", retention=timedelta(days=30))
LONG_AGO = now().replace(microsecond=0) - timedelta(days=31)


def put(books, barcode, pool="monthly", kind=CartridgeKind.DATA, library="shelf"):
    return books.assign(barcode, pool, kind=kind, library=library)


def written(books, barcode, *, at, pool="monthly", set_id=None, kind=CartridgeKind.DATA):
    """A cartridge of a pool with a set on it whose last write was then."""
    put(books, barcode, pool, kind)
    books.begin_medium(barcode, pool, label=uuid4(), set_id=set_id)
    return books.note(barcode, written_at=at, used_bytes=1000)


def archive_on(books, barcode, *, state=ArchiveState.WHOLE):
    """An archive of one part and 1000 bytes on a cartridge."""
    archive = ArchiveRecord(
        id=uuid7(), job_id=uuid4(), pool="monthly", source="tank/home", snapshot="now",
        began_at=now(),
    )  # fmt: skip
    books.begin_archive(archive)
    books.put_part(
        archive.id, ArchivePart(number=0, barcode=barcode, file=1, first_byte=0, size_bytes=1000)
    )
    return books.end_archive(archive.id, state, at=now(), size_bytes=1000, files=0)


# ---- pools


def test_a_pool_is_read_back_as_it_was_made(books):
    pool = MediaPool(
        name="weekly", allocation=Allocation.WEEKLY, retention=timedelta(days=28),
        library="shelf", encryption=Encryption.ON, is_worm=True, time_zone="Europe/Berlin",
    )  # fmt: skip

    books.create_pool(pool)

    assert (books.pool("weekly"), books.pools()) == (pool, [pool])


def test_to_make_a_pool_twice_is_fine_unless_its_rules_differ(books):
    books.create_pool(MONTHLY)
    books.create_pool(MONTHLY)

    with pytest.raises(MediaPoolExists, match="monthly already"):
        books.create_pool(MONTHLY.model_copy(update={"retention": None}))
    assert books.pools() == [MONTHLY]


def test_a_pool_that_is_not_there_cannot_be_read_or_changed(books):
    with pytest.raises(MediaPoolMissing, match="no media pool monthly"):
        books.pool("monthly")
    with pytest.raises(MediaPoolMissing):
        books.change_pool(MONTHLY)
    assert books.pools() == []


def test_a_pool_stays_while_cartridges_belong_to_it(books):
    books.create_pool(MONTHLY)
    put(books, "CAL001L8")

    with pytest.raises(MediaPoolInUse, match="1 cartridges belong to pool monthly: CAL001L8"):
        books.delete_pool("monthly")

    put(books, "CAL001L8", None)
    books.delete_pool("monthly")
    books.delete_pool("monthly")
    assert books.pools() == []


def test_pools_and_cartridges_are_of_one_node(shelf, books):
    books.create_pool(MONTHLY)
    put(books, "CAL001L8")
    other = shelf.of(shelf.claimed, "attic")

    assert (other.pools(), other.media(), other.medium("CAL001L8")) == ([], [], None)
    with pytest.raises(MediaPoolMissing):
        put(other, "CAL001L8")


# ---- cartridges


def test_a_new_cartridge_is_scratch_of_the_pool_it_is_given_to(books):
    books.create_pool(MONTHLY)

    record = put(books, "CAL001L8")

    assert record == books.medium("CAL001L8")
    assert (record.state, record.pool, record.library) == (MediaState.SCRATCH, "monthly", "shelf")
    assert books.media() == [record]


def test_a_cartridge_is_given_to_no_pool_that_is_not_there(books):
    with pytest.raises(MediaPoolMissing):
        put(books, "CAL001L8")
    assert books.media() == []


def test_what_is_kept_stays_in_its_pool_until_it_has_expired(books):
    books.create_pool(MONTHLY)
    books.create_pool(MONTHLY.model_copy(update={"name": "other"}))
    kept = written(books, "CAL001L8", at=now())
    written(books, "CAL002L8", at=LONG_AGO)

    with pytest.raises(MediumKept, match=r"CAL001L8 holds a set of pool monthly .* kept until"):
        put(books, "CAL001L8", "other")
    freed = put(books, "CAL002L8", "other")

    assert books.medium("CAL001L8") == kept
    assert (freed.state, freed.pool, freed.media_set, freed.label) == (
        MediaState.SCRATCH, "other", None, None,
    )  # fmt: skip


def test_to_assign_a_cartridge_to_its_own_pool_leaves_it_as_it_is(books):
    books.create_pool(MONTHLY)
    before = written(books, "CAL001L8", at=LONG_AGO)

    assert put(books, "CAL001L8") == before


@pytest.mark.parametrize("state", [MediaState.FOREIGN, MediaState.DAMAGED])
def test_a_foreign_or_damaged_cartridge_is_not_assigned_but_given_up(books, state):
    put(books, "CAL001L8", None)
    books.create_pool(MONTHLY)
    books.note("CAL001L8", state=state, reason="label of Bareos")

    with pytest.raises(MediumKept, match=f"is {state.value}: label of Bareos"):
        put(books, "CAL001L8")
    assert books.give_up("CAL001L8").state is MediaState.SCRATCH
    assert put(books, "CAL001L8").pool == "monthly"


def test_what_was_written_once_is_never_scratch_again(books):
    books.create_pool(MONTHLY.model_copy(update={"is_worm": True}))
    before = written(books, "CAL001LX", at=LONG_AGO, kind=CartridgeKind.WORM)

    with pytest.raises(MediumKept, match="written once"):
        books.give_up("CAL001LX")
    with pytest.raises(MediumKept, match="written once"):
        put(books, "CAL001LX", None)
    with pytest.raises(MediumKept, match="written once"):
        books.begin_medium("CAL001LX", "monthly", label=uuid4())
    assert books.medium("CAL001LX") == before


def test_a_cartridge_begins_in_a_new_set_and_another_joins_it(books):
    books.create_pool(MONTHLY)
    put(books, "CAL001L8")
    put(books, "CAL002L8")

    first = books.begin_medium("CAL001L8", "monthly", label=uuid4(), capacity_bytes=5)
    second = books.begin_medium(
        "CAL002L8", "monthly", label=uuid4(), set_id=first.media_set.id, encryption=Encryption.ON
    )

    assert (first.state, first.capacity_bytes) == (MediaState.OPEN, 5)
    assert second.media_set == first.media_set
    assert second.encryption is Encryption.ON
    assert (first.media_set.pool, first.media_set.retention) == ("monthly", timedelta(days=30))
    assert books.sets("monthly") == [first.media_set]
    assert books.media() == [first, second]


def test_the_same_label_again_changes_nothing(books):
    books.create_pool(MONTHLY)
    put(books, "CAL001L8")
    label = uuid4()
    books.begin_medium("CAL001L8", "monthly", label=label)
    before = books.note("CAL001L8", used_bytes=9)

    assert books.begin_medium("CAL001L8", "monthly", label=label) == before


def test_what_is_kept_is_not_begun_anew(books):
    books.create_pool(MONTHLY)
    before = written(books, "CAL001L8", at=now())

    with pytest.raises(MediumKept, match=r"kept until .* Nothing was written over"):
        books.begin_medium("CAL001L8", "monthly", label=uuid4())
    with pytest.raises(MediumKept, match="is being written in this set"):
        books.begin_medium("CAL001L8", "monthly", label=uuid4(), set_id=before.media_set.id)
    assert books.medium("CAL001L8") == before


def test_a_cartridge_joins_only_a_set_of_its_pool(books):
    books.create_pool(MONTHLY)
    put(books, "CAL001L8")

    with pytest.raises(MediumKept, match="no set"):
        books.begin_medium("CAL001L8", "monthly", label=uuid4(), set_id=uuid4())
    assert books.medium("CAL001L8").state is MediaState.SCRATCH


def test_an_expired_cartridge_begins_anew_and_its_archives_are_overwritten(books):
    books.create_pool(MONTHLY)
    old = written(books, "CAL001L8", at=LONG_AGO)
    gone, kept = archive_on(books, "CAL001L8"), archive_on(books, "CAL002L8")

    begun = books.begin_medium("CAL001L8", "monthly", label=uuid4())

    assert begun.media_set.id != old.media_set.id
    assert begun.used_bytes == 0
    assert books.archive(gone.id).state is ArchiveState.OVERWRITTEN
    assert books.archive(kept.id).state is ArchiveState.WHOLE
    assert books.sets("monthly") == [begun.media_set]


def test_a_cartridge_that_is_no_more_is_off_the_record_and_its_archives_are_overwritten(books):
    books.create_pool(MONTHLY)
    written(books, "CAL001L8", at=now())
    gone, kept = archive_on(books, "CAL001L8"), archive_on(books, "CAL002L8")

    books.remove("CAL001L8")
    books.remove("CAL001L8")

    assert books.medium("CAL001L8") is None
    assert books.archive(gone.id).state is ArchiveState.OVERWRITTEN
    assert books.archive(kept.id).state is ArchiveState.WHOLE
    books.delete_pool("monthly")


def test_a_longer_retention_holds_at_once_and_a_shorter_one_does_not(books):
    books.create_pool(MONTHLY)
    written(books, "CAL001L8", at=LONG_AGO)

    books.change_pool(MONTHLY.model_copy(update={"retention": timedelta(days=40)}))
    with pytest.raises(MediumKept):
        books.begin_medium("CAL001L8", "monthly", label=uuid4())

    books.change_pool(MONTHLY.model_copy(update={"retention": timedelta(days=1)}))
    assert books.begin_medium("CAL001L8", "monthly", label=uuid4()).state is MediaState.OPEN
    books.change_pool(MONTHLY.model_copy(update={"retention": timedelta(seconds=1)}))
    books.note("CAL001L8", written_at=now() - timedelta(minutes=1))
    with pytest.raises(MediumKept):
        put(books, "CAL001L8", None)


def test_the_last_write_to_any_cartridge_of_a_set_keeps_all_of_it(books):
    books.create_pool(MONTHLY)
    first = written(books, "CAL001L8", at=LONG_AGO)
    written(books, "CAL002L8", at=now(), set_id=first.media_set.id)

    with pytest.raises(MediumKept):
        put(books, "CAL001L8", None)


def test_an_older_write_noted_later_does_not_shorten_anything(books):
    books.create_pool(MONTHLY)
    at = datetime(2026, 3, 1, tzinfo=UTC)
    written(books, "CAL001L8", at=at)

    record = books.note("CAL001L8", written_at=LONG_AGO.replace(year=2025))

    assert (record.last_write_at, record.media_set.last_write_at) == (at, at)
    assert books.medium("CAL001L8") == record


def test_errors_are_counted_and_never_fewer(books):
    put(books, "CAL001L8", None)
    books.note("CAL001L8", read_errors=3, write_errors=1)

    record = books.note("CAL001L8", read_errors=2, write_errors=4)

    assert (record.read_errors, record.write_errors) == (3, 4)


def test_a_cartridge_is_full_or_open_only_with_a_set_and_never_scratch_by_a_look(books):
    books.create_pool(MONTHLY)
    put(books, "CAL001L8")
    for state in (MediaState.OPEN, MediaState.FULL):
        with pytest.raises(MediumKept, match="cannot be called"):
            books.note("CAL001L8", state=state)
    written(books, "CAL002L8", at=now())

    with pytest.raises(MediumKept, match="cannot be called scratch"):
        books.note("CAL002L8", state=MediaState.SCRATCH)
    books.note("CAL002L8", state=MediaState.DAMAGED, reason="Hard error")
    assert books.note("CAL002L8", state=MediaState.FULL).reason is None


def test_a_cartridge_is_in_a_library_or_in_a_vault(books):
    put(books, "CAL001L8", None)

    away = books.locate("CAL001L8", vault="bank-safe")
    assert (away.library, away.vault) == (None, "bank-safe")
    back = books.locate("CAL001L8", library="shelf")
    assert (back.library, back.vault) == ("shelf", None)
    assert books.medium("CAL001L8") == back


def test_what_is_not_on_record_cannot_be_noted(books):
    books.create_pool(MONTHLY)
    for verb in (
        lambda: books.note("CAL001L8", used_bytes=1),
        lambda: books.locate("CAL001L8"),
        lambda: books.give_up("CAL001L8"),
        lambda: books.begin_medium("CAL001L8", "monthly", label=uuid4()),
    ):
        with pytest.raises(MediumUnknown, match="CAL001L8 is not on record"):
            verb()


# ---- the fence


def test_a_run_that_lost_its_job_writes_nothing(shelf, books):
    books.create_pool(MONTHLY)
    put(books, "CAL001L8")
    finish(shelf.jobs, shelf.claimed, DONE)

    for verb in (
        lambda: books.create_pool(MONTHLY.model_copy(update={"name": "other"})),
        lambda: books.delete_pool("monthly"),
        lambda: put(books, "CAL002L8"),
        lambda: books.begin_medium("CAL001L8", "monthly", label=uuid4()),
        lambda: archive_on(books, "CAL001L8"),
    ):
        with pytest.raises(JobFenced):
            verb()
    assert [one.name for one in books.pools()] == ["monthly"]
    assert [one.state for one in books.media()] == [MediaState.SCRATCH]
    assert books.archives() == []
