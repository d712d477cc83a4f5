"""Signatures in minisign's format, so that `minisign` and openssl check them as well.

Source: jedisct1.github.io/minisign, "Signature format", "Public key format", "Secret key format".
What is signed here is signed in the legacy way, over the file itself and not over its hash: that
is plain Ed25519. Both ways are verified.
"""

import base64
import binascii
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from calypso.drivers.system.bundle_refusals import KeyUnknown, KeyWrong, SignatureWrong

PLAIN, HASHED = b"Ed", b"ED"  # over the file; over its BLAKE2b-512
NO_PASSWORD = b"\0\0"
UNTRUSTED, TRUSTED = "untrusted comment: ", "trusted comment: "
# Algorithm, how it is locked, how it is checked; salt and costs, all 0 without a password.
LOCK_BYTES = 2 + 2 + 2 + 32 + 8 + 8
ID_BYTES, SEED_BYTES, PUBLIC_BYTES, SIGNATURE_BYTES, CHECK_BYTES = 8, 32, 32, 64, 32


@dataclass(frozen=True)
class PublicKey:
    """What verifies: `key_id` tells which key signed."""

    key_id: bytes
    raw: bytes

    @classmethod
    def read(cls, text: str, *, name: str = "the public key") -> Self:
        """Return the key of a .pub file's text, or of its second line alone; KeyWrong."""
        blob = _blob(text.strip().splitlines()[-1:], KeyWrong(f"{name} is not a minisign key."))
        if len(blob) != 2 + ID_BYTES + PUBLIC_BYTES or blob[:2] != PLAIN:
            raise KeyWrong(f"{name} is not a public key of minisign. Take the .pub file.")
        return cls(blob[2:10], blob[10:])

    @property
    def name(self) -> str:
        """The id as minisign prints it."""
        return self.key_id[::-1].hex().upper()

    def text(self) -> str:
        """Return what a .pub file holds."""
        return _lines(f"{UNTRUSTED}minisign public key {self.name}", PLAIN + self.key_id + self.raw)

    def fits(self, signature: bytes, message: bytes) -> bool:
        """Tell whether this key made the signature."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, repr=False)
class SecretKey:
    """What signs. Never in a repository, nor on an appliance."""

    key_id: bytes
    seed: bytes

    @classmethod
    def make(cls) -> Self:
        """Return a new one."""
        return cls(secrets.token_bytes(ID_BYTES), secrets.token_bytes(SEED_BYTES))

    @classmethod
    def read(cls, text: str, *, name: str = "the secret key") -> Self:
        """Return the key of a key file's text; KeyWrong, also when a password locks it."""
        wrong = KeyWrong(f"{name} is not a secret key of minisign.")
        blob = _blob(text.strip().splitlines()[-1:], wrong)
        if len(blob) != LOCK_BYTES + ID_BYTES + 2 * SEED_BYTES + CHECK_BYTES or blob[:2] != PLAIN:
            raise wrong
        if blob[2:4] != NO_PASSWORD:
            raise KeyWrong(f"{name} is locked with a password. Unlock a copy: minisign -C -W -s …")
        at = LOCK_BYTES + ID_BYTES
        return cls(blob[LOCK_BYTES:at], blob[at : at + SEED_BYTES])

    @property
    def public(self) -> PublicKey:
        """The key that verifies what this one signs."""
        return PublicKey(self.key_id, self._key.public_key().public_bytes_raw())

    @property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    def text(self) -> str:
        """Return what a key file holds; no password locks it."""
        body = self.key_id + self.seed + self.public.raw
        check = hashlib.blake2b(PLAIN + body, digest_size=CHECK_BYTES).digest()
        lock = (PLAIN + NO_PASSWORD + b"B2").ljust(LOCK_BYTES, b"\0")
        return _lines(f"{UNTRUSTED}minisign secret key {self.public.name}", lock + body + check)

    def sign(self, message: bytes, *, comment: str) -> str:
        """Return what a .minisig file holds; the comment, one line, is signed as well."""
        signature = self._key.sign(message)
        over_all = self._key.sign(signature + comment.encode())
        first = f"{UNTRUSTED}signature from key {self.public.name}"
        sealed = base64.b64encode(over_all).decode()
        return _lines(first, PLAIN + self.key_id + signature) + f"{TRUSTED}{comment}\n{sealed}\n"


def verify(message: bytes, signature: str, keys: Sequence[PublicKey]) -> str:
    """Return the comment that was signed along; SignatureWrong, KeyUnknown."""
    lines = signature.splitlines()
    unreadable = SignatureWrong("The signature is not one of minisign. Fetch the bundle again.")
    if len(lines) != 4 or not lines[2].startswith(TRUSTED):  # noqa: PLR2004 - comment, signature, twice
        raise unreadable
    blob, over_all = _blob(lines[1:2], unreadable), _blob(lines[3:4], unreadable)
    if len(blob) != 2 + ID_BYTES + SIGNATURE_BYTES or blob[:2] not in {PLAIN, HASHED}:
        raise unreadable
    key = _signer(blob[2:10], keys)
    signed = message if blob[:2] == PLAIN else hashlib.blake2b(message).digest()
    comment = lines[2].removeprefix(TRUSTED)
    if not (key.fits(blob[10:], signed) and key.fits(over_all, blob[10:] + comment.encode())):
        raise SignatureWrong(
            f"What is signed with key {key.name} was changed afterwards. Fetch the bundle again, "
            "from where you trust."
        )
    return comment


def _signer(key_id: bytes, keys: Sequence[PublicKey]) -> PublicKey:
    for key in keys:
        if key.key_id == key_id:
            return key
    known = ", ".join(key.name for key in keys) or "none"
    raise KeyUnknown(
        f"It is signed with key {key_id[::-1].hex().upper()}, which is not trusted here (trusted: "
        f"{known}). If you trust its owner, put the owner's .pub file among the release keys."
    )


def _blob(lines: Sequence[str], wrong: Exception) -> bytes:
    try:
        return base64.b64decode("".join(lines), validate=True)
    except (binascii.Error, ValueError) as unreadable:
        raise wrong from unreadable


def _lines(comment: str, blob: bytes) -> str:
    return f"{comment}\n{base64.b64encode(blob).decode()}\n"
