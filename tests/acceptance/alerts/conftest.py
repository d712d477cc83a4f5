import pytest

from tests.acceptance.alerts import peers


@pytest.fixture
def peer():
    """Call it with a peer: it is closed after the test."""
    opened = []

    def keep(made):
        opened.append(made)
        return made

    yield keep
    for one in opened:
        one.close()


@pytest.fixture
def certificate(tmp_path, monkeypatch):
    """A certificate that this process trusts."""
    file = peers.make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    return file
