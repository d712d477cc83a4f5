"""A folder like /etc/calypso, in which everything is as it should be in production."""

import base64
import os

import pytest

from calypso.config.checking import check
from calypso.config.files import Files

KEY = "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1eF"


class Etc:
    def __init__(self, folder):
        self.folder = folder
        (folder / "integrations").mkdir(mode=0o750)
        self.write("calypso.yaml", "node: one\n")
        self.secrets()

    def write(self, name, text, mode=0o644):
        (self.folder / name).write_text(text)
        (self.folder / name).chmod(mode)
        return self.folder / name

    def secrets(self, mode=0o600, **changes):
        """Write the secrets with some of them changed; None leaves one out."""
        said = {
            "database_url": "postgresql://calypso@/calypso?host=/run/postgresql",
            "redis_url": "redis://127.0.0.1:6379/0",
            "jwt_key": KEY,
            "secrets_key": base64.b64encode(bytes(range(32))).decode(),
            **changes,
        }
        lines = [
            f"CALYPSO_{key.upper()}='{text}'\n" for key, text in said.items() if text is not None
        ]
        return self.write("secrets.env", "".join(lines), mode)

    def check(self, environment=None):
        """Return (level, code, setting) of all problems."""
        return [(one.level.name, one.code, one.setting) for one in self.problems(environment)]

    def problems(self, environment=None):
        return check(Files(self.folder), environment)

    def only(self, environment=None):
        """Return the one problem there is."""
        found = self.problems(environment)
        assert len(found) == 1, [str(one) for one in found]
        return found[0]


@pytest.fixture
def etc(tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith("CALYPSO_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    folder = tmp_path / "etc"
    folder.mkdir()
    monkeypatch.setenv("CALYPSO_CONFIG_DIR", str(folder))
    return Etc(folder)
