"""`python -m bench.submitting NAME KIND`: submits on demand, in threads, and says how long it took.

A process of its own for each contestant, so that none pays for the libraries of another.
Asked {"jobs", "threads"}, it answers {"seconds", "cpu_s", "instants"}.
"""

import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from bench.contestants import submitter


def main(name: str, kind: str) -> None:
    """Answer until the questions end."""
    submit = submitter(name, kind)
    for line in sys.stdin:
        asked = json.loads(line)
        sys.stdout.write(json.dumps(_submit(submit, asked["jobs"], asked["threads"])) + "\n")
        sys.stdout.flush()


def _submit(submit: Callable[[], Any], jobs: int, threads: int) -> dict[str, Any]:
    instants: list[float] = []
    share = jobs // threads

    def work() -> None:
        for _ in range(share):
            instants.append(time.monotonic())
            submit()

    cpu_s, began = time.process_time(), time.monotonic()
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(work) for _ in range(threads)]:
            done.result()
    seconds = time.monotonic() - began
    return {"seconds": seconds, "cpu_s": time.process_time() - cpu_s, "jobs": share * threads,
            "instants": instants if threads == 1 else []}  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:])
