"""What ssh says when it fails, as types. Texts of OpenSSH 9.2."""

import base64
import hashlib
import re

from calypso.errors import SubsystemError
from calypso.host import Ran

OWN_CODE = 255  # of ssh itself; what ran over there may end so as well


class SshError(SubsystemError):
    """Another machine could not be worked with."""

    code = "ssh_failed"
    title = "The other machine cannot be worked with"


class HostKeyChanged(SshError):
    """The machine that answered is not the one whose host key was pinned."""

    code = "ssh_host_key_changed"
    title = "Host key changed"


class LoginRefused(SshError):
    """The other machine does not take this user with this key."""

    code = "ssh_login_refused"
    title = "Login refused"


class KeyUnusable(SshError):
    """The stored private key cannot be used: damaged, locked by a passphrase, or none at all."""

    code = "ssh_key_unusable"
    title = "Private key cannot be used"


class PeerUnreachable(SshError):
    """The other machine does not answer."""

    code = "ssh_unreachable"
    title = "The other machine does not answer"
    transient = True


class PeerLost(SshError):
    """The connection to the other machine broke."""

    code = "ssh_lost"
    title = "Connection lost"
    transient = True


_CHANGED = re.compile(r"REMOTE HOST IDENTIFICATION HAS CHANGED|Host key verification failed")
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]+")
_REFUSALS = (
    (
        re.compile(r"^Load key .*|invalid format|error in libcrypto", re.MULTILINE),
        KeyUnusable,
        "Store a private key in OpenSSH's form without a passphrase.",
    ),
    (
        re.compile(r"Permission denied \("),
        LoginRefused,
        "Add the public key to that user's authorized_keys there.",
    ),
    (
        re.compile(r"^ssh: |banner exchange|kex_exchange_identification", re.MULTILINE),
        PeerUnreachable,
        "See that it runs, and that its SSH port is open from here.",
    ),
    (
        re.compile(
            r"^Timeout, server .* not responding|^Connection (to .* )?(closed|reset)|client_loop"
            r"|Broken pipe|Write failed",
            re.MULTILINE,
        ),
        PeerLost,
        "",
    ),
)


def read(ran: Ran, *, who: str, host_key: str) -> SshError | None:
    """Return why ssh failed, or None when what ran over there ended by itself."""
    if ran.code != OWN_CODE:
        return None
    if _CHANGED.search(ran.stderr):
        return _changed(ran.stderr, who, host_key)
    for pattern, kind, hint in _REFUSALS:
        if found := pattern.search(ran.stderr):
            line = _line_of(ran.stderr, found.start())
            return kind(f"{who}: {line} {hint}".strip(), original=ran.stderr)
    return None


def _changed(said: str, who: str, host_key: str) -> HostKeyChanged:
    told = _FINGERPRINT.search(said)
    shown = told[0] if told else f"a key of another kind than {host_key.partition(' ')[0]}"
    return HostKeyChanged(
        f"{who} showed {shown}; pinned is {fingerprint(host_key)}. Either the machine was set up "
        "anew, then pin its new key after you have compared it there, or somebody is in between.",
        original=said,
    )


def fingerprint(host_key: str) -> str:
    """Return the fingerprint of a public key as ssh shows it."""
    blob = base64.b64decode(host_key.split()[1])
    return f"SHA256:{base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip('=')}"


def _line_of(text: str, at: int) -> str:
    start = text.rfind("\n", 0, at) + 1
    return text[start:].partition("\n")[0].strip().rstrip(".") + "."
