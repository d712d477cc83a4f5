"""Archives are written over cartridges, and the books tell what is where."""

import hashlib

from calypso.models.archive import ArchiveState


def test_an_archive_spans_cartridges_and_the_books_tell_its_parts(shelf, big_tree):
    done = shelf.write(big_tree)

    archive = shelf.books.archive(done.archive)
    assert archive.state is ArchiveState.WHOLE
    assert len(done.cartridges) == 3
    joined = hashlib.sha256()
    for part in archive.parts:
        data = shelf.files(part.barcode)[part.file].read_bytes()
        assert hashlib.sha256(data).hexdigest() == part.sha256
        joined.update(data)
    assert joined.hexdigest() == archive.sha256 == done.sha256
