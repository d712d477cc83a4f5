"""Secrets over HTTP: stored, replaced and removed, never read back."""

from typing import Annotated, Any

from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from api.context import answer, house, listed, need
from calypso.models.account import SecretInfo

MAX_SECRET = 65536

blueprint = APIBlueprint("secrets", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="accounts")])

SecretName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._/-]*$", max_length=100)]


class NewSecret(BaseModel):
    """A secret's value, which cannot be read back."""

    model_config = ConfigDict(extra="forbid")

    kind: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,31}$")] = Field(
        description="What it is: password, ssh_key, s3_key.", examples=["ssh_key"]
    )
    value: SecretStr = Field(min_length=1, max_length=MAX_SECRET)


class SecretPath(BaseModel):
    """Which secret."""

    name: SecretName


class Secrets(BaseModel):
    """Every secret, without values."""

    items: list[SecretInfo]
    next_cursor: str | None


@blueprint.get("/secrets", responses={200: Secrets})
def list_secrets() -> Any:
    """List the secrets by name; values are never shown."""
    need("secrets:read")
    return listed(list(house().secrets.listed()))


@blueprint.put("/secrets/<path:name>", responses={200: SecretInfo, 201: SecretInfo})
def put_secret(path: SecretPath, body: NewSecret) -> Any:
    """Store a secret, or replace its value."""
    asking = need("secrets:configure")
    value = body.value.get_secret_value()
    info, created = house().secrets.put(path.name, kind=body.kind, value=value, by=asking.name)
    return answer(info, 201 if created else 200)


@blueprint.delete("/secrets/<path:name>", responses={204: None})
def remove_secret(path: SecretPath) -> Any:
    """Remove a secret; refused while a job, schedule, channel or configuration needs it."""
    need("secrets:configure")
    house().secrets.remove(path.name)
    return "", 204
