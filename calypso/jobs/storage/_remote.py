"""Another machine as the parameters of a job name it, and how it is opened."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from calypso.drivers.storage import Storage
from calypso.host.ssh import Peer, prepare
from calypso.models.lock import Lock, exclusive, present
from calypso.models.running import RunningJob
from calypso.models.secret import SecretRef

HostName = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?$", max_length=253)
]
UserName = Annotated[str, StringConstraints(pattern=r"^[a-z_][a-z0-9_-]*$", max_length=32)]
HostKey = Annotated[
    str,
    StringConstraints(
        pattern=r"^(ssh-ed25519|ecdsa-sha2-nistp(256|384|521)|ssh-rsa) [A-Za-z0-9+/]{40,}={0,2}$",
        max_length=2048,
    ),
]


class Remote(BaseModel):
    """Another machine, reached by SSH."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: HostName = Field(description="Name or address.")
    port: int = Field(default=22, ge=1, le=65535, description="Its SSH port.")
    user: UserName = Field(default="root", description="Who logs in there; must be allowed ZFS.")
    login_key: SecretRef = Field(description="Private key that logs in, stored as a secret.")
    host_key: HostKey = Field(
        description="Its public host key, kind and key as in /etc/ssh/ssh_host_*_key.pub; another "
        "one is refused."
    )

    @property
    def place(self) -> str:
        """The machine as a part of a lock's path."""
        return f"{self.host.lower()}:{self.port}"

    def changes(self, dataset: str) -> list[Lock]:
        """Lock a dataset over there, and its snapshots, as what changes."""
        return [exclusive("remote", self.place, dataset)]

    def reads(self, dataset: str) -> list[Lock]:
        """Lock a dataset over there as what must not vanish."""
        return [present("remote", self.place, dataset)]

    def open(self, storage: Storage, running: RunningJob) -> Storage:
        """Return the storage of that machine; its keys lie in the run's private folder."""
        return storage.at(self._peer(running))

    def _peer(self, running: RunningJob) -> Peer:
        return prepare(
            Path(running.secrets_path),
            host=self.host,
            user=self.user,
            port=self.port,
            key=running.secret(self.login_key.secret),
            host_key=self.host_key,
        )
