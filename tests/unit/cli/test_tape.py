"""`calypso tape files`, over an API in memory."""

import json
from uuid import UUID

import httpx
import pytest
from typer.testing import CliRunner

from calypso.cli import tape as commands
from calypso.cli.client import Client
from calypso.cli.main import app
from calypso.cli.server import Place, Sessions

URL = "http://appliance.example"
ID = UUID(int=1)


def file_of(number, path):
    return {
        "number": number, "path": path, "kind": "file", "size_bytes": 1_200_000,
        "modified_at": "2026-03-29T01:00:00Z", "sha256": None, "cartridges": ["CAL001L8"],
    }  # fmt: skip


@pytest.fixture
def pages(tmp_path, monkeypatch):
    """What the API answers, page after page; what was asked is in `asked`."""
    found, asked = [], []

    def answer(request):
        assert request.url.path == f"/api/v1/tape/archives/{ID}/files"
        asked.append(dict(request.url.params))
        more = str(len(asked)) if len(asked) < len(found) else None
        page = {"archive": str(ID), "items": found[len(asked) - 1], "next_cursor": more}
        return httpx.Response(200, json=page)

    def client(_place):
        sessions = Sessions(tmp_path / "sessions.json")
        sessions.put(URL, {"access_token": "1", "refresh_token": "keep"})
        return Client(Place(URL), sessions=sessions, transport=httpx.MockTransport(answer))

    monkeypatch.setattr(commands, "Client", client)
    return found, asked


def run(*words):
    return CliRunner().invoke(app, ["tape", "files", str(ID), *words])


def test_all_pages_are_listed_one_file_a_line(pages):
    found, asked = pages
    found += [[file_of(0, "a"), file_of(1, "a b")], [file_of(2, "c")]]

    done = run("home")

    lines = done.stdout.splitlines()
    assert [line.split("CAL001L8  ")[1] for line in lines] == ["a", "a b", "c"]
    assert "1.2 MB" in lines[0]
    assert asked == [
        {"limit": "500", "path": "home"},
        {"limit": "500", "path": "home", "cursor": "1"},
    ]


def test_names_of_files_do_nothing_to_a_terminal(pages):
    pages[0].append([file_of(0, "a\x1b[2J\nb\u202e")])

    done = run()

    assert len(done.stdout.splitlines()) == 1
    assert done.stdout.strip().endswith("a\\x1b[2J\\nb\\u202e")


def test_json_is_one_file_a_line(pages):
    pages[0].append([file_of(0, "a"), file_of(1, "b\n")])

    lines = run("--json").stdout.splitlines()

    assert [json.loads(line)["path"] for line in lines] == ["a", "b\n"]


def test_a_path_that_is_not_there_is_an_error_and_an_empty_archive_is_not(pages):
    pages[0].extend([[], []])

    assert run("nothing").exit_code == 1
    pages[1].clear()
    pages[0].pop()
    assert run().exit_code == 0
