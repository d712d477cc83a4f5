"""Change the rules of a media pool."""

from collections.abc import Sequence
from typing import Self

from pydantic import Field, model_validator

from calypso.jobs.tape._pools import POOLS, rules_lock
from calypso.models.books import MediaReading
from calypso.models.jobtype import Cancel, JobParams, NoResult, OnLost, Plan, job
from calypso.models.lock import Lock
from calypso.models.media import (
    Allocation,
    Encryption,
    MediaPool,
    MediaPoolName,
    MediaSet,
    until_when,
)
from calypso.models.names import LibraryName
from calypso.models.retention import Duration
from calypso.models.running import Known, RunningJob
from calypso.models.slots import zone


class Params(JobParams):
    """Which pool, and which of its rules change; what is empty stays as it is."""

    pool: MediaPoolName = Field(
        description="Pool to change.", json_schema_extra={"x-choices": POOLS}
    )
    allocation: Allocation | None = Field(
        default=None, description="When a new set of cartridges begins."
    )
    retention: Duration | None = Field(
        default=None, description="How long a set is kept after its last write."
    )
    for_ever: bool = Field(default=False, description="Keep sets for ever from now on.")
    library: LibraryName | None = Field(
        default=None, description="Only cartridges that lie in this library."
    )
    any_library: bool = Field(default=False, description="Cartridges of any library from now on.")
    encryption: Encryption | None = Field(
        default=None,
        description="on: written only by drives that encrypt; off: only by drives that do not.",
    )
    is_worm: bool | None = Field(
        default=None, description="Only cartridges that are written once, or none of them."
    )
    time_zone: str | None = Field(
        default=None, description="IANA time zone in which days and weeks begin."
    )

    @model_validator(mode="after")
    def _does_not_contradict_itself(self) -> Self:
        if self.for_ever and self.retention is not None:
            raise ValueError("name a retention, or for_ever")
        if self.any_library and self.library is not None:
            raise ValueError("name a library, or any_library")
        if self.time_zone is not None:
            zone(self.time_zone)
        return self

    def locks(self) -> Sequence[Lock]:
        return [rules_lock(self.pool)]

    def title(self) -> str:
        return f"Change media pool {self.pool}"


def plan(params: Params, _driver: None, known: Known) -> Plan:
    """Return how each rule changes, and which sets are kept for another time then."""
    before = known.media.pool(params.pool)
    after = _changed(before, params)
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    effects = [f"{rule}: {old[rule]} → {new[rule]}" for rule in new if old[rule] != new[rule]]
    return Plan(effects=effects + _sets_kept_otherwise(known.media, before, after))


@job(
    "tape.pool_modify",
    permission="tape:configure",
    timeout_s=60,
    cancel=Cancel.BEFORE_START,
    on_lost=OnLost.REQUEUE,
    plan=plan,
)
def modify_pool(params: Params, _driver: None, running: RunningJob) -> NoResult:
    """Change the rules of a media pool.

    A longer retention holds for what is written already, a shorter one only for sets that begin
    from then on: nothing expires earlier than was promised. The plan shows what differs.
    """
    running.media.change_pool(_changed(running.media.pool(params.pool), params))
    return NoResult()


def _changed(pool: MediaPool, params: Params) -> MediaPool:
    said = params.model_dump(exclude={"pool", "for_ever", "any_library"}, exclude_none=True)
    cleared = {"retention": params.for_ever, "library": params.any_library}
    nothing = {rule: None for rule, is_cleared in cleared.items() if is_cleared}
    return MediaPool(**{**pool.model_dump(), **said, **nothing})


def _sets_kept_otherwise(books: MediaReading, before: MediaPool, after: MediaPool) -> list[str]:
    return [
        f"the set of {_name(one)} is kept {until_when(one.expires_at(after))} instead of "
        f"{until_when(one.expires_at(before))}"
        for one in books.sets(before.name)
        if one.expires_at(after) != one.expires_at(before)
    ]


def _name(one: MediaSet) -> str:
    return one.period or f"{one.began_at:%Y-%m-%d}"
