"""Whether a pool is to take no new jobs: one byte that the pool and its children share."""

import mmap


class Draining:
    """False until it is begun, in every process forked after it was made."""

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, 1)

    def begin(self) -> None:
        """Let nobody claim anything from now on; there is no way back. Safe in a signal handler."""
        self._shared[0] = 1

    def __call__(self) -> bool:
        """Tell whether it was begun."""
        return self._shared[0] == 1
