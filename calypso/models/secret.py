"""How a setting or a parameter names a secret instead of holding it."""

from pydantic import BaseModel, ConfigDict, Field

from calypso.models.names import SecretName


class SecretRef(BaseModel):
    """A secret by its name; `PUT /secrets/{name}` stores its value."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    secret: SecretName = Field(description="Name of a stored secret.")
