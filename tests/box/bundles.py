"""Real bundles of this checkout, as an operator has them: unpacked, with the key beside them."""

from calypso.drivers.system import archive
from calypso.drivers.system.minisign import SecretKey
from deploy import release
from tests.box.box import why_missing
from tests.conftest import missing


def make(folder, releases):
    """Build releases, by version with what each has more; returns the folder."""
    if (reason := why_missing()) is not None:
        missing("box", reason)
    key = SecretKey.make()
    for version, extra in releases.items():
        archive.unpack(release.build(key, out=folder, version=version, extra=extra), folder)
    (folder / "calypso.pub").write_text(key.public.text())
    return folder
