"""What befalls the stack. Each fault tells whether it hit a running job."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import redis

from calypso.broker import KEY_PREFIX
from calypso.errors import CalypsoError
from calypso.models.ledger import Ending
from tests.chaos.stack import LEASE_S, QUEUE, Pool, Running, Stack

SILENCE_S = LEASE_S + 2.0  # longer than a lease
FULL_S = 2.0
DISK_MB = 400
Later = Callable[[float, Callable[[], None]], None]


class Faults:
    """Every kind, over one stack. `later` does something in the main loop after some seconds."""

    def __init__(
        self, stack: Stack, dice: random.Random, later: Later, found: list[str], disk: Path | None
    ) -> None:
        self._stack, self._dice, self._later, self._found = stack, dice, later, found
        self._disk = disk
        self._stopped: set[int] = set()
        self.kinds: dict[str, Callable[[], bool]] = {
            "kill a worker's child": self.kill_child,
            "kill a worker": self.kill_worker,
            "kill the control process": self.kill_control,
            "kill a scheduler": self.kill_scheduler,
            "stop a worker for longer than its lease": self.freeze,
            "cut a worker off from PostgreSQL": self.cut_postgres,
            "cut a worker off from Redis": self.cut_redis,
            "restart PostgreSQL at once": self.restart_postgres,
            "restart Redis": self.restart_redis,
            "flush Redis": self.flush_redis,
            "drop hints": self.drop_hints,
            "double hints": self.double_hints,
            "say late words": self.say_late_words,
        }
        if disk is not None:
            self.kinds["fill the disk"] = self.fill_disk

    def kill_child(self) -> bool:
        """Kill -9 the process that runs a job."""
        if (one := self._some()) is None:
            return False
        self._stack.killed.add(one.pid)
        with suppress(ProcessLookupError):
            os.kill(one.pid, signal.SIGKILL)
        return True

    def kill_worker(self) -> bool:
        """Kill -9 a pool and all its children."""
        pool = self._some_pool()
        if pool is None:
            return False
        self._stack.killed |= pool.program.pids
        pool.program.kill()
        return True

    def kill_control(self) -> bool:
        """Kill -9 the process that buries dead workers."""
        hit = bool(self._stack.running())
        self._stack.killed |= self._stack.control.pids
        self._stack.control.kill()
        return hit

    def kill_scheduler(self) -> bool:
        """Kill -9 one of those that fire schedules and promote what is due."""
        hit = bool(self._stack.running())
        self._dice.choice(self._stack.schedulers).kill()
        return hit

    def freeze(self) -> bool:
        """Stop the process that runs a job, and let it go on when its lease is long over."""
        one = self._some()
        if one is None or one.pid in self._stopped:
            return False
        with suppress(ProcessLookupError):
            os.kill(one.pid, signal.SIGSTOP)
        self._stopped.add(one.pid)
        self._later(SILENCE_S, lambda: self._thaw(one.pid))
        return True

    def cut_postgres(self) -> bool:
        """Cut the cable of a pool that runs a job."""
        if (pool := self._some_pool()) is None:
            return False
        pool.postgres.cut()
        self._later(SILENCE_S, pool.postgres.mend)
        return True

    def cut_redis(self) -> bool:
        """Cut the other cable."""
        if (pool := self._some_pool()) is None:
            return False
        pool.redis.cut()
        self._later(SILENCE_S, pool.redis.mend)
        return True

    def restart_postgres(self) -> bool:
        """Have it end without a checkpoint and recover."""
        hit = bool(self._stack.running())
        daemon = self._stack.postgres.daemon
        if daemon is not None and daemon.pid is not None:
            os.kill(daemon.pid, signal.SIGQUIT)
            daemon.wait(30)
        self._stack.keep()
        return hit

    def restart_redis(self) -> bool:
        """End it in order and start it again."""
        hit = bool(self._stack.running())
        self._stack.redis.stop()
        self._stack.redis.start()
        return hit

    def flush_redis(self) -> bool:
        """Forget everything it knew."""
        hit = bool(self._stack.running())
        with redis.Redis.from_url(self._stack.redis.url()) as client:
            client.flushall()
        return hit

    def drop_hints(self) -> bool:
        """Lose every message that waits."""
        hit = bool(self._stack.running())
        with redis.Redis.from_url(self._stack.redis.url()) as client:
            client.delete(f"{KEY_PREFIX}{QUEUE}")
        return hit

    def double_hints(self) -> bool:
        """Deliver the hint of a running job again, many times."""
        if (one := self._some()) is None:
            return False
        self._stack.house.ports.hints.ring(QUEUE, UUID(one.job), times=20)
        return True

    def say_late_words(self) -> bool:
        """Speak for an earlier run of a job that runs again."""
        again = [one for one in self._stack.running() if one.epoch > 1]
        if not again:
            return False
        one = self._dice.choice(again)
        store, job, epoch = self._stack.house.ports.jobs, UUID(one.job), one.epoch - 1
        try:
            taken = [
                store.begin(job, epoch) != "fenced",
                store.append_log(job, epoch, "ghost", limit_bytes=1 << 20),
                store.remember(job, epoch, "ghost"),
                store.finish(job, epoch, Ending("failed")) is not None,
            ]
        except CalypsoError:
            return False
        if any(taken):
            self._found.append(f"{one.job}: late words of run {epoch} were taken: {taken}")
        return True

    def fill_disk(self) -> bool:
        """Leave PostgreSQL no room for a while."""
        # Never the machine's own disk: only ours, and no more than it can hold.
        assert self._disk is not None
        assert self._disk.is_mount(), f"{self._disk} is no file system of its own any more"
        hit = bool(self._stack.running())
        filler = self._disk / "filler"
        subprocess.run(
            ["dd", "if=/dev/zero", f"of={filler}", "bs=1M", f"count={DISK_MB}"],
            capture_output=True, check=False,
        )  # fmt: skip
        self._later(FULL_S, lambda: filler.unlink(missing_ok=True))
        return hit

    def mend_all(self) -> None:
        """Leave nothing broken behind."""
        for pid in list(self._stopped):
            self._thaw(pid)
        for pool in self._stack.pools:
            pool.postgres.mend()
            pool.redis.mend()
        if self._disk is not None:
            (self._disk / "filler").unlink(missing_ok=True)

    def _thaw(self, pid: int) -> None:
        self._stopped.discard(pid)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)

    def _some(self) -> Running | None:
        running = self._stack.running()
        return self._dice.choice(running) if running else None

    def _some_pool(self) -> Pool | None:
        one = self._some()
        return None if one is None else self._stack.pool_of(one)


def private_disk(folder: Path) -> None:
    """Put a small file system of memory at a folder; in a mount namespace of our own."""
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m,mode=0755", "calypso-chaos", str(folder)],
        check=True,
    )


def pause(dice: random.Random) -> float:
    """Return how long to leave them in peace."""
    return time.monotonic() + dice.uniform(0.5, 1.8)
