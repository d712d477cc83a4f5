"""Alerts over the real server: seen at once, sent by a scheduler, secrets that stay."""

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from calypso.models.alert import Level, NewAlert
from tests.acceptance.alerts.peers import Hook, is_signed, open_peer
from tests.acceptance.api.conftest import Stream, until

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.redis,
    # redis-py's connections are left to the garbage collector: its port has no close
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
SECRET = {"kind": "password", "value": "hunter2!"}


def hook_body(url):
    part = {"url": url, "secret": {"secret": "hook/key"}}
    return {"name": "ops", "kind": "webhook", "webhook": part}


def alarm(api):
    new = NewAlert(key="k", kind="k", level=Level.ERROR, subject="s", title="t", detail="d")
    return api.house.ports.alerts.raise_(new)


def is_alert(message):
    return message.get("event") == "alert"


def listening(api, client):
    """Return an open stream once its server is known to hear what Redis brings."""
    stream, heard = Stream(client), threading.Event()

    def call():
        while not heard.wait(0.05):
            api.house.ports.live.tell("inventory.changed", {"table": "storage/pools", "node": "n"})

    with ThreadPoolExecutor(1) as pool:
        pool.submit(call)
        stream.until(lambda message: message.get("event") == "inventory.changed")
        heard.set()
    return stream


def test_an_alert_is_heard_by_who_listens_listed_and_dismissed(shared_api):
    client = shared_api.client("operator")
    stream = listening(shared_api, client)
    alarm(shared_api)

    heard = stream.until(is_alert)["data"]
    dismissed = client.post(f"/alerts/{heard['id']}/dismiss")
    quiet = stream.until(is_alert)["data"]
    stream.close()

    assert (heard["event"], heard["key"], heard["state"]) == ("raised", "k", "active")
    assert dismissed.json()["dismissed_by"] == "operator"
    assert (quiet["event"], quiet["state"]) == ("dismissed", "dismissed")
    assert client.get("/alerts").json()["items"] == []
    assert client.get("/alerts?state=dismissed").json()["items"] == [dismissed.json()]
    assert 'level="error"} 0.0' in client.get("/metrics").text


def test_a_channel_is_tested_from_here_and_its_secret_stays(new_api, fresh_database):
    database_url = fresh_database()
    api = new_api(database_url)
    client = api.client()
    with open_peer(Hook(404)) as hook, scheduler(api):
        assert client.post("/alert-channels", json=hook_body(hook.url)).status_code == 422
        client.put("/secrets/hook/key", json=SECRET)
        place = client.post("/alert-channels", json=hook_body(hook.url)).headers["Location"]
        place = place.removeprefix("/api/v1")

        refused = client.post(f"{place}/test").json()
        sent = client.post(f"{place}/test").json()

        assert (refused["state"], refused["last_error"]) == ("given_up", "The peer answered 404.")
        assert (sent["state"], len(hook.posts)) == ("sent", 2)
        assert all(is_signed(post, "hunter2!") for post in hook.posts)
    held = client.delete("/secrets/hook/key")
    assert (held.status_code, held.json()["code"]) == (409, "in_use")
    assert client.delete(place).status_code == 204
    assert client.delete("/secrets/hook/key").status_code == 204


class scheduler:  # noqa: N801 - reads as a word
    """A scheduler beside the server, with its settings."""

    def __init__(self, api):
        self._api = api

    def __enter__(self):
        settings = self._api.house.settings
        given = {
            "DATABASE_URL": settings.database_url.get_secret_value(),
            "REDIS_URL": settings.redis_url.get_secret_value(),
            "SECRETS_KEY": settings.secrets_key.get_secret_value(),
            "NODE": settings.node,
        }
        environment = {
            **os.environ,
            **{f"CALYPSO_{name}": value for name, value in given.items()},
            "CALYPSO_CONFIG_DIR": str(self._api.log.parent / "none"),
        }
        with self._api.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "workers.scheduler"], env=environment, stdout=log, stderr=log
            )
        until(lambda: "scheduler.ready" in self._api.log.read_text(), what="the scheduler")

    def __exit__(self, *_):
        self._process.send_signal(signal.SIGTERM)
        assert self._process.wait(20) == 0
