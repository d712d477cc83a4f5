"""A Host keeps the promises of the port: this machine's LocalHost, and that of a guest."""

import threading
import time

import pytest

from calypso.errors import CommandMissing, CommandTimedOut, JobCancelled
from calypso.host.scope import tagged
from calypso.host.stopping import Stop, StopSignal
from tests.lab import inside
from tests.lab.here import Here

TAG = "lab-test"
LIMIT_S = 60

IN_GUEST = pytest.param("guest", marks=[pytest.mark.real("lab"), pytest.mark.timeout(300)])


@pytest.fixture(params=["here", IN_GUEST])
def machine(request):
    return Here() if request.param == "here" else request.getfixturevalue("guest")


@pytest.fixture
def stop():
    signal = StopSignal()
    yield signal
    signal.close()


def sh(text):
    return ["sh", "-c", text]


def is_idle(machine):
    """Tell whether nothing that carries the tag lives."""
    return machine.call(tagged, TAG) == {}


def until(holds):
    deadline = time.monotonic() + LIMIT_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_what_a_program_prints_and_its_code_come_back(machine):
    ran = machine.host().run(sh("echo out; echo err >&2; exit 3"), timeout_s=LIMIT_S)
    assert (ran.stdout, ran.stderr, ran.code) == ("out\n", "err\n", 3)


def test_a_program_reads_what_it_is_given(machine):
    assert machine.host().run(["cat"], timeout_s=LIMIT_S, stdin="in\n").stdout == "in\n"


def test_lines_come_while_the_program_runs(machine, tmp_path):
    """The program waits for what only somebody who has heard its first line can do."""
    go = machine.path("/tmp") / f"{tmp_path.name}-go"
    heard = []

    def hear(line):
        heard.append(line)
        go.touch()

    wait = f"echo one; until [ -e {go} ]; do sleep 0.05; done; echo two"
    machine.host().stream(sh(wait), timeout_s=LIMIT_S, on_line=hear)
    go.unlink()
    assert heard == ["one", "two"]


def test_each_stage_of_a_pipe_has_its_code_and_its_lines(machine):
    heard = []
    stages = [sh("echo a >&2; echo b; exit 1"), sh("cat >&2; exit 2")]
    ends = machine.host().pipe(
        stages, timeout_s=LIMIT_S, on_line=lambda *heard_one: heard.append(heard_one)
    )
    assert [end.code for end in ends] == [1, 2]
    assert sorted(heard) == [(0, "a"), (1, "b")]


def test_a_missing_program_is_missing(machine):
    assert machine.host().which("no-such-program") is None
    with pytest.raises(CommandMissing):
        machine.host().run(["no-such-program"], timeout_s=LIMIT_S)


def test_a_program_that_takes_too_long_is_killed(machine):
    host = machine.host(tag=TAG, grace_s=0.2)
    with pytest.raises(CommandTimedOut):
        host.run(["sleep", "1000"], timeout_s=0.5)
    assert is_idle(machine)


def test_a_cancel_ends_the_program_and_its_children_before_it_is_raised(machine, stop):
    host = machine.host(tag=TAG, stop=stop, grace_s=0.2)
    stubborn = sh("trap '' TERM; sleep 1000 & echo there; sleep 1000; sleep 1000")
    with pytest.raises(JobCancelled):
        host.stream(stubborn, timeout_s=LIMIT_S, on_line=lambda _: stop.request(Stop.CANCELLED))
    assert is_idle(machine)


def test_a_cancelled_job_starts_nothing_more(machine, stop):
    stop.request(Stop.CANCELLED)
    with pytest.raises(JobCancelled):
        machine.host(stop=stop).run(["true"], timeout_s=LIMIT_S)


def test_a_cancel_waits_for_what_must_not_be_cut(machine, stop):
    host = machine.host(stop=stop)
    with stop.hold():
        ran = []

        def cancel(line):
            stop.request(Stop.CANCELLED)
            ran.append(line)

        host.stream(sh("echo one; sleep 0.3; echo two"), timeout_s=LIMIT_S, on_line=cancel)
        assert ran == ["one", "two"]
    with pytest.raises(JobCancelled):
        host.run(["true"], timeout_s=LIMIT_S)


def test_an_error_of_the_listener_ends_the_program(machine):
    def fail(_line):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        machine.host(tag=TAG, grace_s=0.2).stream(
            sh("echo a; sleep 1000"), timeout_s=LIMIT_S, on_line=fail
        )
    assert is_idle(machine)


def test_two_programs_run_at_once(machine, tmp_path):
    """Each waits for the other."""
    one, two = (machine.path("/tmp") / f"{tmp_path.name}-{name}" for name in "ab")
    codes = []

    def run(mine, theirs):
        wait = sh(f"touch {mine}; until [ -e {theirs} ]; do sleep 0.05; done")
        codes.append(machine.host().run(wait, timeout_s=LIMIT_S).code)

    other = threading.Thread(target=run, args=(one, two))
    other.start()
    run(two, one)
    other.join()
    assert codes == [0, 0]


def test_what_is_run_is_logged(machine):
    logged = []
    machine.host(on_log=logged.append).run(["echo", "said"], timeout_s=LIMIT_S)
    assert logged[:2] == ["$ echo said", "  said"]


def test_files_are_written_and_read(machine, tmp_path):
    host = machine.host()
    path = machine.path("/tmp") / f"{tmp_path.name}-file"
    host.write_text(path, "what\n", mode=0o600)
    assert host.exists(path)
    assert host.read_text(path) == path.read_text() == "what\n"
    assert path.stat().st_mode & 0o777 == 0o600
    path.unlink()
    with pytest.raises(FileNotFoundError):
        host.read_text(path)


@pytest.mark.real("lab")
@pytest.mark.timeout(300)
def test_a_program_dies_with_who_started_it(guest):
    """As with LocalHost, whose children the kernel kills with it."""
    settings = {"tag": TAG, "grace_s": 10.0, "env": None}
    program = sh("echo a; exec sleep 1000")
    with guest.open() as channel:
        channel.send((inside.on_host, (settings, False), {}))
        channel.send(("stream", (program,), {"timeout_s": 99}))
        until(lambda: channel.recv() == ("line", ("a",)))
    until(lambda: is_idle(guest))
