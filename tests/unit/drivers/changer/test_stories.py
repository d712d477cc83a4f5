"""Every command of the changer driver, as a real library answered it, leads to what it should."""

import pytest

from tests.fakes.host import RECORDINGS
from tests.fakes.replaying import ReplayingHost
from tests.unit.drivers.changer import stories

FOLDER = RECORDINGS / "mtx-1.3.12-lab"


@pytest.mark.parametrize("story", stories.STORIES, ids=lambda story: story.__name__)
def test_a_real_library_is_understood(story, tmp_path):
    host = ReplayingHost(FOLDER / f"{story.__name__}.txt")

    story(stories.Told(host, tmp_path))
    assert host.left == []


def test_another_command_than_was_recorded_fails(tmp_path):
    host = ReplayingHost(FOLDER / "moving.txt")

    with pytest.raises(AssertionError, match="another way"):
        host.run(("mtx", "-f", "/dev/sg3", "eject"), timeout_s=1)
