"""Names that must never reach a product, and names that must."""

import pytest
from pydantic import BaseModel, ValidationError

from calypso.models.names import (
    DatasetName,
    FullSnapshotName,
    NodeName,
    PoolName,
    SecretName,
    SnapshotName,
    pool_of,
    split_snapshot,
)


class Named(BaseModel):
    pool: PoolName = "tank"
    dataset: DatasetName = "tank/home"
    snapshot: SnapshotName = "now"
    full: FullSnapshotName = "tank/home@now"
    secret: SecretName = "a"
    node: NodeName = "n"


HOSTILE = [
    "",
    "tank/../etc",
    "../tank",
    "tank/..",
    "tank//home",
    "/tank",
    "tank/",
    "tank home",
    "tank/ho me",
    "-tank",
    "tank/-rf",
    "t\u0430nk",  # a Cyrillic a
    "tank/h\u043eme",  # a Cyrillic o
    "tank/home\n",
    "tank/home\x00",
    "tank/home%",
    "tank/" + "a" * 300,
    "tank/home;id",
    "tank/$(id)",
    "tank/\uff41",  # a full-width a
]


@pytest.mark.parametrize("name", [*HOSTILE, "tank/home@now"])
def test_a_hostile_dataset_name_is_refused(name):
    with pytest.raises(ValidationError):
        Named(dataset=name)


@pytest.mark.parametrize("name", [*HOSTILE, "tank/home"])
def test_a_hostile_pool_name_is_refused(name):
    with pytest.raises(ValidationError):
        Named(pool=name)


@pytest.mark.parametrize("name", ["", "a@b", "a/b", "-a", "..", "a b", "a" * 55, "ä"])
def test_a_hostile_snapshot_name_is_refused(name):
    with pytest.raises(ValidationError):
        Named(snapshot=name)


@pytest.mark.parametrize("name", ["tank", "tank/home/ada", "tank/auto.2026_03:1", "T-1/0"])
def test_an_ordinary_dataset_name_is_taken(name):
    assert Named(dataset=name).dataset == name


def test_the_default_schema_of_names_is_taken():
    assert Named(snapshot="auto-2026-03-29_02-30-00").snapshot


def test_a_full_name_needs_its_snapshot_part():
    with pytest.raises(ValidationError):
        Named(full="tank/home")


def test_pool_and_parts_are_read_from_a_full_name():
    assert pool_of("tank/home@now") == "tank"
    assert split_snapshot("tank/home@now") == ("tank/home", "now")
