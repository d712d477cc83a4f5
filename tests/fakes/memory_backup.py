"""Backup configurations in memory; satisfies `BackupStore`, and its suite."""

from calypso.errors import JobFenced
from calypso.models.backup_books import KeptConfig
from calypso.models.clock import now
from calypso.store.backup import no_version


class MemoryBackupBooks:
    """Those of one node. `fence`: called before each write; raises when it must not be."""

    def __init__(self, kept=None, *, node="here", job=None, fence=lambda: None):
        self._kept = [] if kept is None else kept
        self._node, self._job, self._fence = node, job, fence

    def config(self):
        return self._kept[-1] if self._kept else None

    def version(self, number):
        for one in self._kept:
            if one.version == number:
                return one
        raise no_version(number, self._node)

    def configs(self, *, limit=50, before=None):
        found = [one for one in reversed(self._kept) if before is None or one.version < before]
        return found[:limit]

    def keep(self, config):
        self._fence()
        last = self.config()
        if last is None or last.config != config:
            made = KeptConfig(
                node=self._node, version=len(self._kept) + 1, config=config, applied_at=now(),
                job=self._job, requested_by="ada",
            )  # fmt: skip
            self._kept.append(made)
        return self._kept[-1]


class MemoryBackupStore:
    """Those of every node; `fence` takes (job id, epoch)."""

    def __init__(self, *, fence=lambda job_id, epoch: None):
        self._fence, self._nodes = fence, {}

    def reading(self, node):
        return MemoryBackupBooks(self._nodes.setdefault(node, []), node=node, fence=_refuse)

    def writing(self, node, *, job_id, epoch):
        kept = self._nodes.setdefault(node, [])
        return MemoryBackupBooks(
            kept, node=node, job=job_id, fence=lambda: self._fence(job_id, epoch)
        )


def _refuse():
    raise JobFenced("These books are open for reading only.")
