"""What all the driver's parts have: a director, a catalog, and how they are asked."""

from contextlib import AbstractContextManager

from pydantic import SecretStr

from calypso.drivers.backup.bacula.answers import Answer
from calypso.drivers.backup.bacula.catalog import Catalog
from calypso.drivers.backup.bacula.listed_catalog import ListedCatalog
from calypso.drivers.backup.bacula.session import Director, Session, session
from calypso.drivers.backup.bacula.sql_catalog import SqlCatalog
from calypso.drivers.backup.bacula.tools import Tools

BUILDING_S = 600.0  # the director lays out a tree of all files, or the client counts them


class Asking:
    """Each exchange is a connection of its own, so one object may serve several threads."""

    def __init__(
        self,
        director: Director,
        catalog_url: SecretStr | None = None,
        tools: Tools | None = None,
    ) -> None:
        self._director, self._url, self._tools = director, catalog_url, tools
        self._catalog = self._opened(catalog_url)

    def _opened(self, url: SecretStr | None) -> Catalog:
        if url is None or not url.get_secret_value():
            return ListedCatalog(self._ask)
        return SqlCatalog(url)

    def _session(self) -> AbstractContextManager[Session]:
        return session(self._director)

    def _ask(self, command: str) -> Answer:
        with self._session() as talk:
            return talk.ask(command)
