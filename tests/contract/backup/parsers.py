import subprocess

from pydantic import SecretStr

from calypso.drivers.backup.rendering import daemons
from tests.contract.backup.configs import SECRETS


class Parsers:
    """Bacula's own, on texts of ours."""

    def __init__(self, bacula, folder):
        self._server, self._folder = bacula.server, folder
        self._catalog = bacula.server.catalog

    def director(self, config, **secrets):
        catalog = self._catalog
        return daemons.director(
            self._daemon("dir"),
            SecretStr("d"),
            daemons.Catalog(
                catalog.database,
                catalog.database,
                SecretStr(catalog.password),
                catalog.host,
                catalog.port,
            ),
            config,
            {**SECRETS, **secrets},
            query_file=str(self._server.programs.query_file),
        )

    def storage(self, config):
        return daemons.storage(self._daemon("sd"), "dir", SECRETS["disk"], config.storages)

    def run(self, program, text, *options):
        file = self._folder / f"{program}.conf"
        file.write_text(text)
        return subprocess.run(
            [self._server.programs.program(program), *options, "-c", file],
            env=self._server.env,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
            cwd=self._folder,
        )

    def _daemon(self, name):
        return daemons.Daemon(name=name, address="127.0.0.1", port=9101, working=str(self._folder))
