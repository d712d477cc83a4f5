"""Schedules under chaos: each minute each of them is decided about once, whatever happens."""

from collections import defaultdict
from datetime import datetime, timedelta

from tests.chaos.stack import Stack

SCHEDULES = 4
SPECS = ("skip", "queue", "cancel_previous", "skip")
MINUTE = timedelta(minutes=1)


def add_schedules(stack: Stack) -> None:
    """Let jobs run every minute besides; call it while all is well."""
    for number, overlap in enumerate(SPECS):
        params = {"ledger": str(stack.folder / "ledger"), "seconds": 2 + number}
        answer = stack.client.post(
            "/schedules",
            json={"name": f"chaos {number}", "cron": "* * * * *", "type": "system.chaos_again",
                  "params": params, "overlap": overlap},
        )  # fmt: skip
        assert answer.is_success, answer.text


def stop_schedules(stack: Stack) -> bool:
    """Let nothing fire any more; False while PostgreSQL is away."""
    return bool(
        stack.ask(
            "UPDATE calypso.schedules SET enabled = false, next_slot = NULL,"
            " version = version + 1 RETURNING id"
        )
    )


def judge_slots(stack: Stack) -> tuple[list[str], int]:
    """Return what is wrong with the slots, and how many were decided about."""
    wrong: list[str] = []
    slots: dict[str, list[datetime]] = defaultdict(list)
    rows = stack.ask(
        "SELECT f.schedule_id::text, f.slot, f.decision, f.detail, count(j.id)"
        " FROM calypso.schedule_fires f LEFT JOIN calypso.jobs j"
        " ON j.source_id = f.schedule_id::text AND j.slot = f.slot"
        " GROUP BY 1, 2, 3, 4 ORDER BY 2"
    )
    for schedule, slot, decision, detail, jobs in rows:
        slots[schedule].append(slot)
        if jobs != (decision == "fired"):
            wrong.append(f"slot {slot} of {schedule} was {decision} and has {jobs} jobs")
        if decision == "refused":
            wrong.append(f"slot {slot} of {schedule} was refused: {detail}")
    for schedule, seen in slots.items():
        if seen != [seen[0] + number * MINUTE for number in range(len(seen))]:
            wrong.append(f"schedule {schedule} left a minute out: {seen}")
    if len(slots) != SCHEDULES:
        wrong.append(f"only {len(slots)} schedules of {SCHEDULES} fired")
    return wrong, len(rows)
