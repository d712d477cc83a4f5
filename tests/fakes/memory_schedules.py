"""The schedule store in memory, beside that of jobs; passes the suite of the real one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from calypso.errors import Conflict, NotFound, PreconditionFailed
from calypso.models.clock import now, uuid7
from calypso.models.job import State
from calypso.models.schedule import (
    Clock,
    Decided,
    Decision,
    Fire,
    FirePage,
    Schedule,
    SchedulePage,
    ScheduleSpec,
    Trouble,
)
from calypso.store import cursors
from tests.fakes.memory_store import MemoryJobStore

MOST_UNFINISHED = 100


class MemoryScheduleStore:
    """Satisfies `engine.ports.ScheduleStore`. `jobs` is where its jobs go."""

    def __init__(self, jobs: MemoryJobStore, clock: Callable[[], datetime] = now) -> None:
        self._jobs, self.time = jobs, clock
        self._kept: dict[UUID, Schedule] = {}
        self._fires: dict[tuple[UUID, datetime], Fire] = {}
        self._jump: tuple[datetime, float] | None = None
        self._ticked_at = clock()

    def add_schedule(self, spec, *, owner, next_slot):
        return self._keep(uuid7(), spec, owner=owner, by=owner, next_slot=next_slot, version=1)

    def replace_schedule(self, schedule_id, spec, *, version, owner, by, next_slot):
        found = self._kept.get(schedule_id)
        if found is None or found.version != version:
            raise PreconditionFailed("The schedule was changed meanwhile.")
        return self._keep(
            schedule_id, spec, owner=owner, by=by, next_slot=next_slot, version=version + 1
        )

    def schedule(self, schedule_id):
        if schedule_id not in self._kept:
            raise NotFound(f"There is no schedule {schedule_id}.")
        return self._kept[schedule_id]

    def schedules(self, *, type_name=None, enabled=None, limit=100, cursor=None):
        after = "" if cursor is None else cursors.read(cursor, "name", 1)[0]
        found = sorted(
            (
                one
                for one in self._kept.values()
                if one.name > after
                and type_name in (None, one.type)
                and enabled in (None, one.enabled)
            ),
            key=lambda one: one.name,
        )
        further = cursors.write("name", (found[limit - 1].name,)) if len(found) > limit else None
        return SchedulePage(items=found[:limit], next_cursor=further)

    def remove_schedule(self, schedule_id, *, version=None):
        found = self.schedule(schedule_id)
        if version not in (None, found.version):
            raise PreconditionFailed("The schedule was changed meanwhile.")
        del self._kept[schedule_id]
        self._fires = {key: fire for key, fire in self._fires.items() if key[0] != schedule_id}

    def due(self, *, after=None, limit=100):
        with self._jobs._open():
            at = self.time()
            found = [
                one for one in self._kept.values() if one.next_fire_at and one.next_fire_at <= at
            ]
            found.sort(key=lambda one: (one.next_fire_at, one.id))
            if after is not None:
                past = (after.next_fire_at, after.id)
                found = [one for one in found if (one.next_fire_at, one.id) > past]
            return at if found else None, found[:limit]

    def fire(self, schedule, turn, said, job):
        with self._jobs._open():
            kept = self._kept.get(schedule.id)
            if kept is None or (kept.version, kept.next_fire_at) != (
                schedule.version,
                schedule.next_fire_at,
            ):
                return None
            trouble = None
            if said["decision"] == "refused" or said["missed"]:
                told = {name: said[name] for name in ("reason", "detail")}
                trouble = Trouble(slot=turn.slot, **told)
            update = {
                "next_fire_at": turn.following, "last_fire_at": turn.slot, "trouble": trouble,
            }  # fmt: skip
            self._kept[schedule.id] = kept.model_copy(update=update)
            if (schedule.id, turn.slot) in self._fires:
                return None
            decided = self._decided(kept, said, job)
            self._fires[schedule.id, turn.slot] = Fire(
                slot=turn.slot, decision=decided.decision, reason=decided.reason,
                detail=said["detail"], missed_slots=said["missed"], job=decided.job,
                decided_at=self.time(),
            )  # fmt: skip
            return decided

    def fires(self, schedule_id, *, limit=100, cursor=None):
        before = None if cursor is None else cursors.read_time(cursor, "-slot")
        found = [
            fire
            for (owner, slot), fire in self._fires.items()
            if owner == schedule_id and (before is None or slot < before)
        ]
        found.sort(key=lambda fire: fire.slot, reverse=True)
        items = found[:limit]
        further = (
            cursors.write("-slot", (items[-1].slot.isoformat(),)) if len(found) > limit else None
        )
        return FirePage(items=items, next_cursor=further)

    def overdue(self, *, by_s):
        at = self.time()
        return [
            one
            for one in self._kept.values()
            if one.next_fire_at is not None
            and one.next_fire_at < at - timedelta(seconds=by_s + one.misfire_grace_s)
        ]

    def lateness_s(self):
        due = [one.next_fire_at for one in self._kept.values() if one.next_fire_at is not None]
        return max(0.0, (self.time() - min(due)).total_seconds()) if due else 0.0

    def troubled(self):
        return [one for one in self._kept.values() if one.trouble is not None and one.enabled]

    def fruitless(self, *, slots):
        return [
            one for one in self._kept.values() if one.enabled and self._is_fruitless(one, slots)
        ]

    def _is_fruitless(self, one, slots):
        latest = self.fires(one.id, limit=slots).items
        rows = [self._jobs._rows.get(fire.job) for fire in latest]
        good = any(row is not None and row.state is State.SUCCEEDED for row in rows)
        return len(latest) == slots and not good

    def forget_fires(self, *, before, batch=1000):
        old = [key for key, fire in self._fires.items() if fire.decided_at < before][:batch]
        for key in old:
            del self._fires[key]
        return len(old)

    def clock(self):
        at, by_s = self._jump or (None, None)
        return Clock(now=self.time(), jumped_at=at, jump_s=by_s)

    def look_at_clock(self, *, drift_s, tolerated_s):
        back_s = (self._ticked_at - self.time()).total_seconds()
        if max(back_s, abs(drift_s)) > tolerated_s:
            self._jump = self.time(), (-back_s if back_s > tolerated_s else drift_s)
        self._ticked_at = self.time()
        return self.clock()

    def confirm_clock(self):
        self._jump = None
        return self.clock()

    def _keep(self, schedule_id, spec, *, owner, by, next_slot, version):
        if any(one.name == spec.name and one.id != schedule_id for one in self._kept.values()):
            raise Conflict(f"There is a schedule {spec.name!r} already. Choose another name.")
        before = self._kept.get(schedule_id)
        self._kept[schedule_id] = Schedule(
            **spec.model_dump(include=set(ScheduleSpec.model_fields)),
            id=schedule_id, owner=owner, version=version, next_fire_at=next_slot,
            last_fire_at=before.last_fire_at if before else None,
            trouble=before.trouble if before else None,
            created_at=before.created_at if before else self.time(),
            updated_at=self.time(), updated_by=by,
        )  # fmt: skip
        return self._kept[schedule_id]

    def _decided(self, kept, said, job):
        if job is None:
            return Decided(Decision(said["decision"]), said["reason"])
        unfinished = [
            row
            for row in self._jobs._rows.values()
            if (row.new.source.kind, row.new.source.id) == ("schedule", str(kept.id))
            and not row.state.is_terminal
        ]
        if unfinished and kept.overlap == "skip":
            return Decided(Decision.SKIPPED, "overlap", unfinished[0].new.id)
        if len(unfinished) >= MOST_UNFINISHED:
            return Decided(Decision.SKIPPED, "too_many", unfinished[0].new.id)
        return self._submitted(kept, said, job, unfinished)

    def _submitted(self, kept, said, job, unfinished):
        stopped = []
        if kept.overlap == "cancel_previous":
            for row in unfinished:
                cut = row.state is not State.RUNNING or row.new.cancel != "before_start"
                if cut and self._jobs.cancel(row.new.id, "schedule") == "cancelling":
                    stopped.append(row.new.id)
        if unfinished:
            needed = tuple(row.new.id for row in unfinished)
            job = replace(job, after=needed, run_even_if_failed=True)
        done = self._jobs.submit(job)
        if done.verdict == "duplicate":
            return Decided(Decision.SKIPPED, "duplicate", done.job_id)
        return Decided(Decision.FIRED, said["reason"], job.id, done.state, tuple(stopped))
