"""Real workers, a real store and a real Redis, over the ZFS of a guest."""

from tests.acceptance.engine.conftest import NODE, Stack, until

SERVED_S = 300.0  # an emulated machine is asked for all its tables first
SETTINGS = {
    "CALYPSO_STORAGE_PRODUCT": "zfs",
    # The guest has one slow processor: what is fresh is so by the sentry and after each job.
    "CALYPSO_INVENTORY_S": "600",
}


class LabStack(Stack):
    """Workers as they are anywhere; only the machine they work on is the guest."""

    def __init__(self, folder, database_url, redis_url, lab):
        super().__init__(folder, database_url, redis_url, SETTINGS)
        self.lab = lab
        self.work()

    def work(self):
        self.workers = self.start_workers("storage", limit_s=SERVED_S)

    def start(self, module, *arguments):
        return super().start("tests.lab.worker", str(self.lab.guest.work), module, *arguments)

    def row(self, table, key):
        """A row of an inventory table as it was last stored, or None."""
        rows, _, _ = self.ports.inventory.page(f"storage/{table}", node=NODE)
        return next((one for one in rows if one["key"] == key), None)

    def alert(self, kind):
        """The alert of a kind that is open, or None."""
        return next(iter(self.ports.alerts.open_of(kind)), None)

    def reports(self, job, phase, *, limit_s=90):
        """Return the job once it runs and tells that phase."""

        def told():
            now = self.job(job)
            assert not now.state.is_terminal, now.error
            live = self.ports.live.latest(job.id) or {}
            return now if live.get("phase") == phase else None

        return until(told, limit_s, f"{job.type} telling {phase!r}")


class Stacks:
    """The stack of a file's tests, and another when another guest takes the place of the first."""

    def __init__(self, folders, database_url, redis_url):
        self._folders, self._urls = folders, (database_url, redis_url)
        self._stack = None

    def on(self, lab):
        """Return workers on the guest of a lab."""
        if self._stack is not None and self._stack.lab.guest.work != lab.guest.work:
            self.stop()
        if self._stack is None:
            self._stack = LabStack(self._folders.mktemp("stack"), *self._urls, lab)
        return self._stack

    def stop(self):
        if self._stack is not None:
            self._stack.stop()
            print(self._stack.logs())
        self._stack = None
