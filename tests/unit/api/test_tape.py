"""The files of an archive over HTTP."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from calypso.models.archive import ArchivePart, ArchiveRecord, FileRecord
from calypso.models.clock import now, uuid7

SHA = "ab" * 32
AT = datetime(2026, 3, 29, 1, tzinfo=UTC)
PATHS = ("home", "home/ada", "home/ada/a\udcffb", "home/bob", "home-old", "back\\slash")


@pytest.fixture
def archive(house):
    """An archive on two cartridges: its files are 100 bytes each, the cartridges change at 250."""
    books = house.ports.media.writing("keep", job_id=uuid4(), epoch=1)
    archive = ArchiveRecord(
        id=uuid7(), job_id=uuid4(), pool="monthly", source="tank/home", began_at=now()
    )
    books.begin_archive(archive)
    for number, (barcode, first_byte, size_bytes) in enumerate(
        (("CAL001L8", 0, 250), ("CAL002L8", 250, 350))
    ):
        part = ArchivePart(
            number=number, barcode=barcode, file=1, first_byte=first_byte, size_bytes=size_bytes
        )
        books.put_part(archive.id, part)
    books.add_files(
        archive.id,
        [
            FileRecord(
                number=n, path=path, kind="file", size_bytes=10, first_byte=n * 100,
                end_byte=(n + 1) * 100, modified_at=AT, sha256=SHA,
            )
            for n, path in enumerate(PATHS)
        ],
    )  # fmt: skip
    return archive


def files(client, archive, /, **asked):
    return client.get(f"/api/v1/tape/archives/{archive.id}/files", query_string=asked)


def test_files_come_by_path_with_the_cartridges_that_each_is_on(client, archive):
    told = files(client, archive).get_json()

    assert told["archive"] == str(archive.id)
    assert told["state"] == "writing"
    assert [(one["path"], one["cartridges"]) for one in told["items"]] == [
        ("back\\\\slash", ["CAL002L8"]),
        ("home", ["CAL001L8"]),
        ("home-old", ["CAL002L8"]),
        ("home/ada", ["CAL001L8"]),
        ("home/ada/a\\xffb", ["CAL001L8", "CAL002L8"]),
        ("home/bob", ["CAL002L8"]),
    ]
    assert told["items"][1] == {
        "number": 0, "path": "home", "kind": "file", "size_bytes": 10,
        "modified_at": "2026-03-29T01:00:00Z", "sha256": SHA, "cartridges": ["CAL001L8"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("path", "numbers"),
    [
        ("home", [0, 1, 2, 3]),
        ("./home/ada/", [1, 2]),
        ("home/ada/a\\xffb", [2]),
        ("back\\\\slash", [5]),
        ("nothing", []),
    ],
)
def test_a_folder_or_a_file_is_found_by_its_path_as_it_is_shown(client, archive, path, numbers):
    told = files(client, archive, path=path).get_json()

    assert [one["number"] for one in told["items"]] == numbers


def test_pages_follow_one_another_to_the_end(client, archive):
    seen, asked = [], {"limit": 2, "path": "home"}
    while True:
        told = files(client, archive, **asked).get_json()
        seen += [one["number"] for one in told["items"]]
        if told["next_cursor"] is None:
            break
        asked["cursor"] = told["next_cursor"]

    assert seen == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "wrong",
    [{"path": "a\\b"}, {"cursor": "x"}, {"limit": 0}, {"limit": 501}, {"paths": "a"},
     {"path": "x" * 20_000}],
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_refused(client, archive, wrong):
    assert files(client, archive, **wrong).status_code == 422


def test_an_archive_that_is_not_on_record_is_not_found(client, archive):
    answer = client.get(f"/api/v1/tape/archives/{uuid4()}/files")

    assert answer.status_code == 404
    assert answer.get_json()["code"] == "archive_missing"
    assert client.get("/api/v1/tape/archives/x/files").status_code == 404


def test_who_may_not_read_tape_sees_no_files(house, client_of, archive):
    house.accounts.add_user("nobody", "correct horse battery", [])

    assert files(client_of("nobody"), archive).status_code == 403
    assert files(client_of("viewer"), archive).status_code == 200
