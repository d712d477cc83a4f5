"""Names that a command could misread are refused at the door, with their field; no job is made."""

import pytest

from calypso.models.listing import JobQuery

LONG = "a" * 300
# An option, an interval, several at once, the end of an argument, other alphabets, a way out.
HOSTILE = (
    "", "-r", "--", "$(reboot)", "a;b", "a b", "a\nb", "tank\n", "a\0b", "täglich", "日本", "٣",
    "a\u202eb", "a'b", 'a"b', "a%b", "a,b", "..", "../etc", "/tank", "tank/", "tank//a", "tank/-r",
    "tank/../a", LONG,
)  # fmt: skip
STRIPE = [{"devices": ["/dev/disk/by-id/ata-X_1"]}]
FIELDS = {
    "a pool": ("pool_scrub", {}, "pool"),
    "a new pool": ("pool_create", {"vdevs": STRIPE}, "name"),
    "a dataset": ("dataset_create", {}, "dataset"),
    "a dataset to destroy": ("dataset_destroy", {}, "dataset"),
    "a source": ("replication_run", {"target": "tank/copy"}, "source"),
    "a target": ("replication_run", {"source": "tank/home"}, "target"),
    "a snapshot": ("snapshot_create", {"dataset": "tank/home"}, "name"),
    "a full snapshot": ("snapshot_rollback", {}, "snapshot"),
    "a hold": ("snapshot_hold", {"snapshot": "tank/home@one"}, "tag"),
    "a device": ("pool_offline", {"pool": "tank"}, "device"),
}
MEANT = {  # what is a name of that kind all the same
    "a device": {"$(reboot)", "a;b", "a b", "täglich", "a\u202eb", "a'b", 'a"b', "a%b", "a,b",
                 "../etc", "/tank", "tank//a", "tank/-r", "tank/../a", LONG},
}  # fmt: skip


def refused(client, house, verb, params):
    """Return the pointers of the fields that are refused; no job must have come of it."""
    answer = client.post("/api/v1/jobs", json={"type": f"storage.{verb}", "params": params})
    told = answer.get_json()
    assert answer.status_code == 422, (params, told)
    assert answer.content_type == "application/problem+json"
    assert house.ports.jobs.page(JobQuery()).items == []
    return {one["pointer"] for one in told["errors"]}


@pytest.mark.parametrize("kind", FIELDS)
def test_no_hostile_name_comes_in(client, house, kind):
    verb, others, field = FIELDS[kind]
    for name in HOSTILE:
        if name not in MEANT.get(kind, ()):
            pointers = refused(client, house, verb, {**others, field: name})
            assert pointers == {f"/params/{field}"}, name


@pytest.mark.parametrize("name", [one for one in HOSTILE if one != ".."])
def test_no_hostile_name_of_a_property_comes_in(client, house, name):
    for verb, others in (
        ("dataset_set_props", {"dataset": "tank/home"}),
        ("dataset_create", {"dataset": "tank/home"}),
        ("snapshot_clone", {"snapshot": "tank/home@one", "target": "tank/new"}),
        ("pool_create", {"name": "tank", "vdevs": STRIPE}),
    ):
        (pointer,) = refused(client, house, verb, {**others, "properties": {name: "on"}})
        assert pointer.startswith("/params/properties/")
    asked = {"dataset": "tank/home", "inherit": [name]}
    assert refused(client, house, "dataset_set_props", asked) == {"/params/inherit/0"}


def test_no_hostile_value_of_a_property_comes_in(client, house):
    for value in ("a\0b", "x" * 8192):
        asked = {"dataset": "tank/home", "properties": {"org:note": value}}
        (pointer,) = refused(client, house, "dataset_set_props", asked)
        assert pointer.startswith("/params/properties/org:note")


def test_names_of_properties_that_zfs_has_come_in(client):
    for name in ("compression", "org:note", "userquota@ada@example.org", "calypso:task"):
        body = {
            "type": "storage.dataset_set_props",
            "params": {"dataset": "tank/home", "properties": {name: "on"}},
        }
        assert client.post("/api/v1/jobs", json=body).status_code == 202, name
