"""The child of a job under chaos. It writes a line to the ledger when it starts and ends.

It holds a file lock per job and one per exclusive lock for as long as it lives: the kernel gives
them back at its death and not a moment later, so finding one held is proof of two at a time.
"""

import fcntl
import os
import signal
import sys
import time


def main(ledger: str, seconds: float, lock: str, words: list[str]) -> None:
    job, _, epoch = os.environ["CALYPSO_JOB"].rpartition(".")
    if "stubborn" in words:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if "escapes" in words:
        read, write = os.pipe()
        if os.fork():
            os.close(write)
            os.read(read, 1)  # until the other one is gone
            sys.exit(0)
        os.setsid()
    note(ledger, "start", job, epoch)
    held = [hold(ledger, f"job-{job}")]
    if held[0] is None:
        note(ledger, "twice", job, epoch)
    if lock != "-" and hold(ledger, f"lock-{lock}") is None:
        note(ledger, "overlap", job, epoch)
    time.sleep(seconds)
    note(ledger, "end", job, epoch)


def note(ledger: str, what: str, job: str, epoch: str) -> None:
    handle = os.open(f"{ledger}/ledger", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(handle, f"{what} {job} {epoch} {time.monotonic():.3f}\n".encode())
    os.close(handle)


def hold(ledger: str, name: str) -> int | None:
    handle = os.open(f"{ledger}/{name}", os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return None
    return handle


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), sys.argv[3], sys.argv[4:])
