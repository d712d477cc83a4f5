"""The books of tape as a running job writes in them: an outage is waited out."""

from collections.abc import Callable
from typing import Any, cast

from calypso.engine.patience import until_known
from calypso.models.books import MediaBooks


class _Patient:
    """Asks each verb until it is answered: all of them may be repeated."""

    def __init__(self, books: MediaBooks, sleep: Callable[[float], None]) -> None:
        self._books, self._sleep = books, sleep

    def __getattr__(self, verb: str) -> Callable[..., Any]:
        ask: Callable[..., Any] = getattr(self._books, verb)
        return lambda *given, **named: until_known(lambda: ask(*given, **named), sleep=self._sleep)


def patient(books: MediaBooks, *, sleep: Callable[[float], None]) -> MediaBooks:
    """Return books that answer however long the store is away; what `sleep` raises ends that."""
    return cast("MediaBooks", _Patient(books, sleep))  # has every verb, since `books` has
