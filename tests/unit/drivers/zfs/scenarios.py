"""Every verb, once each way that runs other commands: what each needs prepared, and its call.

Used by the tests of the verbs and by the list of commands in docs/zfs-argv.md.
"""

import sys
from pathlib import Path

from calypso.drivers.storage import Access, Key, Vdev, VdevKind
from calypso.drivers.storage.tree import checksum_argv, tree_argv
from calypso.drivers.storage.zfs import openers
from calypso.drivers.storage.zfs.reading import (
    DATASET_COLUMNS,
    ENCRYPTION_COLUMNS,
    POOL_COLUMNS,
    PROPERTY_COLUMNS,
    SNAPSHOT_COLUMNS,
)
from tests.fakes.host import FakeHost

DISKS = tuple(f"/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_scratch{at}" for at in range(4))
LIST = ("zfs", "list", "-Hp", "-t", "filesystem,volume", "-o", DATASET_COLUMNS)
SNAPSHOTS = ("zfs", "list", "-Hp", "-t", "snapshot", "-o", SNAPSHOT_COLUMNS)
ZPOOL_LIST = ("zpool", "list", "-Hp", "-o", POOL_COLUMNS)
STATUS = ("zpool", "status", "-p")
SNAPSHOTS_D1 = (*SNAPSHOTS, "-d", "1", "tank/d1")
SNAPSHOTS_R1 = (*SNAPSHOTS, "-d", "1", "tank/r1")
SNAPSHOTS_C1 = (*SNAPSHOTS, "-d", "1", "tank/c1")
ASKED_OF_KEYS = "encryptionroot,keystatus,mounted,canmount,mountpoint"
ENCRYPTION = (
    *("zfs", "get", "-Hp", "-r", "-t", "filesystem,volume"),
    *("-o", ENCRYPTION_COLUMNS, ASKED_OF_KEYS),
)
LOAD_KEY = ("zfs", "load-key", "-L", "prompt", "tank/e")
KEY_OPTIONS = "-o keyformat=passphrase -o keylocation=prompt"
DRY_RUN_D1 = ("zfs", "destroy", "-nvpr", "tank/d1")
TOKEN = (
    "1-a5803409a-b8-789c636064000310a500c4ec50360710e72765a52697303030419460caa7a515a7968064f41861"
    "f26c48f2499525a9c540dae1b0012336fd25f9e9a599290c0c725af12759f636706a20c97382e5f31273538174625e"
    "b67e8aa143b111031c0000daf914a6"
)
RESUME = ("zfs", "send", "-vP", "-t", TOKEN)


def opener_argv(volume):
    program = str(Path(openers.__file__))
    return (sys.executable, "-I", "-S", "-B", program, f"/dev/zvol/{volume}")


USUAL = (
    "dataset-tank-c1.txt",
    "dataset-tank-v1.txt",
    "datasets-all.txt",
    "snapshots-of-tank-d1.txt",
    "snapshots-under-tank-d1.txt",
    "snapshots-of-tank-r1.txt",
    "079-zfs-release.txt",
    "038-zfs-create.txt",
    "059-zfs-snapshot.txt",
)


def make_host():
    """A machine with OpenZFS 2.1.11, which has no JSON."""
    host = FakeHost("openzfs-2.1.11", "openzfs-2.1.11-composed")
    host.usually(*USUAL)
    host.answer(["zpool", "status", "-j"], "031-zpool-status-j.txt")
    return host


def make_json_host():
    """A machine with OpenZFS 2.3, as documented."""
    host = FakeHost("openzfs-2.3-documented", "openzfs-2.1.11-composed")
    host.usually("status-running.txt")
    host.answer(ZPOOL_LIST, "zpool-list-tank.txt")
    return host


def silent(host, *argvs):
    """Prepare commands that succeed and print nothing."""
    for argv in argvs:
        host.answer(argv.split() if isinstance(argv, str) else argv)


def gone(host, name, *before):
    """Prepare that `name` is listed once for each of `before`, and then is no more."""
    for recording in before:
        host.answer([*LIST, name], recording)
    host.answer([*LIST, name], "091-zfs-destroy-nosuch.txt")


def gone_pool(host, name, recording):
    host.answer([*ZPOOL_LIST, name], recording)
    host.answer([*ZPOOL_LIST, name], "010-zpool-list-nosuch.txt")


def destroyed(host):
    """Return the destroys that were run in earnest."""
    return [argv for argv in host.asked if "destroy" in argv and not argv[2].startswith("-n")]


# ---- one for each verb


def probe(host, storage):
    host.answer(["zfs", "version"], "002-version.txt")
    return storage.probe()


def pools(host, storage):
    host.answer(STATUS, "138-corrupt-one-side.txt", part=1)
    return storage.pools()


def pools_json(host, storage):
    return storage.pools()


def pool(host, storage):
    host.answer([*STATUS, "tank"], "138-corrupt-one-side.txt", part=1)
    return storage.pool("tank")


def pool_json(host, storage):
    return storage.pool("tank")


def create_pool(host, storage):
    host.answer([*ZPOOL_LIST, "tank"], "010-zpool-list-nosuch.txt")
    host.answer([*ZPOOL_LIST, "tank"], "zpool-list-tank.txt")
    host.answer([*STATUS, "tank"], "026-zpool-status.txt")
    vdevs = [Vdev(kind=VdevKind.MIRROR, devices=DISKS[1:3]), Vdev(devices=DISKS[:1])]
    options = "-o ashift=12 -O compression=lz4 -O mountpoint=/mnt/tank"
    words = f"zpool create {options} tank {DISKS[0]} mirror {DISKS[1]} {DISKS[2]}"
    silent(host, words)
    return storage.create_pool(
        "tank",
        vdevs,
        mountpoint="/mnt/tank",
        properties={"ashift": "12", "compression": "lz4"},
    )


def create_mirrored_pool(host, storage):
    host.answer([*ZPOOL_LIST, "tank"], "010-zpool-list-nosuch.txt")
    host.answer([*ZPOOL_LIST, "tank"], "zpool-list-tank.txt")
    host.answer([*STATUS, "tank"], "026-zpool-status.txt")
    return storage.create_pool(
        "tank",
        [Vdev(kind=VdevKind.MIRROR, devices=DISKS[:2])],
        mountpoint="none",
        properties={"ashift": "12", "compression": "lz4", "atime": "off"},
    )


def destroy_pool(host, storage):
    gone_pool(host, "tank", "zpool-list-tank.txt")
    host.answer([*STATUS, "tank"], "026-zpool-status.txt")
    silent(host, opener_argv("tank/v1"), "zpool destroy tank")
    silent(host, *(f"zfs unmount tank/{name}" for name in ("d1", "x", "x/y")))
    return storage.destroy_pool("tank")


def plan_destroy_pool(host, storage):
    host.answer([*STATUS, "tank"], "026-zpool-status.txt")
    return storage.plan_destroy_pool("tank")


def run_scrub(host, storage):
    silent(host, "zpool scrub tank")
    for part in (0, 3, 8):
        host.answer([*STATUS, "tank"], "133-scrub-start.txt", part=part)
    heard = []
    return storage.run_scrub("tank", on_scan=heard.append, timeout_s=60), heard


def stop_scrub(host, storage):
    silent(host, "zpool scrub -s tank")
    host.answer([*STATUS, "tank"], "138-corrupt-one-side.txt", part=1)
    return storage.stop_scrub("tank")


def datasets(host, storage):
    return storage.datasets()


def datasets_under(host, storage):
    return storage.datasets("tank/x")


def dataset(host, storage):
    return storage.dataset("tank/d1")


def datasets_with_a_cut_one(host, storage):
    host.answer(LIST, "datasets-with-a-cut-one.txt")
    return storage.datasets()


def create_dataset(host, storage):
    return storage.create_dataset("tank/d1")


def create_filesystem(host, storage):
    host.answer([*LIST, "tank/x"], "011-zfs-list-nosuch.txt")
    host.answer([*LIST, "tank/x"], "dataset-tank-x.txt")
    silent(host, "zfs create -p -o quota=64M tank/x")
    return storage.create_dataset("tank/x", parents=True, properties={"quota": "64M"})


def create_volume(host, storage):
    host.answer(["zfs", "create", "-V", "67108864", "tank/v1"], "049-zfs-create-vol.txt")
    return storage.create_dataset("tank/v1", size_bytes=67108864)


def destroy_dataset(host, storage):
    host.answer([*LIST, "-r", "tank/legacy"], "datasets-under-tank-legacy.txt")
    gone(host, "tank/legacy")
    silent(host, "zfs destroy tank/legacy")
    return storage.destroy_dataset("tank/legacy")


def destroy_dataset_recursive(host, storage):
    gone(host, "tank/x")
    silent(host, "zfs unmount tank/x", "zfs unmount tank/x/y", "zfs destroy -r tank/x")
    return storage.destroy_dataset("tank/x", recursive=True)


def destroy_volume_recursive(host, storage):
    gone(host, "tank/v1")
    silent(host, opener_argv("tank/v1"), "zfs destroy -r tank/v1")
    return storage.destroy_dataset("tank/v1", recursive=True)


def plan_destroy_dataset(host, storage):
    host.answer(["zfs", "destroy", "-nvp", "tank/d1"], "073-zfs-destroy-has-snaps.txt")
    return storage.plan_destroy_dataset("tank/d1")


def plan_destroy_dataset_recursive(host, storage):
    return storage.plan_destroy_dataset("tank/d1", recursive=True)


def rename_dataset(host, storage):
    gone(host, "tank/x")
    silent(host, "zfs rename tank/x tank/d1")  # a name that is there, to be seen afterwards
    return storage.rename_dataset("tank/x", "tank/d1")


PROPERTIES_X = ("zfs", "get", "-Hp", "-o", PROPERTY_COLUMNS, "quota,compression,atime", "tank/x")


def set_properties(host, storage):
    silent(host, "zfs set quota=64M compression=lz4 tank/x", "zfs inherit atime tank/x")
    host.answer(PROPERTIES_X, "properties-set-tank-x.txt")
    wanted = {"quota": "64M", "compression": "lz4"}
    return storage.set_properties("tank/x", wanted, inherit=["atime"])


def properties(host, storage):
    return storage.properties("tank/d1", ["compression", "volsize"])


def resize_volume(host, storage):
    host.answer([*LIST, "tank/v1"], "dataset-tank-v1.txt")
    host.answer([*LIST, "tank/v1"], "dataset-tank-v1-larger.txt")
    silent(host, "zfs set volsize=100663296 tank/v1")
    return storage.resize_volume("tank/v1", 100663296 - 5000)


def shrink_volume(host, storage):
    host.answer([*LIST, "tank/v1"], "dataset-tank-v1.txt")
    host.answer([*LIST, "tank/v1"], "dataset-tank-v1-smaller.txt")
    silent(host, opener_argv("tank/v1"), "zfs set volsize=33554432 tank/v1")
    return storage.resize_volume("tank/v1", 33554432, shrink=True)


def plan_resize_volume(host, storage):
    host.answer([*LIST, "tank/v1"], "dataset-tank-v1.txt")
    return storage.plan_resize_volume("tank/v1", 33554432)


def change_access(host, storage):
    argv = tree_argv("access", "/mnt/d1", "a/b", "recursive", '{"owner": "ada"}')
    host.answer(argv, "access.txt")
    heard = []
    access = Access(owner="ada")
    files = storage.change_access(
        "tank/d1",
        access,
        folder="a/b",
        recursive=True,
        on_files=lambda done, total: heard.append((done, total)),
        timeout_s=60,
    )
    return files, heard


# ---- keys


def key(text="correct horse"):
    return Key(text=text)


def encryption(host, storage):
    host.answer([*ENCRYPTION, "tank/e"], "encryption-tank-e-unlocked.txt")
    return storage.encryption("tank/e")


def create_encrypted(host, storage):
    silent(host, f"zfs create -o encryption=on {KEY_OPTIONS} tank/e")
    host.answer([*LIST, "tank/e"], "dataset-tank-e.txt")
    return storage.create_dataset("tank/e", key=key())


def unlock(host, storage):
    host.answer([*ENCRYPTION, "tank/e"], "encryption-tank-e-locked.txt")
    host.answer([*ENCRYPTION, "tank/e"], "encryption-tank-e-unlocked.txt")
    silent(host, LOAD_KEY)
    return storage.unlock("tank/e", key())


def lock(host, storage):
    host.answer([*ENCRYPTION, "tank/e"], "encryption-tank-e-unlocked.txt")
    host.answer([*ENCRYPTION, "tank/e"], "encryption-tank-e-locked.txt")
    silent(host, "zfs unmount tank/e/in", "zfs unmount tank/e", "zfs unload-key tank/e")
    return storage.lock("tank/e")


def mount(host, storage):
    silent(host, "zfs mount tank/d1")
    return storage.mount("tank/d1")


def change_key(host, storage):
    host.answer([*ENCRYPTION, "tank/e"], "encryption-tank-e-unlocked.txt")
    silent(host, f"zfs change-key {KEY_OPTIONS} tank/e", "zfs load-key -n -L prompt tank/e")
    return storage.change_key("tank/e", key("new battery staple"))


def plan_change_key(host, storage):
    host.answer([*ENCRYPTION, "tank/e"], "encryption-tank-e-unlocked.txt")
    return storage.plan_change_key("tank/e")


# ---- clones


def clone(host, storage):
    return storage.clone("tank/d1@s1", "tank/c1", properties={"mountpoint": "/mnt/c1"})


def promote(host, storage):
    host.answer([*LIST, "tank/c1"], "dataset-tank-c1.txt")
    host.answer([*LIST, "tank/c1"], "dataset-tank-c1-promoted.txt")
    host.answer(SNAPSHOTS_C1, "snapshots-of-tank-c1.txt")
    silent(host, "zfs promote tank/c1")
    return storage.promote("tank/c1", "tank/d1")


def plan_promote(host, storage):
    host.answer([*LIST, "tank/c1"], "dataset-tank-c1.txt")
    host.answer(SNAPSHOTS_C1, "snapshots-of-tank-c1.txt")
    return storage.plan_promote("tank/c1", "tank/d1")


def holds(host, storage):
    return storage.holds("tank/d1@s2")


def snapshots(host, storage):
    return storage.snapshots()


def snapshots_of(host, storage):
    return storage.snapshots("tank/d1")


def create_snapshot(host, storage):
    return storage.create_snapshot("tank/d1", "s1")


def create_snapshot_recursive(host, storage):
    argv = ["zfs", "snapshot", "-r", "-o", "calypso:job=17", "tank/d1@s2"]
    host.answer(argv, "063-zfs-snapshot-r.txt")
    return storage.create_snapshot(
        "tank/d1", "s2", recursive=True, properties={"calypso:job": "17"}
    )


def destroy_snapshots(host, storage):
    host.answer(SNAPSHOTS_D1, "snapshots-of-tank-d1.txt")
    host.answer(SNAPSHOTS_D1, "snapshots-of-tank-d1-until-s1.txt")
    silent(host, "zfs destroy tank/d1@r1,s2")
    return storage.destroy_snapshots("tank/d1", ["s2", "r1", "nosuch"])


def destroy_snapshot(host, storage):
    host.answer(SNAPSHOTS_D1, "snapshots-of-tank-d1.txt")
    host.answer(SNAPSHOTS_D1, "snapshots-of-tank-d1-until-s2.txt")
    silent(host, "zfs destroy tank/d1@byuser")
    return storage.destroy_snapshots("tank/d1", ["byuser"])


def plan_destroy_snapshots(host, storage):
    return storage.plan_destroy_snapshots("tank/d1", ["s2", "r1", "nosuch"])


def plan_destroy_snapshot(host, storage):
    """Plan for a snapshot that has a clone."""
    host.answer(["zfs", "destroy", "-nvp", "tank/d1@s1"], "075-zfs-destroy-nv.txt", complaint=0)
    return storage.plan_destroy_snapshots("tank/d1", ["s1"])


def rollback(host, storage):
    host.answer(SNAPSHOTS_D1, "snapshots-of-tank-d1-until-s2.txt")
    silent(host, "zfs rollback tank/d1@s2")
    return storage.rollback("tank/d1@s2")


def rollback_destroying_newer(host, storage):
    for _ in range(2):
        host.answer(SNAPSHOTS_D1, "snapshots-of-tank-d1.txt")
    host.answer(SNAPSHOTS_D1, "snapshots-of-tank-d1-until-s2.txt")
    silent(host, "zfs rollback -r tank/d1@s2")
    return storage.rollback("tank/d1@s2", destroy_newer=True)


def plan_rollback(host, storage):
    return storage.plan_rollback("tank/d1@r1", destroy_newer=True)


def hold(host, storage):
    silent(host, "zfs hold keep1 tank/d1@s2")
    return storage.hold("tank/d1@s2", "keep1")


def release(host, storage):
    host.answer(["zfs", "holds", "-H", "tank/d1@s2"], "079-zfs-release.txt")
    return storage.release("tank/d1@s2", "keep1")


def send_full(host, storage, heard=None):
    """Send s2 of tank/d1 into tank/r1, which is new."""
    host.answer([*LIST, "tank/r1"], "011-zfs-list-nosuch.txt")
    host.answer([*LIST, "tank/r1"], "dataset-tank-r1.txt")
    host.answer(["zfs", "send", "-vP", "tank/d1@s2"], "107-send-vP.txt")
    silent(host, "zfs receive -s -u tank/r1", "zfs mount tank/r1")
    return _send(storage, "tank/r1", heard)


def send_increment(host, storage, heard=None):
    """Send what changed between r1 and s2 of tank/d1 into tank/r1, which has r1."""
    host.answer(SNAPSHOTS_R1, "snapshots-of-tank-r1-at-r1.txt")
    host.answer(SNAPSHOTS_R1, "snapshots-of-tank-r1-both.txt")
    host.answer(["zfs", "send", "-vP", "-i", "tank/d1@r1", "tank/d1@s2"], "107-send-vP.txt")
    silent(host, "zfs receive -s -u -F tank/r1")
    return _send(storage, "tank/r1", heard, base="r1")


def send_resumed(host, storage, heard=None):
    """Go on with a cut full transfer into tank/r2."""
    cut = "dataset-tank-r2.txt"
    host.answer([*LIST, "tank/r2"], cut)
    host.answer([*LIST, "tank/r2"], "dataset-tank-r1.txt")
    host.answer(["zfs", "send", "-nvP", "-t", TOKEN], "126-recv-resume.txt", code=0)
    host.answer(RESUME, "126-recv-resume.txt", code=0)
    silent(host, "zfs receive -s -u tank/r2", "zfs mount tank/r2")
    return _send(storage, "tank/r2", heard)


def _send(storage, target, heard, base=None):
    heard = [] if heard is None else heard
    return storage.send(
        "tank/d1@s2",
        target,
        base=base,
        on_bytes=lambda done, total: heard.append((done, total)),
        timeout_s=60,
    )


def abandon(host, storage):
    token = ["zfs", "get", "-Hp", "-o", "value", "receive_resume_token", "tank/r2"]
    host.answer(token, "token-tank-r2.txt")
    host.answer(token, "token-none-tank-new.txt")
    silent(host, "zfs receive -A tank/r2")
    return storage.abandon("tank/r2")


def checksum(host, storage):
    silent(host, "stat /mnt/d1/.zfs/snapshot/s2/.")
    host.answer(checksum_argv("/mnt/d1/.zfs/snapshot/s2"), "checksum.txt")
    return storage.checksum("tank/d1@s2")


def remount(host, storage):
    """A tree of which one filesystem is in use: what was unmounted is mounted again."""
    silent(host, "zfs unmount tank/x/y", "zfs mount tank/x/y")
    host.answer(["zfs", "unmount", "tank/x"], "089-zfs-unmount-busy.txt")
    return storage.destroy_dataset("tank/x", recursive=True)


SCENARIOS = (
    probe,
    pools,
    pool,
    create_pool,
    create_mirrored_pool,
    destroy_pool,
    plan_destroy_pool,
    run_scrub,
    stop_scrub,
    datasets,
    datasets_under,
    dataset,
    datasets_with_a_cut_one,
    create_dataset,
    create_filesystem,
    create_volume,
    destroy_dataset,
    destroy_dataset_recursive,
    destroy_volume_recursive,
    remount,
    plan_destroy_dataset,
    plan_destroy_dataset_recursive,
    rename_dataset,
    set_properties,
    properties,
    resize_volume,
    shrink_volume,
    plan_resize_volume,
    change_access,
    encryption,
    create_encrypted,
    unlock,
    lock,
    mount,
    change_key,
    plan_change_key,
    clone,
    promote,
    plan_promote,
    holds,
    snapshots,
    snapshots_of,
    create_snapshot,
    create_snapshot_recursive,
    destroy_snapshot,
    destroy_snapshots,
    plan_destroy_snapshot,
    plan_destroy_snapshots,
    rollback,
    rollback_destroying_newer,
    plan_rollback,
    hold,
    release,
    send_full,
    send_increment,
    send_resumed,
    abandon,
    checksum,
)
JSON_SCENARIOS = (pools_json, pool_json)
