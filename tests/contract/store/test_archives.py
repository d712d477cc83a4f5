import random
from dataclasses import replace
from uuid import uuid4

import pytest

from calypso.errors import Invalid
from calypso.models.archive import ArchivePart, ArchiveRecord, ArchiveState, FileRecord
from calypso.models.books import MOST_FILES
from calypso.models.clock import now, uuid7
from calypso.models.media import CartridgeKind, MediaPool
from calypso.models.media_refusals import ArchiveIncomplete, ArchiveMissing

SHA = "ab" * 32


def begun(books, **said):
    plain = {
        "id": uuid7(), "job_id": uuid4(), "pool": "monthly", "source": "tank/home",
        "snapshot": "now", "began_at": now(),
    }  # fmt: skip
    return books.begin_archive(ArchiveRecord(**{**plain, **said}))


def part(number, *, barcode="CAL001L8", first_byte=0, size_bytes=1000, sha256=SHA):
    return ArchivePart(
        number=number, barcode=barcode, file=number + 1, first_byte=first_byte,
        size_bytes=size_bytes, sha256=sha256,
    )  # fmt: skip


def end(books, archive, state=ArchiveState.WHOLE, *, size_bytes=1000, files=0):
    return books.end_archive(
        archive.id, state, at=now(), size_bytes=size_bytes, files=files, sha256=SHA
    )


def files_of(*paths, first=0):
    return [
        FileRecord(
            number=first + n, path=path, kind="file", size_bytes=10, first_byte=n * 1024,
            end_byte=(n + 1) * 1024, modified_at=now(), sha256=SHA,
        )
        for n, path in enumerate(paths)
    ]  # fmt: skip


def paths(found):
    return [one.path for one in found]


# ---- archives


def test_an_archive_is_whole_when_its_parts_are_all_of_it(books):
    archive = begun(books)
    parts = (part(0), part(1, barcode="CAL002L8", first_byte=1000, size_bytes=500))
    books.put_part(archive.id, parts[1])
    books.put_part(archive.id, parts[0])

    done = end(books, archive, size_bytes=1500)

    assert done == books.archive(archive.id)
    assert (done.state, done.parts, done.sha256) == (ArchiveState.WHOLE, parts, SHA)
    assert done.barcodes() == ["CAL001L8", "CAL002L8"]


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ([], "have 0 of 1500 bytes"),
        ([part(0)], "have 1000 of 1500 bytes"),
        ([part(1, first_byte=1000, size_bytes=500)], "part 0 is missing"),
        ([part(0), part(1, first_byte=900, size_bytes=600)], "begins at byte 900, not at 1000"),
    ],
)
def test_an_archive_with_a_part_missing_is_never_called_whole(books, parts, why):
    archive = begun(books)
    for one in parts:
        books.put_part(archive.id, one)

    with pytest.raises(ArchiveIncomplete, match=why):
        end(books, archive, size_bytes=1500)

    assert books.archive(archive.id).state is ArchiveState.WRITING
    assert end(books, archive, ArchiveState.BROKEN).state is ArchiveState.BROKEN


def test_an_archive_with_files_missing_is_never_called_whole(books):
    archive = begun(books)
    books.put_part(archive.id, part(0))
    books.add_files(archive.id, files_of("a", "b"))

    with pytest.raises(ArchiveIncomplete, match="2 of 3 files"):
        end(books, archive, files=3)
    assert end(books, archive, files=2).files == 2


def test_an_archive_that_has_ended_stays_so(books):
    archive = begun(books)
    end(books, archive, ArchiveState.BROKEN)

    with pytest.raises(ArchiveIncomplete, match="is broken"):
        end(books, archive, size_bytes=0)
    with pytest.raises(ArchiveIncomplete, match="has ended as broken"):
        books.put_part(archive.id, part(0))
    with pytest.raises(ArchiveIncomplete, match="has ended as broken"):
        books.add_files(archive.id, files_of("a"))
    assert books.archive(archive.id).state is ArchiveState.BROKEN


def test_all_verbs_of_an_archive_may_be_repeated(books):
    archive = begun(books)
    for _ in range(2):
        assert begun(books, id=archive.id, source="other").source == "tank/home"
        books.put_part(archive.id, part(0))
        books.add_files(archive.id, files_of("a", "b"))
    first = end(books, archive, files=2)

    assert end(books, archive, files=2) == first
    assert paths(books.files(archive.id)) == ["a", "b"]


def test_a_part_written_again_elsewhere_replaces_the_one_before(books):
    archive = begun(books)
    books.put_part(archive.id, part(0))
    books.put_part(archive.id, part(0, barcode="CAL002L8"))

    assert books.archive(archive.id).barcodes() == ["CAL002L8"]
    assert books.archives(barcode="CAL001L8") == []


def test_archives_are_listed_latest_first_and_by_cartridge(books):
    first, second = begun(books), begun(books)
    books.put_part(first.id, part(0))
    books.put_part(second.id, part(0, barcode="CAL002L8"))

    assert [one.id for one in books.archives()] == [second.id, first.id]
    assert [one.id for one in books.archives(barcode="CAL001L8")] == [first.id]
    assert books.archives()[1].parts == (part(0),)


def test_an_archive_that_is_not_on_record_is_missed(books):
    for verb in (
        lambda: books.archive(uuid4()),
        lambda: books.files(uuid4()),
        lambda: books.file(uuid4(), "a"),
        lambda: books.put_part(uuid4(), part(0)),
    ):
        with pytest.raises(ArchiveMissing):
            verb()


# ---- files


def test_a_file_is_read_back_as_it_was_noted(books):
    archive = begun(books)
    (one,) = files_of("home/ada/a letter")
    plain = replace(one, number=1, path="x", kind="folder", modified_at=None, sha256=None)
    books.add_files(archive.id, [one, plain])

    assert books.file(archive.id, "home/ada/a letter") == one
    assert books.file(archive.id, "x") == plain
    assert books.file(archive.id, "home/ada") is None
    assert books.archive(archive.id).files == 2


@pytest.mark.parametrize(
    "path",
    ["räksmörgås", "not utf-8 \udcff\udc80", "new\nline", "a\\x00", "%", "p" * 4096, "'; --"],
)
def test_any_path_that_a_file_system_takes_is_found_again(books, path):
    archive = begun(books)
    books.add_files(archive.id, files_of("before", path, f"{path}-after"))

    assert books.file(archive.id, path).number == 1
    assert path in paths(books.files(archive.id))
    assert paths(books.files(archive.id, under=path)) == [path]


def test_of_a_path_that_is_there_twice_the_last_counts(books):
    archive = begun(books)
    books.add_files(archive.id, files_of("a", "b", "a"))

    assert books.file(archive.id, "a").number == 2


def test_paths_that_differ_far_behind_are_told_apart(books):
    archive = begun(books)
    front = "d/" * 1000
    books.add_files(archive.id, files_of(f"{front}b", f"{front}a", f"{front}c"))

    assert books.file(archive.id, f"{front}a").number == 1
    assert paths(books.files(archive.id, under=f"{front}a")) == [f"{front}a"]
    assert len(books.files(archive.id, under=front)) == 3


def test_a_folder_lists_itself_and_what_is_in_it_but_not_its_namesakes(books):
    archive = begun(books)
    books.add_files(archive.id, files_of("a", "a-b", "a/c", "a/c/d", "a.x/e", "ab", "b/a/c"))

    assert paths(books.files(archive.id, under="a/")) == ["a", "a/c", "a/c/d"]
    assert paths(books.files(archive.id, under="a/c")) == ["a/c", "a/c/d"]
    assert books.files(archive.id, under="c") == []


@pytest.mark.parametrize("under", ["", "a", "a/b"])
def test_pages_of_files_together_are_the_whole_list(books, under):
    archive = begun(books)
    shuffler = random.Random(7)
    names = [
        f"{a}{b}" for a in ("a", "a/b", "a-") for b in ("", "/x", "/\udcfe", "/b/" + "y" * 1500)
    ]
    names = names * 2
    shuffler.shuffle(names)
    books.add_files(archive.id, files_of(*names))
    whole = books.files(archive.id, under=under)

    turned, after = [], None
    while page := books.files(archive.id, under=under, after=after, limit=2):
        turned += page
        after = page[-1].place

    assert turned == whole
    assert whole == sorted(whole, key=lambda one: one.place)
    assert under or len(whole) == len(names)


def test_files_that_leave_a_gap_are_refused(books):
    archive = begun(books)
    books.add_files(archive.id, files_of("a", "b"))

    with pytest.raises(ArchiveIncomplete, match="files from number 3 would leave a gap"):
        books.add_files(archive.id, files_of("d", first=3))
    with pytest.raises(ArchiveIncomplete):
        books.add_files(archive.id, [files_of("c")[0], *files_of("d", first=2)])
    with pytest.raises(ValueError, match="the most"):
        books.add_files(archive.id, files_of(*["x"] * (MOST_FILES + 1)))
    books.add_files(archive.id, [])
    assert paths(books.files(archive.id)) == ["a", "b"]


def test_files_noted_anew_from_a_number_on_replace_all_behind_it(books):
    archive = begun(books)
    books.add_files(archive.id, files_of("a", "b", "c", "d"))

    books.add_files(archive.id, files_of("e", first=1))

    assert paths(books.files(archive.id)) == ["a", "e"]
    assert books.file(archive.id, "c") is None
    books.add_files(archive.id, files_of("f", "g", first=2))
    assert paths(books.files(archive.id)) == ["a", "e", "f", "g"]


def test_files_of_overwritten_archives_are_forgotten_and_others_stay(books):
    books.create_pool(MediaPool(name="monthly"))
    books.assign("CAL001L8", "monthly", kind=CartridgeKind.DATA, library="shelf")
    books.begin_medium("CAL001L8", "monthly", label=uuid4())
    gone, kept = begun(books), begun(books)
    books.put_part(gone.id, part(0))
    for archive in (gone, kept):
        for first in (0, MOST_FILES):
            books.add_files(archive.id, files_of(*["x"] * MOST_FILES, first=first))
    books.give_up("CAL001L8")

    rounds = 1
    while books.forget_files():
        rounds += 1

    assert rounds <= 3
    assert books.archive(gone.id).state is ArchiveState.OVERWRITTEN
    assert (books.files(gone.id), len(books.files(kept.id, limit=9))) == ([], 9)
    assert books.archive(gone.id).files == 0


def test_pages_by_cursor_are_the_whole_list_of_whichever_node(shelf, books):
    archive = begun(books)
    books.add_files(archive.id, files_of("b", "a/\udcff", "a", "c" * 3000, "a/x"))
    for under, whole in (("", 5), ("a", 3)):
        turned, cursor = [], None
        while True:
            page = shelf.media.file_page(archive.id, under=under, cursor=cursor, limit=2)
            turned += page.items
            cursor = page.next_cursor
            if cursor is None:
                break
        assert turned == books.files(archive.id, under=under)
        assert len(turned) == whole
        assert page.archive.id == archive.id


def test_a_cursor_of_another_list_is_refused(shelf, books):
    archive, other = begun(books), begun(books)
    for one in (archive, other):
        books.add_files(one.id, files_of("a", "a/b", "c"))
    cursor = shelf.media.file_page(archive.id, limit=1).next_cursor

    for listing in ({"under": "a"}, {"cursor": f"{cursor}x"}, {"cursor": "x"}):
        with pytest.raises(Invalid):
            shelf.media.file_page(archive.id, **{"cursor": cursor, **listing})
    with pytest.raises(Invalid):
        shelf.media.file_page(other.id, cursor=cursor)
    with pytest.raises(ArchiveMissing):
        shelf.media.file_page(uuid4())
