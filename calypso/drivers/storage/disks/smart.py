"""From `smartctl -j` to what a disk says about itself and its self-tests. Pure.

The exit status is a set of bits: the lowest three say that the command failed, the others that the
disk is ill. Source: smartctl(8) and smartmontools' ataprint.cpp, nvmeprint.cpp, scsiprint.cpp.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from calypso.drivers.storage import Smart, SmartProgress

LOOK = ("-c", "-l", "selftest")  # what a disk is asked about its self-tests
FAILED_BITS = 0b111
ATA_RUNS, SCSI_RUNS = 15, 15  # status of a self-test in progress
STOPPED = (1, 2)  # by the host, by a reset
SCSI_TOLD_SINCE = [7, 4]  # older ones tell of a SCSI disk's self-tests as text alone


def told(text: str) -> Mapping[str, Any]:
    """Return the JSON of smartctl; nothing where it printed none."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def complaint(found: Mapping[str, Any]) -> str | None:
    """Return why the command failed, or None when it did not."""
    about = found.get("smartctl", {})
    if not int(about.get("exit_status", FAILED_BITS)) & FAILED_BITS:
        return None
    errors = [one.get("string", "") for one in about.get("messages", ())]
    return " ".join(errors) or "the disk refused the command."


def health(text: str) -> Smart:
    """Return what `smartctl -j -n standby -H -A` tells."""
    found = told(text)
    passed = found.get("smart_status", {}).get("passed")
    if passed is None:
        return Smart(reason=complaint(found) or "The disk tells nothing of its health.")
    return Smart(
        health="passed" if passed else "failed",
        reason=None if passed else "The disk expects to fail: copy its data, and replace it.",
        temperature_c=found.get("temperature", {}).get("current"),
        power_on_hours=found.get("power_on_time", {}).get("hours"),
    )


def progress(text: str) -> SmartProgress | None:
    """Return the self-test of `smartctl -j -c -l selftest`; None where none is told of."""
    found = told(text)
    if (ata := found.get("ata_smart_data", {}).get("self_test", {}).get("status")) is not None:
        return _ata(ata)
    if (nvme := found.get("nvme_self_test_log")) is not None:
        return _nvme(nvme)
    if (scsi := found.get("scsi_self_test_0")) is not None:
        return _numbered(scsi["result"], runs=SCSI_RUNS)
    return None


def tells_self_tests(text: str) -> bool:
    """Tell whether self-tests of this disk would be told of, where none is yet."""
    found = told(text)
    if found.get("device", {}).get("protocol") == "SCSI":
        return bool(found["smartctl"]["version"] >= SCSI_TOLD_SINCE)
    return "ata_smart_data" in found or "nvme_self_test_log" in found


def shown(text: str) -> Sequence[object]:
    """Return what changes as soon as another self-test begins, or has ended at once."""
    found = told(text)
    logs = [found[key] for key in sorted(found) if "self_test" in key]
    return [progress(text), *logs]


def _ata(status: Mapping[str, Any]) -> SmartProgress:
    kind = int(status["value"]) >> 4
    if kind == ATA_RUNS:
        left = status.get("remaining_percent")
        percent = None if left is None else 100.0 - float(left)
        return SmartProgress(is_running=True, percent=percent, words=status.get("string"))
    return _ended(kind, status.get("string"))


def _nvme(log: Mapping[str, Any]) -> SmartProgress | None:
    if int(log.get("current_self_test_operation", {}).get("value", 0)):
        percent = log.get("current_self_test_completion_percent")
        return SmartProgress(is_running=True, percent=None if percent is None else float(percent))
    table = log.get("table") or []
    return _numbered(table[0]["self_test_result"], runs=None) if table else None


def _numbered(result: Mapping[str, Any], *, runs: int | None) -> SmartProgress:
    kind = int(result["value"])
    if kind == runs:
        return SmartProgress(is_running=True, words=result.get("string"))
    return _ended(kind, result.get("string"))


def _ended(kind: int, words: str | None) -> SmartProgress:
    passed = None if kind in STOPPED else kind == 0
    return SmartProgress(
        is_running=False, percent=100.0 if kind == 0 else None, passed=passed, words=words
    )
