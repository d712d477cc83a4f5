"""Why a job waits and whether it is stuck, as sentences for people."""

from calypso.cli.facts import estimate_sentences, slot_sentences, wait_sentences
from calypso.cli.remedies import diagnosis_lines
from calypso.cli.shown import state_line

EMPTY = {
    "percent": None, "phase": None, "message": None, "done": None, "total": None,
    "unit": None, "rate": None, "eta_s": None, "updated_at": None,
}  # fmt: skip


def holder(**given):
    plain = {"job": "j7", "title": "Scrub tank", "state": "running", "progress": EMPTY,
             "eta_s": None, "eta_source": None}  # fmt: skip
    return {**plain, **given}


def wait(reason, **given):
    plain = {
        "reason": reason, "resource": None, "holder_job": None, "position": None,
        "since": "2026-03-29T01:00:00Z", "until": None, "holder": None, "needs": [],
    }  # fmt: skip
    return {**plain, **given}


def test_a_lock_is_told_with_its_holder_and_how_long_it_takes_yet():
    far = holder(progress={**EMPTY, "percent": 40.0, "eta_s": 90}, eta_s=90, eta_source="progress")
    told = list(wait_sentences(wait("lock", resource="scan/tank", holder=far, position="2")))

    assert told[:2] == [
        "Another job holds what it needs: scan/tank.",
        "Scrub tank (job j7) is running, 40 %; 0:01:30 left.",
    ]
    assert told[2].startswith("Its place in line is 2; it has waited since 2026-03-29")


def test_a_guess_is_marked_as_one():
    guessed = holder(eta_s=90, eta_source="history")
    told = list(wait_sentences(wait("lock", resource="tank", holder=guessed)))

    assert told[1] == (
        "Scrub tank (job j7) is running; about 0:01:30 left, to judge by its past runs."
    )


def test_each_needed_job_is_named():
    needed = [holder(), holder(job="j8", title="Send tank", state="queued")]
    told = list(wait_sentences(wait("after", holder_job="j7", holder=needed[0], needs=needed)))

    assert told == [
        "It comes after other jobs.",
        "Scrub tank (job j7) is running.",
        "Send tank (job j8) is queued.",
    ]


def test_a_time_is_told():
    told = list(wait_sentences(wait("backoff", until="2026-03-29T01:05:00Z")))

    assert told[0] == "It failed for a passing reason and is tried again."
    assert told[1].startswith("It goes on at 2026-03-29")


def test_a_holder_of_which_nothing_is_known_is_named_all_the_same():
    told = list(wait_sentences(wait("lock", resource="tank", holder_job="j7")))
    assert told[1] == "In the way: job j7."


def test_a_queued_job_says_who_has_its_slot():
    slot = {"reason": "busy", "slots": 1, "busy": [holder()], "position": "3"}

    assert list(slot_sentences(slot)) == [
        "Every slot of its queue is taken.",
        "Scrub tank (job j7) is running.",
        "Its place in line is 3.",
    ]
    assert state_line({"state": "queued", "slot": slot, "wait": None}) == (
        "queued, every slot is taken, place 3 in line"
    )


def test_an_estimate_says_what_it_is_made_of():
    told = {"p50_s": 60.0, "p90_s": 90.0, "runs": 5, "eta_s_p50": None, "eta_s_p90": 20}

    assert list(estimate_sentences(told)) == [
        "An estimate: of the last 5 such runs half took up to 0:01:00, nine of ten up to 0:01:30.",
        "This one has taken longer than half of them.",
    ]


def test_a_running_job_shows_its_estimate_in_one_line():
    estimate = {"p50_s": 60.0, "p90_s": 90.0, "runs": 5, "eta_s_p50": 30, "eta_s_p90": 50}
    job = {"state": "running", "wait": None, "progress": EMPTY, "estimate": estimate}

    assert state_line(job) == "running · about 0:00:30 left"
    estimate["eta_s_p50"] = None
    assert state_line(job) == "running · longer than usual"


def test_a_diagnosis_says_what_is_safe_and_markup_in_it_is_text():
    found = {
        "verdict": "stalled", "summary": "It [red]hangs.",
        "findings": [{"code": "progress", "verdict": "bad", "text": "400 s old."}],
        "safe_actions": [{"action": "wait", "why": "It may be slow."}],
        "unsafe_actions": [{"action": "release", "why": "It still runs."}],
    }  # fmt: skip

    lines = list(diagnosis_lines(found))

    assert "\\[red]hangs." in lines[0]
    assert "bad" in lines[1]
    assert "400 s old." in lines[1]
    assert lines[2:] == [
        "[green]safe[/]: [bold]wait[/]  It may be slow.",
        "[red]not safe[/]: [bold]release[/]  It still runs.",
    ]
