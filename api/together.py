"""Many who ask at once are answered by one call, which began after each of them asked."""

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class _Batch(Generic[Asked, Answer]):
    """Who asks by the same call. `over` is held until it has been made."""

    def __init__(self) -> None:
        self.asked: dict[Asked, None] = {}
        self.answers: dict[Asked, Answer] | None = None
        self.failure: Exception | None = None
        self.over = threading.Lock()
        self.over.acquire()


class Together(Generic[Asked, Answer]):
    """One call at a time; whoever comes meanwhile shares the next. Nothing is remembered."""

    def __init__(self, ask_many: Callable[[Sequence[Asked]], Sequence[Answer]]) -> None:
        self._ask_many = ask_many
        self._turn = threading.Lock()
        self._door = threading.Lock()
        self._open: _Batch[Asked, Answer] | None = None

    def ask(self, asked: Asked) -> Answer:
        """Return the answer, or raise what the call raised; as fresh as a call of one's own."""
        with self._door:
            leads, batch = self._open is None, self._open or _Batch[Asked, Answer]()
            self._open = batch
            batch.asked[asked] = None
        if leads:
            self._lead(batch)
        else:
            with batch.over:
                pass
        if batch.failure is not None:
            raise batch.failure
        if batch.answers is None:  # who led was killed on the way
            return self.ask(asked)
        return batch.answers[asked]

    def _lead(self, batch: _Batch[Asked, Answer]) -> None:
        try:
            with self._turn:
                self._close(batch)
                several = list(batch.asked)
                batch.answers = dict(zip(several, self._ask_many(several), strict=True))
        except Exception as failed:  # noqa: BLE001 - not lost: everybody who asked raises it
            batch.failure = failed
        finally:
            self._close(batch)
            batch.over.release()

    def _close(self, batch: _Batch[Asked, Answer]) -> None:
        """Let whoever comes from now on ask by another call."""
        with self._door:
            if self._open is batch:
                self._open = None
