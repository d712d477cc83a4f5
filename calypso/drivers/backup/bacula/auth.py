"""How a console and the director prove to each other that they know the same password.

CRAM-MD5 in both directions, keyed with the password's MD5 in hexadecimal; the password itself is
never sent. Source: Bacula lib/cram-md5.c, lib/base64.c.
"""

import base64
import hashlib
import hmac
import os
import re
import time
from dataclasses import dataclass

_CHALLENGE = re.compile(rb"auth cram-md5(c?) (<\S+>) ssl=(\d)")
TLS_REQUIRED = 2
_DIGITS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


@dataclass(frozen=True)
class Challenge:
    """What the other side wants answered; `is_standard`: in ordinary base64."""

    text: bytes
    is_standard: bool
    needs_tls: bool


def read_challenge(line: bytes) -> Challenge | None:
    """Return the challenge of a line; None when it is none."""
    told = _CHALLENGE.match(line)
    if told is None:
        return None
    return Challenge(told[2], bool(told[1]), int(told[3]) == TLS_REQUIRED)


def new_challenge() -> bytes:
    """Return a challenge that was never sent before."""
    return b"<%d.%d@calypso>" % (int.from_bytes(os.urandom(8)), int(time.time()))


def asked(challenge: bytes) -> bytes:
    """Return the line that sends our challenge; we speak no TLS."""
    return b"auth cram-md5c %s ssl=0\n" % challenge


def response(password: str, challenge: Challenge) -> bytes:
    """Return the answer to a challenge."""
    digest = _digest(password, challenge.text)
    return _standard(digest) if challenge.is_standard else _historic(digest)


def is_right(password: str, challenge: bytes, answer: bytes) -> bool:
    """Tell whether the other side answered our challenge rightly, in either base64."""
    digest = _digest(password, challenge)
    told = answer.rstrip(b"\0\n ")
    right = [hmac.compare_digest(told, form(digest)) for form in (_standard, _historic)]
    return any(right)


def _digest(password: str, challenge: bytes) -> bytes:
    key = hashlib.md5(password.encode(), usedforsecurity=False).hexdigest().encode()
    return hmac.new(key, challenge, "md5").digest()


def _standard(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def _historic(data: bytes) -> bytes:
    """Bacula's own base64: bytes are taken as signed, and spill over into earlier digits."""
    out, register, bits = bytearray(), 0, 0
    for byte in data:
        register = (register << 8) | (byte - 256 if byte > 127 else byte)  # noqa: PLR2004 - a signed byte
        bits += 8
        while bits >= 6:  # noqa: PLR2004 - a digit is six bits
            bits -= 6
            out.append(_DIGITS[(register >> bits) & 63])
    if bits:
        out.append(_DIGITS[register & ((1 << bits) - 1)])
    return bytes(out)
