"""What `status` prints: text for people, since Bareos has no JSON for it.

Source: Bareos' core/src/dird/ua_status.cc ListRunningJobs(), core/src/filed/status.cc
ListRunningJobsPlain(), core/src/stored/status.cc ListRunningJobs().
"""

import re
from collections.abc import Mapping

from calypso.drivers.backup.run_values import LiveRun, RunState

Told = Mapping[str, str]
# The name of a run ends with when it was made; a job's name may hold spaces.
_UNIQUE = r"\.\d{4}-\d\d-\d\d_\d\d\.\d\d\.\d\d_\d+"
_DIRECTOR = re.compile(rf"^ *(\d+) .*?{_UNIQUE} +(\S.*)$")
_CLIENT = re.compile(r"^JobId (\d+) Job .* is running\.$")
_STORAGE = re.compile(
    r"^(?:Reading|Writing): .* JobId=(?P<jobid>\d+) Volume=\"(?P<volume>[^\"]*)\"$"
)
_DEVICE = re.compile(r"^    pool=\"[^\"]*\" device=(?:\"(?P<name>[^\"]+)\"|(?P<bare>\S+))")
_COUNT = re.compile(r"(Files Examined|[A-Za-z/]+)=([\d,]+)")
_FILE = "    Processing file: "
_VOLUME = re.compile(r'Volume="([^"]+)"')
_STATES = {
    "is running": RunState.RUNNING,
    "has terminated": RunState.SUCCEEDED,
    "has terminated with warnings": RunState.WARNINGS,
    "has errors": RunState.WARNINGS,
    "has erred": RunState.FAILED,
    "has a fatal error": RunState.FAILED,
    "has verify differences": RunState.DIFFERENCES,
    "has been canceled": RunState.CANCELLED,
}
_AT_WORK = ("SD committing", "SD despooling", "Dir inserting")


def live_runs(director: str) -> dict[int, str]:
    """Return what the director says of each run that it does something for."""
    found = (_DIRECTOR.match(line) for line in _running(director).split("\n"))
    return {int(one[1]): one[2].strip() for one in found if one}


def state(said: str) -> RunState:
    """Return how it goes with a run; what nobody knows is of something that is not over."""
    if said.startswith(_AT_WORK):
        return RunState.RUNNING
    return _STATES.get(said, RunState.WAITING)


def of_client(client: str, run_id: int) -> Told:
    """Return what a client tells of a run; empty when it tells nothing."""
    told: dict[str, str] = {}
    for line in _block(client, _CLIENT, run_id):
        if line.startswith(_FILE):
            told["file"] = line.removeprefix(_FILE)
        else:
            told |= dict(_COUNT.findall(line))
    return told


def of_storage(storage: str, run_id: int) -> Told:
    """Return what a storage tells of a run; empty when it tells nothing."""
    told: dict[str, str] = {}
    for line in _block(storage, _STORAGE, run_id):
        if found := _STORAGE.match(line):
            told["volume"] = found["volume"]
        elif found := _DEVICE.match(line):
            told["device"] = found["name"] or found["bare"]
        else:
            told |= dict(_COUNT.findall(line))
    return told


def _block(text: str, begins: re.Pattern[str], run_id: int) -> list[str]:
    """Return the lines of a run: from where it begins, all that stand further in."""
    kept: list[str] = []
    is_its = False
    for line in text.split("\n"):
        if found := begins.match(line):
            is_its = int(found[1]) == run_id
        elif not line.startswith("    "):
            is_its = False
        if is_its:
            kept.append(line)
    return kept


def volumes(storage: str) -> set[str]:
    """Return the volumes that runs of a storage write or read now."""
    return set(_VOLUME.findall(_running(storage)))


def _running(text: str) -> str:
    """Return the part about what runs now; a line of four = ends it, a longer one does not."""
    return f"{text}\n".partition("\nRunning Jobs:\n")[2].partition("\n====\n")[0]


def live(run_id: int, said: str, client: Told, storage: Told) -> LiveRun:
    """Return what director, client and storage tell of one run, each perhaps nothing."""
    return LiveRun(
        id=run_id,
        state=state(said),
        phase=said.removeprefix("is "),
        files=max(_number(client, "Files"), _number(storage, "Files")),
        bytes=max(_number(client, "Bytes"), _number(storage, "Bytes")),
        bytes_per_s=_number(client, "Bytes/sec") or _number(storage, "LastBytes/sec"),
        files_examined=_number(client, "Files Examined"),
        current_file=client.get("file") or None,
        errors=_number(client, "Errors"),
        volume=storage.get("volume") or None,
        device=storage.get("device") or None,
    )


def _number(told: Told, key: str) -> int:
    return int(told.get(key, "0").replace(",", "") or 0)
