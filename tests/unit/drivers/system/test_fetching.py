"""What is proven is what is laid out: from a folder, an archive, or the network."""

import shutil

import httpx
import pytest

from calypso.drivers.system import archive, bundle, fetching
from calypso.drivers.system.bundle_refusals import BundleRefused
from calypso.drivers.system.fetching import Fetching
from calypso.drivers.system.layout import Layout
from calypso.drivers.system.release_refusals import FetchFailed
from calypso.host.local import LocalHost
from tests.unit.drivers.system import bundles

SCRIPT = "scripts/unpack.sh"


@pytest.fixture
def source(tmp_path):
    return bundles.make(tmp_path / "usb/calypso-1.2.0")


@pytest.fixture
def laid_out(monkeypatch):
    """Keep what each script would have been that lays a release out."""
    scripts = []
    monkeypatch.setattr(
        Fetching, "_lay_out", lambda _self, unpacked, _v: scripts.append(bytes_of(unpacked))
    )
    monkeypatch.setattr(bundle, "refuse_unfit", lambda _found: None)
    return scripts


@pytest.fixture
def here(tmp_path):
    layout = Layout(tmp_path / "root")
    layout.keys.mkdir(parents=True)
    (layout.keys / "ours.pub").write_text(bundles.KEY.public.text())
    return Fetching(LocalHost(), layout)


def bytes_of(folder):
    return (folder / SCRIPT).read_bytes()


def left(fetching_):
    return list((fetching_.layout.upgrade / "fetched").glob("*"))


def test_a_folder_that_changes_after_it_was_proven_is_not_what_is_laid_out(
    here, source, laid_out, monkeypatch
):
    honest, verify = bytes_of(source), bundle.verify

    def verify_and_swap(folder, keys):
        found = verify(folder, keys)
        if folder != source:  # proven for good: now whoever owns the stick swaps the script
            (source / SCRIPT).write_text("#!/bin/bash\nrm -rf /\n")
        return found

    monkeypatch.setattr(bundle, "verify", verify_and_swap)
    assert here.fetch(str(source)) == "1.2.0"
    assert bytes_of(source) != honest
    assert laid_out == [honest]
    assert left(here) == []


def test_a_folder_that_changes_while_it_is_copied_is_refused(here, source, laid_out, monkeypatch):
    copied = shutil.copytree

    def swap_and_copy(folder, *given, **named):
        (source / SCRIPT).write_text("#!/bin/bash\nrm -rf /\n")
        return copied(folder, *given, **named)

    monkeypatch.setattr(fetching.shutil, "copytree", swap_and_copy)
    with pytest.raises(BundleRefused):
        here.fetch(str(source))
    assert laid_out == []
    assert left(here) == []


def test_a_folder_that_is_no_bundle_is_not_copied(here, tmp_path, laid_out, monkeypatch):
    monkeypatch.setattr(fetching.shutil, "copytree", pytest.fail)
    with pytest.raises(BundleRefused):
        here.fetch(str(tmp_path))


@pytest.mark.parametrize("source_", ["calypso.tar.zst", "http://here/calypso.tar.zst", "/nowhere"])
def test_what_is_neither_https_nor_a_file_of_this_machine_is_refused(here, source_):
    with pytest.raises(FetchFailed, match="no https:// address and no file"):
        here.fetch(source_)


def served(monkeypatch, answer):
    """Have the network answer so."""
    transport = httpx.MockTransport(answer)

    def stream(method, url, **_how):
        return httpx.Client(transport=transport).stream(method, url)

    monkeypatch.setattr(fetching.httpx, "stream", stream)


def test_what_comes_over_the_network_is_proven_and_its_bytes_are_told(
    here, source, laid_out, monkeypatch, tmp_path
):
    packed = tmp_path / "calypso-1.2.0.tar.zst"
    archive.pack(source, packed, at=0)
    content = packed.read_bytes()
    served(monkeypatch, lambda _request: httpx.Response(200, content=content))
    told = []
    counting = Fetching(here.host, here.layout, lambda done, total: told.append((done, total)))
    assert counting.fetch("https://releases.example/calypso-1.2.0.tar.zst") == "1.2.0"
    assert laid_out == [bytes_of(source)]
    assert told[-1] == (len(content), len(content))


def test_a_server_that_has_no_such_release_leaves_nothing(here, laid_out, monkeypatch):
    served(monkeypatch, lambda _request: httpx.Response(404))
    with pytest.raises(FetchFailed, match="404"):
        here.fetch("https://releases.example/calypso-9.tar.zst")
    assert left(here) == []


def test_an_answer_without_end_is_cut(here, monkeypatch):
    monkeypatch.setattr(fetching, "MOST_BYTES", 1000)
    served(monkeypatch, lambda _request: httpx.Response(200, content=b"x" * 5000))
    with pytest.raises(FetchFailed, match="larger than any release"):
        here.fetch("https://releases.example/endless")
    assert left(here) == []
