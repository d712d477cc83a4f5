"""The catalog as a whole: dumped, checked by Bacula's dbcheck, cleared of old statistics."""

import re
from collections.abc import Callable
from pathlib import Path

from pydantic import SecretStr

from calypso.drivers.backup.bacula import sql, times
from calypso.drivers.backup.bacula.asking import BUILDING_S
from calypso.drivers.backup.bacula.dumping import Dumping
from calypso.drivers.backup.bacula.listed_catalog import NEEDS_DATABASE
from calypso.drivers.backup.bacula.tools import Tools
from calypso.drivers.backup.bacula.volumes import Volumes
from calypso.drivers.backup.catalog_values import CatalogDump, CatalogFinding, Statistics
from calypso.drivers.backup.refusals import BackupError, CatalogInUse, Unsupported

CHECK_S = 24 * 3600.0
_FOUND = re.compile(r"^Found (\d+) (.+?) records\.$", re.MULTILINE)
_STATISTICS = "SELECT count(*) AS runs, min(EndTime) AS oldest FROM JobHisto"


class Care(Volumes):
    """Acts on the catalog as a whole."""

    def dump_catalog(
        self, label: str, *, private: Path, step: Callable[[int], None]
    ) -> CatalogDump:
        """Dump the catalog as it is at one moment."""
        return self._dumping().dump(label, private=private, step=step)

    def catalog_dumps(self) -> list[CatalogDump]:
        """List the dumps that are kept, newest first."""
        return self._dumping().kept()

    def forget_dump(self, name: str) -> None:
        """Remove a dump."""
        self._dumping().forget(name)

    def check_catalog(self, *, fix: bool = False) -> list[CatalogFinding]:
        """Look for records that belong to nothing; `fix`: delete them.

        A path or the name of a file stands in the catalog before its file does, so that fixing
        beside a run would take them from under it.
        """
        tools = self._beside()
        argv = [tools.program("dbcheck"), "-b", "-c", tools.director_config()]
        if fix:
            self._refuse_live()
            argv.append("-f")
        ran = tools.host.run(argv, timeout_s=CHECK_S)
        if not ran.ok:
            raise BackupError(
                f"dbcheck did not check the catalog: {ran.complaint}", original=ran.stderr
            )
        return findings(ran.stdout)

    def statistics(self) -> Statistics:
        """Return what is kept for statistics."""
        (row,) = sql.select(self._url_of_catalog(), _STATISTICS)
        return Statistics(runs=row["runs"], oldest_at=times.utc(row["oldest"]))

    def prune_statistics(self) -> None:
        """Forget statistics older than the director keeps them."""
        with self._session() as talk:
            talk.ask("prune stats yes", timeout_s=BUILDING_S, warnings_pass=True)

    # -- inside

    def _dumping(self) -> Dumping:
        return Dumping(self._beside(), self._url_of_catalog())

    def _beside(self) -> Tools:
        if self._tools is None:
            raise Unsupported("Nobody has said where the director's programs are.")
        return self._tools

    def _url_of_catalog(self) -> SecretStr:
        if self._url is None or not self._url.get_secret_value():
            raise Unsupported(NEEDS_DATABASE)
        return self._url

    def _refuse_live(self) -> None:
        if live := [one["jobid"] for one in self._live() if "jobid" in one]:
            raise CatalogInUse(
                f"Runs write to the catalog now: {', '.join(live)}. Wait until they have ended."
            )


def findings(text: str) -> list[CatalogFinding]:
    """Return what dbcheck found, in its words; nothing for sorts of which there is none."""
    told = [CatalogFinding(what=what, records=int(count)) for count, what in _FOUND.findall(text)]
    return [one for one in told if one.records]
