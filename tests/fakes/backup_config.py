"""A director's configuration in memory; satisfies `ConfigVerbs`."""

from calypso.drivers.backup import ClientDown, ConfigState, Drift, Standing
from calypso.models.backup_config import BackupConfig


class FakeConfig:
    """`in_place`: what the director has. `edited`: by hand. `down`: clients that do not answer.

    `refuses`: raised by an apply. `cut`: what an apply that was killed is undone to.
    """

    def __init__(self, in_place=None, *, edited=(), down=(), refuses=None, cut=None):
        self.in_place = BackupConfig() if in_place is None else in_place
        self.edited, self.down = list(edited), set(down)
        self.refuses, self.cut = refuses, cut
        self.checked, self.applied, self.secrets = [], [], []

    def drift(self, applied):
        state = ConfigState.SAME if applied == self.in_place else ConfigState.CHANGED
        whole = Standing(kind="file", name="calypso.conf", state=state)
        return Drift(where="/etc/calypso.conf", standings=(whole, *self.edited))

    def check_config(self, config, secrets):
        self.checked.append(config)
        self.secrets.append({name: value.get_secret_value() for name, value in secrets.items()})

    def apply_config(self, config, secrets):
        del secrets
        if self.refuses is not None:
            raise self.refuses
        is_new, self.in_place = config != self.in_place, config
        self.edited = []
        self.applied.append(config)
        return is_new

    def undo_config(self):
        if self.cut is None:
            return False
        self.in_place, self.cut = self.cut, None
        return True

    def client_side(self, client):
        return f"Director of {client.name}: <{client.password}>"

    def reach_client(self, name):
        if name in self.down:
            raise ClientDown(f"The client {name} does not answer the director.")
        return "9.6.7"
