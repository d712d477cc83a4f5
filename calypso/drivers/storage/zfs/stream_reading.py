"""What `zfs send` says of a stream: its size, how much was sent, what a token stands for. Pure."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class SendLine:
    """What one line of `zfs send -vP` says: how much there is to send, or how much was sent."""

    size_bytes: int | None = None
    sent_bytes: int | None = None


_SIZE = re.compile(r"size\t(\d+)$")
_SENT = re.compile(r"\d\d:\d\d:\d\d\t(\d+)\t")


def send_line(line: str) -> SendLine | None:
    """Read a line of `zfs send -vP` on stderr; None for one that tells no bytes.

    Source: openzfs lib/libzfs/libzfs_sendrecv.c, send_progress_thread().
    """
    if size := _SIZE.match(line):
        return SendLine(size_bytes=int(size[1]))
    if sent := _SENT.match(line):
        return SendLine(sent_bytes=int(sent[1]))
    return None


@dataclass(frozen=True)
class Token:
    """What a resume token stands for; guids in decimal as in listings, `size_bytes` is left."""

    to_guid: str
    from_guid: str | None
    done_bytes: int
    size_bytes: int | None


_TOKEN_VALUE = re.compile(r"^\s+(\w+) = (0x[0-9a-f]+)$", re.MULTILINE)


def token(text: str) -> Token | None:
    """Read what `zfs send -nvP -t TOKEN` prints; None when it is no description of a token."""
    told = {name: int(value, 16) for name, value in _TOKEN_VALUE.findall(text)}
    if "toguid" not in told:
        return None
    sizes = [line.size_bytes for raw in text.splitlines() if (line := send_line(raw))]
    return Token(
        to_guid=str(told["toguid"]),
        from_guid=str(told["fromguid"]) if told.get("fromguid") else None,
        done_bytes=told.get("bytes", 0),
        size_bytes=sizes[0] if sizes else None,
    )
