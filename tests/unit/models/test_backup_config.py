"""What the door takes of a backup configuration, and what it refuses."""

import pytest
from pydantic import TypeAdapter, ValidationError

from calypso.models.backup_config import (
    BackupConfig,
    ClientResource,
    FilesetResource,
    PoolResource,
    StorageResource,
    missing_references,
)
from calypso.models.backup_job import JobKind, JobLevel, JobResource
from calypso.models.backup_names import (
    BackupJobName,
    BackupName,
    DaemonAddress,
    FilesetPath,
    FilesetPattern,
    FolderPath,
    LabelPrefix,
)

BREAKING = [
    "x\n}",
    'x"',
    "x;y",
    "x{",
    "x}",
    "x#y",
    "x\\",
    "x=y",
    "x/y",
    "x`id`",
    "$x",
    "x\x00",
    "é",
]
COMMON = {"client": "c", "fileset": "f", "storage": "s", "pool": "p"}


def takes(kind, text):
    try:
        TypeAdapter(kind).validate_python(text)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("text", [*BREAKING, "", " x", "x ", "-x", "@x", "x" * 128, "x\n", "*x*"])
def test_no_name_can_end_its_directive(text):
    assert not takes(BackupName, text)
    assert not takes(BackupJobName, text)


@pytest.mark.parametrize("text", ["a", "mail nightly", "a.b_c-d:e", "1", "x" * 100])
def test_names_that_bacula_takes_are_taken(text):
    assert takes(BackupName, text)
    assert takes(BackupJobName, text)


def test_a_jobs_name_leaves_room_for_that_of_its_runs():
    assert not takes(BackupJobName, "x" * 101)


@pytest.mark.parametrize(
    "text", ["|ls", "</etc/list", "\\|ls", "x", "@/etc/x", "", "/a\nb", "/\x7f"]
)
def test_a_fileset_holds_paths_and_nothing_that_is_run_or_read(text):
    assert not takes(FilesetPath, text)


@pytest.mark.parametrize(
    "text", ["/", '/home/ada\'s "x"', "/a;b{}#", "/a\\b", "/`x`", "C:/Users", "/ä"]
)
def test_a_fileset_takes_any_path(text):
    assert takes(FilesetPath, text)


def test_a_byte_that_is_no_utf8_is_not_taken_for_something_else():
    assert not takes(FilesetPath, "/x\ufffd")
    assert not takes(FilesetPattern, "*\ufffd")


@pytest.mark.parametrize("sign", "`$~\"'\\<>*?[]|;&(){}!\n\t\0")
def test_a_folder_holds_nothing_that_a_shell_would_expand(sign):
    assert takes(FolderPath, "/var/ä b/x")
    assert not takes(FolderPath, f"/var/{sign}x")
    assert not takes(FolderPath, f"/var/x{sign}")


@pytest.mark.parametrize("text", ["x y", "${Job}", "%n", "x\n", "", ":x"])
def test_a_label_is_a_prefix_and_expands_nothing(text):
    assert not takes(LabelPrefix, text)


@pytest.mark.parametrize("text", ["127.0.0.1", "::1", "mail.example.org", "h"])
def test_addresses_are_hosts_and_numbers(text):
    assert takes(DaemonAddress, text)
    for wrong in (f"{text}\n", f"{text};", f'{text}"', f"{text} x", f"-{text}"):
        assert not takes(DaemonAddress, wrong)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"level": JobLevel.DATA}, "a backup job has no level data"),
        ({"kind": JobKind.VERIFY}, "needs a level"),
        ({"kind": JobKind.VERIFY, "level": JobLevel.FULL}, "has no level full"),
        ({"kind": JobKind.RESTORE}, "needs a folder"),
        ({"kind": JobKind.ADMIN, "level": JobLevel.FULL}, "an? admin job has no level full"),
        ({"kind": JobKind.COPY}, "needs a selection"),
        ({"kind": JobKind.COPY, "selection": "job"}, "needs a pattern"),
        ({"kind": JobKind.COPY, "selection": "uncopied", "selection_pattern": "x"}, "no pattern"),
        ({"selection": "job", "selection_pattern": "x"}, "selects no runs"),
    ],
)
def test_a_job_holds_what_fits_its_kind(fields, why):
    with pytest.raises(ValidationError, match=why):
        JobResource(name="j", **COMMON, **fields)


def test_a_job_notices_what_was_deleted_unless_told_otherwise():
    assert JobResource(name="j", **COMMON).accurate


def test_several_drives_make_an_autochanger():
    fields = {"name": "s", "address": "h", "password": "p", "device": "d", "media_type": "File"}
    with pytest.raises(ValidationError, match="autochanger"):
        StorageResource(**fields, drives=2)
    assert StorageResource(**fields, drives=2, autochanger=True).drives == 2


@pytest.mark.parametrize("size", [1, 999_999])
def test_a_volume_has_room(size):
    with pytest.raises(ValidationError, match="1000000 bytes at least"):
        PoolResource(name="p", max_volume_bytes=size)
    for fits in (0, 1_000_000):
        assert PoolResource(name="p", max_volume_bytes=fits).max_volume_bytes == fits


def test_a_name_is_given_once():
    with pytest.raises(ValidationError, match="pool named twice: p"):
        BackupConfig(pools=(PoolResource(name="p"), PoolResource(name="p")))


def test_names_that_lead_nowhere_are_told_with_who_holds_them():
    config = BackupConfig(
        clients=(ClientResource(name="c", address="h", password="s"),),
        filesets=(FilesetResource(name="f", include=("/",)),),
        pools=(PoolResource(name="p", next_pool="q"),),
        jobs=(JobResource(name="j", **COMMON),),
    )

    assert list(missing_references(config)) == [
        "pool p names the pool q, which there is not",
        "job j names the storage s, which there is not",
    ]
