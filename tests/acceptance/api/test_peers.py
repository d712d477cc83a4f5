"""Rude, slow and broken peers."""

import json
import socket
import time

import pytest

from calypso.models.clock import uuid7

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.redis,
    # redis-py's connections are left to the garbage collector: its port has no close
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.mark.by_url
def test_a_huge_body_is_refused_however_it_comes(shared_api):
    client = shared_api.client()

    def pieces():
        for _ in range(20):
            yield b"x" * (1 << 20)

    plain = client.post(
        "/jobs", content=b"x" * (20 << 20), headers={"Content-Type": "application/json"}
    )
    chunked = client.post("/jobs", content=pieces(), headers={"Content-Type": "application/json"})
    after = client.get("/jobs")

    assert [plain.status_code, chunked.status_code] == [413, 413]
    assert plain.json()["code"] == chunked.json()["code"] == "too_large"
    assert after.status_code == 200


@pytest.mark.by_url
def test_a_broken_head_is_answered_with_a_problem(shared_api):
    for rude in (b"GARBAGE\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"y" * 40000 + b"\r\n\r\n"):
        with socket.create_connection(shared_api.address) as peer:
            peer.sendall(rude)
            answer = peer.makefile("rb").read()
        assert b"application/problem+json" in answer, answer[:300]
        assert answer.startswith(b"HTTP/1.1 4")


@pytest.mark.by_url
def test_a_peer_that_never_finishes_its_head_is_let_go(shared_api):
    with socket.create_connection(shared_api.address, timeout=20) as peer:
        peer.sendall(b"GET /api/v1/healthz HTTP/1.1\r\nHost: x\r\n")
        began = time.monotonic()
        rest = peer.makefile("rb").read()
    assert time.monotonic() - began < 15
    assert not rest.startswith(b"HTTP/1.1 200")


@pytest.mark.by_url
def test_a_peer_that_never_finishes_its_body_is_told_so(shared_api):
    head = (
        "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Content-Length: 100\r\n\r\n{"
    )
    with socket.create_connection(shared_api.address, timeout=40) as peer:
        peer.sendall(head.encode())
        answer = b""
        while b"too_slow" not in answer and (piece := peer.recv(1 << 16)):
            answer += piece
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"too_slow" in answer


def test_what_is_logged_of_a_request_names_its_trace_and_no_token(shared_api):
    client = shared_api.client()
    problem = client.get(f"/jobs/{uuid7()}").json()
    lines = shared_api.log.read_text()
    found = [json.loads(line) for line in lines.splitlines() if problem["trace_id"] in line]

    assert found[0]["status"] == 404
    assert client.headers["Authorization"].removeprefix("Bearer ") not in lines
