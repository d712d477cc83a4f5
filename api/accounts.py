"""Users, roles and API tokens over HTTP."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from flask import g
from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from api import identity
from api.context import actor, answer, house, listed, need
from calypso.errors import FieldError, Invalid, NotFound
from calypso.models.access import GRANTS, permissions_of
from calypso.models.account import ApiToken, User
from calypso.models.clock import now

MANAGE = "accounts:configure"
TOKEN_DAYS = 90
MAX_TOKEN_DAYS = 400

blueprint = APIBlueprint(
    "accounts", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="accounts")]
)

Permission = Annotated[str, StringConstraints(pattern=r"^([a-z]{1,32}|\*):([a-z]{1,32}|\*)$")]
Roles = Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=16)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewUser(_Body):
    """Somebody to add."""

    name: Annotated[str, Field(max_length=64)]
    password: SecretStr = Field(description="8 to 512 characters.")
    roles: Roles = Field(description="As GET /roles lists them.")


class UserChange(_Body):
    """What to change; what is left out stays."""

    password: SecretStr | None = Field(default=None, description="Ends the user's sessions.")
    roles: Roles | None = None
    disabled: bool | None = None


class NewToken(_Body):
    """An API token to make."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    permissions: list[Permission] = Field(
        min_length=1, max_length=50, description="What it may do, within what its owner may."
    )
    expires_in_days: int = Field(default=TOKEN_DAYS, ge=1, le=MAX_TOKEN_DAYS)


class UserPath(BaseModel):
    """Which user."""

    user_id: UUID


class TokenPath(BaseModel):
    """Which token."""

    token_id: UUID


class Users(BaseModel):
    """Every user."""

    items: list[User]
    next_cursor: str | None


class Tokens(BaseModel):
    """The caller's tokens."""

    items: list[ApiToken]
    next_cursor: str | None


class MadeToken(ApiToken):
    """A new token, with the only look at its text."""

    token: str


class RoleInfo(BaseModel):
    """A role and the permissions it stands for."""

    name: str
    permissions: list[str]
    built_in: bool


class Roles_(BaseModel):  # noqa: N801 - the plain word is the type of a field
    """Every role."""

    model_config = ConfigDict(title="RoleList")

    items: list[RoleInfo]
    next_cursor: str | None


@blueprint.get("/users", responses={200: Users})
def list_users() -> Any:
    """List the users."""
    need(MANAGE)
    return listed(list(house().accounts.users()))


@blueprint.post("/users", responses={201: User})
def add_user(body: NewUser) -> Any:
    """Add a user."""
    need(MANAGE)
    identity.forbid_api_token()
    user = house().accounts.add_user(body.name, body.password.get_secret_value(), body.roles)
    return answer(user, 201, {"Location": f"/api/v1/users/{user.id}"})


@blueprint.get("/users/<uuid:user_id>", responses={200: User})
def show_user(path: UserPath) -> Any:
    """Show a user."""
    need(MANAGE)
    user = house().accounts.user_by_id(path.user_id)
    if user is None:
        raise NotFound(f"There is no user {path.user_id}.")
    return answer(user)


@blueprint.patch("/users/<uuid:user_id>", responses={200: User})
def change_user(path: UserPath, body: UserChange) -> Any:
    """Change a user's roles or password, or disable them."""
    need(MANAGE)
    identity.forbid_api_token()
    password = body.password.get_secret_value() if body.password else None
    user = house().accounts.change_user(
        path.user_id, roles=body.roles, password=password, disabled=body.disabled
    )
    return answer(user)


@blueprint.delete("/users/<uuid:user_id>", responses={204: None})
def remove_user(path: UserPath) -> Any:
    """Remove a user, with their tokens and sessions."""
    need(MANAGE)
    identity.forbid_api_token()
    house().accounts.remove_user(path.user_id)
    return "", 204


@blueprint.get("/roles", responses={200: Roles_})
def list_roles() -> Any:
    """List the roles and what each may do."""
    return listed(
        [
            RoleInfo(name=str(role), permissions=permissions_of([role]), built_in=True)
            for role in GRANTS
        ]
    )


@blueprint.get("/tokens", responses={200: Tokens})
def list_tokens() -> Any:
    """List one's own API tokens."""
    return listed(list(house().accounts.tokens_of(_me().id)))


@blueprint.post("/tokens", responses={201: MadeToken})
def add_token(body: NewToken) -> Any:
    """Make an API token; its text is shown in this answer only."""
    identity.forbid_api_token()
    _check_within(body.permissions)
    expires_at = now() + timedelta(days=body.expires_in_days)
    token, text = house().accounts.add_token(_me().id, body.name, body.permissions, expires_at)
    made = MadeToken(**token.model_dump(), token=text)
    return answer(made, 201, {"Location": f"/api/v1/tokens/{token.id}"})


@blueprint.delete("/tokens/<uuid:token_id>", responses={204: None})
def remove_token(path: TokenPath) -> Any:
    """Remove an API token; it stops working at once."""
    owner = None if actor().may(MANAGE) else _me().id
    house().accounts.remove_token(path.token_id, user_id=owner)
    return "", 204


def _me() -> User:
    user: User = g.user
    return user


def _check_within(permissions: list[str]) -> None:
    """A wildcard is cut to what its owner may; a plain word must be theirs already."""
    beyond = [
        FieldError(f"/permissions/{place}", "beyond", "You do not hold this permission.")
        for place, one in enumerate(permissions)
        if "*" not in one and not actor().may(one)
    ]
    if beyond:
        raise Invalid("The token would be allowed more than you are.", beyond)
