import pytest

from api.app import create_app
from tests.fakes.ports import memory_house

PASSWORD = "correct horse battery"


@pytest.fixture
def house():
    house = memory_house()
    for name in ("admin", "operator", "viewer"):
        house.accounts.add_user(name, PASSWORD, [name])
    return house


@pytest.fixture
def app(house):
    app = create_app(house)
    yield app
    app.extensions["calypso"].hub.stop()


@pytest.fixture
def client_of(app):
    """Call it for a client signed in as a user."""

    def make(name):
        client = app.test_client(use_cookies=False)
        answer = client.post("/api/v1/auth/login", json={"username": name, "password": PASSWORD})
        token = answer.get_json()["access_token"]
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        return client

    return make


@pytest.fixture
def client(client_of):
    return client_of("admin")
