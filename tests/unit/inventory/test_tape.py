"""The tables of tape: what the libraries say beside what the books say."""

from datetime import timedelta
from uuid import uuid4

import pytest

from calypso import inventory
from calypso.drivers.tape import Cartridge, CartridgeKind, ElementKind, Place
from calypso.models.archive import ArchivePart, ArchiveRecord
from calypso.models.clock import now, uuid7
from calypso.models.job import State
from calypso.models.media import MediaPool, MediaState
from tests.fakes.running import FakeRunning, job_of

TABLES = inventory.load()
MONTHLY = MediaPool(name="monthly", retention=timedelta(days=30))


class Libraries:
    """Cartridges by barcode, in slots by number."""

    def __init__(self, *cartridges):
        self._cartridges = cartridges

    def cartridges(self):
        return list(self._cartridges)


def lying(barcode, number=1, **said):
    place = Place(kind=ElementKind.SLOT, number=number)
    plain = {"kind": CartridgeKind.DATA, "library": "shelf"}
    return Cartridge(barcode=barcode, place=place, **{**plain, **said})


@pytest.fixture
def running():
    running = FakeRunning()
    running.media.create_pool(MONTHLY)
    return running


def written(running, barcode, *, at, **noted):
    books = running.media
    books.assign(barcode, "monthly", kind=CartridgeKind.DATA, library="shelf")
    books.begin_medium(barcode, "monthly", label=uuid4())
    return books.note(barcode, written_at=at, used_bytes=1000, capacity_bytes=5000, **noted)


def rows(running, noun, *cartridges):
    return {row.key: row for row in TABLES[f"tape/{noun}"].read(Libraries(*cartridges), running)}


def test_a_cartridge_shows_what_is_on_record_about_it(running):
    at = now()
    record = written(running, "CAL001L8", at=at, write_errors=2)

    row = rows(running, "media", lying("CAL001L8", 7))["CAL001L8"]

    assert (row.library, row.number, row.state, row.pool) == ("shelf", 7, "open", "monthly")
    assert (row.capacity_bytes, row.used_bytes, row.write_errors) == (5000, 1000, 2)
    assert (row.set_id, row.kept_until) == (record.media_set.id, at + timedelta(days=30))


def test_what_a_library_knows_of_sizes_counts_more_than_the_books(running):
    written(running, "CAL001L8", at=now())

    row = rows(running, "media", lying("CAL001L8", used_bytes=7, capacity_bytes=8))["CAL001L8"]

    assert (row.used_bytes, row.capacity_bytes) == (7, 8)


def test_a_cartridge_that_is_not_on_record_has_no_state(running):
    row = rows(running, "media", lying("NEW001L8"))["NEW001L8"]

    assert (row.state, row.pool, row.element) == (None, None, ElementKind.SLOT)


def test_a_cartridge_in_a_vault_is_listed_without_a_library(running):
    written(running, "CAL001L8", at=now())
    running.media.locate("CAL001L8", vault="bank-safe")

    row = rows(running, "media")["CAL001L8"]

    assert (row.library, row.element, row.number, row.vault) == (None, None, None, "bank-safe")
    assert (row.state, row.used_bytes) == ("open", 1000)


def test_a_barcode_that_is_there_twice_has_two_rows_and_says_so(running):
    written(running, "CAL001L8", at=now())

    found = rows(running, "media", lying("CAL001L8"), lying("CAL001L8", library="attic"))

    assert set(found) == {"CAL001L8", "CAL001L8#2"}
    assert {(row.is_duplicate, row.pool) for row in found.values()} == {(True, "monthly")}


def test_what_is_kept_for_ever_has_no_end_and_what_expired_says_so(running):
    written(running, "CAL001L8", at=now() - timedelta(days=31))
    running.media.create_pool(MediaPool(name="for-ever"))
    running.media.assign("CAL002L8", "for-ever", kind=CartridgeKind.DATA, library="shelf")
    running.media.begin_medium("CAL002L8", "for-ever", label=uuid4())

    found = rows(running, "media", lying("CAL001L8"), lying("CAL002L8"))

    assert [found[one].state for one in sorted(found)] == ["expired", "open"]
    assert found["CAL002L8"].kept_until is None


def test_a_pool_counts_its_cartridges_by_state_and_says_what_expires_next(running):
    at = now()
    current = written(running, "CAL001L8", at=at)
    written(running, "CAL002L8", at=at - timedelta(days=31))
    written(running, "CAL003L8", at=at - timedelta(days=2))
    running.media.note("CAL003L8", state=MediaState.FULL)
    running.media.assign("CAL004L8", "monthly", kind=CartridgeKind.DATA, library="shelf")
    running.media.locate("CAL004L8", vault="bank-safe")
    running.media.assign("CAL005L8", None, kind=CartridgeKind.DATA, library="shelf")

    row = rows(running, "pools")["monthly"]

    assert (row.cartridges, row.scratch, row.open, row.full, row.expired) == (4, 1, 1, 1, 1)
    assert (row.in_vaults, row.used_bytes, row.foreign, row.damaged) == (1, 3000, 0, 0)
    assert row.next_expiry_at == at + timedelta(days=28)
    assert row.set_id is not None
    assert current.media_set.pool == "monthly"


def test_an_archive_names_its_cartridges_in_order_and_those_that_are_away(running):
    for barcode in ("CAL001L8", "CAL002L8"):
        written(running, barcode, at=now())
    running.media.locate("CAL001L8", vault="bank-safe")
    archive = ArchiveRecord(
        id=uuid7(), job_id=uuid4(), pool="monthly", source="tank/home", began_at=now()
    )
    running.media.begin_archive(archive)
    for number, barcode in enumerate(("CAL002L8", "CAL001L8")):
        part = ArchivePart(number=number, barcode=barcode, file=1, first_byte=0, size_bytes=1)
        running.media.put_part(archive.id, part)

    row = rows(running, "archives")[str(archive.id)]

    assert row.cartridges == ["CAL002L8", "CAL001L8"]
    assert row.away == ["CAL001L8 in bank-safe"]


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (State.RUNNING, "writing"),
        (State.WAITING, "writing"),
        (State.LOST, "broken"),
        (None, "broken"),
    ],
)
def test_an_archive_whose_job_will_not_go_on_is_broken(running, state, told):
    job = job_of("tape.archive_write", {}, state or State.RUNNING)
    running._jobs = [] if state is None else [job]
    archive = ArchiveRecord(
        id=uuid7(), job_id=job.id, pool="monthly", source="tank/home", began_at=now()
    )
    running.media.begin_archive(archive)

    assert rows(running, "archives")[str(archive.id)].state == told
