"""A person at Calypso: the product's own client, with what a demonstration asks for."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from calypso.cli.client import ENDED, Client, Refused
from calypso.cli.server import Place, Sessions
from calypso.cli.shown import Bar

Json = dict[str, Any]
SAY_EVERY_S = 1.0


class DemoFailed(Exception):
    """A check did not hold; the text says which."""


class Person:
    """Signed in over HTTP as the first administrator of a local `up`."""

    def __init__(self, data: Path) -> None:
        self._client = Client(Place(data=data), sessions=Sessions(data / "demo-sessions.json"))
        self._destructive = {
            one["name"] for one in self._client.get("/job-types") if one["destructive"]
        }

    def start(self, type_name: str, *, key: str = "", **params: Any) -> Json:
        """Start a job; a destructive one with the hash of its plan."""
        body: Json = {"type": type_name, "params": params}
        if type_name in self._destructive:
            body["plan_hash"] = self._client.post("/plans", body)["plan_hash"]
        headers = {"Idempotency-Key": key} if key else None
        job: Json = self._client.post("/jobs", body, headers=headers)
        return job

    def run(self, type_name: str, **params: Any) -> Json:
        """Start a job and follow it; returns its result, DemoFailed unless it succeeds."""
        return self.succeeded(self.start(type_name, **params))

    def succeeded(self, job: Json) -> Json:
        """Follow a job to its end; returns its result, DemoFailed when it has none."""
        job = self.follow(job)
        if job["state"] != "succeeded":
            log, _ = self._client.log_from(job["id"], 0)
            raise DemoFailed(f"{job['title']}: {job['state']}, {job['error']}\n{log}")
        result: Json = job["result"]
        return result

    def follow(self, job: Json) -> Json:
        """Show a job's progress until it has ended, and return it."""
        with Bar(say_every_s=SAY_EVERY_S) as bar:
            for job in self._client.job_changes(job["id"]):  # noqa: B020, PLR1704 - the same job, later
                bar.show(job)
        return job

    def until_moving(self, job: Json) -> Json:
        """Return a job once it has reported bytes, or has ended."""
        for job in self._client.job_changes(job["id"]):  # noqa: B020, PLR1704 - the same job, later
            if job["progress"]["done"]:
                break
        return job

    def cancel(self, job: Json) -> None:
        """Ask a job to stop; nothing happens when it has ended meanwhile."""
        try:
            self._client.post(f"/jobs/{job['id']}/cancel")
        except Refused as refused:
            if self._client.get(f"/jobs/{job['id']}")["state"] not in ENDED:
                raise DemoFailed(str(refused)) from refused

    def until_served(self, subsystem: str, limit_s: float = 60) -> Json:
        """Return the subsystem once a worker has reported it available."""
        return self._until(lambda one: one["available"], subsystem, limit_s)

    def until_reported(self, subsystem: str, limit_s: float = 60) -> Json:
        """Return the subsystem once a worker has reported it, available or not."""
        return self._until(lambda _: True, subsystem, limit_s)

    def _until(self, holds: Callable[[Json], bool], subsystem: str, limit_s: float) -> Json:
        deadline = time.monotonic() + limit_s
        while time.monotonic() < deadline:
            for one in self._client.get("/subsystems")["items"]:
                if one["subsystem"] == subsystem and not one["stale"] and holds(one):
                    found: Json = one
                    return found
            time.sleep(0.2)
        raise DemoFailed(f"Nobody serves {subsystem} after {limit_s:g} s.")

    def rows(self, table: str, **where: str) -> list[Json]:
        """Return the rows of an inventory table, read anew."""
        for job in self._client.post(f"/inventory/{table}/refresh")["items"]:
            self.succeeded(job)
        found: list[Json] = self._client.get(f"/inventory/{table}", params=where)["items"]
        return found


def check(holds: bool, otherwise: str) -> None:
    """Raise DemoFailed unless it holds."""
    if not holds:
        raise DemoFailed(otherwise)
