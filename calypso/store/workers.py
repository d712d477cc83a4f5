"""Which worker processes there are; whether they live is for their node to find out."""

from uuid import UUID

from calypso.models.worker import WorkerRecord
from calypso.store.asking import Asking

REGISTER = """
INSERT INTO calypso.workers (id, node, subsystem, queues, pid, started, boot_id, machine_id,
                             pid_namespace, version, slots, draining, seen_at)
VALUES (%s, %s, %s, %s::text[], %s, %s, %s, %s, %s, %s, %s, %s, now())
ON CONFLICT (id) DO UPDATE SET node = excluded.node, subsystem = excluded.subsystem,
  queues = excluded.queues, pid = excluded.pid, started = excluded.started,
  boot_id = excluded.boot_id, machine_id = excluded.machine_id,
  pid_namespace = excluded.pid_namespace, version = excluded.version, slots = excluded.slots,
  draining = excluded.draining, seen_at = now()"""
FORGET = """
DELETE FROM calypso.workers w WHERE w.id = %s
   AND NOT EXISTS (SELECT 1 FROM calypso.jobs j WHERE j.worker_id = w.id AND j.state = 'running')"""
LIST = """
SELECT w.*, (SELECT j.id FROM calypso.jobs j WHERE j.worker_id = w.id AND j.state = 'running'
              ORDER BY j.started_at DESC LIMIT 1) AS running_job
  FROM calypso.workers w WHERE %s::text IS NULL OR w.node = %s ORDER BY w.node, w.subsystem, w.id"""


class Workers(Asking):
    """The verbs on worker processes."""

    def register(self, worker: WorkerRecord) -> None:
        """Add a worker process, or renew its row."""
        self._do(
            REGISTER, worker.id, worker.node, worker.subsystem, list(worker.queues), worker.pid,
            worker.started, worker.boot_id, worker.machine_id, worker.pid_namespace,
            worker.version, worker.slots, worker.draining,
        )  # fmt: skip

    def set_draining(self, worker: UUID) -> None:
        """Note that a worker takes no new jobs."""
        self._do("UPDATE calypso.workers SET draining = true WHERE id = %s", worker)

    def forget_worker(self, worker: UUID) -> None:
        """Remove a worker that ended and has no job."""
        self._do(FORGET, worker)

    def workers(self, node: str | None = None) -> list[WorkerRecord]:
        """List known worker processes."""
        return [
            WorkerRecord(
                id=row.id,
                node=row.node,
                subsystem=row.subsystem,
                queues=tuple(row.queues),
                pid=row.pid,
                started=row.started,
                boot_id=row.boot_id,
                machine_id=row.machine_id,
                pid_namespace=row.pid_namespace,
                version=row.version,
                slots=row.slots,
                draining=row.draining,
                seen_at=row.seen_at,
                running_job=row.running_job,
            )
            for row in self._rows(LIST, node, node)
        ]
