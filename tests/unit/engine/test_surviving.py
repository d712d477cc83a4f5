import pytest
from structlog.testing import capture_logs

from calypso.engine.surviving import surviving


def test_a_mistake_is_logged_and_the_loop_goes_on():
    done = []
    with capture_logs() as logged:
        for number in range(3):
            with surviving("count", pause_s=0):
                done.append(1 // (number - 1))

    assert done == [-1, 1]
    assert [(one["event"], one["loop"]) for one in logged] == [("loop.failed", "count")]


def test_being_told_to_end_is_no_mistake():
    with pytest.raises(SystemExit), surviving("count", pause_s=0):
        raise SystemExit
