"""What all that is raised on purpose has in common."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field: `pointer` is a JSON pointer into what was sent."""

    pointer: str
    code: str
    message: str


class CalypsoError(Exception):
    """Something Calypso refuses or could not do, said in words for people."""

    code: str = "error"
    title: str = "Something went wrong"

    def __init__(self, detail: str = "") -> None:
        self.detail = detail or self.title
        super().__init__(self.detail)
