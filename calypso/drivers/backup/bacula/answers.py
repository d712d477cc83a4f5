"""An answer of the director: taken to its end, and judged.

With `.api` the director frames each answer in signals: it tells whether a command went well, what
is an error and what a warning, that it waits for an answer, and where the answer ends.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from calypso.drivers.backup.bacula import errors
from calypso.drivers.backup.bacula.text import readable
from calypso.drivers.backup.bacula.wire import Signal, Wire
from calypso.drivers.backup.director_refusals import DirectorAsked, DirectorUnreadable

MAX_QUESTIONS = 8  # one command asks three at most; each of ours is cancelled
CANCEL = b"."
_ENDS = (Signal.MAIN_PROMPT, Signal.EOD, Signal.EOD_POLL)
_TROUBLES = {Signal.ERROR, Signal.WARNING, Signal.COMMAND_FAILED, Signal.INVALID_COMMAND}


@dataclass(frozen=True)
class Answer:
    """What the director said to one command: packets as they came, and signals between them."""

    command: str
    packets: tuple[bytes, ...]
    signals: tuple[int, ...]
    questions: tuple[str, ...]

    @property
    def text(self) -> str:
        """All of it, for people and patterns."""
        return readable(b"".join(self.packets))

    @property
    def lines(self) -> list[str]:
        """The lines that say something."""
        return [line for line in self.text.splitlines() if line.strip()]


class Listening:
    """Takes an answer to its end; questions are answered from `replies`, or cancelled."""

    def __init__(self, wire: Wire, command: str, replies: Mapping[str, str]) -> None:
        self._wire, self._command, self._replies = wire, command, replies
        self._packets: list[bytes] = []
        self._signals: list[int] = []
        self._questions: list[str] = []

    def to_the_end(self) -> Answer:
        """Return the answer when the director has finished it."""
        while (got := self._wire.receive()) not in _ENDS:
            if isinstance(got, bytes):
                self._packets.append(got)
            else:
                self._heed(got)
        return Answer(
            self._command, tuple(self._packets), tuple(self._signals), tuple(self._questions)
        )

    def _heed(self, signal: int) -> None:
        self._signals.append(signal)
        match signal:
            case Signal.HEARTBEAT:
                self._wire.signal(Signal.HEARTBEAT_RESPONSE)
            case Signal.POLL:
                self._wire.signal(Signal.EOD)
            case Signal.TEXT_INPUT:
                self._reply(self._prompt())
            case Signal.SUB_PROMPT:
                self._reply(self._so_far())
            case Signal.TERMINATE:
                raise errors.hung_up(self._command, self._so_far())

    def _prompt(self) -> str:
        """Return the question's own text, which follows its signal."""
        got = self._wire.receive()
        if isinstance(got, bytes):
            self._packets.append(got)
        else:
            self._heed(got)
        return self._so_far()

    def _so_far(self) -> str:
        return readable(b"".join(self._packets))

    def _reply(self, question: str) -> None:
        for part, reply in self._replies.items():
            if part in question:
                self._wire.send(reply.encode())
                return
        self._questions.append(question)
        if len(self._questions) > MAX_QUESTIONS:
            raise DirectorUnreadable("The director asks again and again.", original=question)
        self._wire.send(CANCEL)


def judge(answer: Answer, warnings_pass: bool = False) -> Answer:
    """Return an answer that is a success; the fitting refusal for any other.

    Success is that the director says so, and neither an error nor a warning, and no question: it
    says OK to `estimate` of a job that it does not know, and warns of a run that is not live.
    """
    if answer.questions:
        raise errors.of_text(answer.text) or DirectorAsked(
            f"The director had a question to {answer.command.split(' ')[0]!r}; it was cancelled.",
            original=answer.text,
            question=answer.questions[0].strip().rpartition("\n")[2],
        )
    troubles = _TROUBLES - {Signal.WARNING} if warnings_pass else _TROUBLES
    if troubles & set(answer.signals) or Signal.COMMAND_OK not in answer.signals:
        raise errors.of_text(answer.text) or errors.nameless(answer.command, answer.text)
    return answer
