"""What a keeper leaves to the one of another release that takes its place in the same process."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

from calypso.keeper.generation import Generation

VARIABLE = "CALYPSO_KEEPER"
FIELDS = ("pid", "version", "pipe", "parts", "ready", "serves", "leaving", "kill_at")


@dataclass
class Handover:
    """It crosses releases: a field is added with a default, and none changes its meaning."""

    generations: list[Generation]
    sockets: list[int]  # listening, for the program
    control: int  # where people ask
    client: int | None = None  # who asked, and waits for the outcome

    def packed(self) -> str:
        """Return it as text for an environment; its descriptors outlive exec from now on."""
        for descriptor in self._descriptors():
            os.set_inheritable(descriptor, True)
        return json.dumps(
            {
                "sockets": self.sockets,
                "control": self.control,
                "client": self.client,
                "generations": [
                    {name: getattr(one, name) for name in FIELDS} for one in self.generations
                ],
            }
        )

    @classmethod
    def unpacked(cls, text: str) -> Self:
        """Return what the text says; no child inherits its descriptors."""
        told: dict[str, Any] = json.loads(text)
        made = cls(
            generations=[
                Generation(**{name: one[name] for name in FIELDS if name in one})
                for one in told["generations"]
            ],
            sockets=told["sockets"],
            control=told["control"],
            client=told.get("client"),
        )
        made.close_to_children()
        return made

    def close_to_children(self) -> None:
        """Let no child inherit the descriptors."""
        for descriptor in self._descriptors():
            os.set_inheritable(descriptor, False)

    def _descriptors(self) -> Iterator[int]:
        yield from self.sockets
        yield self.control
        yield from () if self.client is None else (self.client,)
        yield from (one.pipe for one in self.generations)
