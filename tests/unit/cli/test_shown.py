"""What people read about a job."""

import pytest

from calypso.cli.shown import amount, progress_line, span, state_line, verdict

EMPTY = {
    "percent": None, "phase": None, "message": None, "done": None, "total": None,
    "unit": None, "rate": None, "eta_s": None, "updated_at": None,
}  # fmt: skip


def job(state, **more):
    base = {
        "state": state, "title": "Replicate tank/a to tank/b", "progress": EMPTY, "wait": None,
        "error": None, "result": None, "warnings": [], "cancel_requested_at": None,
        "started_at": "2026-03-29T01:00:00Z", "finished_at": "2026-03-29T01:02:05Z",
    }  # fmt: skip
    return {**base, **more}


def test_progress_says_what_is_known():
    told = {**EMPTY, "percent": 45.2, "done": 450_000_000, "total": 1_000_000_000,
            "unit": "bytes", "rate": 5e7, "eta_s": 11}  # fmt: skip

    assert progress_line(told) == "45 % · 450.0 MB of 1.0 GB · 50.0 MB/s · 0:00:11 left"


def test_progress_invents_no_percent():
    told = {**EMPTY, "done": 450_000_000, "unit": "bytes"}

    assert progress_line(told) == "450.0 MB"
    assert progress_line(EMPTY) == ""


def test_a_waiting_job_says_why():
    wait = {"reason": "lock", "resource": "storage/tank/b", "holder_job": "j7", "position": "2"}

    assert state_line(job("waiting", wait=wait)) == (
        "waits (lock), for storage/tank/b, held by job j7, place 2 in line"
    )


def test_a_job_that_is_to_stop_says_so():
    running = job("running", cancel_requested_at="2026-03-29T01:00:01Z")

    assert state_line(running) == "running, asked to stop"


def test_an_end_says_how_long_it_took_and_what_came_of_it():
    done = job(
        "succeeded", result={"snapshot": "tank/a@x", "sent_bytes": 2_000_000, "bytes": 3_000}
    )

    assert verdict(done).splitlines() == [
        "[green]succeeded[/] Replicate tank/a to tank/b (0:02:05)",
        "  snapshot: tank/a@x",
        "  sent_bytes: 2.0 MB",
        "  bytes: 3.0 kB",
    ]


def test_a_failure_says_why_and_markup_in_it_is_text():
    failed = job("failed", error={"detail": "[red]boo"}, warnings=[{"code": "w", "message": "m"}])

    assert "\\[red]boo" in verdict(failed)
    assert "m" in verdict(failed).splitlines()[-1]


def test_a_failure_ends_with_the_last_words_of_the_product():
    words = "\n".join(f"[{n}]" for n in range(9))
    failed = job("failed", error={"detail": "It asked.", "original": f"{words}\nName?\n"})

    assert verdict(failed).splitlines()[1:] == [
        "  It asked.", *(f"    [{n}]" for n in range(4, 9)), "    Name?",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [(None, "bytes", "?"), (0, "bytes", "0 bytes"), (3, "steps", "3 steps"), (2.5, None, "2.5")],
)
def test_amounts_have_their_unit(value, unit, said):
    assert amount(value, unit) == said


@pytest.mark.parametrize(("seconds", "said"), [(5, "0:00:05"), (36_005, "10:00:05")])
def test_spans_are_hours_minutes_seconds(seconds, said):
    assert span(seconds) == said
