"""Calypso over HTTP, as any client would use it."""

import time
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.filesize import decimal
from rich.progress import BarColumn, Progress, TextColumn

Json = dict[str, Any]
ENDED = ("succeeded", "failed", "cancelled", "lost")
HOLD_S = 20


class DemoFailed(Exception):
    """A check did not hold; the text says which."""


class Client:
    """Signed in as the first administrator."""

    def __init__(self, url: str, password_file: Path, console: Console) -> None:
        self._http = httpx.Client(base_url=f"{url}/api/v1", timeout=60, trust_env=False)
        self._console = console
        password = password_file.read_text(encoding="utf-8").strip()
        told = self.call("POST", "/auth/login", {"username": "admin", "password": password})
        self._http.headers["Authorization"] = f"Bearer {told['access_token']}"

    def call(self, method: str, path: str, body: Json | None = None, **headers: str) -> Json:
        """Return what a path answers; DemoFailed with the API's words when it refuses."""
        answer = self._http.request(method, path, json=body, headers=headers)
        if not answer.is_success:
            raise DemoFailed(f"{method} {path}: {answer.status_code} {answer.text}")
        found: Json = answer.json()
        return found

    def start(self, type_name: str, *, key: str = "", **params: Any) -> Json:
        """Start a job; a destructive one with the hash of its plan."""
        body: Json = {"type": type_name, "params": params}
        kinds = self._http.get("/job-types").json()
        if any(one["name"] == type_name and one["destructive"] for one in kinds):
            body["plan_hash"] = self.call("POST", "/plans", body)["plan_hash"]
        headers = {"Idempotency-Key": key} if key else {}
        return self.call("POST", "/jobs", body, **headers)

    def run(self, type_name: str, **params: Any) -> Json:
        """Start a job and follow it; DemoFailed unless it succeeds."""
        job = self.follow(self.start(type_name, **params))
        if job["state"] != "succeeded":
            log = self._http.get(f"/jobs/{job['id']}/log").text
            raise DemoFailed(f"{job['title']}: {job['state']}, {job['error']}\n{log}")
        return job

    def follow(self, job: Json) -> Json:
        """Show a job's progress until it ends, and return it."""
        columns = TextColumn("  {task.fields[phase]}"), BarColumn(), TextColumn("{task.description}")
        with Progress(*columns, console=self._console, transient=True) as bar:
            task = bar.add_task("", total=None, phase=job["state"])
            while job["state"] not in ENDED:
                job = self.next_change(job)
                told = job["progress"]
                bar.update(
                    task, phase=told["phase"] or job["state"], description=_line(told),
                    total=told["total"], completed=told["done"] or 0,
                )  # fmt: skip
        return job

    def next_change(self, job: Json) -> Json:
        """Return the job when it has changed, or after a while."""
        now = self.call("GET", f"/jobs/{job['id']}")
        if now["state"] in ENDED or now["progress"] != job["progress"]:
            return now
        return self.call("GET", f"/jobs/{job['id']}?wait={HOLD_S}")

    def until_served(self, subsystem: str, limit_s: float = 60) -> Json:
        """Return the subsystem once a worker has reported it available."""
        deadline = time.monotonic() + limit_s
        while time.monotonic() < deadline:
            for one in self.call("GET", "/subsystems")["items"]:
                if one["subsystem"] == subsystem and one["available"] and not one["stale"]:
                    return one
            time.sleep(0.2)
        raise DemoFailed(f"Nobody serves {subsystem} after {limit_s:g} s.")

    def names(self, table: str) -> list[str]:
        """Return the keys of an inventory table, read anew."""
        for job in self.call("POST", f"/inventory/{table}/refresh", {})["items"]:
            while job["state"] not in ENDED:
                job = self.next_change(job)  # noqa: PLW2901 - the same job, later
        return [row["key"] for row in self.call("GET", f"/inventory/{table}")["items"]]


def _line(progress: Json) -> str:
    done, total, rate, eta_s = (progress[name] for name in ("done", "total", "rate", "eta_s"))
    if progress["unit"] != "bytes" or done is None:
        return ""
    parts = [decimal(done) + (f" of {decimal(total)}" if total else "")]
    parts += [f"{decimal(int(rate))}/s"] if rate else []
    parts += [f"{eta_s} s left"] if eta_s is not None else []
    return " · ".join(parts)
