"""How far other things than scrubs are: removals, expansions, checkpoints. Pure.

Source: openzfs cmd/zpool/zpool_main.c, print_removal_status(), print_raidz_expand_status(),
print_checkpoint_status(). The text has human units; percent is what the tool counted.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from calypso.drivers.storage import Activity, Checkpoint, ScanState
from calypso.drivers.storage.zfs.scan import DATE, given, moment, quantity, whole
from calypso.drivers.storage.zfs.vdevs import share

_REMOVALS = (
    (r"Evacuation of (?P<subject>\S+) in progress since", ScanState.RUNNING),
    (r"Removal of vdev \d+ copied (?P<done>\S+) in ", ScanState.FINISHED),
    (r"Removal of (?P<subject>\S+) canceled on", ScanState.CANCELED),
)
_EXPANSIONS = (
    (r"expansion of (?P<subject>\S+) in progress since", ScanState.RUNNING),
    (r"expanded (?P<subject>\S+) copied (?P<done>\S+) in ", ScanState.FINISHED),
)
_COPIED = re.compile(
    r"\t([\d.]+[BKMGTPE]?) (?:copied out of|/) ([\d.]+[BKMGTPE]?)(?: copied)? at .*?, "
    r"([\d.]+)% done"
)
_WAITS = "paused for resilver or clear"
_CREATED = re.compile(rf"created (?P<date>{DATE}), consumes (\S+)")
_DISCARDING = re.compile(r"discarding, (\S+) remaining")

Forms = Sequence[tuple[str, ScanState]]


def removal(lines: Sequence[str]) -> Activity | None:
    """Read the lines after `remove:`; None for a form that is not known."""
    return _of_lines(lines, _REMOVALS)


def expansion(lines: Sequence[str]) -> Activity | None:
    """Read the lines after `expand:`; None for a form that is not known."""
    return _of_lines(lines, _EXPANSIONS)


def _of_lines(lines: Sequence[str], forms: Forms) -> Activity | None:
    for pattern, state in forms:
        if head := re.match(pattern, lines[0]):
            return _told(head.groupdict(), state, "\n".join(lines[1:]))
    return None


def _told(head: Mapping[str, str | None], state: ScanState, text: str) -> Activity:
    copied = _COPIED.search(text)
    finished = state is ScanState.FINISHED
    return Activity(
        state=ScanState.PAUSED if _WAITS in text else state,
        done_bytes=quantity(copied[1] if copied else head.get("done")),
        total_bytes=quantity(copied[2]) if copied else None,
        percent=100.0 if finished else min(float(copied[3]), 100.0) if copied else None,
        subject=head.get("subject"),
    )


def checkpoint(lines: Sequence[str]) -> Checkpoint | None:
    """Read the line after `checkpoint:`; None for a form that is not known."""
    if told := _CREATED.match(lines[0]):
        return Checkpoint(
            is_discarding=False, space_bytes=quantity(told[2]), created_at=moment(told["date"])
        )
    if told := _DISCARDING.match(lines[0]):
        return Checkpoint(is_discarding=True, space_bytes=quantity(told[1]))
    return None


# ---- JSON

_STATES = {
    "SCANNING": ScanState.RUNNING,
    "FINISHED": ScanState.FINISHED,
    "CANCELED": ScanState.CANCELED,
}


def removal_of(stats: Mapping[str, Any]) -> Activity | None:
    """Read `removal_stats`; None when there was no removal."""
    return _of_stats(stats, "copied", "to_copy")


def expansion_of(stats: Mapping[str, Any]) -> Activity | None:
    """Read `raidz_expand_stats`; None when there was no expansion."""
    told = _of_stats(stats, "reflowed", "to_reflow")
    # It names the kind alone; the text has the number of the vdev too.
    subject = f"{stats.get('name')}-{stats.get('expanding_vdev')}"
    return told and told.model_copy(update={"subject": subject})


def _of_stats(stats: Mapping[str, Any], done: str, total: str) -> Activity | None:
    state = _STATES.get(str(stats.get("state")))
    if state is None:
        return None
    waits = state is ScanState.RUNNING and whole(stats, "waiting_for_resilver")
    done_bytes, total_bytes = whole(stats, done), whole(stats, total)
    return Activity(
        state=ScanState.PAUSED if waits else state,
        done_bytes=done_bytes,
        total_bytes=total_bytes,
        percent=share(done_bytes, total_bytes, is_over=state is ScanState.FINISHED),
        subject=stats.get("name"),
    )


def checkpoint_of(stats: Mapping[str, Any]) -> Checkpoint | None:
    """Read `checkpoint_stats`; None when there is no checkpoint."""
    state = str(stats.get("state"))
    if state not in ("EXISTS", "DISCARDING"):
        return None
    return Checkpoint(
        is_discarding=state == "DISCARDING",
        space_bytes=whole(stats, "space"),
        created_at=given(stats.get("start_time")),
    )
