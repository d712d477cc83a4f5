"""The stream between two trees: whatever happens to it, all or nothing arrives."""

import io
import json
import tarfile
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from calypso.drivers.storage.directory.trees import rest
from calypso.drivers.storage.directory.trees.build import remove
from calypso.drivers.storage.directory.trees.incoming import receive
from calypso.drivers.storage.directory.trees.manifest import Entry, digest
from calypso.drivers.storage.directory.trees.outgoing import FORMAT, send
from calypso.drivers.storage.directory.trees.report import Refusal


class Unclosed(io.BytesIO):
    def close(self):
        pass


def stream_of(snapshot, base=None):
    out = Unclosed()
    send("tank/home@x", snapshot, base, out)
    return out.getvalue()


@pytest.fixture
def snapshots(tmp_path):
    """Two snapshots of a tree: one, then two."""
    tree = tmp_path / "tree"
    tree.mkdir()
    for number in range(200):
        (tree / f"file-{number}").write_bytes(bytes([number]) * 400)
    rest.take(tree, tmp_path / "one", "t@one")
    (tree / "file-7").write_text("changed")
    (tree / "file-8").rename(tree / "renamed")
    (tree / "file-9").unlink()
    rest.take(tree, tmp_path / "two", "t@two")
    return tmp_path / "one", tmp_path / "two"


def test_a_whole_stream_makes_the_same_tree(snapshots, tmp_path):
    told = receive(tmp_path / "in", None, io.BytesIO(stream_of(snapshots[0])))
    manifest = snapshots[0] / "manifest.jsonl"
    assert told["digest"] == rest.checksum(snapshots[0] / "files", manifest)["digest"]
    assert told["digest"] == rest.checksum(tmp_path / "in" / "live" / "files", None)["digest"]


def test_after_small_changes_among_many_small_files_little_travels(snapshots):
    one, two = snapshots
    assert len(stream_of(two, one)) < len(stream_of(one)) * 0.05


def test_a_difference_makes_the_same_tree(snapshots, tmp_path):
    one, two = snapshots
    told = receive(tmp_path / "in", one, io.BytesIO(stream_of(two, one)))
    assert told["digest"] == rest.checksum(two / "files", two / "manifest.jsonl")["digest"]


def test_a_difference_is_refused_on_another_base(snapshots, tmp_path):
    one, two = snapshots
    with pytest.raises(Refusal) as refused:
        receive(tmp_path / "in", two, io.BytesIO(stream_of(two, one)))
    assert refused.value.kind == "base"


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(some.data())
def test_a_stream_cut_or_changed_anywhere_is_refused_or_does_no_harm(snapshots, tmp_path, data):
    one, two = snapshots
    stream = bytearray(stream_of(two, one))
    place = data.draw(some.integers(0, len(stream) - 1))
    if data.draw(some.booleans()):
        del stream[place:]
    else:
        stream[place] ^= 1 << data.draw(some.integers(0, 7))
    try:
        came = receive(tmp_path / "in", one, io.BytesIO(bytes(stream)))["digest"]
    except Refusal as refused:
        came = refused.kind
    finally:
        remove(tmp_path / "in")
    # What hit padding, or a field of the headers that says nothing, did no harm.
    whole = rest.checksum(two / "files", two / "manifest.jsonl")["digest"]
    assert came in ("broken", "base", whole)


def forged(entries):
    out = io.BytesIO()
    changes = zlib.compress("".join(f"+{entry.line()}\n" for entry in entries).encode())
    parts = {
        "head": json.dumps({"format": FORMAT, "base": None}).encode(),
        "changes": changes,
        "end": json.dumps({"digest": digest(entries)}).encode(),
    }
    with tarfile.open(fileobj=out, mode="w|") as tar:
        for name, content in parts.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return io.BytesIO(out.getvalue())


def entry(path, kind, **more):
    return Entry(path=path, kind=kind, mode=0o755, uid=0, gid=0, mtime_ns=1, **more)


@pytest.mark.parametrize(
    "entries",
    [
        [entry("way-out", "link", target="/tmp"), entry("way-out/calypso-was-here", "folder")],
        [entry("../calypso-was-here", "folder")],
        [entry("file", "file", sha256="a" * 64, size_bytes=3)],
        [entry("file", "file", sha256="../../../etc/passwd", size_bytes=3)],
        [entry("file", "file", same_as="/etc/passwd")],
    ],
)
def test_a_forged_stream_writes_nothing_outside(tmp_path, entries):
    with pytest.raises(Refusal) as refused:
        receive(tmp_path / "in", None, forged([entry(".", "folder"), *entries]))
    assert refused.value.kind == "broken"


def test_a_file_that_rotted_in_the_source_is_not_sent_as_if_it_were_whole(snapshots):
    rotten = snapshots[0] / "files" / "file-3"
    rotten.chmod(0o600)
    rotten.write_bytes(b"x" * 400)
    with pytest.raises(Refusal, match="file-3 does not match its checksum"):
        stream_of(snapshots[0])


def test_tar_can_read_a_stream(snapshots):
    with tarfile.open(fileobj=io.BytesIO(stream_of(snapshots[0]))) as tar:
        names = tar.getnames()
    assert names[:2] == ["head", "changes"]
    assert names[-1] == "end"
