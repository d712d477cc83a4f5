"""How far a scrub or resilver is: the scan lines of `zpool status`, or its JSON. Pure.

The text has human units and there is nothing else to read in it; percent is what the tool
counted from exact numbers. Source: openzfs cmd/zpool/zpool_main.c,
print_scan_scrub_resilver_status().
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from calypso.drivers.storage import Scan, ScanState

DATE = r"\w{3} \w{3} +\d+ [\d:]{8} \d{4}"
_DATE = rf"(?P<date>{DATE})"
_END = rf"in .*?with (?P<errors>\d+) errors on {_DATE}"
_BEGINNINGS = (
    (rf"(?P<what>scrub|resilver)(?: \(.*\))? in progress since {_DATE}", ScanState.RUNNING),
    (rf"(?P<what>scrub|resilver) paused since {_DATE}", ScanState.PAUSED),
    (rf"(?P<what>scrub|resilver)(?: \(.*\))? canceled on {_DATE}", ScanState.CANCELED),
    (rf"(?P<what>scrub repaired|resilvered)(?: \(.*\))? (?P<done>\S+) {_END}", ScanState.FINISHED),
)
_STARTED = re.compile(rf"scrub started on {_DATE}")
_ISSUED = re.compile(r"([\d.]+[BKMGTPE]?)(?: / ([\d.]+[BKMGTPE]?))? issued")
_TOTAL = re.compile(r"([\d.]+[BKMGTPE]?) total")
_DONE = re.compile(r"([\d.]+[BKMGTPE]?) (?:repaired|resilvered), ([\d.]+)% done")
_TO_GO = re.compile(r"(?:(\d+) days )?(\d\d):(\d\d):(\d\d) to go")


def of_lines(lines: list[str]) -> Scan | None:
    """Read the lines after `scan:`; None for a form that is not known, as `none requested`."""
    for pattern, state in _BEGINNINGS:
        if head := re.match(pattern, lines[0]):
            return _ended(head, state) if state in _ENDS else _going(head, state, lines[1:])
    return None


_ENDS = (ScanState.FINISHED, ScanState.CANCELED)


def _function(head: re.Match[str]) -> Literal["scrub", "resilver"]:
    return "scrub" if head["what"].startswith("scrub") else "resilver"


def _ended(head: re.Match[str], state: ScanState) -> Scan:
    told = head.groupdict()
    finished = state is ScanState.FINISHED
    return Scan(
        function=_function(head),
        state=state,
        percent=100.0 if finished else None,
        errors=int(told["errors"]) if finished else None,
        repaired_bytes=quantity(told["done"]) if finished else None,
        finished_at=moment(head["date"]),
    )


def _going(head: re.Match[str], state: ScanState, lines: list[str]) -> Scan:
    text = "\n".join(lines)
    issued, total, done = _ISSUED.search(text), _TOTAL.search(text), _DONE.search(text)
    started = _STARTED.search(text) if state is ScanState.PAUSED else head
    return Scan(
        function=_function(head),
        state=state,
        issued_bytes=quantity(issued[1]) if issued else None,
        total_bytes=quantity(total[1] if total else issued[2] if issued else None),
        percent=min(float(done[2]), 100.0) if done else None,
        repaired_bytes=quantity(done[1]) if done else None,
        eta_s=_eta_s(text),
        started_at=moment(started["date"]) if started else None,
    )


def _eta_s(text: str) -> int | None:
    if (told := _TO_GO.search(text)) is None:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in told.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def quantity(text: str | None) -> int | None:
    """Return what a number with a unit of 1024 stands for, as exact as it was printed."""
    if text is None or (told := re.fullmatch(r"([\d.]+)([BKMGTPE]?)", text)) is None:
        return None
    exponent = "BKMGTPE".index(told[2] or "B")
    return round(float(told[1]) * float(1024**exponent))


def moment(text: str) -> datetime:
    """Return the time of a date as C prints it; the tools are run with TZ=UTC."""
    return datetime.strptime(text, "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)


# ---- JSON

_STATES = {
    "SCANNING": ScanState.RUNNING,
    "FINISHED": ScanState.FINISHED,
    "CANCELED": ScanState.CANCELED,
}


def of_stats(stats: Mapping[str, Any]) -> Scan | None:
    """Read `scan_stats`; None for a scan that is neither scrub nor resilver, or none yet."""
    function = str(stats.get("function", "")).lower()
    state = _STATES.get(str(stats.get("state")))
    if state is None or function not in ("scrub", "resilver"):
        return None
    paused = state is ScanState.RUNNING and whole(stats, "scrub_pause")
    issued = whole(stats, "issued")
    total = whole(stats, "to_examine") - whole(stats, "skipped")
    finished = state is ScanState.FINISHED
    return Scan(
        function="scrub" if function == "scrub" else "resilver",
        state=ScanState.PAUSED if paused else state,
        issued_bytes=issued,
        total_bytes=max(total, 0),
        percent=100.0 if finished else min(100.0, round(100 * issued / total, 2)) if total else 0.0,
        errors=whole(stats, "errors"),
        repaired_bytes=whole(stats, "processed"),
        started_at=given(stats.get("start_time")),
        finished_at=None if state is ScanState.RUNNING else given(stats.get("end_time")),
    )


def whole(stats: Mapping[str, Any], name: str) -> int:
    """Return a number of the JSON, which may come as words; 0 for what is none."""
    text = str(stats.get(name, 0))
    return int(text) if text.isdigit() else 0


def given(told: object) -> datetime | None:
    """Return a time of the JSON, in seconds or as C prints it; None for none."""
    text = str(told or "")
    if text.isdigit():
        return datetime.fromtimestamp(int(text), UTC) if int(text) else None
    return moment(text) if re.fullmatch(DATE, text) else None
