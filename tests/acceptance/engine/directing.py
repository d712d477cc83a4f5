"""What tests on a real director ask of it, and of the tables about it."""

from contextlib import contextmanager
from pathlib import Path

from calypso.models.job import State
from tests.acceptance.engine.conftest import NODE, until

MARK = b"here lies what a verify must find "


def newest(owner):
    """The newest run that the director has on record, whatever became of it."""
    return owner.execute("SELECT coalesce(max(JobId), 0) FROM Job").fetchone()[0]


def failed(stack, type_name, params):
    ended = stack.wait(stack.submit(type_name, params))
    assert ended.state is State.FAILED
    return ended.error


def back_up(stack, job="data", **params):
    return stack.run("backup.job_run", {"job": job, **params}).result


def runs(stack):
    return {one["id"]: one for one in stack.ports.inventory.page("backup/runs", node=NODE)[0]}


def run_of(stack, number):
    """A run as the table has it once it has ended."""
    over = ("succeeded", "failed", "cancelled", "migrated")
    return until(
        lambda: (one := runs(stack).get(number)) and one["state"] in over and one, what="the run"
    )


@contextmanager
def spoilt(bacula):
    """The data on each volume is not what was written, for a while."""
    whole = {path: path.read_bytes() for path in Path(bacula.server.layout.volumes).iterdir()}
    for path, data in whole.items():
        path.write_bytes(data.replace(MARK, MARK[::-1]))
    yield
    for path, data in whole.items():
        path.write_bytes(data)


def protection(stack, job, run):
    """The row of a backup job whose last good run is this one."""

    def row():
        rows = stack.ports.inventory.page("backup/protection", node=NODE)[0]
        return next((one for one in rows if (one["job"], one["good_run"]) == (job, run)), None)

    return until(row, what="the protection of the job")
