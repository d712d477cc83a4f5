"""Draws files of backups by lot, with the checksums that the catalog recorded of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from calypso.drivers.backup.bacula import lstat
from calypso.drivers.backup.file_values import FileKind, SampledFile

SPARE = 4  # rows drawn for each file wanted: some are links, folders, or not the newest
NO_CHECKSUM = "0"
Select = Callable[[str, dict[str, Any]], list[dict[str, Any]]]

# Each row has its lot; who draws again with the same seed draws the same. Only of those that are
# drawn it is looked up whether a later run has a newer one.
_DRAWN = """
WITH f AS (
  SELECT * FROM File WHERE JobId = ANY(%(runs)s) AND FileIndex > 0
  ORDER BY md5(%(seed)s || FileId::text), FileId LIMIT %(limit)s
)
SELECT p.Path AS folder, {name} AS name, f.LStat AS lstat, f.MD5 AS checksum, f.JobId AS run_id,
       f.FileId AS file_id
FROM f JOIN Path p USING (PathId) {join}
WHERE {name} <> '' AND NOT EXISTS (
  SELECT 1 FROM File later WHERE later.PathId = f.PathId AND later.{key} = f.{key}
     AND later.JobId = ANY(%(runs)s) AND later.JobId > f.JobId)
ORDER BY md5(%(seed)s || f.FileId::text), f.FileId
"""


def drawn(
    select: Select, words: Mapping[str, str], runs: Sequence[int], *, count: int, seed: str
) -> list[SampledFile]:
    """Return up to `count` plain files of the newest state that these runs hold together.

    `words`: how this catalog names a file. Fewer than there are where most rows are none.
    """
    values = {"runs": list(runs), "seed": seed, "limit": count * SPARE}
    rows = select(_DRAWN.format(**words), values)
    return list(_files(rows))[:count]


def _files(rows: Sequence[dict[str, Any]]) -> Iterator[SampledFile]:
    for row in rows:
        told = lstat.entry(
            path=row["folder"] + row["name"], text=row["lstat"], file_id=row["file_id"],
            run_id=row["run_id"], path_id=0, name_id=0,
        )  # fmt: skip
        if told.kind is FileKind.FILE and not told.link_index and told.modified_at is not None:
            checksum = row["checksum"].strip()
            yield SampledFile(
                path=told.path,
                size_bytes=told.size_bytes or 0,
                modified_at=told.modified_at,
                checksum="" if checksum == NO_CHECKSUM else checksum,
                run_id=told.run_id,
            )
