"""The house in memory: everything the HTTP door talks to, without a server anywhere."""

import hashlib
import queue
from contextlib import contextmanager
from uuid import UUID

from calypso import inventory, jobs
from calypso.config import Settings
from calypso.engine.ports import Ports
from calypso.errors import Conflict, NotFound
from calypso.models.account import ApiToken, User
from calypso.models.clock import now, uuid7
from calypso.models.inventory import Capability, Sample, SubsystemStatus
from calypso.models.sight import Seen
from calypso.wiring import House
from tests.fakes.memory_alerts import MemoryAlertStore
from tests.fakes.memory_backup import MemoryBackupStore
from tests.fakes.memory_channels import MemoryChannels
from tests.fakes.memory_media import MemoryMediaStore
from tests.fakes.memory_nodes import MemoryNodes
from tests.fakes.memory_schedules import MemoryScheduleStore
from tests.fakes.memory_store import MemoryJobStore


class MemoryHints:
    def __init__(self):
        self.rung = []

    def ring(self, queue, job_id, *, times=1):
        self.rung.append((queue, job_id))
        return True

    def pending(self, queue):
        return 0


class MemoryLive:
    """What is told goes to every feed. `away`: set it, and nothing arrives anywhere."""

    def __init__(self):
        self.away = False
        self._feeds = []  # (node or None, what it hears)
        self._latest = {}
        self._counts = {}

    def progress(self, job_id, subsystem, progress):
        self._latest[job_id] = dict(progress)
        data = {"id": str(job_id), "subsystem": subsystem, "progress": dict(progress)}
        self.tell("job.progress", data)

    def poke(self, job_id):
        self.tell("poke", {"id": str(job_id)})

    def tell(self, event, data, *, node=None):
        if not self.away:
            for of, feed in self._feeds:
                if of == node:
                    feed.put((event, dict(data)))

    def wish_cancel(self, job_id):
        pass

    def latest(self, job_id):
        return None if self.away else self._latest.get(job_id)

    @contextmanager
    def feed(self, node=None):
        heard = queue.Queue()
        self._feeds.append((node, heard))
        yield MemoryFeed(heard)
        self._feeds.remove((node, heard))

    def add(self, node, counts):
        if self.away:
            return False
        kept = self._counts.setdefault(node, {})
        for field, by in counts.items():
            kept[field] = kept.get(field, 0.0) + by
        return True

    def counts(self):
        return {} if self.away else {node: dict(kept) for node, kept in self._counts.items()}

    def ping(self):
        return not self.away


class MemoryFeed:
    def __init__(self, heard):
        self._heard = heard

    def next(self, timeout_s):
        try:
            return [self._heard.get(timeout=timeout_s)]
        except queue.Empty:
            return []


class MemoryInventory:
    def __init__(self):
        self._tables = {}
        self._subsystems = {}
        self._samples = {}

    def replace(self, node, table, rows):
        self._tables[table, node] = (list(rows), now())
        return True

    def count(self, table):
        return sum(len(rows) for (name, _), (rows, _) in self._tables.items() if name == table)

    def page(self, table, *, node=None, filters=None, limit=500, cursor=None):
        found, seen = [], []
        for (name, where), (rows, observed_at) in sorted(self._tables.items()):
            if name == table and node in (None, where):
                seen.append(observed_at)
                found += [{**row, "key": key, "node": where} for key, row in rows]
        kept = [r for r in found if all(str(r.get(k)) == v for k, v in (filters or {}).items())]
        return kept[:limit], min(seen, default=None), None

    def sample(self, table, node, columns):
        rows, _ = self._tables.get((table, node), ([], None))
        hour = now().replace(minute=0, second=0, microsecond=0)
        for key, row in rows:
            values = {name: row[name] for name in columns}
            self._samples.setdefault((table, node, key, hour), values)

    def samples(self, table, *, since, step="hour", node=None, key=None):
        found = {}
        for (name, where, which, at), values in sorted(self._samples.items()):
            fits = name == table and at >= since and node in (None, where) and key in (None, which)
            if fits:
                one = Sample(node=where, key=which, at=at, values=values)
                found[at.date() if step == "day" else at, where, which] = one
        return [found[place] for place in sorted(found)]

    def report(self, status):
        self._subsystems[status.node, status.subsystem] = status

    def subsystems(self, node=None, *, within_s=0.0):
        return [one for one in self._subsystems.values() if node in (None, one.node)]


class MemoryAccounts:
    """Passwords in the clear: this one guards nothing."""

    def __init__(self, jobs):
        self._jobs = jobs
        self._users, self._passwords, self._tokens = {}, {}, {}
        self.revoked, self.wait_s = set(), None

    def add_user(self, name, password, roles):
        if self.user(name) is not None:
            raise Conflict(f"There is a user {name} already.")
        user = User(id=uuid7(), name=name, roles=sorted(roles), created_at=now())
        self._users[user.id], self._passwords[user.id] = user, password
        return user

    def users(self):
        return list(self._users.values())

    def user(self, name):
        return next((one for one in self._users.values() if one.name == name), None)

    def actor_of(self, name):
        user = self.user(name)
        return None if user is None or user.disabled else user.actor()

    def user_by_id(self, user_id):
        return self._users.get(user_id)

    def look(self, looks):
        return [Seen(self._user_of(one), self._stamp_of(one.job_id)) for one in looks]

    def _user_of(self, look):
        return None if self.revoked.intersection(look.ids) else self._users.get(look.user_id)

    def _stamp_of(self, job_id):
        """Like the real one, it tells of the job's own row, not of those it waits for."""
        job = job_id and self._jobs.get(job_id)
        return job.but(wait=None).version if job else None

    def check_password(self, name, password):
        user = self.user(name)
        fits = user is not None and self._passwords[user.id] == password
        return (user, 0) if fits else None

    def remove_user(self, user_id):
        if self._users.pop(user_id, None) is None:
            raise NotFound(f"There is no user {user_id}.")

    def add_token(self, user_id, name, permissions, expires_at):
        token = ApiToken(
            id=uuid7(), user_id=user_id, name=name, permissions=sorted(permissions),
            created_at=now(), expires_at=expires_at,
        )  # fmt: skip
        text = f"cal_{hashlib.sha256(token.id.bytes).hexdigest()}"
        self._tokens[text] = token
        return token, text

    def tokens_of(self, user_id):
        return [one for one in self._tokens.values() if one.user_id == user_id]

    def user_of_token(self, text):
        token = self._tokens.get(text)
        return None if token is None else (self._users[token.user_id], frozenset(token.permissions))

    def revoke(self, ids, until):
        self.revoked.update(ids)

    def count_attempt(self, limits):
        return self.wait_s

    def forgive(self, subject):
        pass

    def take_back(self, subject):
        pass


class NoSecrets:
    def reveal(self, name):
        raise NotFound(f"There is no secret {name}.")

    def listed(self):
        return []


def memory_house(node="keep"):
    """Return a house of fakes in which every subsystem is served."""
    store, live = MemoryJobStore(), MemoryLive()
    alerts = MemoryAlertStore(store, tell=live.tell)
    accounts = MemoryAccounts(store)
    ports = Ports(
        jobs=store,
        inventory=MemoryInventory(),
        live=live,
        hints=MemoryHints(),
        secrets=NoSecrets(),
        schedules=MemoryScheduleStore(store),
        owners=accounts,
        alerts=alerts,
        channels=MemoryChannels(alerts.office),
        media=MemoryMediaStore(),
        backup=MemoryBackupStore(),
    )
    for subsystem in ("system", "storage", "tape"):
        able = Capability(product="fake", available=True)
        status = SubsystemStatus(node=node, subsystem=subsystem, capability=able, observed_at=now())
        ports.inventory.report(status)
    settings = Settings(jwt_key="a key for tests that is long enough", node=node)
    return House(
        settings=settings, ports=ports, accounts=accounts, secrets=NoSecrets(),
        nodes=MemoryNodes(),
        types=jobs.load(()), tables=inventory.load(), lookups=inventory.lookups(),
        engine=None,
    )  # fmt: skip


def job_id_of(answer) -> UUID:
    return UUID(answer.get_json()["id"])
