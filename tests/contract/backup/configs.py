"""Configurations for Bacula's parsers to read: any that the door takes, the worst first."""

from hypothesis import strategies as some
from pydantic import SecretStr

from calypso.models.backup_config import (
    MIN_VOLUME_BYTES,
    BackupConfig,
    ClientResource,
    FilesetResource,
    PoolResource,
    StorageResource,
)
from calypso.models.backup_job import LEVELS, PATTERNLESS, JobKind, JobResource
from calypso.models.backup_names import (
    MAX_DEVICE_NAME_LENGTH,
    MAX_EXACT,
    MAX_JOB_NAME_LENGTH,
    MAX_NAME_LENGTH,
)

HOSTILE = "\"\\;{}#@|<>$`'~*?[]!&()=, %\n\r\t\x00\x7fä€😀ABCabc/.-:_"
HOSTILE_TEXTS = some.text(some.sampled_from(HOSTILE), max_size=40)


PRINTED = "".join(letter for letter in HOSTILE if letter.isprintable())


def names(longest):
    """Names as they may be, the longest too."""
    end = some.sampled_from("abcXYZ019")
    middle = some.text(some.sampled_from("aZ9 ._:-"), max_size=20)
    return some.tuples(end, middle, end).map("".join) | some.just("n" * longest)


NAMES = names(MAX_NAME_LENGTH)
PATHS = some.text(some.sampled_from(PRINTED), max_size=40).map(lambda text: f"/{text}")
PATTERNS = some.text(some.sampled_from(PRINTED), min_size=1, max_size=40)
FOLDERS = some.text(some.sampled_from("aZ9ä .,+@%=:/_-"), max_size=40).map(lambda text: f"/{text}")
LABELS = some.text("aZ9._-", max_size=63).map(lambda text: f"V{text}")
SECRETS = {
    "client": SecretStr("p\"\\;{}#@ä$`'~"),
    "disk": SecretStr("-" * 64),
}
SIZES = some.integers(0, MAX_EXACT)
PERIODS = some.integers(0, 200 * 366 * 86400)
FLAGS = some.booleans()


def choice(model, field):
    """Any value of a field that has few."""
    return some.sampled_from(model.model_fields[field].annotation.__args__)


@some.composite
def configs(draw):
    client, fileset, storage = draw(NAMES), draw(NAMES), draw(NAMES)
    pools = draw(some.lists(NAMES, min_size=2, max_size=2, unique=True))
    jobs = draw(some.lists(names(MAX_JOB_NAME_LENGTH), min_size=1, max_size=6, unique=True))
    about = {"client": client, "fileset": fileset, "storage": storage, "pool": pools[0]}
    return BackupConfig(
        clients=(draw(_client(client)),),
        filesets=(draw(_fileset(fileset)),),
        pools=(draw(_pool(pools[0], pools[1], None)), draw(_pool(pools[1], None, storage))),
        storages=(draw(_storage(storage)),),
        jobs=tuple(draw(_job(name, about)) for name in jobs),
    )


def _client(name):
    return some.builds(
        ClientResource,
        name=some.just(name),
        address=some.sampled_from(["127.0.0.1", "::1", "mail.example.org"]),
        port=some.integers(1, 65535),
        password=some.just("client"),
        file_retention_s=PERIODS,
        job_retention_s=PERIODS,
        auto_prune=FLAGS,
        max_concurrent=some.integers(1, 1000),
    )


def _fileset(name):
    return some.builds(
        FilesetResource,
        name=some.just(name),
        include=some.lists(PATHS, min_size=1, max_size=4).map(tuple),
        exclude=some.lists(PATHS, max_size=3).map(tuple),
        exclude_patterns=some.lists(PATTERNS, max_size=3).map(tuple),
        signature=choice(FilesetResource, "signature"),
        compression=choice(FilesetResource, "compression"),
        one_fs=FLAGS,
        sparse=FLAGS,
        acls=FLAGS,
        xattrs=FLAGS,
        no_atime=FLAGS,
    )


def _pool(name, next_pool, storage):
    return some.builds(
        PoolResource,
        name=some.just(name),
        kind=choice(PoolResource, "kind"),
        volume_retention_s=PERIODS,
        max_volume_bytes=some.just(0) | some.integers(MIN_VOLUME_BYTES, MAX_EXACT),
        max_volume_runs=some.integers(0, (1 << 31) - 1),
        max_volumes=some.integers(0, (1 << 31) - 1),
        label_format=some.none() | LABELS,
        recycle=FLAGS,
        auto_prune=FLAGS,
        next_pool=some.just(next_pool),
        storage=some.just(storage),
        action_on_purge=choice(PoolResource, "action_on_purge"),
    )


@some.composite
def _storage(draw, name):
    changer = draw(FLAGS)
    return StorageResource(
        name=name,
        address="127.0.0.1",
        port=draw(some.integers(1, 65535)),
        password="disk",
        device=draw(names(MAX_DEVICE_NAME_LENGTH)),
        media_type=draw(NAMES),
        autochanger=changer,
        drives=draw(some.integers(1, 12)) if changer else 1,
        max_concurrent=draw(some.integers(1, 1000)),
        directory=draw(FOLDERS),
    )


@some.composite
def _job(draw, name, about):
    kind = draw(some.sampled_from(JobKind))
    levels = sorted(LEVELS.get(kind, ()))
    optional = some.none() if kind is not JobKind.VERIFY else some.nothing()
    selects = kind in (JobKind.COPY, JobKind.MIGRATE)
    kinds = ["job", "client", "volume", "uncopied"]
    selection = draw(some.sampled_from(kinds)) if selects else None
    patterned = selects and selection not in PATTERNLESS
    return JobResource(
        name=name,
        **about,
        kind=kind,
        level=draw(optional | some.sampled_from(levels)) if levels else None,
        priority=draw(some.integers(1, 1000)),
        accurate=draw(FLAGS),
        max_concurrent=draw(some.integers(1, 1000)),
        max_bytes_per_s=draw(SIZES),
        spool_data=draw(FLAGS),
        enabled=draw(FLAGS),
        where=draw(FOLDERS) if kind is JobKind.RESTORE else None,
        selection=selection,
        selection_pattern=draw(PATTERNS) if patterned else None,
    )
