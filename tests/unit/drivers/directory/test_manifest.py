import pytest
from hypothesis import given
from hypothesis import strategies as some

from calypso.drivers.storage.directory.trees.manifest import (
    Entry,
    Misplaced,
    checked,
    digest,
    from_line,
    in_order,
)


def entry(path, kind="file", **more):
    return Entry(path=path, kind=kind, mode=0o644, uid=0, gid=0, mtime_ns=1, **more)


TOP = entry(".", "folder")
names = some.text(some.characters(blacklist_characters="/\0", codec=None), min_size=1, max_size=9)


@given(names.filter(lambda name: name not in (".", "..")))
def test_an_entry_survives_its_line_whatever_its_name(name):
    try:
        name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return  # no file is called so
    assert from_line(entry(name).line()) == entry(name)
    assert "\n" not in entry(name).line()


def test_a_digest_does_not_depend_on_the_order_of_the_list():
    entries = [TOP, entry("b"), entry("a", "folder"), entry("a/x")]
    assert digest(entries) == digest(reversed(entries))
    assert [one.path for one in in_order(entries)] == [".", "a", "a/x", "b"]


@pytest.mark.parametrize("field", ["mode", "uid", "gid", "mtime_ns", "sha256", "target", "xattrs"])
def test_a_digest_changes_with_everything_about_a_file(field):
    other = {"sha256": "ab", "target": "x", "xattrs": {"user.a": "00"}}.get(field, 7)
    changed = Entry(**{**vars(entry("a")), field: other})
    assert digest([TOP, changed]) != digest([TOP, entry("a")])


@pytest.mark.parametrize(
    "entries",
    [
        [entry("a")],
        [TOP, TOP],
        [TOP, entry("/etc/passwd")],
        [TOP, entry("../x")],
        [TOP, entry("a/../../x")],
        [TOP, entry("no/such")],
        [TOP, entry("a"), entry("a")],
        [TOP, entry("link", "link", target="/etc"), entry("link/passwd")],
        [TOP, entry("a", same_as="/etc/passwd")],
        [TOP, entry("a", same_as="b"), entry("b")],
        [TOP, entry("a", "device")],
    ],
    ids=lambda entries: entries[-1].path,
)
def test_a_list_that_leads_out_of_the_tree_is_refused(entries):
    with pytest.raises(Misplaced):
        list(checked(entries))


def test_a_list_that_is_a_tree_is_passed_on():
    tree = [TOP, entry("a", "folder"), entry("a/x"), entry("b", same_as="a/x")]
    assert list(checked(tree)) == tree
