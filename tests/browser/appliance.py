"""What a test needs of the product before a person comes: done over HTTP, as a script would."""

import secrets

import httpx

from tests.acceptance.running_up import until

ENDED = {"succeeded", "failed", "cancelled", "lost"}


class Appliance:
    """A running product and its administrator's word."""

    def __init__(self, running, folder):
        self.running, self.folder, self.url = running, folder, running.url
        self._passwords = {"admin": (running.data / "admin-password").read_text().strip()}
        self._http = httpx.Client(base_url=f"{self.url}/api/v1", timeout=30)
        answer = self._http.post(
            "/auth/login", json={"username": "admin", "password": self._passwords["admin"]}
        )
        self._http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        self._http.cookies.clear()
        self._pool = None

    def close(self):
        """Let go of the connection."""
        self._http.close()

    def password_of(self, name):
        """The password of somebody; a viewer or operator is made when first asked for."""
        if name not in self._passwords:
            self._passwords[name] = secrets.token_urlsafe(12)
            self.post("/users", name=name, password=self._passwords[name], roles=[name])
        return self._passwords[name]

    def get(self, path, **query):
        answer = self._http.get(path, params=query)
        assert answer.is_success, answer.text
        return answer.json()

    def post(self, path, **body):
        answer = self._http.post(path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def patch(self, path, **body):
        answer = self._http.patch(path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def delete(self, path):
        answer = self._http.delete(path)
        assert answer.is_success, answer.text

    def run(self, type_, **params):
        """Run a job to its end and return it; a destructive one with its plan."""
        body = {"type": type_, "params": params}
        if self._type(type_)["destructive"]:
            body["plan_hash"] = self.post("/plans", **body)["plan_hash"]
        job = self.post("/jobs", **body)
        job = until(lambda: (now := self.get(f"/jobs/{job['id']}"))["state"] in ENDED and now)
        assert job["state"] == "succeeded", job["error"]
        return job

    def _type(self, name):
        return next(one for one in self.get("/job-types") if one["name"] == name)

    @property
    def pool(self):
        """The name of a pool; made when first asked for."""
        if self._pool is None:
            name = "tank"
            disk = self.folder / "disk"
            disk.mkdir()
            until(lambda: self.serves("storage"))
            vdev = {"kind": "stripe", "devices": [str(disk)]}
            self.run("storage.pool_create", name=name, vdevs=[vdev])
            self._pool = name
        return self._pool

    def dataset(self, name):
        """A new dataset in the pool; returns its whole name."""
        whole = f"{self.pool}/{name}"
        self.run("storage.dataset_create", dataset=whole)
        return whole

    def serves(self, subsystem):
        """Whether a worker says that it can use its subsystem."""
        known = self.get("/subsystems")["items"]
        return any(
            one["subsystem"] == subsystem and one["available"] and not one["stale"] for one in known
        )
