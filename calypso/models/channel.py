"""Where alerts are sent to, and each sending."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from calypso.models.alert import Alert, Level
from calypso.models.secret import SecretRef

MAX_RECIPIENTS = 50
_PRINTABLE = re.compile(r"[!-~]+")


def _web_address(text: str) -> str:
    """Return an address that can be posted to, or say what is wrong with it."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as wrong:
        raise ValueError("not a URL") from wrong
    if not _PRINTABLE.fullmatch(text) or parts.scheme not in ("http", "https"):
        raise ValueError("must start with https:// or http:// and hold no spaces")
    if not parts.hostname or parts.fragment:
        raise ValueError("must name a host, and no fragment")
    if parts.username is not None or parts.password is not None:
        raise ValueError("must hold no user and no password")
    return text


MailAddress = Annotated[
    str,
    StringConstraints(
        pattern=r"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$",
        max_length=254,
    ),
    Field(examples=["backup@example.org"]),
]
HostName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9]([A-Za-z0-9.:_-]*[A-Za-z0-9])?$", max_length=253),
    Field(examples=["mail.example.org"]),
]
WebAddress = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_web_address)]


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, serialize_by_alias=True)


class EmailSettings(_Settings):
    """A mail server, and who writes to whom over it."""

    host: HostName = Field(description="The mail server (SMTP).")
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="tls: from the first byte, usually port 465."
    )
    user: Annotated[str, StringConstraints(min_length=1, max_length=254)] | None = None
    password: SecretRef | None = Field(default=None, description="A stored secret, by name.")
    sender: MailAddress = Field(alias="from")
    to: list[MailAddress] = Field(min_length=1, max_length=MAX_RECIPIENTS)

    @model_validator(mode="after")
    def _signs_in_properly(self) -> Self:
        if (self.user is None) != (self.password is None):
            raise ValueError("give both user and password, or neither")
        if self.password is not None and self.security == "none":
            raise ValueError("a password needs security starttls or tls")
        return self


class WebhookSettings(_Settings):
    """An address that alerts are posted to as JSON, signed."""

    url: WebAddress = Field(description="http or https; no user, no password, no fragment.")
    secret: SecretRef = Field(description="Signs each letter: HMAC-SHA256, Standard Webhooks.")


class ChannelKind(StrEnum):
    """How a channel sends."""

    EMAIL = "email"
    WEBHOOK = "webhook"


class NewChannel(BaseModel):
    """Where to send alerts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
    kind: ChannelKind = Field(description="The part of that name must be given, no other.")
    min_level: Level = Field(default=Level.WARNING, description="Less is not sent over it.")
    enabled: bool = True
    email: EmailSettings | None = None
    webhook: WebhookSettings | None = None

    @model_validator(mode="after")
    def _has_its_part(self) -> Self:
        given = {name for name in ChannelKind if getattr(self, name) is not None}
        if given != {self.kind}:
            raise ValueError(f"kind {self.kind} needs the part {self.kind}, and no other")
        return self

    @property
    def settings(self) -> EmailSettings | WebhookSettings:
        """The part that belongs to the kind."""
        part = self.email or self.webhook
        if part is None:
            raise ValueError("a channel has the part of its kind")
        return part

    @property
    def secret(self) -> str | None:
        """The name of the secret it sends with."""
        ref = self.email.password if self.email else self.webhook and self.webhook.secret
        return ref.secret if ref else None


class Channel(NewChannel):
    """A channel, and how it fares."""

    id: UUID
    created_at: datetime
    updated_at: datetime
    updated_by: str
    last_sent_at: datetime | None = None
    last_error: str | None = Field(default=None, description="Of the latest attempt.")
    last_error_at: datetime | None = None


What = Literal["raised", "rose", "cleared", "test"]


class Delivery(BaseModel):
    """One letter to one channel."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    channel_id: UUID
    alert_id: UUID | None = Field(description="None for a test.")
    what: What
    state: Literal["pending", "sent", "given_up"]
    attempts: int
    next_at: datetime | None = Field(description="When it is tried again.")
    last_error: str | None
    created_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True)
class Letter:
    """What is to be told. The id is the same at each attempt, so that it can be told apart."""

    id: UUID
    what: What
    alert: Alert | None
    at: datetime


@dataclass(frozen=True)
class Outgoing:
    """A letter that was given to us to send, at this attempt, over this channel."""

    letter: Letter
    attempt: int
    channel: Channel
