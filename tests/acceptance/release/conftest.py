"""One real bundle of this checkout, built once, and its folder."""

import pytest

from calypso.drivers.system import archive, bundle
from calypso.drivers.system.minisign import SecretKey
from deploy import release

KEY = SecretKey.make()


@pytest.fixture(scope="session")
def packed(tmp_path_factory):
    """The bundle as one file."""
    return release.build(KEY, out=tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def folder(packed, tmp_path_factory):
    """The bundle, unpacked and verified; nobody changes it."""
    unpacked = archive.unpack(packed, tmp_path_factory.mktemp("bundle"))
    bundle.verify(unpacked, [KEY.public])
    return unpacked
