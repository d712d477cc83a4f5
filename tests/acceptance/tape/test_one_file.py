"""One file of a hundred thousand, by the books in PostgreSQL: found at once, read alone."""

import time

import pytest

from calypso.store.engine import make_engine
from calypso.store.jobs import PostgresJobStore
from calypso.store.media import PostgresMediaStore
from calypso.store.migrate import upgrade
from tests.acceptance.tape.shelves import FileShelf
from tests.acceptance.tape.test_reading import read
from tests.contract.store.making import NODE, running

pytestmark = pytest.mark.postgres
FOLDERS, EACH = 100, 1000
PART_BYTES, CARTRIDGE_BYTES = 8 << 20, 60 << 20
WANTED = "73/500"


class Watched:
    """A library that remembers which cartridges it brought, and to which tape files it went."""

    def __init__(self, tape):
        self._tape, self.loaded, self.files = tape, [], set()

    def __getattr__(self, verb):
        return getattr(self._tape, verb)

    def load(self, library, slot, drive):
        self.loaded.append(self._tape.load(library, slot, drive).barcode)

    def go_to_file(self, serial, file):
        self.files.add(file)
        return self._tape.go_to_file(serial, file)


@pytest.fixture(scope="module")
def media(shared_database):
    upgrade(shared_database)
    engine = make_engine(shared_database)
    claimed = running(PostgresJobStore(engine))
    store = PostgresMediaStore(engine)
    yield store.writing(NODE, job_id=claimed.id, epoch=claimed.epoch)
    engine.dispose()


@pytest.fixture
def shelf(tmp_path, media):
    made = FileShelf(tmp_path, count=4, books=media)
    for number in range(1, 5):
        made.tape.edit_cartridge(f"A0000{number}L5", capacity_bytes=CARTRIDGE_BYTES)
    return made


@pytest.fixture
def many(tmp_path):
    top = tmp_path / "many"
    for folder in range(FOLDERS):
        (top / f"{folder:02}").mkdir(parents=True)
        for number in range(EACH):
            (top / f"{folder:02}" / f"{number}").touch()
    (top / WANTED).write_bytes(b"this one\n")
    return top


def spoil_all_but(shelf, part):
    """Overwrite every tape file that a restore of one part has no business with."""
    for barcode in (f"A0000{number}L5" for number in range(1, 5)):
        for path in shelf.paths(barcode):
            number = int(path.name.partition(".")[0])
            if barcode != part.barcode or number not in (0, part.file - 1, part.file):
                path.write_bytes(b"\0" * 512)


def test_one_file_of_a_hundred_thousand_is_found_at_once_and_read_alone(shelf, many, tmp_path):
    done = shelf.write(many, part_bytes=PART_BYTES)
    assert done.files == 1 + FOLDERS + FOLDERS * EACH
    assert len(done.cartridges) == 3
    began = time.monotonic()
    member = shelf.books.file(done.archive, WANTED)
    assert time.monotonic() - began < 1
    archive = shelf.books.archive(done.archive)
    [part] = archive.parts_of(member.first_byte, member.end_byte)
    spoil_all_but(shelf, part)
    shelf.tape.unload("shelf", shelf.drive, 30)
    shelf.tape = Watched(shelf.tape)

    got = read(shelf, done.archive, tmp_path / "back", paths=(WANTED,))

    assert (tmp_path / "back" / WANTED).read_bytes() == b"this one\n"
    assert got.cartridges == shelf.tape.loaded == [part.barcode]
    assert shelf.tape.files <= {part.file - 1, part.file}
    assert got.read_bytes == member.end_byte - part.first_byte <= PART_BYTES
