"""Real processes: run, piped, timed out, cancelled, and seen dead with all their kin."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from calypso.errors import CommandMissing, CommandTimedOut, JobCancelled
from calypso.host.local import LocalHost
from calypso.host.scope import Scope, descendants, is_alive, started_ticks, stat_fields, tagged
from calypso.host.stopping import Stop, StopSignal
from tests.conftest import require_cgroup

# Ignores SIGTERM, forks a child into a session of its own, and both wait.
STUBBORN = "trap '' TERM; setsid sh -c \"trap '' TERM; sleep 60\" & echo started; sleep 60"


@pytest.fixture
def stop():
    signal = StopSignal()
    yield signal
    signal.close()


@pytest.fixture(params=["cgroup", "environment"])
def host(stop, request):
    """One that knows its processes by their cgroup, and one that must do without."""
    if request.param == "cgroup":
        require_cgroup()
    made = LocalHost(stop=stop, grace_s=0.2, cgroups=request.param == "cgroup")
    yield made
    made.end_all()


def test_a_program_tells_its_exit_code_and_both_outputs(host):
    ran = host.run(["sh", "-c", "echo out; echo cannot >&2; exit 3"], timeout_s=5)
    assert (ran.code, ran.stdout, ran.stderr, ran.ok) == (3, "out\n", "cannot\n", False)


def test_a_program_speaks_c_and_has_no_stdin(host):
    ran = host.run(["sh", "-c", "echo $LC_ALL; cat"], timeout_s=5)
    assert ran.stdout == "C\n"


def test_a_program_gets_its_stdin(host):
    assert host.run(["wc", "-c"], timeout_s=5, stdin="x" * 200_000).stdout.strip() == "200000"


def test_an_argument_is_never_read_by_a_shell(host):
    assert host.run(["echo", "$(id); `id`"], timeout_s=5).stdout == "$(id); `id`\n"


def test_what_was_for_the_hearer_alone_is_neither_kept_nor_logged():
    logged, heard = [], []

    def hear(stage, line):
        heard.append((stage, line))
        return line.startswith("bytes")

    first = ["sh", "-c", "echo bytes 1 >&2; echo no such file >&2; echo bytes 2 >&2"]
    ran = LocalHost(on_log=logged.append).pipe([first, ["cat"]], timeout_s=5, on_line=hear)

    assert heard == [(0, "bytes 1"), (0, "no such file"), (0, "bytes 2")]
    assert ran[0].stderr == "no such file\n"
    assert [line for line in logged if line.startswith("  ")] == ["  no such file"]


def test_of_a_line_too_long_to_read_the_head_is_logged_and_all_of_it_told():
    logged = []
    ran = LocalHost(on_log=logged.append).run(["printf", "%01000d", "7"], timeout_s=5)

    assert len(ran.stdout) == 1000
    assert logged[1] == f"  {'0' * 500}… 500 more characters"


def test_a_missing_program_has_its_own_error(host):
    with pytest.raises(CommandMissing, match="no-such-program"):
        host.run(["no-such-program"], timeout_s=5)


def test_lines_come_while_the_program_runs(host):
    seen = []
    read_fd, write_fd = os.pipe()
    # The program waits until its first line was seen: it would hang if lines came at the end.
    script = f"echo first; read answer < /proc/{os.getpid()}/fd/{read_fd}; echo $answer"

    def on_line(line):
        seen.append(line)
        if line == "first":
            os.write(write_fd, b"second\n")

    host.stream(["sh", "-c", script], timeout_s=10, on_line=on_line)
    os.close(read_fd)
    os.close(write_fd)

    assert seen == ["first", "second"]


def test_a_pipe_has_a_code_and_complaints_for_every_stage(host):
    heard = []
    stages = [["sh", "-c", "echo one >&2; echo data"], ["sh", "-c", "cat; echo two >&2; exit 4"]]
    first, second = host.pipe(stages, timeout_s=5, on_line=lambda *line: heard.append(line))
    assert (first.code, second.code) == (0, 4)
    assert sorted(heard) == [(0, "one"), (1, "data"), (1, "two")]


def test_a_writer_learns_that_its_reader_is_gone(host):
    first, second = host.pipe([["yes"], ["head", "-1"]], timeout_s=10)
    assert second.code == 0
    assert first.code == -13


def test_a_slow_program_is_killed_with_all_its_kin(host):
    with pytest.raises(CommandTimedOut):
        host.run(["sh", "-c", STUBBORN], timeout_s=0.3)
    assert tagged(host._tag) == {}


def test_a_cancel_ends_programs_that_ignore_sigterm_and_flee(host, stop):
    seen = threading.Event()

    def cancel():
        seen.wait(5)
        stop.request(Stop.CANCELLED)

    threading.Thread(target=cancel).start()
    began = time.monotonic()
    with pytest.raises(JobCancelled):
        host.stream(["sh", "-c", STUBBORN], timeout_s=30, on_line=lambda _line: seen.set())
    assert tagged(host._tag) == {}
    assert time.monotonic() - began < 10


def test_no_program_starts_after_a_cancel(host, stop):
    stop.request(Stop.CANCELLED)
    with pytest.raises(JobCancelled):
        host.run(["true"], timeout_s=5)


def test_a_program_that_leaves_a_child_behind_does_not_hang_its_caller(host):
    ran = host.run(["sh", "-c", "sleep 60 & echo done"], timeout_s=30)
    assert ran.stdout == "done\n"
    assert ran.elapsed_s < 15, "it waited for the child"
    host.end_all()
    assert tagged(host._tag) == {}


def test_programs_die_with_the_process_that_started_them(tmp_path):
    marker = tmp_path / "pid"
    script = (
        "from calypso.host.local import LocalHost\n"
        f"LocalHost().run(['sh', '-c', 'echo $$ > {marker}; exec sleep 60'], timeout_s=60)\n"
    )
    child = os.spawnv(os.P_NOWAIT, sys.executable, [sys.executable, "-c", script])
    _until(lambda: marker.exists() and marker.read_text().strip())
    pid = int(marker.read_text())
    started = started_ticks(pid)
    os.kill(child, 9)
    os.waitpid(child, 0)
    _until(lambda: not is_alive(pid, started))


def test_a_younger_process_of_the_same_number_is_another():
    assert is_alive(os.getpid())
    assert not is_alive(os.getpid(), started_ticks(os.getpid()) - 1)


FIRST_THREAD_ENDS = """
import ctypes, threading, time
threading.Thread(target=time.sleep, args=(60,)).start()
print("ready", flush=True)
ctypes.CDLL(None).pthread_exit(None)
"""


def test_a_process_whose_first_thread_alone_has_ended_is_alive():
    with subprocess.Popen([sys.executable, "-c", FIRST_THREAD_ENDS], stdout=-1) as process:
        _until(lambda: stat_fields(process.pid)[0] == "Z")
        assert is_alive(process.pid)
        process.kill()
        _until(lambda: not is_alive(process.pid))


def test_a_file_is_replaced_whole_with_its_mode(host, tmp_path):
    path = tmp_path / "conf"
    path.write_text("old")
    host.write_text(path, "new", mode=0o600)
    assert host.read_text(path) == "new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["conf"]


def test_a_write_that_fails_leaves_the_old_file(host, tmp_path):
    path = tmp_path / "conf"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        host.write_text(path, "\ud800")
    assert path.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["conf"]


def test_what_was_run_stands_in_the_log():
    lines = []
    LocalHost(on_log=lines.append).run(["sh", "-c", "echo hi; exit 1"], timeout_s=5)
    assert lines[:2] == ["$ sh -c echo hi; exit 1", "  hi"]
    assert lines[2].startswith("[sh: exit 1, ")


@pytest.mark.parametrize("program", ["exec env -i sleep 60", "env -i sleep 60; true"])
def test_a_program_that_empties_its_environment_is_ended_too(host, program):
    begun = []
    with pytest.raises(CommandTimedOut):
        host.pipe(
            [["sh", "-c", f"echo begun; {program}"]],
            timeout_s=2,
            on_line=lambda _stage, line: begun.append(line),
        )
    assert begun == ["begun"]
    assert host._scope.pids() == set()
    assert _children_named("sleep") == []


def test_a_pipe_that_cannot_be_started_whole_leaves_nothing_of_its_beginning(host):
    with pytest.raises(CommandMissing):
        host.pipe([["sleep", "60"], ["no-such-program-here"]], timeout_s=5)
    assert _children_named("sleep") == []


def _children_named(name):
    """Return all children of ours of that name, those included that nobody has waited for."""
    found = [pid for pid in descendants([os.getpid()]) if stat_fields(pid)]
    return [pid for pid in found if Path(f"/proc/{pid}/comm").read_text().strip() == name]


def test_an_empty_scope_ends_at_once():
    Scope("nobody-has-this-tag").end(grace_s=0)


def _until(true, limit_s=10.0):
    deadline = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.01)
