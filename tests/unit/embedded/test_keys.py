"""Files with keys: for their owner alone, and whole whenever the power goes."""

import os
import stat

from calypso.embedded.keys import write_private


def test_what_is_private_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    synced = []

    def fsync(descriptor):
        synced.append((os.fstat(descriptor).st_size, (tmp_path / "secrets.env").exists()))

    monkeypatch.setattr(os, "fsync", fsync)

    write_private(tmp_path / "secrets.env", "KEY=1\n")

    assert synced == [(6, False)]
    assert stat.S_IMODE((tmp_path / "secrets.env").stat().st_mode) == 0o600
