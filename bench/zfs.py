"""`python -m bench.zfs`: what our jobs cost beside ZFS' bare commands, in the guest of the lab.

Both sides speak to the guest through the same host, so that what lies between costs both the same.
"""

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from uuid import UUID

from bench import report
from bench.findings import Row, at_most
from bench.plan import Plan, in_turns
from calypso import jobs
from calypso.drivers.storage import Vdev
from calypso.drivers.storage.zfs import ZfsStorage
from calypso.models.naming import name_at
from tests.fakes.running import FakeRunning, schedule_of
from tests.lab.guest import Guest

PAGE = Path(__file__).with_name("ZFS.md")
TYPES = jobs.load()
ROUNDS = 5
BATCH = 100
BATCHES = 5  # that go in a round
PRUNED = "tank/pruned"  # its children are pruned, one in a round
SMALL_MIB, LARGE_MIB = 4, 132
TIMEOUT_S = 1800.0
HEAD = """# Measured on OpenZFS

Made by `make bench-zfs` in the emulated guest of docs/vm-lab.md ({version}), {date}; {rounds}
rounds, the contestants in turns. A ratio is ours divided by theirs in the same round; each number
is the median over the rounds. The guest is slow, both for us and for them: read the ratios.
"""


class Ground:
    """A pool of two datasets to prune and one to send, in a guest."""

    def __init__(self, guest: Guest) -> None:
        self.host = guest.host()
        self.storage = ZfsStorage(self.host)
        for at, pool in enumerate(("tank", "vault")):
            self.storage.create_pool(pool, [Vdev(devices=(guest.disk(at),))])
        self.hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)

    def do(self, line: str) -> None:
        """Run a line for a shell; what goes wrong ends the benchmark."""
        ran = self.host.run(["sh", "-c", line], timeout_s=TIMEOUT_S)
        if not ran.ok:
            raise SystemExit(f"{line}: {ran.stderr}")

    def timed(self, act: Callable[[], object]) -> float:
        """Return how many seconds something took, with the disks quiet before."""
        self.do("zpool sync")
        began = time.monotonic()
        act()
        return time.monotonic() - began

    def names(self, count: int) -> list[str]:
        """Return names that a task gives, oldest first."""
        schema = "auto-%Y-%m-%d_%H-%M%z"
        return [name_at(schema, self.hour - timedelta(hours=n)) for n in reversed(range(count))]

    def fill(self, datasets: list[str]) -> None:
        """Make datasets to prune, each with the snapshots of a round, all at the same times."""
        self.do(f"zfs create {PRUNED}; for one in {' '.join(datasets)}; do zfs create $one; done")
        task, names = f"calypso:task={UUID(int=1)}", " ".join(self.names(BATCH * BATCHES + 1))
        self.do(f"for name in {names}; do zfs snapshot -r -o {task} {PRUNED}@$name || exit 1; done")

    def bare_prune(self, dataset: str) -> float:
        """Destroy with zfs alone, in the same batches."""
        names = self.names(BATCH * BATCHES + 1)
        batches = [names[at : at + BATCH] for at in range(0, BATCH * BATCHES, BATCH)]

        def destroy() -> None:
            for batch in batches:
                self.do(f"zfs destroy {dataset}@{','.join(batch)}")

        return self.timed(destroy)

    def our_prune(self, dataset: str) -> float:
        """Destroy with the job: it lists what is there, judges it, destroys and looks again."""
        task = schedule_of(1, params={"dataset": dataset}, retention={"keep_last": 1})
        running = FakeRunning(schedules=[task])
        job_type = TYPES["storage.snapshot_prune"]
        params = job_type.params(dataset=dataset)
        took = self.timed(lambda: job_type.run(params, self.storage, running))
        left = len(self.storage.snapshots(dataset))
        if left != 1:
            raise SystemExit(f"{left} snapshots are left, 1 was to be")
        return took

    def bare_send(self, source: str) -> float:
        """Send and receive with zfs alone."""
        to = "vault/copy"
        took = self.timed(lambda: self.do(f"zfs send {source}@one | zfs receive -u {to}"))
        self.do(f"zfs destroy -r {to}")
        return took

    def our_send(self, source: str) -> float:
        """Send and receive with the job: it compares, holds, sends and looks again."""
        job_type = TYPES["storage.replication_run"]
        params = job_type.params(source=source, target="vault/copy")
        took = self.timed(lambda: job_type.run(params, self.storage, FakeRunning()))
        self.do("zfs destroy -r vault/copy")
        return took


def prune(ground: Ground, plan: Plan) -> Row:
    """Measure pruning with the snapshots of other datasets beside, which get fewer for both."""
    datasets = {who: [f"{PRUNED}/{who}{n}" for n in range(plan.rounds)] for who in ("ours", "bare")}
    every = [one for of in datasets.values() for one in of]
    beside = (len(every) - 1) * (BATCH * BATCHES + 1)
    ground.fill(every)
    ours, bare = (iter(of) for of in datasets.values())
    found = in_turns(plan, {
        "ours": lambda: ground.our_prune(next(ours)),
        "bare": lambda: ground.bare_prune(next(bare)),
    })  # fmt: skip
    what = f"Prune {BATCHES * BATCH} snapshots in batches of {BATCH}"
    row = Row(f"{what}, at first {beside:,} others beside")
    row.add_ratio(
        "time against bare `zfs destroy`", found["ours"], found["bare"], goal=at_most(1.2)
    )
    row.add("ours", found["ours"], "s")
    row.add("bare", found["bare"], "s")
    return row


def replicate(ground: Ground, plan: Plan) -> Row:
    """Measure a local replication of two sizes: what it costs at all, and by the byte."""
    row = Row(f"Replicate {SMALL_MIB} MiB and {LARGE_MIB} MiB on one node")
    for size in (SMALL_MIB, LARGE_MIB):
        ground.do(f"zfs create tank/mib{size}")
        ground.do(f"dd if=/dev/urandom of=/tank/mib{size}/data bs=1M count={size}")
        ground.do(f"zfs snapshot tank/mib{size}@one")
    found = in_turns(plan, {
        f"{who} {size}": partial(act, f"tank/mib{size}")
        for who, act in (("ours", ground.our_send), ("bare", ground.bare_send))
        for size in (SMALL_MIB, LARGE_MIB)
    })  # fmt: skip
    slope = {
        who: median(found[f"{who} {LARGE_MIB}"]) - median(found[f"{who} {SMALL_MIB}"])
        for who in ("ours", "bare")
    }
    more = [
        a - b for a, b in zip(found[f"ours {SMALL_MIB}"], found[f"bare {SMALL_MIB}"], strict=True)
    ]
    row.add("more than the bare pipe, the small one", more, "s", goal=at_most(3))
    row.add("slope against the bare pipe", [slope["ours"] / slope["bare"]], "×", goal=at_most(1.1))
    for name, took in found.items():
        row.add(f"{name} MiB", took, "s")
    return row


def main() -> int:
    """Measure both and write the page."""
    guest = Guest()
    try:
        ground, plan = Ground(guest), Plan(rounds=ROUNDS)
        version = ground.host.run(["zfs", "version"], timeout_s=60).stdout.splitlines()[0]
        rows = [replicate(ground, plan), prune(ground, plan)]
    finally:
        guest.power_off()
    date = datetime.now(UTC).date().isoformat()
    head = HEAD.format(version=version, date=date, rounds=ROUNDS)
    PAGE.write_text("\n".join([head, *report.tables(rows)]), encoding="utf-8")
    print("\n".join(report.summary(row) for row in rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
