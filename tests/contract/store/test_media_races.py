"""Many write in the books of tape at once: nothing is given twice or lost. PostgreSQL only."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from uuid import uuid4

import pytest

from calypso.errors import CalypsoError, JobFenced
from calypso.models.archive import ArchivePart, ArchiveRecord, ArchiveState
from calypso.models.clock import now, uuid7
from calypso.models.media import CartridgeKind, MediaPool
from calypso.models.media_refusals import MediaPoolInUse, MediaPoolMissing, MediumKept
from calypso.store.media import PostgresMediaStore
from tests.contract.store.making import DONE, NODE, finish, running

pytestmark = pytest.mark.postgres
ROUNDS = 10


@pytest.fixture
def shelves(postgres, engine):
    """The books as four running jobs have them."""
    store = PostgresMediaStore(engine)
    claims = [running(postgres) for _ in range(4)]
    return [store.writing(NODE, job_id=one.id, epoch=one.epoch) for one in claims]


def at_once(*acts):
    """Run all at the same time; returns what each returned or how it was refused."""
    start = Barrier(len(acts))

    def acted(act):
        start.wait()
        try:
            return act()
        except CalypsoError as refused:
            return refused

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(acted, acts))


def put(books, barcode, pool):
    return books.assign(barcode, pool, kind=CartridgeKind.DATA, library="shelf")


def test_of_many_that_begin_the_same_cartridge_one_does(shelves):
    books = shelves[0]
    books.create_pool(MediaPool(name="monthly"))
    for n in range(ROUNDS):
        barcode = f"CAL{n:03}L8"
        put(books, barcode, "monthly")

        told = at_once(
            *(partial(one.begin_medium, barcode, "monthly", label=uuid4()) for one in shelves)
        )

        begun = [one for one in told if not isinstance(one, CalypsoError)]
        assert len(begun) == 1
        assert all(isinstance(one, MediumKept) for one in told if one not in begun)
        assert books.medium(barcode) == begun[0]


def test_a_cartridge_is_never_of_a_pool_that_is_gone(shelves):
    for n in range(ROUNDS):
        pool, barcode = f"pool{n}", f"CAL{n:03}L8"
        shelves[0].create_pool(MediaPool(name=pool))

        put_told, gone_told = at_once(
            partial(put, shelves[0], barcode, pool), partial(shelves[1].delete_pool, pool)
        )

        if gone_told is None:
            assert isinstance(put_told, MediaPoolMissing)
            assert shelves[0].medium(barcode) is None
        else:
            assert isinstance(gone_told, MediaPoolInUse)
            assert put_told.pool == pool


def test_the_end_of_a_set_is_its_latest_write_whoever_notes_it_last(shelves):
    books = shelves[0]
    books.create_pool(MediaPool(name="monthly"))
    for one in ("CAL001L8", "CAL002L8"):
        put(books, one, "monthly")
    set_id = books.begin_medium("CAL001L8", "monthly", label=uuid4()).media_set.id
    books.begin_medium("CAL002L8", "monthly", label=uuid4(), set_id=set_id)

    for _ in range(ROUNDS):
        early, late = now(), now()
        at_once(
            partial(shelves[0].note, "CAL001L8", written_at=late),
            partial(shelves[1].note, "CAL002L8", written_at=early),
        )
        assert books.sets("monthly")[0].last_write_at == late


def test_an_archive_whose_cartridge_is_begun_anew_is_never_called_whole(shelves):
    books = shelves[0]
    books.create_pool(MediaPool(name="monthly"))
    for n in range(ROUNDS):
        barcode = f"CAL{n:03}L8"
        put(books, barcode, "monthly")
        books.begin_medium(barcode, "monthly", label=uuid4())
        archive = ArchiveRecord(
            id=uuid7(), job_id=uuid4(), pool="monthly", source="tank", began_at=now()
        )
        books.begin_archive(archive)
        part = ArchivePart(number=0, barcode=barcode, file=1, first_byte=0, size_bytes=9)
        books.put_part(archive.id, part)

        at_once(
            partial(shelves[1].give_up, barcode),
            partial(
                books.end_archive, archive.id, ArchiveState.WHOLE, at=now(), size_bytes=9, files=0
            ),
        )

        assert books.archive(archive.id).state is ArchiveState.OVERWRITTEN


def test_a_write_that_began_in_time_is_done_before_its_job_ends(postgres, engine):
    store = PostgresMediaStore(engine)
    for n in range(ROUNDS):
        claimed = running(postgres)
        books = store.writing(NODE, job_id=claimed.id, epoch=claimed.epoch)

        made, _ = at_once(
            partial(books.create_pool, MediaPool(name=f"pool{n}")),
            partial(finish, postgres, claimed, DONE),
        )

        names = [one.name for one in books.pools()]
        assert (f"pool{n}" in names) == (made is None)
        assert made is None or isinstance(made, JobFenced)
