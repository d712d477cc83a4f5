"""The servers that `calypso up` starts where none are configured."""

from dataclasses import dataclass
from pathlib import Path

from calypso.config import Settings
from calypso.embedded.claim import TAG
from calypso.embedded.postgres import EmbeddedPostgres
from calypso.embedded.redis import EmbeddedRedis


@dataclass(frozen=True)
class Servers:
    """The servers that are `up`'s own; None where one is configured."""

    postgres: EmbeddedPostgres | None
    redis: EmbeddedRedis | None

    def addresses(self, settings: Settings) -> dict[str, str]:
        """Return the addresses of all servers, as settings."""
        database, broker = settings.database_url, settings.redis_url
        return {
            "CALYPSO_DATABASE_URL": self.postgres.url()
            if self.postgres
            else database.get_secret_value(),
            "CALYPSO_REDIS_URL": self.redis.url() if self.redis else broker.get_secret_value(),
        }


def own_servers(data: Path, settings: Settings) -> Servers:
    """Return those that no address is configured for; not started."""
    tag = {TAG: str(data)}
    logs = data / "logs"
    return Servers(
        None if settings.database_url.get_secret_value()
        else EmbeddedPostgres(data / "postgres", logs=logs, env=tag),
        None if settings.redis_url.get_secret_value()
        else EmbeddedRedis(data / "redis", logs=logs, env=tag),
    )  # fmt: skip
