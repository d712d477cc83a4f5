"""Where and when it was measured."""

import importlib.metadata
import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import redis

from bench.ground import ROOT, Ground, plain

PEERS = ("celery", "procrastinate", "dramatiq", "rq", "huey", "gunicorn", "gevent", "psycopg")


def facts(here: Ground) -> dict[str, str]:
    """Return what the numbers depend on."""
    with psycopg.connect(plain(here.postgres.url())) as server:
        found = server.execute("SHOW server_version").fetchone()
        settings = _settings(server)
    with redis.Redis.from_url(here.valkey.url()) as client:
        info = client.info("server")
        lasting = " ".join(f"{k} {v}" for k, v in client.config_get("append*").items())
    return {
        "Date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "Commit": _commit(),
        "Cores": f"{os.cpu_count()}, load before the run {os.getloadavg()[0]:.1f}",
        "CPU": _line("/proc/cpuinfo", "model name") or platform.machine(),
        "Memory": _line("/proc/meminfo", "MemTotal"),
        "Kernel": platform.release(),
        "Python": platform.python_version(),
        "PostgreSQL": f"{found[0] if found else ''}; {settings}",
        "Valkey": f"{info.get('valkey_version', info['redis_version'])}; {lasting}",
        "Versions": ", ".join(f"{name} {version(name)}" for name in PEERS),
    }


def version(name: str) -> str:
    """Return a package's version, or that it is missing."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _settings(server: "psycopg.Connection[tuple[str]]") -> str:
    names = ("fsync", "synchronous_commit", "shared_buffers", "full_page_writes")
    rows = [server.execute(f"SHOW {name}").fetchone() for name in names]
    return ", ".join(f"{name} {row[0]}" for name, row in zip(names, rows, strict=True) if row)


def _commit() -> str:
    ran = subprocess.run(  # noqa: TID251 - no job, no Host
        ["git", "-C", str(ROOT), "describe", "--always", "--dirty"],  # noqa: S607 - found by PATH
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return ran.stdout.strip() or "unknown"


def _line(file: str, name: str) -> str:
    for line in Path(file).read_text(encoding="utf-8").splitlines():
        if line.startswith(name):
            return line.partition(":")[2].strip()
    return ""
