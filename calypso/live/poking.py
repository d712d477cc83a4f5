"""Pokes from a thread of its own: nobody waits for Redis to say "look", and many become one."""

import threading
import time
from collections.abc import Callable

REST_S = 0.02  # between two pokes; whoever is poked reads all there is


class Poker:
    """Says it at once when it was quiet, soon when not; per process, also after a fork."""

    def __init__(self, say: Callable[[], None]) -> None:
        self._say = say
        self._asked = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def poke(self) -> None:
        """Have it said, after whatever the caller has just stored."""
        self._asked.set()
        if self._thread is None or not self._thread.is_alive():
            self._start()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="pokes", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            self._asked.wait()
            self._asked.clear()
            self._say()
            time.sleep(REST_S)
