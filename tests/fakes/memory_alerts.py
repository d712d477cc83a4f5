"""Alerts in memory: the same rules, by brute force.

They pass the suite of the real ones (`tests/contract/store`). What they leave out: durability,
other processes.
"""

from datetime import timedelta

from calypso.models.alert import Alert, AlertPage, AlertState, Level, NewAlert, Outcome, Outcomes
from calypso.models.clock import uuid7
from calypso.store import cursors
from tests.fakes.memory_channels import START, Office


class MemoryAlertStore:
    """Satisfies `engine.alert_ports.AlertStore`; reads how jobs ended from a store in memory."""

    def __init__(self, jobs=None, *, tell=lambda event, data: None, office=None):
        self._jobs, self._tell = jobs, tell
        self.office = office or Office()
        self._alerts, self._turns, self._place = {}, {}, "0-0"

    def raise_(self, new):
        with self.office.lock:
            verdict, alert = self._raise(new)
        self._announce(verdict, alert)
        return verdict

    def clear(self, key):
        with self.office.lock:
            alert = self._clear(key)
        if alert is not None:
            self._announce("cleared", alert)
        return alert is not None

    def _raise(self, new):
        at, before = self.office.clock(), self._open(new.key)
        told = {name: getattr(new, name) for name in NewAlert.__dataclass_fields__}
        if before is None:
            alert = Alert(id=uuid7(), since=at, last_seen_at=at, **told)
            verdict = "raised"
        else:
            verdict = "rose" if new.level.rank > before.level.rank else "again"
            awake = {"dismissed_at": None, "dismissed_by": None} if verdict == "rose" else {}
            seen = {"last_seen_at": at, "count": before.count + 1}
            alert = before.model_copy(update={**told, **seen, **awake})
        self._alerts[alert.id] = alert
        if verdict != "again":
            self.office.tell(alert, verdict)
        return verdict, alert

    def _clear(self, key):
        before = self._open(key)
        if before is None:
            return None
        alert = before.model_copy(update={"cleared_at": self.office.clock()})
        self._alerts[alert.id] = alert
        self.office.tell(alert, "cleared")
        return alert

    def _open(self, key):
        return next(
            (a for a in self._alerts.values() if a.key == key and a.cleared_at is None), None
        )

    def open_of(self, kind):
        with self.office.lock:
            found = [a for a in self._alerts.values() if a.kind == kind and a.cleared_at is None]
            return sorted(found, key=lambda a: (a.since, a.id))

    def outcomes(self, *, limit=500):
        with self.office.lock:
            events = [] if self._jobs is None else self._jobs.events_since(self._place, limit=limit)
            wanted = {"failed", "lost"}
            wrong = [event for event in events if event.type in wanted]
            if wrong or self.open_of("job_failed") or self.open_of("job_lost"):
                wanted.add("succeeded")
            found = [self._outcome(event) for event in events if event.type in wanted]
            after = events[-1].cursor if events else self._place
            return Outcomes(self._place, after, [one for one in found if one is not None])

    def _outcome(self, event):
        job = self._jobs.get(event.job_id)
        if job is None or ".control@" in job.queue:
            return None
        return Outcome(
            job_id=job.id, ended=event.type, type=job.type, title=job.title, node=job.node,
            subsystem=job.subsystem, error=job.error and job.error.detail, at=event.at,
        )  # fmt: skip

    def follow(self, seen, changes):
        with self.office.lock:
            if seen.before != self._place:
                return False
            self._place = seen.after
            told = [
                self._raise(one) if isinstance(one, NewAlert) else ("cleared", self._clear(one.key))
                for one in changes
            ]
        for verdict, alert in told:
            if alert is not None:
                self._announce(verdict, alert)
        return True

    def turn(self, name, *, every_s):
        with self.office.lock:
            at = self.office.clock()
            if self._turns.get(name, START) > at:
                return None
            self._turns[name] = at + timedelta(seconds=every_s)
            return at

    def is_taken(self, name, *, late_s):
        with self.office.lock:
            due = self._turns.get(name)
            return due is not None and due > self.office.clock() - timedelta(seconds=late_s)

    def get(self, alert_id):
        return self._alerts.get(alert_id)

    def page(self, query):
        with self.office.lock:
            found = [
                a for a in self._alerts.values()
                if query.state in (None, a.state) and (not query.levels or a.level in query.levels)
                and query.kind in (None, a.kind) and query.node in (None, a.node)
            ]  # fmt: skip
        found.sort(key=lambda a: (a.since, a.id), reverse=True)
        if query.cursor is not None:
            last = cursors.read_instant(query.cursor, "-since")
            found = [a for a in found if (a.since, a.id) < last]
        items = found[: query.limit]
        if len(found) <= query.limit:
            return AlertPage(items)
        return AlertPage(items, cursors.write_instant("-since", items[-1].since, items[-1].id))

    def dismiss(self, alert_id, by):
        with self.office.lock:
            found = self._alerts.get(alert_id)
            if found is None or found.state is not AlertState.ACTIVE:
                return found
            seen = {"dismissed_at": self.office.clock(), "dismissed_by": by}
            found = self._alerts[alert_id] = found.model_copy(update=seen)
        self._announce("dismissed", found)
        return found

    def counts(self):
        active = [a.level for a in self._alerts.values() if a.state is AlertState.ACTIVE]
        return {level: active.count(level) for level in Level}

    def retire(self, *, before, batch=1000):
        with self.office.lock:
            old = [a for a in self._alerts.values() if a.cleared_at and a.cleared_at < before]
            gone = {a.id for a in sorted(old, key=lambda a: a.cleared_at)[:batch]}
            forgotten = [
                a.id for a in self._alerts.values() if a.state is AlertState.DISMISSED
                and a.kind in ("job_failed", "job_lost")
                and max(a.dismissed_at, a.last_seen_at) < before
            ]  # fmt: skip
            gone.update(forgotten[:batch])
            for alert_id in gone:
                del self._alerts[alert_id]
            posts = self.office.posts
            tests = [p for p in posts if p.alert is None and p.delivery.created_at < before][:batch]
            self.office.posts = [
                p for p in posts if p not in tests and p.delivery.alert_id not in gone
            ]
            return len(gone) + len(tests)

    def _announce(self, verdict, alert):
        if verdict != "again":
            self._tell("alert", alert.told(verdict))
