"""API processes to be asked, and whoever asks them."""

from dataclasses import dataclass
from typing import Any

import httpx

from bench.contestants import with_calypso
from bench.ground import PASSWORD, Ground, python
from bench.programs import Failed, Program, until
from calypso.wiring import House

WORDS = "/api/v1"
CLIENTS, CONNECTIONS = 2, 8  # processes that ask, and connections of each


@dataclass
class Site:
    """One server process."""

    name: str
    program: Program
    environment: dict[str, str]

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.environment["CALYPSO_LISTEN"].rpartition(":")[2])

    def wait(self, path: str) -> None:
        """Return when it answers."""
        until(lambda: self._answers(path), what=f"an answer of {self.name}", look_s=0.05)

    def sign_in(self) -> str:
        """Return the header of somebody signed in."""
        with httpx.Client(trust_env=False) as client:
            answer = client.post(
                f"http://127.0.0.1:{self.port}{WORDS}/auth/login",
                json={"username": "bench", "password": PASSWORD},
            )
        answer.raise_for_status()
        return f"Bearer {answer.json()['access_token']}"

    def _answers(self, path: str) -> bool:
        self.program.check()
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}{path}", trust_env=False).is_success
        except httpx.TransportError:
            return False


def furnished(here: Ground, **more: str) -> tuple[dict[str, str], House]:
    """Return the environment of an API with an administrator, and a house beside it."""
    environment = {**with_calypso.STAFF.environment(here, ""), **more}
    house = with_calypso.house_of(environment)
    house.accounts.add_user("bench", PASSWORD, ["admin"])
    return environment, house


def api(here: Ground, environment: dict[str, str]) -> Site:
    """Start the API as it is run."""
    site = Site("api", here.start("api", *python("api"), env=environment), environment)
    site.wait(f"{WORDS}/healthz")
    return site


class Load:
    """Processes that ask a site."""

    def __init__(self, here: Ground) -> None:
        self._clients = [
            here.start(f"load-{number}", *python("bench.load"), env=here.environment(), talks=True)
            for number in range(CLIENTS)
        ]
        self.busiest = 0.0

    def per_s(
        self, site: Site, path: str, headers: dict[str, str], *, seconds: float, status: int
    ) -> float:
        """Return answers a second; Failed when one of them is another than it should be."""
        asked: dict[str, Any] = {
            "port": site.port, "path": path, "headers": headers,
            "connections": CONNECTIONS, "seconds": seconds,
        }  # fmt: skip
        for one in self._clients:
            one.tell(asked)
        told = [one.answer() for one in self._clients]
        self.busiest = max(self.busiest, *(one["busy"] for one in told))
        if any(set(one["statuses"]) != {str(status)} for one in told):
            raise Failed(f"{site.name} answered {[one['statuses'] for one in told]}")
        return float(sum(one["statuses"][str(status)] / one["seconds"] for one in told))
