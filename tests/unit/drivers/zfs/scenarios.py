"""Every verb, once each way that runs other commands: what each needs prepared, and its call.

Used by the tests of the verbs and by the list of commands in docs/zfs-argv.md.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from calypso.drivers.storage import (
    PLAIN,
    Access,
    Key,
    Role,
    SendOptions,
    SmartTest,
    Vdev,
    VdevKind,
    WipeMode,
)
from calypso.drivers.storage.disks import lsblk
from calypso.drivers.storage.tree import checksum_argv, tree_argv
from calypso.drivers.storage.zfs import devices, links, openers
from calypso.drivers.storage.zfs.reading import (
    DATASET_COLUMNS,
    ENCRYPTION_COLUMNS,
    POOL_COLUMNS,
    PROPERTY_COLUMNS,
    SNAPSHOT_COLUMNS,
)
from tests.fakes.host import RECORDINGS, FakeHost

DISKS = tuple(f"/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_scratch{at}" for at in range(5))
LIST = ("zfs", "list", "-Hp", "-t", "filesystem,volume", "-o", DATASET_COLUMNS)
SNAPSHOTS = ("zfs", "list", "-Hp", "-t", "snapshot", "-o", SNAPSHOT_COLUMNS)
ZPOOL_LIST = ("zpool", "list", "-Hp", "-o", POOL_COLUMNS)
STATUS = ("zpool", "status", "-ipt")
FEATURES = ("zpool", "get", "-H", "-o", "property,value", "all", "old")
LSBLK = ("lsblk", "-J", "-b", "-o", lsblk.COLUMNS)
SMART = ("smartctl", "-j", "-n", "standby", "-H", "-A")
SELF_TEST = ("smartctl", "-j", "-c", "-l", "selftest")
BLKDISCARD = (
    "stdbuf", "-oL", "blkdiscard", "--verbose", "--step", str(64 << 20), "--zeroout", "/dev/sde",
)  # fmt: skip
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
TASK = "0193f2a5-7c00-7000-8000-000000000001"
RESUME = ("zfs", "send", "-vP", "-t", TOKEN)


def opener_argv(volume, *paths):
    program = str(Path(openers.__file__))
    return (sys.executable, "-I", "-S", "-B", program, *(paths or [f"/dev/zvol/{volume}"]))


IN_TANK = opener_argv(None, "tank/d1", "/dev/zvol/tank/v1", "tank/x", "tank/x/y")
USUAL = (
    "dataset-tank-c1.txt",
    "dataset-tank-v1.txt",
    "datasets-all.txt",
    "snapshots-of-tank-d1.txt",
    "snapshots-under-tank-d1.txt",
    "snapshots-of-tank-r1.txt",
    "snapshots-under-tank-x.txt",
    "301-zfs-list-snap-columns.txt",
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


def statuses(host, recording, *parts):
    """Prepare one look at the pool `tank` after the other."""
    for part in parts:
        host.answer([*STATUS, "tank"], recording, part=part)


def gone_then_there(host, name):
    """Prepare that a pool is not in use, and then is."""
    host.answer([*ZPOOL_LIST, name], "010-zpool-list-nosuch.txt")
    host.answer([*ZPOOL_LIST, name], f"zpool-list-{name}.txt")
    host.answer([*STATUS, name], f"status-{name}.txt")


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
    host.answer([*STATUS, "tank"], "026-zpool-status.txt")
    for part in (0, 3, 8):
        host.answer([*STATUS, "tank"], "133-scrub-start.txt", part=part)
    heard = []
    return storage.run_scrub("tank", on_scan=heard.append, timeout_s=60), heard


def stop_scrub(host, storage):
    silent(host, "zpool scrub -s tank")
    host.answer([*STATUS, "tank"], "138-corrupt-one-side.txt", part=1)
    return storage.stop_scrub("tank")


def pause_scrub(host, storage):
    silent(host, "zpool scrub -p tank")
    host.answer([*STATUS, "tank"], "133-scrub-start.txt", part=6)
    return storage.pause_scrub("tank")


def follow_resilver(host, storage):
    statuses(host, "145-replace.txt", 0, 0, 5, 6)
    heard = []
    return storage.follow_resilver("tank", on_scan=heard.append, timeout_s=60), heard


# ---- pools that come, go and change


def sign(host, storage):
    host.answer(["zpool", "list", "-H", "-o", "name,health"], "zpool-list-health.txt")
    host.answer(["zpool", "events", "-H"], "events.txt")
    return storage.sign()


def import_pool(host, storage):
    """Import a pool by its guid, from where its files are."""
    host.answer(["zpool", "import", "-d", "/tmp"], "156-import-list.txt")
    gone_then_there(host, "rz")
    options = "-d /tmp -R /mnt/else -o readonly=on -f"
    silent(host, f"zpool import {options} 5025929088039990225")
    return storage.import_pool(
        "5025929088039990225", altroot="/mnt/else", readonly=True, force=True, search=["/tmp"]
    )


def import_pool_renamed(host, storage):
    gone_then_there(host, "new")
    silent(host, "zpool import tank new")
    return storage.import_pool("tank", new_name="new")


def plan_import_pool(host, storage):
    host.answer(["zpool", "import"], "156-import-list.txt")
    return storage.plan_import_pool("rz")


def export_pool(host, storage):
    gone_pool(host, "tank", "zpool-list-tank.txt")
    host.answer([*STATUS, "tank"], "026-zpool-status.txt")
    silent(host, opener_argv("tank/v1"), "zpool export tank")
    silent(host, *(f"zfs unmount tank/{name}" for name in ("d1", "x", "x/y")))
    return storage.export_pool("tank")


def export_pool_by_force(host, storage):
    gone_pool(host, "tank", "zpool-list-tank.txt")
    host.answer([*STATUS, "tank"], "026-zpool-status.txt")
    silent(host, opener_argv("tank/v1"), "zpool export -f tank")
    return storage.export_pool("tank", force=True)


def services_of_pool(host, storage):
    host.answer(IN_TANK, "a-user-of-a-volume.txt")
    return storage.services_of_pool("tank")


def stop_service(host, storage):
    silent(host, "systemctl stop -- nbd.service")
    return storage.stop_service("nbd.service")


def start_service(host, storage):
    silent(host, "systemctl start -- nbd.service")
    return storage.start_service("nbd.service")


def plan_export_pool(host, storage):
    host.answer([*STATUS, "tank"], "026-zpool-status.txt")
    silent(host, IN_TANK)
    return storage.plan_export_pool("tank")


def upgrade_pool(host, storage):
    host.answer(FEATURES, "features-old.txt")
    host.answer(FEATURES, "features-all.txt")
    silent(host, "zpool upgrade old")
    return storage.upgrade_pool("old")


def upgrade_pool_by_one(host, storage):
    host.answer(FEATURES, "features-old.txt")
    host.answer(FEATURES, "features-all.txt")
    silent(host, "zpool set feature@zstd_compress=enabled old")
    return storage.upgrade_pool("old", features=["zstd_compress", "async_destroy"])


def plan_upgrade_pool(host, storage):
    host.answer(FEATURES, "features-old.txt")
    return storage.plan_upgrade_pool("old")


def create_checkpoint(host, storage):
    silent(host, "zpool checkpoint tank")
    statuses(host, "308-checkpoint.txt", 3, 0)
    return storage.create_checkpoint("tank")


def discard_checkpoint(host, storage):
    silent(host, "zpool checkpoint -d tank")
    statuses(host, "308-checkpoint.txt", 1)
    statuses(host, "309-discarding.txt", 0, 1)
    heard = []
    storage.discard_checkpoint("tank", on_activity=heard.append, timeout_s=60)
    return heard


# ---- devices


def replace_device(host, storage):
    """Replace scratch0, which is offline, by scratch2."""
    host.answer(links.LIST, "302-find-links.txt")
    silent(host, f"zpool replace tank {DISKS[0].rpartition('/')[2]} {DISKS[2]}")
    statuses(host, "141-offline.txt", 0, 0)
    statuses(host, "145-replace.txt", 0, 5, 6)
    heard = []
    scan = storage.replace_device("tank", DISKS[0], DISKS[2], on_scan=heard.append, timeout_s=60)
    return scan, heard


def replace_device_in_its_slot(host, storage):
    """Another disk stands where scratch0 stood."""
    silent(host, f"zpool replace tank {DISKS[0].rpartition('/')[2]}")
    statuses(host, "141-offline.txt", 0)
    statuses(host, "143-online.txt", 0)
    return storage.replace_device("tank", DISKS[0], on_scan=lambda scan: None, timeout_s=60)


def replace_device_by_force(host, storage):
    silent(host, f"zpool replace -f tank {DISKS[0].rpartition('/')[2]} {DISKS[2]}")
    host.answer(links.LIST, "302-find-links.txt")
    statuses(host, "141-offline.txt", 0, 0)
    statuses(host, "145-replace.txt", 6)
    return storage.replace_device(
        "tank", DISKS[0], DISKS[2], force=True, on_scan=lambda scan: None, timeout_s=60
    )


def attach_device(host, storage):
    """Attach scratch3 beside scratch1."""
    host.answer(links.LIST, "302-find-links.txt")
    silent(host, f"zpool attach tank {DISKS[1].rpartition('/')[2]} {DISKS[3]}")
    statuses(host, "145-replace.txt", 6, 6, 6, 6)
    statuses(host, "147-attach-detach.txt", 0, 1)
    heard = []
    storage.attach_device("tank", DISKS[1], DISKS[3], on_progress=heard.append, timeout_s=60)
    return heard


def attach_device_to_raidz(host, storage):
    host.folders.append(RECORDINGS / "openzfs-2.3-documented")
    host.answer(links.LIST, "302-find-links.txt")
    silent(host, "zpool attach -f tank raidz1-0 /dev/sdf")
    statuses(host, "expansion-finished.txt", 0, 0, 0)
    statuses(host, "expansion-running.txt", 0)
    statuses(host, "expansion-finished-wider.txt", 0)
    heard = []
    storage.attach_device(
        "tank", "raidz1-0", "/dev/sdf", force=True, on_progress=heard.append, timeout_s=60
    )
    return heard


def detach_device(host, storage):
    host.answer(links.LIST, "302-find-links.txt")
    silent(host, f"zpool detach tank {DISKS[3].rpartition('/')[2]}")
    statuses(host, "147-attach-detach.txt", 1)
    statuses(host, "145-replace.txt", 6)
    return storage.detach_device("tank", DISKS[3])


def offline_device(host, storage):
    silent(host, f"zpool offline tank {DISKS[0].rpartition('/')[2]}")
    statuses(host, "140-clear.txt", 0)
    statuses(host, "141-offline.txt", 0)
    return storage.offline_device("tank", DISKS[0])


def offline_device_until_reboot(host, storage):
    silent(host, f"zpool offline -t tank {DISKS[0].rpartition('/')[2]}")
    statuses(host, "140-clear.txt", 0)
    statuses(host, "141-offline.txt", 0)
    return storage.offline_device("tank", DISKS[0], until_reboot=True)


def online_device(host, storage):
    silent(host, f"zpool online tank {DISKS[0].rpartition('/')[2]}")
    statuses(host, "141-offline.txt", 0)
    statuses(host, "143-online.txt", 0)
    return storage.online_device("tank", DISKS[0])


def expand_device(host, storage):
    silent(host, f"zpool online -e tank {DISKS[0].rpartition('/')[2]}")
    statuses(host, "143-online.txt", 0)
    return storage.online_device("tank", DISKS[0], expand=True)


EXTRAS = (
    Vdev(role=Role.SPARE, devices=DISKS[4:5]),
    Vdev(role=Role.CACHE, devices=DISKS[3:4]),
    Vdev(role=Role.LOG, devices=DISKS[2:3]),
)
EXTRA_WORDS = f"log {DISKS[2]} cache {DISKS[3]} spare {DISKS[4]}"


def clear_pool(host, storage):
    silent(host, "zpool clear tank")
    statuses(host, "140-clear.txt", 0)
    return storage.clear_pool("tank")


def clear_device(host, storage):
    silent(host, f"zpool clear tank {DISKS[0].rpartition('/')[2]}")
    statuses(host, "140-clear.txt", 0)
    return storage.clear_pool("tank", DISKS[0])


def clear_suspended_pool(host, storage):
    disk = "/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_scratch0"
    silent(host, "zpool clear t")
    host.files[disk] = ""
    host.answer(("dd", f"if={disk}", "of=/dev/null", *devices.READ_ONCE))
    host.answer([*STATUS, "t"], "205-suspended.txt", part=0)
    host.answer([*STATUS, "t"], "204-status-counters.txt", part=0)
    return storage.clear_pool("t")


def add_vdevs(host, storage):
    silent(host, f"zpool add tank {EXTRA_WORDS}")
    host.answer([*STATUS, "tank"], "310-add-n.txt", part=2)
    return storage.add_vdevs("tank", EXTRAS)


def plan_add_vdevs(host, storage):
    host.answer(["zpool", "add", "-n", "tank", *EXTRA_WORDS.split()], "310-add-n.txt", part=1)
    return storage.plan_add_vdevs("tank", EXTRAS)


def remove_vdev(host, storage):
    silent(host, "zpool remove tank mirror-1")
    statuses(host, "307-remove.txt", 2, 2, 2, 1, 3)
    heard = []
    storage.remove_vdev("tank", "mirror-1", on_activity=heard.append, timeout_s=60)
    return heard


def plan_remove_vdev(host, storage):
    host.answer(["zpool", "remove", "-np", "tank", "mirror-1"], "307-remove.txt", part=0)
    statuses(host, "307-remove.txt", 2)
    return storage.plan_remove_vdev("tank", "mirror-1")


def stop_removing(host, storage):
    silent(host, "zpool remove -s tank")
    statuses(host, "307-remove.txt", 2)
    return storage.stop_removing("tank")


def run_trim(host, storage):
    silent(host, "zpool trim -r 1048576 tank")
    statuses(host, "304-trim.txt", 0, 4)
    heard = []
    storage.run_trim("tank", rate_bytes_per_s=1 << 20, on_activity=heard.append, timeout_s=60)
    return heard


def run_trim_at_once(host, storage):
    silent(host, "zpool trim tank")
    statuses(host, "304-trim.txt", 4)
    storage.run_trim("tank", on_activity=lambda told: None, timeout_s=60)


def run_trim_of_one(host, storage):
    silent(host, f"zpool trim tank {DISKS[1].rpartition('/')[2]}")
    statuses(host, "304-trim.txt", 4)
    storage.run_trim("tank", [DISKS[1]], on_activity=lambda told: None, timeout_s=60)


def stop_trim(host, storage):
    silent(host, "zpool trim -c tank")
    statuses(host, "304-trim.txt", 3)
    return storage.stop_trim("tank")


def run_initialize(host, storage):
    silent(host, "zpool initialize tank")
    statuses(host, "305-initialize.txt", 0, 3)
    heard = []
    storage.run_initialize("tank", on_activity=heard.append, timeout_s=60)
    return heard


def stop_initialize(host, storage):
    silent(host, f"zpool initialize -c tank {DISKS[0].rpartition('/')[2]}")
    statuses(host, "305-initialize.txt", 0, 2)
    return storage.stop_initialize("tank", [DISKS[0]])


# ---- disks


def known_disks(host, status="026-zpool-status.txt"):
    host.answer(LSBLK, "321-lsblk.txt")
    host.answer(links.LIST, "302-find-links.txt")
    host.answer(STATUS, status)


def disks(host, storage):
    known_disks(host)
    host.folders.append(RECORDINGS / "smartctl-documented")
    host.programs.add("smartctl")
    for at in "abcdef":
        host.answer([*SMART, f"/dev/sd{at}"], "ata-healthy.txt")
    host.answer([*SMART, "/dev/vda"], "ata-asleep.txt")
    return storage.disks()


def disk_hosts(host, storage):
    host.files.update({"/sys/class/scsi_host": "", "/sys/class/scsi_device": ""})
    for folder in ("scsi_host", "scsi_device"):
        argv = ["find", f"/sys/class/{folder}", "-mindepth", "1", "-maxdepth", "1"]
        host.answer(argv, f"sys-{folder}.txt")
    return storage.disk_hosts()


def rescan_host(host, storage):
    silent(host, "tee /sys/class/scsi_host/host0/scan")
    return storage.rescan_host("/sys/class/scsi_host/host0/scan")


def settle_disks(host, storage):
    silent(host, "udevadm settle --timeout=60")
    return storage.settle_disks()


def wipe_disk(host, storage):
    """Wipe sde, on which there is nothing known, with zeros."""
    known_disks(host)
    silent(host, opener_argv(None, "/dev/sde"), "wipefs --all /dev/sde")
    host.answer(BLKDISCARD, "blkdiscard.txt")
    silent(host, ["wipefs", "--noheadings", "--output", "TYPE", "/dev/sde"])
    heard = []
    storage.wipe_disk(
        DISKS[4],
        WipeMode.ZERO,
        on_bytes=lambda done, total: heard.append((done, total)),
        timeout_s=60,
    )
    return heard


def exported_disk(host):
    """The pool on sda is not in use."""
    known_disks(host, status="006-zpool-list-none-H.txt")
    silent(host, opener_argv(None, *(f"/dev/{name}" for name in ("sda", "sda1", "sda9"))))


def wipe_disk_of_a_pool(host, storage):
    exported_disk(host)
    silent(host, "zpool labelclear -f /dev/sda1")
    silent(host, *(f"wipefs --all /dev/{name}" for name in ("sda", "sda1", "sda9")))
    silent(host, ["wipefs", "--noheadings", "--output", "TYPE", "/dev/sda"])
    host.answer([*BLKDISCARD[:-2], "/dev/sda"])
    storage.wipe_disk(DISKS[0], WipeMode.FULL, on_bytes=lambda done, total: None, timeout_s=60)


def plan_wipe_disk(host, storage):
    exported_disk(host)
    return storage.plan_wipe_disk("/dev/sda", WipeMode.FULL)


def run_smart_test(host, storage):
    known_disks(host)
    host.folders.append(RECORDINGS / "smartctl-documented")
    host.programs.add("smartctl")
    for name in ("passed", "passed", "running", "running", "passed"):
        host.answer([*SELF_TEST, "/dev/sda"], f"ata-test-{name}.txt")
    host.answer(["smartctl", "-j", "-t", "short", "/dev/sda"], "start.txt")
    heard = []
    told = storage.run_smart_test("/dev/sda", SmartTest.SHORT, on_smart=heard.append, timeout_s=60)
    return told, heard


def stop_smart_test(host, storage):
    known_disks(host)
    host.folders.append(RECORDINGS / "smartctl-documented")
    host.programs.add("smartctl")
    host.answer([*SELF_TEST, "/dev/sda"], "ata-test-running.txt")
    host.answer([*SELF_TEST, "/dev/sda"], "ata-test-aborted.txt")
    host.answer(["smartctl", "-j", "-X", "/dev/sda"], "stop.txt")
    return storage.stop_smart_test("/dev/sda")


# ---- datasets


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


def each_snapshot(host, storage):
    return list(storage.each_snapshot())


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


def create_snapshot_excluding(host, storage):
    return storage.create_snapshot(
        "tank/x", "s2", recursive=True, exclude=["tank/x/*/z"], properties={"calypso:task": TASK}
    )


def create_snapshot_where_missing(host, storage):
    silent(host, f"zfs snapshot -o calypso:task={TASK} tank/x@s3 tank/x/y/z@s3")
    host.answer((*SNAPSHOTS, "-r", "tank/x"), "snapshots-under-tank-x-s3.txt")
    host.answer((*SNAPSHOTS, "-d", "1", "tank/x"), "snapshots-of-tank-x-s3.txt")
    return storage.create_snapshot(
        "tank/x", "s3", recursive=True, where_missing=True, properties={"calypso:task": TASK}
    )


def is_empty(host, storage):
    return storage.is_empty(["tank/x@s2", "tank/x/y@s2"])


def is_not_empty(host, storage):
    return storage.is_empty(["tank/x@s1"])


def destroy_snapshots(host, storage):
    host.answer(["zfs", "destroy", "tank/d1@nosuch,r1,s2"], "306-zfs-destroy-several.txt")
    host.answer((*SNAPSHOTS, "tank/d1@s2"), "070-zfs-clone-nosnap.txt")
    return storage.destroy_snapshots("tank/d1", ["nosuch", "r1", "s2"])


def destroy_snapshot(host, storage):
    silent(host, "zfs destroy tank/d1@byuser")
    host.answer((*SNAPSHOTS, "tank/d1@byuser"), "070-zfs-clone-nosnap.txt")
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


def protect(host, storage):
    silent(host, ["zfs", "set", "calypso:protected=on", "tank/d1@s2"])
    host.answer([*SNAPSHOTS, "tank/d1@s2"], "snapshot-protected.txt")
    return storage.protect("tank/d1@s2", None)


def protect_until(host, storage):
    silent(host, ["zfs", "set", "calypso:protected=2030-01-01T00:00:00Z", "tank/d1@s2"])
    host.answer([*SNAPSHOTS, "tank/d1@s2"], "snapshot-protected-until.txt")
    return storage.protect("tank/d1@s2", datetime(2030, 1, 1, tzinfo=UTC))


def unprotect(host, storage):
    silent(host, "zfs inherit calypso:protected tank/d1@s2")
    return storage.unprotect("tank/d1@s2")


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


def send_as_it_is(host, storage):
    """Send s2 of tank/d1 raw and with its properties, but not where it is mounted."""
    host.answer([*LIST, "tank/r1"], "011-zfs-list-nosuch.txt")
    host.answer([*LIST, "tank/r1"], "dataset-tank-r1.txt")
    host.answer(["zfs", "send", "-vP", "-w", "-c", "-L", "-p", "tank/d1@s2"], "107-send-vP.txt")
    places = "-x mountpoint -x canmount"
    silent(host, f"zfs receive -s -u {places} tank/r1", "zfs mount tank/r1")
    whole = SendOptions(raw=True, compressed=True, large_blocks=True, properties=True)
    return _send(storage, "tank/r1", None, options=whole)


def _send(storage, target, heard, base=None, options=PLAIN):
    heard = [] if heard is None else heard
    return storage.send(
        "tank/d1@s2",
        target,
        base=base,
        options=options,
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


def snapshot_folder(host, storage):
    silent(host, "stat /mnt/d1/.zfs/snapshot/s2/.")
    return storage.snapshot_folder("tank/d1@s2")


def remount(host, storage):
    """A tree of which one filesystem is in use: what was unmounted is mounted again."""
    silent(host, "zfs unmount tank/x/y", "zfs mount tank/x/y")
    host.answer(["zfs", "unmount", "tank/x"], "089-zfs-unmount-busy.txt")
    host.answer(opener_argv(None, "tank/x"), "users-of-a-filesystem.txt")
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
    pause_scrub,
    follow_resilver,
    sign,
    import_pool,
    import_pool_renamed,
    plan_import_pool,
    export_pool,
    export_pool_by_force,
    services_of_pool,
    stop_service,
    start_service,
    plan_export_pool,
    upgrade_pool,
    upgrade_pool_by_one,
    plan_upgrade_pool,
    create_checkpoint,
    discard_checkpoint,
    replace_device,
    replace_device_in_its_slot,
    replace_device_by_force,
    attach_device,
    attach_device_to_raidz,
    detach_device,
    offline_device,
    offline_device_until_reboot,
    online_device,
    expand_device,
    clear_pool,
    clear_device,
    clear_suspended_pool,
    add_vdevs,
    plan_add_vdevs,
    remove_vdev,
    plan_remove_vdev,
    stop_removing,
    run_trim,
    run_trim_at_once,
    run_trim_of_one,
    stop_trim,
    run_initialize,
    stop_initialize,
    disks,
    disk_hosts,
    rescan_host,
    settle_disks,
    wipe_disk,
    wipe_disk_of_a_pool,
    plan_wipe_disk,
    run_smart_test,
    stop_smart_test,
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
    each_snapshot,
    snapshots_of,
    create_snapshot,
    create_snapshot_recursive,
    create_snapshot_excluding,
    create_snapshot_where_missing,
    is_empty,
    is_not_empty,
    destroy_snapshot,
    destroy_snapshots,
    plan_destroy_snapshot,
    plan_destroy_snapshots,
    rollback,
    rollback_destroying_newer,
    plan_rollback,
    hold,
    release,
    protect,
    protect_until,
    unprotect,
    send_full,
    send_increment,
    send_resumed,
    send_as_it_is,
    abandon,
    checksum,
    snapshot_folder,
)
JSON_SCENARIOS = (pools_json, pool_json)
