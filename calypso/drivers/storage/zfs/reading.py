"""Tables, lists and progress lines of `zfs` and `zpool` as values. Pure.

Rows are cut at newlines and TABs only: a space is legal in every name, anything in a mountpoint.
The columns asked for stand beside the function that reads them, so that neither changes alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from calypso.drivers.storage import (
    Dataset,
    DatasetKind,
    Encryption,
    Pool,
    Property,
    Snapshot,
    StorageError,
    protecting,
)

POOL_COLUMNS = "name,size,alloc,free,frag,cap,dedup,health,guid,altroot"
# The mountpoint stands last: it is the one value that may hold anything, even a TAB.
DATASET_COLUMNS = (
    "name,type,used,avail,refer,creation,origin,volsize,receive_resume_token,mounted,mountpoint"
)
SNAPSHOT_COLUMNS = (
    "name,guid,createtxg,used,refer,creation,userrefs,calypso:task,calypso:protected,clones"
)
PROPERTY_COLUMNS = "property,source,value"
ENCRYPTION_COLUMNS = "name,property,value"


def rows(text: str, columns: str) -> Iterator[list[str]]:
    """Yield the rows of a listing made with `-H -p -o columns`."""
    count = columns.count(",") + 1
    for line in each_line(text):
        row = line.split("\t", count - 1)
        if len(row) != count:
            raise StorageError(
                "A listing of ZFS has another form than was asked for.", original=line
            )
        yield row


def lines(text: str) -> list[str]:
    """Return the lines of a text, cut at newlines alone: `splitlines` cuts at form feeds too."""
    return list(each_line(text))


def each_line(text: str) -> Iterator[str]:
    """Yield the lines of a text that may have a million of them."""
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield text[start:end]
        start = end + 1


def pools(text: str) -> list[Pool]:
    """Return the pools of `zpool list -Hp -o POOL_COLUMNS`, without what `status` tells."""
    return [
        Pool(
            name=name,
            guid=guid,
            health=health,
            size_bytes=number(size),
            allocated_bytes=number(allocated),
            free_bytes=number(free),
            capacity_percent=float(number(capacity)),
            fragmentation_percent=float(told) if (told := given(frag)) else None,
        )
        for name, size, allocated, free, frag, capacity, _, health, guid, _ in rows(
            text, POOL_COLUMNS
        )
    ]


@dataclass(frozen=True)
class ListedDataset:
    """A dataset of a listing; `token` is what a cut transfer left in it.

    One that is mounted by hand (`legacy`) is mounted, but nowhere ZFS knows of.
    """

    dataset: Dataset
    is_mounted: bool
    token: str | None


def datasets(text: str) -> list[ListedDataset]:
    """Return the datasets of `zfs list -Hp -o DATASET_COLUMNS`."""
    return [_dataset(row) for row in rows(text, DATASET_COLUMNS)]


def _dataset(row: list[str]) -> ListedDataset:
    name, kind, used, available, referenced, made, origin, size, token, mounted, mountpoint = row
    dataset = Dataset(
        name=name,
        kind=DatasetKind(kind),
        used_bytes=number(used),
        available_bytes=number(available),
        referenced_bytes=number(referenced),
        mountpoint=mountpoint if mounted == "yes" and mountpoint.startswith("/") else None,
        created_at=moment(made),
        origin=given(origin),
        size_bytes=number(size) if kind == DatasetKind.VOLUME else None,
    )
    return ListedDataset(dataset, is_mounted=mounted == "yes", token=given(token))


def snapshots(text: str) -> list[Snapshot]:
    """Return the snapshots of `zfs list -Hp -t snapshot -o SNAPSHOT_COLUMNS`, oldest first.

    Those of one dataset stand together; the order is that of transaction groups.
    """
    return sorted(each_snapshot(text), key=lambda one: (one.name.partition("@")[0], one.order))


def each_snapshot(text: str) -> Iterator[Snapshot]:
    """Yield the snapshots of such a listing as they stand in it."""
    return (_snapshot(row) for row in rows(text, SNAPSHOT_COLUMNS))


def _snapshot(row: list[str]) -> Snapshot:
    name, guid, order, used, referenced, made, holds, task, protected, clones = row
    is_protected, protected_until = protecting.told(protected)
    return Snapshot(
        name=name,
        guid=guid,
        order=number(order),
        used_bytes=number(used),
        referenced_bytes=number(referenced),
        created_at=moment(made),
        holds=number(holds),
        clones=tuple(clones.split(",")) if given(clones) else (),
        task=given(task),
        is_protected=is_protected,
        protected_until=protected_until,
    )


def are_empty(text: str) -> bool:
    """Tell whether `zfs get -Hp -o value written` says 0 of every snapshot it was asked about."""
    return all(value == "0" for value in lines(text))


def properties(text: str) -> dict[str, Property]:
    """Return the properties of `zfs get -Hp -o PROPERTY_COLUMNS`.

    One that does not apply to the dataset has a dash for its value and its source.
    """
    return {
        name: Property(value=value, source=source)
        for name, source, value in rows(text, PROPERTY_COLUMNS)
        if (value, source) != ("-", "-")
    }


def encryption(text: str) -> list[Encryption]:
    """Return the encrypted datasets of `zfs get -Hp -r -o ENCRYPTION_COLUMNS`, by name."""
    told: dict[str, dict[str, str]] = {}
    for name, key, value in rows(text, ENCRYPTION_COLUMNS):
        told.setdefault(name, {})[key] = value
    return [
        Encryption(
            dataset=name,
            root=one["encryptionroot"],
            is_unlocked=one["keystatus"] == "available",
            is_mounted=one["mounted"] == "yes",
            mounts=one["canmount"] == "on" and one["mountpoint"].startswith("/"),
        )
        for name, one in sorted(told.items())
        if given(one["encryptionroot"]) is not None
    ]


def names(text: str) -> list[str]:
    """Return the names of a listing made with `-H -o name`."""
    return lines(text)


def destroyed(text: str) -> list[str]:
    """Return what `zfs destroy -nvp` would destroy, by name."""
    marked = [line.split("\t", 1) for line in lines(text)]
    return sorted(row[1] for row in marked if row[0] == "destroy" and len(row) > 1)


def tags(text: str) -> list[str]:
    """Return the tags `zfs holds -H` lists; a tag may hold a TAB, the name and date never do."""
    held = [line.partition("\t")[2].rpartition("\t") for line in lines(text)]
    return [tag for tag, tab, _date in held if tab]


def version(text: str) -> tuple[str, str | None]:
    """Return the versions of tools and kernel module that `zfs version` prints."""
    told = [line.partition("-")[2] for line in text.splitlines() if line.startswith("zfs-")]
    kernel = [one.removeprefix("kmod-") for one in told if one.startswith("kmod-")]
    tools = [one for one in told if not one.startswith("kmod-")]
    return next(iter(tools), "unknown"), next(iter(kernel), None)


# ---- single values


def number(text: str) -> int:
    """Return an exact number; 0 for the dash of a value that is not there."""
    return 0 if text == "-" else int(text)


def given(text: str) -> str | None:
    """Return a value, or None for the dash or the nothing that stands for none."""
    return None if text in ("-", "") else text


def moment(text: str) -> datetime:
    """Return the time of seconds since 1970."""
    return datetime.fromtimestamp(int(text), UTC)
