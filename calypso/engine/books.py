"""What is on record as a running job reads and writes it: an outage is waited out."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from calypso.engine.patience import until_known

Books = TypeVar("Books")


class _Patient:
    """Asks each verb until it is answered: all of them may be repeated."""

    def __init__(self, books: object, sleep: Callable[[float], None]) -> None:
        self._books, self._sleep = books, sleep

    def __getattr__(self, verb: str) -> Callable[..., Any]:
        ask: Callable[..., Any] = getattr(self._books, verb)
        return lambda *given, **named: until_known(lambda: ask(*given, **named), sleep=self._sleep)


def patient(books: Books, *, sleep: Callable[[float], None]) -> Books:
    """Return books that answer however long the store is away; what `sleep` raises ends that."""
    return cast("Books", _Patient(books, sleep))  # has every verb, since `books` has
