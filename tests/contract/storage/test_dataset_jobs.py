"""What the job types about datasets and their snapshots make of the verbs."""

from uuid import UUID

import pytest
from pydantic import ValidationError

from calypso import jobs
from calypso.drivers.storage import BadProperty, Held, SnapshotMissing, WouldShrink
from calypso.errors import InUse, JobCancelled
from calypso.models.job import State
from tests.fakes.running import FakeRunning, job_of

TYPES = jobs.load()
MIB = 1 << 20


def run(place, name, running=None, **params):
    job_type = TYPES[f"storage.{name}"]
    return job_type.run(job_type.params(**params), place.storage, running or FakeRunning())


def plan(place, name, **params):
    job_type = TYPES[f"storage.{name}"]
    return job_type.plan(job_type.params(**params), place.storage, FakeRunning())


def value(place, dataset, name):
    return place.storage.properties(dataset, [name])[name].value


# ---- properties


@pytest.mark.proves("storage.dataset_set_props")
def test_a_whole_tree_is_set_each_dataset_by_itself(place):
    home, inner = place.dataset("home"), place.dataset("home/inner")
    place.storage.set_properties(inner, {"compression": "off"})
    done = run(
        place, "dataset_set_props", dataset=home, properties={"compression": "zle"}, recursive=True
    )
    assert done.changed == 2
    assert place.storage.properties(inner, ["compression"])["compression"].source == "local"
    assert value(place, inner, "compression") == "zle"

    run(place, "dataset_set_props", dataset=inner, inherit=["compression"])
    source = place.storage.properties(inner, ["compression"])["compression"].source
    assert source == f"inherited from {home}"


def test_a_cancel_stops_between_two_datasets(place):
    home, inner = place.dataset("home"), place.dataset("home/inner")
    wanted = {"dataset": home, "properties": {"calypso:note": "x"}, "recursive": True}
    with pytest.raises(JobCancelled):
        run(place, "dataset_set_props", FakeRunning(cancel_after=1), **wanted)
    assert value(place, home, "calypso:note") == "x"
    assert place.storage.properties(inner, ["calypso:note"])["calypso:note"].source != "local"


def test_a_property_that_the_dataset_asked_for_has_not_fails_the_job(place):
    with pytest.raises(BadProperty):
        run(place, "dataset_set_props", dataset=place.dataset("home"), properties={"nosuch": "1"})


@pytest.mark.parametrize("wrong", [{}, {"properties": {"atime": "on"}, "inherit": ["atime"]}])
def test_setting_nothing_or_two_things_at_once_is_refused(wrong):
    with pytest.raises(ValidationError):
        TYPES["storage.dataset_set_props"].params(dataset="tank/home", **wrong)


def test_access_needs_something_to_change():
    params = TYPES["storage.dataset_chown_acl"].params
    with pytest.raises(ValidationError, match="say what to change"):
        params(dataset="tank/home")
    for wrong in ("user:ada", "other::rwx", "user:ada:rwz", "mask:x:rwx"):
        with pytest.raises(ValidationError):
            params(dataset="tank/home", acl=[wrong])


@pytest.mark.proves("storage.dataset_chown_acl")
def test_access_is_changed_and_files_counted(place):
    home = place.dataset("home")
    (place.path(home) / "file").touch()
    wanted = {"dataset": home, "file_mode": "600", "recursive": True}
    running = FakeRunning()
    assert run(place, "dataset_chown_acl", running, **wanted).files == 2
    assert running.reports[-1] == {"done": 2, "total": 2, "unit": "files"}
    with pytest.raises(JobCancelled):
        run(place, "dataset_chown_acl", FakeRunning(cancel_after=0), **wanted)


# ---- holds


@pytest.mark.proves("storage.snapshot_hold", "storage.snapshot_release")
def test_a_tree_of_snapshots_is_held_and_released(place):
    home, inner = place.dataset("home"), place.dataset("home/inner")
    place.storage.create_snapshot(home, "one", recursive=True)
    place.snapshot(inner, "two")
    wanted = {"snapshot": f"{home}@one", "tag": "audit", "recursive": True}

    for _ in range(2):
        held = run(place, "snapshot_hold", **wanted).held
        assert held == (f"{home}@one", f"{inner}@one")
    with pytest.raises(Held):
        place.storage.destroy_snapshots(inner, ["one"])

    for _ in range(2):
        assert run(place, "snapshot_release", **wanted).released == held
    assert place.storage.holds(f"{inner}@one") == []


def test_the_hold_of_a_job_stays_until_that_job_is_over(place):
    home = place.dataset("home")
    place.snapshot(home, "one")
    sending = job_of("storage.replication_run", {}, number=7)
    wanted = {"snapshot": f"{home}@one", "tag": f"calypso-{sending.id}-2"}
    place.storage.hold(f"{home}@one", wanted["tag"])

    for state in (State.RUNNING, State.WAITING, State.QUEUED):
        known = FakeRunning(jobs=[sending.but(state=state)])
        with pytest.raises(InUse, match=r"held by the job A job .* Cancel that job") as refused:
            run(place, "snapshot_release", known, **wanted)
        assert refused.value.holder_job == str(sending.id)
    assert place.storage.holds(f"{home}@one") == [wanted["tag"]]

    over = FakeRunning(jobs=[sending.but(state=State.LOST)])
    assert run(place, "snapshot_release", over, **wanted).released == (f"{home}@one",)
    assert (place.storage.holds(f"{home}@one"), over.warnings) == ([], [])


def test_the_hold_of_a_job_that_nobody_knows_goes_with_a_warning(place):
    home = place.dataset("home")
    place.snapshot(home, "one")
    tag = f"calypso-{UUID(int=8)}-1"
    place.storage.hold(f"{home}@one", tag)
    running = FakeRunning()

    run(place, "snapshot_release", running, snapshot=f"{home}@one", tag=tag)

    assert place.storage.holds(f"{home}@one") == []
    assert [code for code, _ in running.warnings] == ["unknown_job"]


def test_holding_what_is_not_there_is_refused(place):
    home = place.dataset("home")
    with pytest.raises(SnapshotMissing):
        run(place, "snapshot_hold", snapshot=f"{home}@nosuch", tag="audit")


def test_nobody_but_a_job_holds_in_the_name_of_a_job():
    with pytest.raises(ValidationError, match="belong to jobs"):
        TYPES["storage.snapshot_hold"].params(snapshot="tank/a@b", tag="calypso-17-1")
    TYPES["storage.snapshot_release"].params(snapshot="tank/a@b", tag="calypso-17-1")


# ---- clones


@pytest.mark.proves("storage.snapshot_clone")
def test_a_snapshot_becomes_a_dataset(place):
    home = place.dataset("home")
    place.snapshot(home, "one")
    made = run(place, "snapshot_clone", snapshot=f"{home}@one", target=f"{place.pool}/clone")
    assert made.mountpoint == str(place.path(f"{place.pool}/clone"))


@pytest.mark.proves("storage.dataset_promote")
def test_a_clone_and_its_origin_change_places(place):
    home, clone = place.dataset("home"), f"{place.pool}/clone"
    place.snapshot(home, "one")
    place.storage.clone(f"{home}@one", clone)
    if not place.storage.probe().features["clones"]:
        pytest.skip("clones are copies here")
    wanted = {"dataset": clone, "origin": home}
    assert plan(place, "dataset_promote", **wanted).effects
    run(place, "dataset_promote", **wanted)
    assert place.storage.dataset(home).origin == f"{clone}@one"


def test_a_promotion_locks_both_and_a_rollback_every_clone_it_destroys():
    promote = TYPES["storage.dataset_promote"].params(dataset="tank/c", origin="tank/h")
    assert {lock.path for lock in promote.locks()} == {
        "storage/tank/c",
        "storage/tank/h",
        "snapshots/tank/c",
        "snapshots/tank/h",
    }
    rollback = TYPES["storage.snapshot_rollback"].params(
        snapshot="tank/h@one", destroy_clones=["tank/c"]
    )
    assert {lock.path for lock in rollback.locks()} == {lock.path for lock in promote.locks()}


# ---- keys


@pytest.fixture
def vault(place):
    if not place.storage.probe().features["encryption"]:
        pytest.skip("nothing is encrypted here")
    running = FakeRunning(secrets={"vault": "correct horse\n"})
    name = f"{place.pool}/vault"
    run(place, "dataset_create", running, dataset=name, encryption_key={"secret": "vault"})
    return name


@pytest.mark.proves("storage.dataset_lock", "storage.dataset_unlock", "storage.dataset_change_key")
def test_a_vault_is_locked_unlocked_and_given_another_key(place, vault):
    place.storage.create_dataset(f"{vault}/inner")
    old = FakeRunning(secrets={"vault": "correct horse"})
    assert run(place, "dataset_lock", dataset=vault).locked == (vault,)
    done = run(place, "dataset_unlock", old, dataset=vault, encryption_key={"secret": "vault"})
    assert (done.unlocked, done.mounted) == ((vault,), (vault, f"{vault}/inner"))

    new = FakeRunning(secrets={"new": "battery staple"})
    wanted = {"dataset": vault, "encryption_key": {"secret": "new"}}
    before = plan(place, "dataset_change_key", **wanted)
    run(place, "dataset_change_key", new, **wanted)
    run(place, "dataset_lock", dataset=vault)
    assert plan(place, "dataset_change_key", **wanted) != before
    run(place, "dataset_unlock", new, dataset=vault, encryption_key={"secret": "new"})


def test_with_recursive_vaults_below_are_locked_and_unlocked_too(place, vault):
    running = FakeRunning(secrets={"vault": "correct horse"})
    own = f"{vault}/own"
    run(place, "dataset_create", running, dataset=own, encryption_key={"secret": "vault"})
    assert run(place, "dataset_lock", dataset=vault, recursive=True).locked == (own, vault)
    done = run(
        place,
        "dataset_unlock",
        running,
        dataset=vault,
        encryption_key={"secret": "vault"},
        recursive=True,
    )
    assert (done.unlocked, done.mounted) == ((vault, own), (vault, own))


# ---- volumes


@pytest.mark.proves("storage.zvol_resize", "storage.zvol_shrink")
def test_a_volume_grows_by_one_type_and_shrinks_by_another(place):
    if not place.storage.probe().features["volumes"]:
        pytest.skip("there are no volumes here")
    volume = f"{place.pool}/volume"
    place.storage.create_dataset(volume, size_bytes=16 * MIB)
    assert run(place, "zvol_resize", dataset=volume, size_bytes=32 * MIB).size_bytes == 32 * MIB
    with pytest.raises(WouldShrink):
        run(place, "zvol_resize", dataset=volume, size_bytes=8 * MIB)
    wanted = {"dataset": volume, "size_bytes": 8 * MIB, "lose_the_end": True}
    assert plan(place, "zvol_shrink", **wanted).destroys
    assert run(place, "zvol_shrink", **wanted).size_bytes == 8 * MIB


def test_shrinking_must_be_said():
    params = TYPES["storage.zvol_shrink"].params
    for said in ({}, {"lose_the_end": False}):
        with pytest.raises(ValidationError):
            params(dataset="tank/v", size_bytes=8 * MIB, **said)


# ---- the layout of the appliance


def wanted_layout(place, **more):
    is_zfs = place.storage.probe().product == "zfs"
    mountpoint = f"/tmp/{place.pool}-srv" if is_zfs else None
    return {"dataset": f"{place.pool}/calypso", "mountpoint": mountpoint, **more}


@pytest.mark.proves("storage.layout_apply")
def test_the_layout_is_made_once_and_its_plan_says_so_first(place):
    wanted = wanted_layout(place)
    before = plan(place, "layout_apply", **wanted)
    assert len(before.effects) == 10
    assert before.destroys == []

    made = run(place, "layout_apply", **wanted)

    names = [one.name for one in place.storage.datasets(f"{place.pool}/calypso")]
    assert sorted(made.made) == names
    parts = "_system backups cache db iscsi object shares uploads vtl"
    assert [name.rpartition("/")[2] for name in names[1:]] == parts.split()
    assert value(place, f"{place.pool}/calypso/db", "recordsize") == "16384"
    again = run(place, "layout_apply", **wanted)
    assert (again.made, again.changed) == ((), ())
    assert plan(place, "layout_apply", **wanted).effects == ["All is as it should be."]


def test_what_differs_in_the_layout_is_mended_and_the_rest_left_alone(place):
    wanted = wanted_layout(place)
    run(place, "layout_apply", **wanted)
    backups = f"{place.pool}/calypso/backups"
    place.storage.set_properties(backups, {"recordsize": "4096", "calypso:note": "mine"})
    assert plan(place, "layout_apply", **wanted).effects == [
        f"{backups} changes recordsize from 4096 to 1048576."
    ]
    assert run(place, "layout_apply", **wanted).changed == (backups,)
    assert value(place, backups, "calypso:note") == "mine"


def test_a_layout_that_was_cut_is_completed(place):
    wanted = wanted_layout(place)
    with pytest.raises(JobCancelled):
        run(place, "layout_apply", FakeRunning(cancel_after=4), **wanted)
    assert len(place.storage.datasets(f"{place.pool}/calypso")) == 4
    assert len(run(place, "layout_apply", **wanted).made) == 6


def test_parts_of_the_layout_have_quotas_where_the_product_has(place):
    wanted = wanted_layout(place, quotas={"uploads": 64 * MIB})
    if place.storage.probe().product != "zfs":
        with pytest.raises(BadProperty):
            run(place, "layout_apply", **wanted)
        return
    run(place, "layout_apply", **wanted)
    assert value(place, f"{place.pool}/calypso/uploads", "quota") == str(64 * MIB)
    assert run(place, "layout_apply", **wanted).changed == ()


@pytest.mark.proves("storage.snapshot_locate")
def test_the_files_of_a_snapshot_are_read_where_they_are_located(place):
    home = place.dataset("home")
    path = place.path(home) / "file"
    path.write_text("then")
    place.snapshot(home, "one")
    path.write_text("now")

    found = run(place, "snapshot_locate", snapshot=f"{home}@one")

    assert place.machine.path(f"{found.path}/file").read_text() == "then"
    with pytest.raises(SnapshotMissing):
        run(place, "snapshot_locate", snapshot=f"{home}@never")
