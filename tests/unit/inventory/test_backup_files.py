"""Looking into backups: which runs, in what order, page by page."""

import pytest

from calypso.drivers.backup import (
    DirectorSilent,
    FileEntry,
    FileKind,
    FileVersion,
    NothingToRestore,
)
from calypso.engine.lookup import LookupParams, looked_up
from calypso.engine.request import read_model
from calypso.errors import Invalid
from calypso.inventory import lookups
from tests.fakes.backup import NOON

NAMED = {"client": "mail-fd", "fileset": "home"}


def entry(path, **said):
    kind = FileKind.FOLDER if path.endswith("/") else FileKind.FILE
    plain = {
        "path": path, "kind": kind, "size_bytes": 7, "modified_at": NOON, "mode": 0o100644,
        "file_id": 1, "run_id": 3, "path_id": 1, "name_id": 1,
    }  # fmt: skip
    return FileEntry(**(plain | said))


class Shelf:
    """A product with the files of one folder, `/d/`."""

    def __init__(self):
        self.inside = [entry("/d/b"), entry("/d/a\udcff"), entry("/d/a\\")]
        self.below = [entry("/d/z/"), entry("/d/y/", run_id=0, size_bytes=None)]
        self.indexed, self.asked = [], []

    def runs_for(self, client, fileset, *, before=None):
        self.asked.append((client, fileset, before))
        return (3, 4)

    def update_cache(self, runs, *, timeout_s):
        assert timeout_s < 20
        self.indexed.append(runs)

    def folders(self, runs, path, *, limit):
        assert runs in self.indexed
        return sorted(self.below, key=lambda one: one.path) if path == "/d/" else []

    def files(self, runs, path, *, limit):
        return sorted(self.inside, key=lambda one: one.path) if path == "/d/" else []

    def search(self, runs, pattern, *, limit, after):
        found = sorted(one.path for one in self.inside)
        self.asked.append(pattern)
        return [entry(one) for one in found if after is None or one > after][:limit]

    def versions(self, client, of):
        self.asked.append((client, of.path))
        return [
            FileVersion(
                file_id=number, run_id=run, size_bytes=1, modified_at=NOON, checksum="x",
                volume="V", in_changer=True,
            )
            for number, run in ((9, 4), (5, 3))
        ]  # fmt: skip


def page(noun, product, asked, *, limit=50, after=None):
    table = lookups()[f"backup/{noun}"]
    checked = read_model(table.asked, asked, at="", what="no").model_dump(mode="json")
    return looked_up(
        table, LookupParams(noun=noun, asked=checked, limit=limit, after=after), product
    )


def pages(noun, product, asked, *, limit):
    keys, after = [], None
    while True:
        found = page(noun, product, asked, limit=limit, after=after)
        assert len(found.rows) <= limit
        keys += [row["key"] for row in found.rows]
        if (after := found.next_after) is None:
            return keys


def test_a_folder_is_listed_with_its_folders_first_and_names_of_any_bytes():
    rows = page("files", Shelf(), NAMED | {"path": "/d/"}).rows

    assert [row["key"] for row in rows] == ["/d/y/", "/d/z/", r"/d/a\\", r"/d/a\xff", "/d/b"]
    assert [row["name"] for row in rows] == ["y", "z", r"a\\", r"a\xff", "b"]
    assert [row["run"] for row in rows] == [None, 3, 3, 3, 3]


def test_what_was_found_says_in_which_folder_it_lies():
    (row, *_) = page("found", Shelf(), NAMED | {"name": "b"}).rows

    assert (row["folder"], row["name"]) == ("/d/", r"a\\")


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
@pytest.mark.parametrize(
    ("noun", "what", "count"), [("files", {"path": "/d/"}, 5), ("found", {"name": "a*"}, 3)]
)
def test_pages_miss_nothing_and_repeat_nothing(noun, what, count, limit):
    keys = pages(noun, Shelf(), NAMED | what, limit=limit)
    assert len(keys) == len(set(keys)) == count


def test_the_runs_are_the_newest_state_or_those_that_are_named():
    shelf = Shelf()
    page("files", shelf, NAMED | {"before": "2026-06-01T12:00:00Z"})
    assert shelf.asked == [("mail-fd", "home", NOON)]

    page("files", shelf, {"runs": "7,8"})

    assert shelf.indexed == [(3, 4), (7, 8)]


def test_versions_of_a_file_are_told_newest_first_and_of_a_file_only():
    shelf = Shelf()
    assert pages("versions", shelf, NAMED | {"path": "/d/b"}, limit=1) == ["4/9", "3/5"]
    assert ("mail-fd", "/d/b") in shelf.asked

    with pytest.raises(NothingToRestore, match="/d/nothing"):
        page("versions", shelf, NAMED | {"path": "/d/nothing"})


def test_runs_that_take_long_to_index_are_told_with_the_job_that_does_it():
    shelf = Shelf()

    def silent(_runs, *, timeout_s):
        raise DirectorSilent(f"nothing for {timeout_s} s")

    shelf.update_cache = silent
    with pytest.raises(Exception, match=r"3, 4.*backup\.files_index") as told:
        page("files", shelf, NAMED)
    assert told.value.code == "backup_not_indexed"


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({}, ""),
        ({"client": "mail-fd"}, ""),
        (NAMED | {"runs": "1"}, ""),
        ({"runs": "one"}, "/runs/0"),
        (NAMED | {"client": 'x" yes'}, "/client"),
        (NAMED | {"path": "/a\\"}, "/path"),
        (NAMED | {"path": "/a\0"}, "/path"),
        (NAMED | {"before": "yesterday"}, "/before"),
        (NAMED | {"folder": "/"}, "/folder"),
    ],
)
def test_a_bad_question_is_refused_at_its_field(asked, pointer):
    with pytest.raises(Invalid) as refused:
        page("files", Shelf(), asked)
    assert [one.pointer for one in refused.value.errors] == [pointer]
