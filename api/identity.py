"""Who is asking: an access token from a header or a cookie, or an API token; nobody else."""

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, Response, current_app, g, request
from flask_jwt_extended import (
    JWTManager,
    create_access_token,
    create_refresh_token,
    get_csrf_token,
    get_jwt,
    verify_jwt_in_request,
)
from flask_jwt_extended.exceptions import CSRFError, JWTExtendedException, NoAuthorizationError
from jwt.exceptions import PyJWTError

from api.context import door, house
from calypso.config import Settings
from calypso.errors import Forbidden, Misconfigured, Unauthenticated
from calypso.models.account import User
from calypso.models.clock import uuid7
from calypso.models.sight import Look
from calypso.store.tokens import PREFIX

MIN_KEY_BYTES = 32
MOST_VERIFIED = 2000  # tokens remembered as good; whose they are is still looked up each time
Claims = Mapping[str, Any]
Verified = dict[str, Claims]  # by the header they came in
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
PUBLIC = frozenset({
    "auth.sign_in", "auth.refresh", "nodes.join", "system.show_health", "system.show_readiness",
    "system.show_version", "system.show_openapi", "system.show_docs", "system.show_docs_part",
})  # fmt: skip
REFRESH_PATH = "/api/v1/auth"
ACCESS_COOKIE, REFRESH_COOKIE = "calypso_access", "calypso_refresh"
CSRF_COOKIE, CSRF_REFRESH_COOKIE = "calypso_csrf", "calypso_csrf_refresh"


class CsrfMissing(Forbidden):
    """A request with a cookie must show that it comes from our own page."""

    code = "csrf"
    title = "Not from our own page"


def install(app: Flask, settings: Settings) -> None:
    """Set an application up to know who asks."""
    key = settings.jwt_key.get_secret_value()
    if len(key.encode()) < MIN_KEY_BYTES:
        raise Misconfigured(
            f"CALYPSO_JWT_KEY must have at least {MIN_KEY_BYTES} characters, for example from: "
            "openssl rand -base64 48"
        )
    app.config.update(
        JWT_SECRET_KEY=key,
        JWT_ALGORITHM="HS256",
        JWT_TOKEN_LOCATION=["headers", "cookies"],
        JWT_ACCESS_TOKEN_EXPIRES=settings.access_token_s,
        JWT_REFRESH_TOKEN_EXPIRES=settings.refresh_token_s,
        JWT_ACCESS_COOKIE_NAME=ACCESS_COOKIE,
        JWT_REFRESH_COOKIE_NAME=REFRESH_COOKIE,
        JWT_COOKIE_CSRF_PROTECT=True,
        JWT_ENCODE_ISSUER="calypso",
        JWT_DECODE_ISSUER="calypso",
        PROPAGATE_EXCEPTIONS=False,
    )
    JWTManager(app)
    app.extensions["verified_headers"] = {}


def identify() -> None:
    """Find out who asks, for every request to something that is not public."""
    if request.endpoint is None or request.method == "OPTIONS":
        return  # there is nothing here, which is said to anybody
    if "Authorization" not in request.headers:
        _check_origin()
    if request.endpoint in PUBLIC or not request.path.startswith("/api/"):
        return
    if (text := _api_token()) is not None:
        _as_owner(text)
    else:
        g.user = user_of_jwt()
        g.actor = g.user.actor()


def user_of_jwt(*, refresh: bool = False) -> User:
    """Return whose token this is; Unauthenticated for any token that is not good now."""
    try:
        g.claims = claims = _claims(refresh=refresh)
        look = look_of(claims)
    except CSRFError as wrong:
        raise CsrfMissing(
            "A request with a cookie needs the X-CSRF-TOKEN header, with the value of the cookie "
            f"{CSRF_COOKIE}."
        ) from wrong
    except NoAuthorizationError as wrong:
        raise Unauthenticated("Sign in first: POST /api/v1/auth/login.") from wrong
    except (JWTExtendedException, PyJWTError, KeyError, ValueError, TypeError) as wrong:
        raise _not_good() from wrong
    seen = door().looks.ask(look)
    if seen.user is None:
        raise _not_good()
    return seen.user


def look_of(claims: Claims, job_id: UUID | None = None) -> Look:
    """Return what to look at: the session of a token, and in the same breath a job."""
    return Look(
        user_id=UUID(str(claims["sub"])),
        generation=int(claims["gen"]),
        ids=(str(claims["jti"]), str(claims["sid"])),
        job_id=job_id,
    )


def _claims(*, refresh: bool) -> Claims:
    """Return what a good token says. A header that was good before is not deciphered again."""
    verified: Verified = current_app.extensions["verified_headers"]
    header = request.headers.get("Authorization")
    if refresh or header is None or ACCESS_COOKIE in request.cookies:
        verify_jwt_in_request(refresh=refresh)  # with a cookie there, the header may not be it
        return get_jwt()
    known = verified.get(header)
    if known is not None and known["exp"] > time.time():
        return known
    verify_jwt_in_request()
    while len(verified) >= MOST_VERIFIED:
        verified.pop(next(iter(verified)), None)  # the oldest
    verified[header] = get_jwt()
    return verified[header]


def new_tokens(user: User, generation: int) -> tuple[str, str]:
    """Return (access token, refresh token) of a new session."""
    told = {"sid": str(uuid7()), "gen": generation}
    return (
        create_access_token(str(user.id), additional_claims=told),
        create_refresh_token(str(user.id), additional_claims=told),
    )


def next_access_token() -> str:
    """Return a new access token in the session of the refresh token that was just verified."""
    claims = g.claims
    told = {"sid": claims["sid"], "gen": claims["gen"]}
    token: str = create_access_token(str(claims["sub"]), additional_claims=told)
    return token


def set_cookies(answer: Response, access: str, refresh: str | None, settings: Settings) -> None:
    """Give a browser its tokens: out of reach for scripts, with a CSRF cookie within it."""
    _set(answer, ACCESS_COOKIE, access, settings.access_token_s, path="/api", hidden=True)
    csrf = get_csrf_token(access)
    _set(answer, CSRF_COOKIE, csrf, settings.refresh_token_s, path="/", hidden=False)
    if refresh is not None:
        age_s = settings.refresh_token_s
        _set(answer, REFRESH_COOKIE, refresh, age_s, path=REFRESH_PATH, hidden=True)
        csrf = get_csrf_token(refresh)
        _set(answer, CSRF_REFRESH_COOKIE, csrf, age_s, path="/", hidden=False)


def drop_cookies(answer: Response) -> None:
    """Take a browser's tokens back."""
    for name, path in (
        (ACCESS_COOKIE, "/api"), (REFRESH_COOKIE, REFRESH_PATH),
        (CSRF_COOKIE, "/"), (CSRF_REFRESH_COOKIE, "/"),
    ):  # fmt: skip
        answer.delete_cookie(name, path=path, samesite="Strict")


def forbid_api_token() -> None:
    """Refuse what a person must do: a token must not make another or outlive its owner's word."""
    if g.get("by_api_token"):
        raise Forbidden("An API token may not do this. Sign in as a person.")


def _set(answer: Response, name: str, value: str, age_s: int, **place: Any) -> None:
    hidden = place.pop("hidden")
    answer.set_cookie(
        name, value, max_age=age_s, httponly=hidden, secure=request.is_secure,
        samesite="Strict", **place,
    )  # fmt: skip


def _api_token() -> str | None:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    text = text.strip()
    return text if scheme.lower() == "bearer" and text.startswith(PREFIX) else None


def _as_owner(text: str) -> None:
    found = house().accounts.user_of_token(text)
    if found is None:
        raise _not_good()
    g.user, permissions = found
    g.actor = g.user.actor(permissions)
    g.by_api_token = True


def _check_origin() -> None:
    """Refuse what another site's page makes a browser send; programs send no Origin."""
    if request.method in SAFE_METHODS:
        return
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc.lower() != request.host.lower():
        raise CsrfMissing("This request comes from another site's page.")
    if request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
        raise CsrfMissing("This request comes from another site's page.")


def _not_good() -> Unauthenticated:
    return Unauthenticated("This token is not valid, or not any more. Sign in again.")
