"""Signing in, staying in, signing out."""

from datetime import timedelta
from typing import Annotated, Any

from flask import Response, g, jsonify, request
from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field

from api import identity
from api.context import actor, answer, house
from calypso.errors import TooManyAttempts, Unauthenticated
from calypso.models.access import permissions_of
from calypso.models.account import User
from calypso.models.clock import now
from calypso.store.attempts import Limit

WINDOW_S = 300.0
PER_USER_AND_ADDRESS = 5
PER_ADDRESS = 60  # many people may sit behind one address

blueprint = APIBlueprint("auth", __name__, url_prefix="/api/v1/auth", abp_tags=[Tag(name="auth")])


class Credentials(BaseModel):
    """A name and a password."""

    model_config = ConfigDict(extra="forbid")

    username: Annotated[str, Field(max_length=512)]
    password: Annotated[str, Field(max_length=4096)]


class SignedIn(BaseModel):
    """Tokens, for whom, and for how long."""

    access_token: str
    refresh_token: str
    expires_in: int = Field(description="Seconds until the access token expires.")
    user: User


class Refreshed(BaseModel):
    """A new access token of the same session."""

    access_token: str
    expires_in: int
    user: User


class Me(BaseModel):
    """Who is asking, and what they may do."""

    user: User
    roles: list[str]
    permissions: list[str] = Field(description="Patterns; * is any word.")


@blueprint.post("/login", responses={200: SignedIn}, security=[])
def sign_in(body: Credentials) -> Any:
    """Sign in with a name and a password.

    Also sets cookies for a browser. After repeated failures: 429 with Retry-After.
    """
    accounts = house().accounts
    both, address = _subjects(body.username)
    limits = [
        Limit(both, PER_USER_AND_ADDRESS, WINDOW_S), Limit(address, PER_ADDRESS, WINDOW_S),
    ]  # fmt: skip
    if (wait_s := accounts.count_attempt(limits)) is not None:
        raise TooManyAttempts(
            f"Too many attempts to sign in. Wait {wait_s} s.", retry_after_s=wait_s
        )
    found = accounts.check_password(body.username, body.password)
    if found is None:
        raise Unauthenticated("The name or the password is wrong.")
    accounts.forgive(both)
    accounts.take_back(address)
    return _signed_in(*found)


@blueprint.post("/refresh", responses={200: Refreshed})
def refresh() -> Any:
    """Get a new access token for a refresh token, from the header or the cookie."""
    user = identity.user_of_jwt(refresh=True)
    access = identity.next_access_token()
    settings = house().settings
    told = Refreshed(access_token=access, expires_in=settings.access_token_s, user=user)
    found = jsonify(told.model_dump(mode="json"))
    if "Authorization" not in request.headers:
        identity.set_cookies(found, access, None, settings)
    return found


@blueprint.post("/logout", responses={204: None})
def sign_out() -> Any:
    """Sign out: every token of this session stops working, and the cookies go."""
    identity.forbid_api_token()
    claims = g.claims
    until = now() + timedelta(seconds=house().settings.refresh_token_s)
    house().accounts.revoke([str(claims["jti"]), str(claims["sid"])], until)
    found = Response(status=204)
    identity.drop_cookies(found)
    return found


@blueprint.get("/me", responses={200: Me})
def show_me() -> Any:
    """Show who is asking, with roles and permissions."""
    user: User = g.user
    scope = actor().scope
    held = permissions_of(user.roles) if scope is None else sorted(scope)
    return answer(Me(user=user, roles=user.roles, permissions=held))


def _signed_in(user: User, generation: int) -> Response:
    settings = house().settings
    access, refresh_token = identity.new_tokens(user, generation)
    told = SignedIn(
        access_token=access, refresh_token=refresh_token,
        expires_in=settings.access_token_s, user=user,
    )  # fmt: skip
    found = jsonify(told.model_dump(mode="json"))
    identity.set_cookies(found, access, refresh_token, settings)
    return found


def _subjects(name: str) -> tuple[str, str]:
    """Return (user and address, address) as attempts are counted by.

    The address of the connection: what a header says about it, anybody may write.
    """
    address = request.remote_addr or "local"
    return f"user {name[:100].casefold()} from {address}", f"from {address}"
