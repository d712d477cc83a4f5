"""Signatures: what fits, what was changed, who is trusted, and what is no key at all."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calypso.drivers.system.bundle_refusals import KeyUnknown, KeyWrong, SignatureWrong
from calypso.drivers.system.minisign import PublicKey, SecretKey, verify

KEY = SecretKey.make()
# Made with `minisign -G -W` and `minisign -S` (hashed) and `-S -l` (plain), minisign 0.11.
REAL_PUBLIC = "RWQULHSj+Sw3PTCWR73gfNe1TUCLTkcA5fEwZWXrib6KDYExkNzz+wpt"
REAL_HASHED = """untrusted comment: signature from minisign secret key
RUQULHSj+Sw3PSsj18tFL/LmFJ2uFATUA31kqd+FnmD6ctvHvdJX0CJXTX/6XBk5lO2SyaYAU1RxhXVvW8S75qJpk4pwhAEQEAQ=
trusted comment: tc
je9j+o9fAvpeMqyen5tMw6YaKkECcerivBek+FxfudhBsT3DscdtimkzZYy5lftyeNfDaUraThxO/JFx8us8BA==
"""


@given(
    st.binary(max_size=400), st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]))
)
def test_whatever_is_signed_is_verified_and_its_comment_comes_back(message, comment):
    assert verify(message, KEY.sign(message, comment=comment), [KEY.public]) == comment


def test_a_signature_of_the_real_program_is_verified():
    assert verify(b"hello\n", REAL_HASHED, [PublicKey.read(REAL_PUBLIC)]) == "tc"


def test_a_changed_file_is_refused():
    with pytest.raises(SignatureWrong, match="changed afterwards"):
        verify(b"mine.", KEY.sign(b"mine", comment="x"), [KEY.public])


def test_a_changed_comment_is_refused():
    signature = KEY.sign(b"mine", comment="calypso 1.0").replace("calypso 1.0", "calypso 9.0")

    with pytest.raises(SignatureWrong):
        verify(b"mine", signature, [KEY.public])


def test_a_stranger_with_the_id_of_a_trusted_key_is_refused():
    stranger = SecretKey(KEY.key_id, SecretKey.make().seed)

    with pytest.raises(SignatureWrong):
        verify(b"mine", stranger.sign(b"mine", comment="x"), [KEY.public])


def test_an_unknown_key_is_named_beside_the_trusted_ones():
    stranger = SecretKey.make()

    with pytest.raises(KeyUnknown) as refused:
        verify(b"mine", stranger.sign(b"mine", comment="x"), [KEY.public])

    assert stranger.public.name in refused.value.detail
    assert KEY.public.name in refused.value.detail


def test_one_of_several_trusted_keys_is_enough():
    other = SecretKey.make()

    assert verify(b"m", other.sign(b"m", comment="x"), [KEY.public, other.public]) == "x"


@pytest.mark.parametrize(
    "signature",
    [
        "", "one line", "a\nb\nc\nd\n", KEY.sign(b"mine", comment="x") + "more\n",
        KEY.sign(b"mine", comment="x").replace("trusted comment: x", "x"),
        KEY.sign(b"mine", comment="x").replace("RW", "RQ", 1),
        f"u\n{base64.b64encode(b'Ed' + bytes(72)).decode()}\ntrusted comment: x\n%%%\n",
    ],
)  # fmt: skip
def test_what_is_no_signature_is_refused_as_one(signature):
    with pytest.raises((SignatureWrong, KeyUnknown)) as refused:
        verify(b"mine", signature, [KEY.public])
    assert refused.type is SignatureWrong


def test_keys_survive_being_written():
    assert SecretKey.read(KEY.text()) == KEY
    assert PublicKey.read(KEY.public.text()) == KEY.public


def test_a_secret_key_does_not_show_itself():
    assert KEY.seed.hex() not in repr(KEY)
    assert str(KEY.seed) not in repr(KEY)


def test_a_locked_key_says_how_to_unlock_it():
    first, blob = KEY.text().splitlines()
    locked = bytearray(base64.b64decode(blob))
    locked[2:4] = b"Sc"

    with pytest.raises(KeyWrong, match=r"password.*minisign -C -W"):
        SecretKey.read(f"{first}\n{base64.b64encode(locked).decode()}\n")


@pytest.mark.parametrize("text", ["", "hello", KEY.text(), "untrusted comment: x\nRWQ=\n"])
def test_what_is_no_public_key_is_refused_by_name(text):
    with pytest.raises(KeyWrong, match=r"a\.pub"):
        PublicKey.read(text, name="a.pub")


@pytest.mark.parametrize("text", ["", "hello", KEY.public.text()])
def test_what_is_no_secret_key_is_refused_by_name(text):
    with pytest.raises(KeyWrong, match=r"a\.key"):
        SecretKey.read(text, name="a.key")
