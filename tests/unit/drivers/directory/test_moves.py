import json

import pytest

from calypso.drivers.storage.directory.trees import moves
from calypso.drivers.storage.directory.trees.moves import commit, recover


@pytest.fixture
def pool(tmp_path):
    for name, text in (("live", "old"), ("new", "new"), ("aside", "snapshot")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(text)
    return tmp_path


def steps(pool):
    return [
        (pool / "live", pool / "gone"),
        (pool / "new", pool / "live"),
        (pool / "aside", pool / "snap"),
    ]


def assert_done(pool):
    assert (pool / "live" / "file").read_text() == "new"
    assert (pool / "gone" / "file").read_text() == "old"
    assert (pool / "snap" / "file").read_text() == "snapshot"
    assert not (pool / "intent.json").exists()


class Killed(BaseException):
    pass


@pytest.mark.parametrize("done", range(4))
def test_a_commit_killed_after_any_step_is_finished_later(pool, monkeypatch, done):
    left = iter(range(done))
    real = moves._move

    def move(source, to):
        if next(left, None) is None:
            raise Killed
        real(source, to)

    def forget(_pool):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(moves, "_move", move)
        patch.setattr(moves, "_forget", forget)
        with pytest.raises(Killed):
            commit(pool, steps(pool))

    recover(pool)
    assert_done(pool)
    recover(pool)
    assert_done(pool)


def test_a_commit_that_fails_undoes_what_it_did(pool):
    (pool / "snap").mkdir()
    (pool / "snap" / "in the way").touch()
    with pytest.raises(OSError, match="not empty"):
        commit(pool, steps(pool))
    assert (pool / "live" / "file").read_text() == "old"
    assert (pool / "new" / "file").read_text() == "new"
    assert not (pool / "intent.json").exists()


def test_an_intent_keeps_no_absolute_path(pool, monkeypatch):
    monkeypatch.setattr(moves, "_forget", lambda _pool: None)
    commit(pool, steps(pool))
    assert json.loads((pool / "intent.json").read_text())[0] == ["live", "gone"]
