"""The API as the command line sees it: signs in, keeps the session fresh, words refusals."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from calypso.cli.server import Place, Session, Sessions
from calypso.errors import CalypsoError, Unauthenticated, Unavailable

PREFIX = "/api/v1"
CONNECT_S = 5.0
ANSWER_S = 60.0
HOLD_S = 25  # a long poll
AWAY_S = 1.0  # between two tries to reach an API that went away while a job was watched
ENDED = ("succeeded", "failed", "cancelled", "lost")
Json = dict[str, Any]


class Refused(CalypsoError):
    """The API refused; the text is its own, with the fields it names."""

    code = "refused"

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.problem = problem
        super().__init__(_worded(status, problem))


class Client:
    """One API, one person."""

    def __init__(
        self,
        place: Place,
        *,
        sessions: Sessions | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._place = place
        self.url = place.url
        self._sessions = sessions or Sessions()
        self._session = self._sessions.get(self.url)
        self._http = httpx.Client(
            base_url=self.url + PREFIX,
            timeout=httpx.Timeout(ANSWER_S, connect=CONNECT_S),
            transport=transport,
            verify=place.trusted() if self.url.startswith("https:") else True,
            trust_env=not _is_here(self.url),  # a proxy knows nothing of this machine's own
        )

    def get(self, path: str, **asked: Any) -> Any:
        """Return what a path answers, as JSON."""
        return self.ask("GET", path, **asked).json()

    def post(self, path: str, body: Mapping[str, Any] | None = None, **asked: Any) -> Any:
        """Send a body and return the answer, as JSON."""
        return self.ask("POST", path, json=body, **asked).json()

    def ask(self, method: str, path: str, **asked: Any) -> httpx.Response:
        """Send a request as whoever is signed in; Refused, Unauthenticated, Unavailable."""
        if self._session is None:
            self._sign_in_here()
        answer = self._send(method, path, **asked)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self._renew()
            answer = self._send(method, path, **asked)
        return _good(answer)

    def sign_in(self, name: str, password: str) -> Json:
        """Sign in and keep the session; returns the user."""
        body = {"username": name, "password": password}
        told = _good(self._bare("POST", "/auth/login", json=body)).json()
        self._keep({"access_token": told["access_token"], "refresh_token": told["refresh_token"]})
        user: Json = told["user"]
        return user

    def sign_out(self) -> bool:
        """End the session, here and at the API; False when there was none."""
        if self._session is None:
            return False
        try:
            self.ask("POST", "/auth/logout")
        except Unauthenticated:
            pass  # it had ended already
        finally:
            self._sessions.drop(self.url)
        self._session = None
        return True

    def job_changes(self, job_id: str) -> Iterator[Json]:
        """Yield a job as it is, then at each change, until it has ended.

        An API that goes away meanwhile is waited for: the job does not depend on it.
        """
        known = ""
        while True:
            try:
                answer = self.ask(
                    "GET", f"/jobs/{job_id}",
                    params={"wait": HOLD_S} if known else None,
                    headers={"If-None-Match": known} if known else None,
                )  # fmt: skip
            except Unavailable:
                if not known:
                    raise
                time.sleep(AWAY_S)
                continue
            if answer.status_code == httpx.codes.NOT_MODIFIED:
                continue
            known, job = answer.headers.get("ETag", ""), answer.json()
            yield job
            if job["state"] in ENDED:
                return

    def log_from(self, job_id: str, offset: int) -> tuple[str, int]:
        """Return (text, where to go on) of a job's log."""
        answer = self.ask("GET", f"/jobs/{job_id}/log", params={"offset": offset})
        return answer.text, int(answer.headers["X-Next-Offset"])

    # -- sessions

    def _sign_in_here(self) -> None:
        """Sign in as the first administrator of a local `up`, where its password may be read."""
        first = self._place.first_password()
        if first is None:
            raise Unauthenticated(f"You are not signed in at {self.url}. Use `calypso login`.")
        try:
            self.sign_in(*first)
        except Refused as refused:
            raise Unauthenticated(
                f"You are not signed in at {self.url}, and the first password is no longer "
                "valid. Use `calypso login`."
            ) from refused

    def _renew(self) -> None:
        kept = (self._session or {}).get("refresh_token")
        if kept:
            answer = self._bare(
                "POST", "/auth/refresh", headers={"Authorization": f"Bearer {kept}"}
            )
            if answer.is_success:
                self._keep({"access_token": answer.json()["access_token"], "refresh_token": kept})
                return
        self._session = None
        self._sessions.drop(self.url)
        self._sign_in_here()

    def _keep(self, session: Session) -> None:
        self._session = session
        self._sessions.put(self.url, session)

    def _send(self, method: str, path: str, **asked: Any) -> httpx.Response:
        token = (self._session or {}).get("access_token", "")
        headers = {**(asked.pop("headers", None) or {}), "Authorization": f"Bearer {token}"}
        return self._bare(method, path, headers=headers, **asked)

    def _bare(self, method: str, path: str, **asked: Any) -> httpx.Response:
        try:
            return self._http.request(method, path, **asked)
        except httpx.HTTPError as failed:
            raise Unavailable(
                f"The API at {self.url} does not answer ({failed}). "
                "Is it running? `calypso doctor` tells."
            ) from failed


def _is_here(url: str) -> bool:
    return httpx.URL(url).host in ("127.0.0.1", "::1", "localhost")


def _good(answer: httpx.Response) -> httpx.Response:
    if answer.is_success or answer.status_code == httpx.codes.NOT_MODIFIED:
        return answer
    try:
        problem = answer.json()
    except ValueError:
        problem = {"detail": answer.text[:500]}
    raise Refused(answer.status_code, problem if isinstance(problem, dict) else {})


def _worded(status: int, problem: Mapping[str, Any]) -> str:
    lines = [str(problem.get("detail") or problem.get("title") or f"The API answers {status}.")]
    lines += [f"  {one['pointer']}: {one['message']}" for one in problem.get("errors") or ()]
    if holder := problem.get("holder_job"):
        lines.append(f"  in the way: job {holder}")
    return "\n".join(lines)
