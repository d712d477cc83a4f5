"""A running job without an engine: it remembers what its run function says."""

from contextlib import contextmanager

from calypso.errors import JobCancelled


class FakeRunning:
    """Satisfies `RunningJob`. `cancel_after` reports or checks, the job is to stop."""

    def __init__(self, tmp_path=None, *, secrets=None, epoch=1, cancel_after=None):
        self.job_id, self.node, self.attempt = "17", "here", epoch
        self.external = None
        self.secrets_path = str(tmp_path)
        self.reports, self.lines, self.warnings = [], [], []
        self._secrets, self._epoch = secrets or {}, epoch
        self._left, self._held = cancel_after, 0

    @property
    def token(self):
        return f"calypso-{self.job_id}-{self._epoch}"

    @property
    def earlier_tokens(self):
        return [f"calypso-{self.job_id}-{epoch}" for epoch in range(1, self._epoch)]

    def report(self, **told):
        self.reports.append(told)

    def log(self, line):
        self.lines.append(line)

    def warn(self, code, message):
        self.warnings.append((code, message))

    def stop_if_cancelled(self):
        if self._left is None or self._held:
            return
        if self._left == 0:
            raise JobCancelled
        self._left -= 1

    def wait(self, seconds):
        del seconds
        self.stop_if_cancelled()

    @contextmanager
    def tidying(self):
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1

    def remember(self, external):
        self.external = external

    def start(self, type_name, params, *, name, node=None):
        raise NotImplementedError

    def wait_for(self, children):
        raise NotImplementedError

    def secret(self, name):
        return self._secrets[name]
