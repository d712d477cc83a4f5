"""Run jobs: claim, run under a fence, end; then the next. The one broad except stands here."""

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol
from uuid import UUID

import structlog

from calypso.engine.beginning import begin, refuse_stale_plan
from calypso.engine.ending import (
    defect,
    ending_of,
    ending_of_refusal,
    no_such_type,
    stopped_short,
    told,
)
from calypso.engine.metering import Meter
from calypso.engine.patience import until_known
from calypso.engine.ports import Ports
from calypso.engine.pulse import Current, Pulse
from calypso.engine.request import read_params
from calypso.engine.running import Running
from calypso.errors import (
    CalypsoError,
    JobCancelled,
    JobFenced,
    JobParked,
    StoreUnavailable,
    SubsystemError,
)
from calypso.host import Host
from calypso.models import tracing
from calypso.models.job import State
from calypso.models.jobtype import JobType
from calypso.models.ledger import Claimed, Ending

log = structlog.get_logger()
DRAIN_S = 1.0  # one message serves the queue this long, then the next message's turn comes


class Bench(Protocol):
    """Where a job works: a host that can be ended as a whole, and the driver over it."""

    def host(self, running: Running, grace_s: float) -> AbstractContextManager[Host]:
        """Open a host for one job; on leaving, all its processes are seen dead."""

    def driver(self, host: Host) -> Any:
        """Open the subsystem's driver over a host."""


class Runner:
    """One worker process: runs one job at a time."""

    def __init__(
        self,
        ports: Ports,
        types: Mapping[str, JobType],
        bench: Bench,
        pulse: Pulse,
        *,
        worker: UUID,
        node: str,
        lease_s: float,
        draining: Callable[[], bool] = lambda: False,
        sleep: Callable[[float], None] = time.sleep,
        meter: Meter | None = None,
    ) -> None:
        self._ports, self._types = ports, types
        self._meter, self._began = meter or Meter(ports.live, node), 0.0
        self._bench, self._pulse = bench, pulse
        self._worker, self._node, self._lease_s = worker, node, lease_s
        self._draining, self._sleep = draining, sleep
        self._unsure = True  # a claim may have been granted whose answer never came

    def work(self, queue: str) -> int:
        """Serve a queue until it is empty or other messages deserve a turn; how many ran.

        A lost, doubled or late message does no harm: who finds nothing to claim goes home.
        """
        until, count = time.monotonic() + DRAIN_S, 0
        claimed = self._claim(queue)
        while claimed is not None:
            count += 1
            ending = self._run(claimed)
            if ending is None:
                claimed = None
            elif time.monotonic() < until and not self._draining():
                claimed = self._finish_and_claim(claimed, ending, queue)
            else:
                self._finish(claimed, ending)
                claimed = None
        self._meter.flush()
        return count

    # -- the store, whatever befalls it

    def _claim(self, queue: str) -> Claimed | None:
        if self._draining():
            return None
        try:
            self._give_back_unknown()
            self._unsure = True
            claimed = self._ports.jobs.claim(queue, self._node, self._worker, lease_s=self._lease_s)
            self._unsure = False
        except StoreUnavailable as away:
            log.warning("claim.failed", queue=queue, error=away.detail)
            return None
        return claimed

    def _give_back_unknown(self) -> None:
        """Hand back what was granted to us in an answer that never came: we run nothing now."""
        if self._unsure:
            self._ports.jobs.disown(self._worker)
        while self._unsure and self._ports.jobs.reap(self._node, self._worker) is not None:
            log.info("claim.unknown_given_back")

    def _finish(self, claimed: Claimed, ending: Ending) -> None:
        state = until_known(
            lambda: self._ports.jobs.finish(claimed.id, claimed.epoch, ending), sleep=self._sleep
        )
        self._ended(claimed, state)

    def _finish_and_claim(self, claimed: Claimed, ending: Ending, queue: str) -> Claimed | None:
        try:
            state, following = self._ports.jobs.finish_and_claim(
                claimed.id, claimed.epoch, ending,
                queue=queue, node=self._node, worker=self._worker, lease_s=self._lease_s,
            )  # fmt: skip
        except StoreUnavailable:
            self._unsure = True
            self._finish(claimed, ending)
            return None
        self._ended(claimed, state)
        return following

    def _ended(self, claimed: Claimed, state: State | None) -> None:
        self._pulse.detach()
        if state is None:
            log.info("job.end_not_taken", job=str(claimed.id), epoch=claimed.epoch)
        else:
            outcome = "retried" if state is State.WAITING else state.value
            self._meter.took("job", claimed.type, outcome, seconds=time.monotonic() - self._began)
        self._ports.live.poke(claimed.id)
        if self._is_worth_telling(claimed):
            told = {"subsystem": claimed.subsystem}
            self._ports.live.tell("job.ended", told, node=claimed.node)

    def _is_worth_telling(self, claimed: Claimed) -> bool:
        """Only a job of a driver changes what an inventory shows; control work never does."""
        job_type = self._types.get(claimed.type)
        return job_type is not None and not job_type.control and job_type.driver is not Host

    # -- one job

    def _run(self, claimed: Claimed) -> Ending | None:
        """Run a claimed job to its end, with its ids in each log line and span."""
        self._began = time.monotonic()
        ids = {"job": str(claimed.id), "epoch": claimed.epoch, "type": claimed.type}
        with (
            tracing.within(tracing.of_row(claimed.trace)),
            structlog.contextvars.bound_contextvars(**ids),
            tracing.span(f"job {claimed.type}", job=str(claimed.id)) as note,
        ):
            ending = self._run_here(claimed)
            outcome = "fenced" if ending is None else ending.outcome
            note("outcome", outcome)
            log.info("job.ran", outcome=outcome, seconds=round(time.monotonic() - self._began, 3))
            return ending

    def _run_here(self, claimed: Claimed) -> Ending | None:
        """Run a claimed job to its end; None when it is somebody else's by now."""
        job_type = self._types.get(claimed.type)
        if job_type is None:
            return no_such_type(claimed.type)
        running = Running(self._ports, claimed, job_type.cancel, self._types)
        current = Current(running, job_type)
        self._ports.live.poke(claimed.id)
        self._pulse.attach(current)
        try:
            ending = self._judged(current)
            self._last_words(current)
        finally:
            running.close()
        ending = self._settled(claimed, ending)
        if ending is None:
            self._pulse.detach()
        return ending

    def _settled(self, claimed: Claimed, ending: Ending | None) -> Ending | None:
        """Let a parent wait for its children, as it wished or as it was cancelled; else its end."""
        if ending is None or ending.outcome not in ("parked", "cancelled"):
            return ending
        children = ending.children if ending.outcome == "parked" else None
        state = until_known(
            lambda: self._ports.jobs.park(
                claimed.id, claimed.epoch, children, progress=ending.progress
            ),
            sleep=self._sleep,
        )
        self._ports.live.poke(claimed.id)
        return ending if state is State.RUNNING else None

    def _last_words(self, current: Current) -> None:
        try:
            self._pulse.flush(current)
        except StoreUnavailable as away:
            log.warning("log.lost", job=current.running.job_id, error=away.detail)

    def _judged(self, current: Current) -> Ending | None:
        """Run, and turn every way a run can end into an Ending."""
        running = current.running
        try:
            result = self._begun(current)
        except (JobCancelled, JobParked) as stopped:
            return stopped_short(running, stopped)
        except JobFenced:
            log.warning("job.fenced", job=running.job_id)
            return None
        except SubsystemError as refused:
            return ending_of_refusal(running, current.job_type.retry, refused)
        except CalypsoError as refused:
            running.log(f"failed: {refused.detail}")
            return ending_of(running, "failed", error=told(refused))
        except Exception:
            log.exception("job.defect", job=running.job_id, type=current.job_type.name)
            running.log("failed: a defect in Calypso; the worker's log has the details")
            return defect(running.job_id)
        return ending_of(running, "succeeded", result=result)

    def _opened(self, job_type: JobType, host: Host) -> Any:
        """Return what a type's run function speaks to: nothing, the machine, or the driver."""
        if job_type.driver is None:
            return None
        return host if job_type.driver is Host else self._bench.driver(host)

    def _begun(self, current: Current) -> dict[str, Any]:
        running, job_type = current.running, current.job_type
        params = read_params(job_type, running.claimed.params)
        with self._bench.host(running, job_type.grace_s) as host:
            driver = self._opened(job_type, host)
            begin(self._ports.jobs, running, job_type)
            refuse_stale_plan(running, job_type, params, driver)
            result = job_type.run(params, driver, running)
        return {} if result is None else result.model_dump(mode="json")
