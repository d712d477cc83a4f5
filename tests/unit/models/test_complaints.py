"""What is wrong with a value, in the words of who sent it."""

import pytest
from pydantic import Field, field_validator

from calypso.engine.request import read_params
from calypso.errors import Invalid
from calypso.jobs.backup.restore import restore
from calypso.jobs.backup.volume_label import label_volume
from calypso.models.jobtype import JobParams


class Params(JobParams):
    """Some of each."""

    names: tuple[str, ...] = Field(default=("a",), min_length=1, max_length=2)
    word: str = "plain"

    @field_validator("word")
    @classmethod
    def _plain(cls, word):
        if word != "plain":
            raise ValueError("be plain")
        return word


def complaints(model, raw):
    with pytest.raises(Invalid) as refused:
        read_params(model, raw)
    return [(one.pointer, one.message) for one in refused.value.errors]


@pytest.mark.parametrize(
    ("raw", "pointer", "said"),
    [
        ({"names": "a"}, "/params/names", "Input should be a valid list"),
        ({"names": []}, "/params/names", "List should have at least 1 item after"),
        ({"names": ["a"] * 3}, "/params/names", "List should have at most 2 items after"),
        ({"word": "tuple"}, "/params/word", "be plain"),
    ],
)
def test_json_has_lists_and_a_complaint_of_ours_stands_alone(raw, pointer, said):
    class Type:
        name, params = "system.some", Params

    ((where, message),) = complaints(Type, raw)

    assert where == pointer
    assert message.startswith(said)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ({"where": "here"}, "where: String should match"),
        ({"where": "/a", "in_place": True}, "say either where, "),
    ],
)
def test_a_restore_tells_which_field_is_wrong(place, said):
    ((_, message),) = complaints(restore, {"client": "a", "fileset": "b", **place})

    assert message.startswith(said)


@pytest.mark.parametrize("name", ["Off 1", ".x", "a/b", "a;b", "", "x" * 128])
def test_no_volume_is_labelled_with_a_name_that_a_storage_daemon_refuses(name):
    ((where, _),) = complaints(label_volume, {"storage": "Disk", "pool": "Disk", "volume": name})

    assert where == "/params/volume"
