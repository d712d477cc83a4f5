"""A bundle is exactly what a trusted key signed, or refused with the reason."""

import json

import pytest

from calypso.drivers.system import bundle
from calypso.drivers.system.bundle_refusals import (
    BundleRefused,
    ChecksumWrong,
    FileExtra,
    FileMissing,
    KeyUnknown,
    ManifestWrong,
    PlatformUnfit,
    PythonUnfit,
    SignatureWrong,
)
from calypso.drivers.system.minisign import SecretKey
from tests.unit.drivers.system import bundles

WHEEL = "wheels/calypso-1.2.0-py3-none-any.whl"
TRUSTED = [bundles.KEY.public]


@pytest.fixture
def folder(tmp_path):
    return bundles.make(tmp_path / "calypso-1.2.0")


def test_a_whole_one_says_what_it_is(folder):
    assert bundle.verify(folder, TRUSTED) == bundles.MANIFEST


def test_a_damaged_file_is_named(folder):
    content = bytearray((folder / WHEEL).read_bytes())
    content[77] ^= 1
    (folder / WHEEL).write_bytes(content)

    with pytest.raises(ChecksumWrong, match=WHEEL):
        bundle.verify(folder, TRUSTED)


@pytest.mark.parametrize("name", [WHEEL, "manifest.json", "SHA256SUMS", "SHA256SUMS.minisig"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()

    with pytest.raises(FileMissing, match=name):
        bundle.verify(folder, TRUSTED)


def test_a_file_that_nobody_signed_is_named(folder):
    (folder / "scripts" / "more.sh").write_text("rm -rf /")

    with pytest.raises(FileExtra, match=r"scripts/more\.sh"):
        bundle.verify(folder, TRUSTED)


def test_a_link_is_refused_even_to_the_right_content(folder, tmp_path):
    (folder / WHEEL).rename(tmp_path / "elsewhere")
    (folder / WHEEL).symlink_to(tmp_path / "elsewhere")

    with pytest.raises(FileExtra, match="link"):
        bundle.verify(folder, TRUSTED)


def test_checksums_made_anew_after_a_change_do_not_pass(folder):
    (folder / WHEEL).write_bytes(b"another wheel")
    bundle.write_sums(folder)

    with pytest.raises(SignatureWrong):
        bundle.verify(folder, TRUSTED)


def test_somebody_elses_signature_does_not_pass(folder):
    bundles.sign(folder, SecretKey.make())

    with pytest.raises(KeyUnknown):
        bundle.verify(folder, TRUSTED)


@pytest.mark.parametrize(
    "line",
    [
        f"{'0' * 64}  ../../etc/passwd", f"{'0' * 64}  /etc/passwd", f"{'0' * 64}  a//b",
        f"{'0' * 64}  wheels/../../x", f"{'0' * 64}  .", "no line",
        f"{'0' * 63}  a", f"{'0' * 64} a",
    ],
)  # fmt: skip
def test_a_list_that_leads_outside_or_is_none_is_refused(line):
    with pytest.raises(ChecksumWrong):
        bundle.read_sums(f"{'1' * 64}  manifest.json\n{line}\n")


def test_a_file_listed_twice_is_refused():
    with pytest.raises(ChecksumWrong):
        bundle.read_sums(f"{'1' * 64}  a\n{'2' * 64}  a\n")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", "../../etc"), ("version", ""), ("version", "1.0/x"), ("version", "v1"),
        ("pythons", []), ("pythons", "3.11"), ("schema", None),
    ],
)  # fmt: skip
def test_a_manifest_that_says_what_cannot_be_is_refused_with_the_field(tmp_path, field, value):
    wrong = json.dumps({**json.loads(bundles.MANIFEST.text()), field: value})
    folder = bundles.make(tmp_path / "calypso-1.2.0", manifest=wrong)

    with pytest.raises(ManifestWrong, match=field):
        bundle.verify(folder, TRUSTED)


@pytest.mark.parametrize("text", ["", "[]", "{", "\xff"])
def test_a_manifest_that_is_none_is_refused(tmp_path, text):
    folder = bundles.make(tmp_path / "calypso-1.2.0", manifest=text)

    with pytest.raises(ManifestWrong):
        bundle.verify(folder, TRUSTED)


def test_a_later_manifest_may_say_more(tmp_path):
    more = json.dumps({**json.loads(bundles.MANIFEST.text()), "news": "something"})
    folder = bundles.make(tmp_path / "calypso-1.2.0", manifest=more)

    assert bundle.verify(folder, TRUSTED).version == "1.2.0"


def test_it_fits_its_own_machine():
    bundle.refuse_unfit(bundles.MANIFEST, python=(3, 12), machine="linux_x86_64")


def test_another_machine_or_python_is_refused_with_both_names():
    with pytest.raises(PlatformUnfit, match=r"linux_x86_64.*linux_aarch64"):
        bundle.refuse_unfit(bundles.MANIFEST, python=(3, 12), machine="linux_aarch64")
    with pytest.raises(PythonUnfit, match=r"3\.11, 3\.12, 3\.13.*3\.10"):
        bundle.refuse_unfit(bundles.MANIFEST, python=(3, 10), machine="linux_x86_64")


def test_keys_are_all_those_of_the_folder(tmp_path):
    one, two = SecretKey.make().public, SecretKey.make().public
    (tmp_path / "a.pub").write_text(one.text())
    (tmp_path / "b.pub").write_text(two.text())
    (tmp_path / "README").write_text("no key")

    assert bundle.read_keys(tmp_path) == (one, two)


@pytest.mark.parametrize("name", ["empty", "missing"])
def test_a_machine_without_keys_trusts_nothing_and_says_so(tmp_path, name):
    (tmp_path / "empty").mkdir()

    with pytest.raises(KeyUnknown, match=name):
        bundle.read_keys(tmp_path / name)


def test_every_refusal_has_a_code_and_a_title_of_its_own():
    kinds = BundleRefused.__subclasses__()

    assert len({kind.code for kind in kinds}) == len(kinds) == len({kind.title for kind in kinds})
