"""Our signatures before the real minisign and openssl, and theirs before us."""

import base64
import shutil
import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from calypso.drivers.system.bundle_refusals import SignatureWrong
from calypso.drivers.system.minisign import PublicKey, SecretKey, verify
from tests.conftest import missing


def run(*argv, folder):
    return subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False, timeout=30)


@pytest.fixture
def minisign(tmp_path):
    if shutil.which("minisign") is None:
        missing("minisign", "the program is not installed; scripts/test-tools does")
    return lambda *words: run("minisign", *words, folder=tmp_path)


@pytest.fixture
def openssl(tmp_path):
    if shutil.which("openssl") is None:
        missing("openssl", "the program is not installed; scripts/test-tools does")
    return lambda *words: run("openssl", *words, folder=tmp_path)


@pytest.fixture
def signed(tmp_path):
    """A file that we have signed, with the key files beside it."""
    key = SecretKey.make()
    (tmp_path / "SUMS").write_bytes(b"some checksums\n")
    (tmp_path / "our.key").write_text(key.text())
    (tmp_path / "our.pub").write_text(key.public.text())
    signature = key.sign(b"some checksums\n", comment="calypso 1.2.0")
    (tmp_path / "SUMS.minisig").write_text(signature)
    return key


@pytest.mark.usefixtures("signed")
def test_the_real_program_takes_our_signature_and_no_changed_file(minisign, tmp_path):
    taken = minisign("-V", "-p", "our.pub", "-m", "SUMS")
    (tmp_path / "SUMS").write_bytes(b"other checksums\n")
    refused = minisign("-V", "-p", "our.pub", "-m", "SUMS")

    assert (taken.returncode, refused.returncode) == (0, 1), taken.stderr + refused.stderr
    assert "Trusted comment: calypso 1.2.0" in taken.stdout


@pytest.mark.parametrize("way", [("-l",), ()], ids=["plain", "hashed"])
def test_we_take_what_the_real_program_signs_with_our_key(minisign, signed, tmp_path, way):
    made = minisign("-S", *way, "-W", "-s", "our.key", "-m", "SUMS", "-t", "theirs")
    signature = (tmp_path / "SUMS.minisig").read_text()

    assert made.returncode == 0, made.stderr
    assert verify(b"some checksums\n", signature, [signed.public]) == "theirs"
    with pytest.raises(SignatureWrong):
        verify(b"some checksum\n", signature, [signed.public])


def test_we_sign_with_a_key_of_the_real_program(minisign, tmp_path):
    made = minisign("-G", "-W", "-p", "their.pub", "-s", "their.key")
    assert made.returncode == 0, made.stderr
    key = SecretKey.read((tmp_path / "their.key").read_text())
    (tmp_path / "f").write_bytes(b"f")
    (tmp_path / "f.minisig").write_text(key.sign(b"f", comment="c"))

    assert key.public == PublicKey.read((tmp_path / "their.pub").read_text())
    assert minisign("-V", "-p", "their.pub", "-m", "f").returncode == 0


def test_openssl_checks_a_plain_signature(openssl, signed, tmp_path):
    raw = Ed25519PublicKey.from_public_bytes(signed.public.raw)
    pem = raw.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "our.pem").write_bytes(pem)
    blob = (tmp_path / "SUMS.minisig").read_text().splitlines()[1]
    (tmp_path / "raw.sig").write_bytes(base64.b64decode(blob)[10:])
    words = ("pkeyutl", "-verify", "-pubin", "-inkey", "our.pem", "-rawin", "-in", "SUMS")

    taken = openssl(*words, "-sigfile", "raw.sig")
    (tmp_path / "SUMS").write_bytes(b"other checksums\n")
    refused = openssl(*words, "-sigfile", "raw.sig")

    assert (taken.returncode, refused.returncode) == (0, 1), taken.stderr
