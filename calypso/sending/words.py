"""What a letter says: a subject, a text for people, JSON for programs. Pure."""

from typing import Any

from calypso.models.channel import Letter

MAX_SUBJECT = 200
VERBS = {"raised": "", "rose": "", "cleared": "Cleared: "}


def subject(letter: Letter) -> str:
    """Return one line, without anything that could start another one."""
    if letter.alert is None:
        return "[Calypso] Test of an alert channel"
    mark = "ok" if letter.what == "cleared" else letter.alert.level
    line = f"[Calypso {mark}] {VERBS[letter.what]}{letter.alert.title}"
    return "".join(c if c.isprintable() else " " for c in line)[:MAX_SUBJECT]


def text(letter: Letter, *, origin: str) -> str:
    """Return the letter as a person reads it."""
    alert = letter.alert
    if alert is None:
        return f"This is a test. Alerts of the Calypso on {origin} reach you here.\n"
    facts = {
        "Level": alert.level,
        "Kind": alert.kind,
        "Node": alert.node,
        "Subsystem": alert.subsystem,
        "Since": alert.since.isoformat(timespec="seconds"),
        "Cleared": alert.cleared_at and alert.cleared_at.isoformat(timespec="seconds"),
        "Seen": f"{alert.count} times" if alert.count > 1 else None,
        "Job": alert.job_id,
        "Alert": alert.id,
        "Told by": origin,
    }
    lines = [f"{name}: {value}" for name, value in facts.items() if value is not None]
    return "\n".join([f"{VERBS[letter.what]}{alert.title}", "", alert.detail, "", *lines, ""])


def payload(letter: Letter, *, origin: str) -> dict[str, Any]:
    """Return the letter as a program reads it, in the form of Standard Webhooks."""
    alert = letter.alert
    return {
        "type": "test" if alert is None else f"alert.{letter.what}",
        "timestamp": letter.at.isoformat().replace("+00:00", "Z"),
        "data": {"origin": origin, "alert": alert and alert.model_dump(mode="json")},
    }
