"""Another machine over a real sshd: its programs and files, and that it is the right machine."""

import os
import signal
import threading
import time
from dataclasses import replace

import pytest

from calypso.errors import CommandMissing, CommandTimedOut, JobCancelled
from calypso.host.local import LocalHost
from calypso.host.ssh import SshHost
from calypso.host.ssh_errors import (
    HostKeyChanged,
    KeyUnusable,
    LoginRefused,
    PeerLost,
    PeerUnreachable,
    fingerprint,
)
from calypso.host.stopping import Stop, StopSignal
from tests.freezing import freeze
from tests.sshd import made_key

HOSTILE = [
    "$(touch /tmp/pwned)",
    "`id`",
    "a b",
    "'",
    '"',
    "\\",
    "*",
    ";",
    "&",
    "-n",
    "",
    "ä\nb",
    "~",
]


def test_words_arrive_as_they_were(far):
    program = "import sys; print(sys.argv[1:])"
    ran = far.run(["python3", "-c", program, *HOSTILE], timeout_s=30, env={"LC_ALL": "C.UTF-8"})
    assert ran.stdout == f"{HOSTILE}\n"
    assert ran.argv[0] == "python3"


def test_codes_output_input_and_environment_are_those_of_the_program(far):
    script = 'cat; echo "$LC_ALL $TZ"; echo no >&2; exit 3'
    ran = far.run(["sh", "-c", script], timeout_s=30, stdin="told\n", env={"TZ": "UTC"})
    assert (ran.code, ran.stdout, ran.stderr) == (3, "told\nC UTC\n", "no\n")
    assert far.run(["sh", "-c", "exit 255"], timeout_s=30).code == 255
    assert not far.run(["cat"], timeout_s=30).stdout


def test_lines_come_as_they_are_said(far):
    heard = []
    ran = far.stream(["sh", "-c", "echo a; echo b >&2"], timeout_s=30, on_line=heard.append)
    assert sorted(heard) == ["a", "b"]
    assert ran.ok


def test_a_pipe_has_every_code(far):
    stages = [["sh", "-c", "echo x; exit 4"], ["sh", "-c", "cat >&2"]]
    heard = []
    ran = far.pipe(stages, timeout_s=30, on_line=lambda *told: heard.append(told))
    assert [one.code for one in ran] == [4, 0]
    assert heard == [(1, "x")]


def test_a_program_that_is_not_there_is_missing(far):
    with pytest.raises(CommandMissing, match=r"nosuchprogram is not installed on 127\.0\.0\.1"):
        far.run(["nosuchprogram"], timeout_s=30)
    assert far.which("nosuchprogram") is None
    assert far.which("sh").endswith("/sh")


def test_files_are_read_and_replaced(far, tmp_path):
    path = tmp_path / "a b'c"
    assert not far.exists(path)
    with pytest.raises(FileNotFoundError):
        far.read_text(path)
    far.write_text(path, "one\n", mode=0o600)
    far.write_text(path, "two\n", mode=0o640)
    assert far.exists(path)
    assert far.read_text(path) == "two\n"
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.glob("a b*")) == [path]


def test_a_changed_host_key_is_refused_with_both_fingerprints(sshd, peer):
    pinned = sshd.host_keys["ed25519"]
    sshd.stop()
    (sshd.folder / "host_ed25519").unlink()
    shown = made_key(sshd.folder / "host_ed25519", "ed25519")
    sshd.start()
    with pytest.raises(HostKeyChanged) as refused:
        SshHost(LocalHost(), peer(host_key=pinned)).run(["true"], timeout_s=30)
    assert fingerprint(pinned) in refused.value.detail
    assert fingerprint(shown) in refused.value.detail


def test_a_host_key_of_another_kind_is_no_proof_either(sshd, peer):
    sshd.stop()
    sshd.start(kind="ecdsa")
    with pytest.raises(HostKeyChanged) as refused:
        SshHost(LocalHost(), peer()).run(["true"], timeout_s=30)
    assert fingerprint(sshd.host_keys["ecdsa"]) in refused.value.detail


def test_a_stranger_is_refused(peer, tmp_path):
    made_key(tmp_path / "other", "ed25519")
    stranger = peer(key=(tmp_path / "other").read_text())
    with pytest.raises(LoginRefused, match="authorized_keys"):
        SshHost(LocalHost(), stranger).run(["true"], timeout_s=30)


def test_a_key_that_is_none_is_said_to_be_unusable(peer):
    with pytest.raises(KeyUnusable):
        SshHost(LocalHost(), peer(key="no key at all")).run(["true"], timeout_s=30)


def test_a_machine_that_does_not_answer_may_be_tried_again(sshd, peer):
    sshd.stop()
    with pytest.raises(PeerUnreachable) as refused:
        SshHost(LocalHost(), peer()).run(["true"], timeout_s=30)
    assert refused.value.transient


def test_keys_lie_in_files_of_this_user_alone_and_in_no_command(sshd, peer):
    lines = []
    made = peer()
    assert SshHost(LocalHost(on_log=lines.append), made).run(["true"], timeout_s=30).ok
    assert {path.stat().st_mode & 0o777 for path in made.folder.iterdir()} == {0o600}
    secret = sshd.key.splitlines()[1]
    assert lines
    assert not any(secret in line for line in lines)


def test_a_connection_that_stalls_without_closing_is_given_up(sshd, peer, tmp_path):
    logged_in = tmp_path / "logged-in"
    quick = SshHost(LocalHost(), replace(peer(), alive_s=1))
    stopped = []

    def stall():
        deadline = time.monotonic() + 10
        while not logged_in.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        for pid in sshd.sessions():
            freeze(pid)
            stopped.append(pid)

    thread = threading.Thread(target=stall)
    thread.start()
    try:
        with pytest.raises(PeerLost, match="not responding") as lost:
            quick.run(["sh", "-c", f"touch {logged_in}; exec sleep 60"], timeout_s=50)
        assert lost.value.transient
    finally:
        thread.join()
        for pid in stopped:
            os.kill(pid, signal.SIGKILL)
    assert stopped


def test_a_cancel_and_a_timeout_end_what_runs_here(far, peer):
    with pytest.raises(CommandTimedOut):
        far.run(["sleep", "60"], timeout_s=1)
    stop = StopSignal()
    timer = threading.Timer(1, stop.request, [Stop.CANCELLED])
    timer.start()
    with pytest.raises(JobCancelled):
        SshHost(LocalHost(stop=stop, grace_s=1), peer()).run(["sleep", "60"], timeout_s=50)
    timer.join()
