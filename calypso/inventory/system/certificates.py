"""The certificate that the API of a node shows, as its file is."""

from collections.abc import Iterator
from datetime import datetime

from pydantic import Field

from calypso.drivers.system import System
from calypso.models.inventory import InventoryRow, inventory


class Row(InventoryRow):
    """One certificate; `key` is its file."""

    subject: str = Field(description="Whom it is for.")
    expires_at: datetime = Field(description="When it expires, or one between it and its root.")


@inventory("system/certificates", driver=System, row=Row)
def read_certificates(system: System) -> Iterator[Row]:
    """Certificates."""
    found = system.certificate
    if found is not None:
        file, told = found
        yield Row(key=str(file), subject=told.subject, expires_at=told.expires_at)
