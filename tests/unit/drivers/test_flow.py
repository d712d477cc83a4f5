"""Between the ends of a transfer: who watches, who limits."""

import io

import pytest

from calypso.drivers.storage import SendOptions, StreamBroken, StreamStalled
from calypso.drivers.storage.directory.trees.passing import pass_on
from calypso.drivers.storage.flow import MBUFFER, Watch, flow
from calypso.drivers.storage.tree import tree_argv
from calypso.host import Ran
from calypso.host.ssh import SshHost, prepare
from tests.fakes.host import FakeHost

LIMIT, COUNT = tuple(tree_argv("pass", "1000")), tuple(tree_argv("pass"))


class Clock:
    def __init__(self):
        self.at = 0.0

    def __call__(self):
        return self.at

    def pause(self, seconds):
        self.at += seconds


def ignore(_done, _total):
    return None


def test_bytes_that_stand_still_are_a_stall_and_the_same_said_again_is_no_move():
    clock = Clock()
    watch = Watch(ignore, 10, clock)
    for at, done in ((0, 0), (5, 100), (9, 100), (14, 100)):
        clock.at = at
        watch.hear(done, None)
        watch.beat()
    clock.at = 16
    watch.hear(100, None)
    with pytest.raises(StreamStalled, match="11 s, after 100 bytes") as stalled:
        watch.beat()
    assert stalled.value.transient


def test_without_a_limit_nothing_stalls():
    clock = Clock()
    watch = Watch(ignore, None, clock)
    clock.at = 1e9
    watch.beat()


def run(near, source, target, on_line=lambda _line: None, **options):
    return flow(
        source,
        target,
        (["zfs", "send"], ["zfs", "receive"]),
        options=SendOptions(**options),
        on_line=on_line,
        watch=Watch(ignore, None),
        timeout_s=60,
    )


@pytest.fixture
def near():
    host = FakeHost(programs=("mbuffer", "ssh"))
    for argv in (["zfs", "send"], ["zfs", "receive"], MBUFFER, LIMIT, COUNT):
        host.answer(argv)
    return host


@pytest.fixture
def far(near, tmp_path):
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
    host = SshHost(
        near, prepare(tmp_path, host="vault", user="root", port=22, key="k", host_key=key)
    )
    for argv in (["zfs", "send"], ["zfs", "receive"]):
        near.answer(host.reach(argv))
    return host


def test_on_one_machine_nothing_stands_between_unless_limited(near):
    run(near, near, near)
    assert near.asked == [("zfs", "send"), ("zfs", "receive")]
    run(near, near, near, rate_bytes_per_s=1000)
    assert near.asked[2:] == [("zfs", "send"), LIMIT, ("zfs", "receive")]


def test_on_a_network_there_is_a_buffer_where_it_is_installed(near, far):
    run(near, near, far, rate_bytes_per_s=1000)
    assert near.asked == [
        ("zfs", "send"),
        MBUFFER,
        LIMIT,
        tuple(far.reach(["zfs", "receive"])),
    ]
    near.programs.remove("mbuffer")
    near.asked.clear()
    run(near, far, near)
    assert near.asked == [tuple(far.reach(["zfs", "send"])), COUNT, ("zfs", "receive")]


def test_what_lies_in_a_buffer_is_not_sent_yet():
    class Talking(FakeHost):
        def pipe(self, stages, *, on_line, **_):
            said = [
                (0, "full\ttank/a@b\t100"),
                (0, "size\t100"),
                (0, "18:14:45\t100\ttank/a@b"),
                (1, "18:14:46\t7\tpassed on"),
                (2, "18:14:47\t99\tno progress of a receiver"),
            ]
            self.logged = [line for stage, line in said if not on_line(stage, line)]
            return [Ran((), 0, "", "", 0.0)] * len(stages)

    host, heard = Talking(), []
    run(host, host, host, heard.append, rate_bytes_per_s=1000)
    assert heard == ["full\ttank/a@b\t100", "size\t100", "18:14:46\t7\tpassed on"]
    assert host.logged == [*heard[:2], "18:14:47\t99\tno progress of a receiver"]
    heard.clear()
    run(host, host, host, heard.append)
    assert heard[1:3] == ["size\t100", "18:14:45\t100\ttank/a@b"]


def test_a_program_between_that_fails_breaks_the_stream_though_both_ends_are_content(near):
    broken = FakeHost(programs=())
    for argv in (["zfs", "send"], ["zfs", "receive"]):
        broken.answer(argv)
    broken.answer(LIMIT, code=1)
    with pytest.raises(StreamBroken):
        run(broken, broken, broken, rate_bytes_per_s=1000)


@pytest.mark.parametrize("rate", [1, 1000, 10_000_000])
def test_a_stream_takes_as_long_as_its_rate_says(rate):
    clock, size = Clock(), rate * 3
    to = io.BytesIO()
    data = bytes(range(256)) * (size // 256 + 1)
    pass_on(io.BytesIO(data[:size]), to, rate, clock=clock, pause=clock.pause)
    assert to.getvalue() == data[:size]
    assert 2.5 <= clock.at <= 3.5


def test_a_pause_of_the_sender_is_not_caught_up_in_a_burst():
    clock, at = Clock(), []

    class Source:
        def __init__(self):
            self.parts = [b"a" * 250, b"a" * 250, b"a" * 250, b"a" * 250, b""]

        def read1(self, _size):
            if len(self.parts) == 4:
                clock.at = 100
            return self.parts.pop(0)

    class To(io.BytesIO):
        def write(self, data):
            at.append(clock.at)
            return super().write(data)

    pass_on(Source(), To(), 1000, clock=clock, pause=clock.pause)
    assert at[1] >= 100
    assert at[-1] >= 100.5
