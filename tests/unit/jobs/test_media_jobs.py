"""Jobs on media pools and on what is on record about cartridges."""

from datetime import timedelta
from uuid import uuid4

import pytest
from pydantic import ValidationError

from calypso import jobs as job_types
from calypso.drivers.tape import (
    BarcodeDuplicate,
    Cartridge,
    CartridgeKind,
    CartridgeMissing,
    CleaningCartridge,
    ElementKind,
    Place,
)
from calypso.errors import JobCancelled
from calypso.models.archive import ArchivePart, ArchiveRecord, ArchiveState
from calypso.models.clock import now, uuid7
from calypso.models.media import Allocation, Encryption, MediaPool, MediaState
from calypso.models.media_refusals import (
    MediaPoolExists,
    MediaPoolInUse,
    MediaPoolMissing,
    MediumKept,
    MediumUnknown,
)
from tests.fakes.running import FakeRunning

TYPES = job_types.load()
MONTHLY = MediaPool(name="monthly", retention=timedelta(days=30))


class Libraries:
    """Cartridges in slots, by barcode."""

    def __init__(self, *barcodes, kinds=None):
        self._barcodes, self._kinds = barcodes, kinds or {}

    def cartridges(self):
        return [
            Cartridge(
                barcode=one, kind=self._kinds.get(one, CartridgeKind.DATA), library="shelf",
                place=Place(kind=ElementKind.SLOT, number=number), capacity_bytes=5000,
            )
            for number, one in enumerate(self._barcodes, start=1)
        ]  # fmt: skip


@pytest.fixture
def running():
    running = FakeRunning()
    running.media.create_pool(MONTHLY)
    return running


def run(name, running, driver=None, /, **params):
    job_type = TYPES[f"tape.{name}"]
    return job_type.run(job_type.params(**params), driver, running)


def plan(name, running, /, **params):
    job_type = TYPES[f"tape.{name}"]
    return job_type.plan(job_type.params(**params), None, running)


def locks(name, **params):
    return {lock.path for lock in TYPES[f"tape.{name}"].params(**params).locks()}


def written(running, barcode="CAL001L8", *, at=None, kind=CartridgeKind.DATA):
    books = running.media
    books.assign(barcode, "monthly", kind=kind, library="shelf")
    books.begin_medium(barcode, "monthly", label=uuid4())
    return books.note(barcode, written_at=at or now(), used_bytes=1000)


def archive_on(running, *barcodes):
    books = running.media
    archive = ArchiveRecord(
        id=uuid7(), job_id=uuid4(), pool="monthly", source="tank/home",
        snapshot="now", began_at=now(),
    )  # fmt: skip
    books.begin_archive(archive)
    for number, one in enumerate(barcodes):
        part = ArchivePart(number=number, barcode=one, file=1, first_byte=number, size_bytes=1)
        books.put_part(archive.id, part)
    return books.end_archive(
        archive.id, ArchiveState.WHOLE, at=now(), size_bytes=len(barcodes), files=0
    )


# ---- pools


def test_a_pool_is_made_with_its_rules_and_again_is_fine(running):
    asked = {"pool": "weekly", "allocation": "weekly", "retention": "P28D", "encryption": "on"}
    for _ in range(2):
        run("pool_create", running, **asked)

    assert running.media.pool("weekly") == MediaPool(
        name="weekly", allocation=Allocation.WEEKLY, retention=timedelta(days=28),
        encryption=Encryption.ON,
    )  # fmt: skip
    with pytest.raises(MediaPoolExists):
        run("pool_create", running, pool="weekly")


@pytest.mark.parametrize(
    "wrong",
    [{"pool": "../x"}, {"retention": 14}, {"time_zone": "Mars/X"}, {"library": "a b"}, {"more": 1}],
)
def test_a_pool_with_rules_that_mean_nothing_is_refused(running, wrong):
    with pytest.raises(ValidationError):
        run("pool_create", running, **{"pool": "weekly", **wrong})


def test_only_the_rules_that_are_named_change(running):
    run("pool_modify", running, pool="monthly", allocation="daily", library="shelf")
    assert running.media.pool("monthly") == MONTHLY.model_copy(
        update={"allocation": Allocation.DAILY, "library": "shelf"}
    )

    run("pool_modify", running, pool="monthly", for_ever=True, any_library=True)
    assert running.media.pool("monthly") == MediaPool(name="monthly", allocation=Allocation.DAILY)


@pytest.mark.parametrize(
    "wrong",
    [
        {"for_ever": True, "retention": "P1D"},
        {"any_library": True, "library": "x"},
        {"time_zone": "x"},
    ],
)
def test_a_change_that_contradicts_itself_is_refused(running, wrong):
    with pytest.raises(ValidationError):
        run("pool_modify", running, pool="monthly", **wrong)


def test_a_change_of_a_pool_that_is_not_there_is_refused(running):
    with pytest.raises(MediaPoolMissing):
        run("pool_modify", running, pool="other", allocation="daily")


def test_the_plan_of_a_change_shows_each_rule_and_each_set_that_is_kept_longer(running):
    written(running)

    longer = plan("pool_modify", running, pool="monthly", retention="P60D")
    shorter = plan("pool_modify", running, pool="monthly", retention="P1D", time_zone="Asia/Tokyo")

    assert longer.effects[0] == "retention: P30D → P60D"
    assert "is kept until" in longer.effects[1]
    assert shorter.effects == ["retention: P30D → P1D", "time_zone: UTC → Asia/Tokyo"]
    assert running.media.pool("monthly") == MONTHLY


def test_a_pool_is_removed_only_when_no_cartridge_belongs_to_it(running):
    run("media_assign", running, Libraries("CAL001L8"), cartridges=["CAL001L8"], pool="monthly")
    with pytest.raises(MediaPoolInUse, match="CAL001L8"):
        run("pool_delete", running, pool="monthly")

    run("media_assign", running, Libraries("CAL001L8"), cartridges=["CAL001L8"])
    for _ in range(2):
        run("pool_delete", running, pool="monthly")
    assert running.media.pools() == []


# ---- assigning


def test_cartridges_become_scratch_of_a_pool_and_again_stay_as_they_are(running):
    shelf = Libraries("CAL001L8", "CAL002L8")
    asked = {"cartridges": ["CAL001L8", "CAL002L8"], "pool": "monthly"}

    first = run("media_assign", running, shelf, **asked)
    written(running, "CAL002L8")
    again = run("media_assign", running, shelf, **asked)

    assert (first.assigned, first.unchanged) == (("CAL001L8", "CAL002L8"), ())
    assert (again.assigned, again.unchanged) == ((), ("CAL001L8", "CAL002L8"))
    one, two = running.media.media()
    assert (one.library, one.capacity_bytes, one.state) == ("shelf", 5000, MediaState.SCRATCH)
    assert two.state is MediaState.OPEN


@pytest.mark.parametrize(
    ("shelf", "barcode", "refusal"),
    [
        (Libraries("CAL001L8", "CAL002L8", "CAL002L8"), "CAL002L8", BarcodeDuplicate),
        (Libraries("CAL001L8"), "CAL002L8", CartridgeMissing),
        (
            Libraries("CAL001L8", "CLN001L8", kinds={"CLN001L8": CartridgeKind.CLEANING}),
            "CLN001L8",
            CleaningCartridge,
        ),
    ],
)
def test_nothing_is_assigned_when_one_of_them_cannot_be(running, shelf, barcode, refusal):
    with pytest.raises(refusal, match=barcode):
        run("media_assign", running, shelf, cartridges=["CAL001L8", barcode], pool="monthly")
    assert running.media.media() == []


def test_a_cartridge_with_what_is_kept_is_refused_before_the_first_is_assigned(running):
    written(running, "CAL002L8")
    shelf = Libraries("CAL001L8", "CAL002L8")

    with pytest.raises(MediumKept, match=r"kept until .* use tape.media_release"):
        run("media_assign", running, shelf, cartridges=["CAL001L8", "CAL002L8"])
    assert running.media.medium("CAL001L8") is None


def test_a_cleaning_cartridge_may_be_on_record_as_nobodys(running):
    shelf = Libraries("CLN001L8", kinds={"CLN001L8": CartridgeKind.CLEANING})

    run("media_assign", running, shelf, cartridges=["CLN001L8"])

    assert running.media.medium("CLN001L8").kind is CartridgeKind.CLEANING


def test_a_cartridge_in_a_vault_stays_there_when_it_is_assigned(running):
    written(running, at=now() - timedelta(days=31))
    running.media.locate("CAL001L8", vault="bank-safe")

    run("media_assign", running, Libraries(), cartridges=["CAL001L8"])

    record = running.media.medium("CAL001L8")
    assert (record.pool, record.vault, record.state) == (None, "bank-safe", MediaState.SCRATCH)


def test_a_cancel_between_two_cartridges_leaves_the_rest(running):
    running = FakeRunning(media=running.media, cancel_after=1)
    shelf = Libraries("CAL001L8", "CAL002L8")

    with pytest.raises(JobCancelled):
        run("media_assign", running, shelf, cartridges=["CAL001L8", "CAL002L8"], pool="monthly")
    assert [one.barcode for one in running.media.media()] == ["CAL001L8"]


def test_to_assign_waits_for_cartridges_and_not_for_who_writes_to_the_pool():
    assert locks("media_assign", cartridges=["A", "B", "A"], pool="monthly") == {
        "tape/media/A", "tape/media/B", "tape/pool-rules/monthly",
    }  # fmt: skip
    assert locks("media_assign", cartridges=["A"]) == {"tape/media/A"}
    assert locks("media_release", cartridges=["A"], pool="monthly") == {
        "tape/media/A", "tape/pool/monthly",
    }  # fmt: skip
    assert locks("pool_modify", pool="monthly") == {"tape/pool-rules/monthly"}
    assert locks("pool_delete", pool="monthly") == {"tape/pool/monthly", "tape/pool-rules/monthly"}


# ---- giving up


def test_the_plan_to_give_up_names_what_is_kept_and_each_archive_once(running):
    written(running, "CAL001L8")
    written(running, "CAL002L8", at=now() - timedelta(days=31))
    archive = archive_on(running, "CAL001L8", "CAL002L8")

    made = plan("media_release", running, cartridges=["CAL001L8", "CAL002L8"], pool="monthly")

    kept, lost = made.destroys
    assert kept.startswith("CAL001L8 holds a set of pool monthly that is kept until")
    assert lost.startswith(f"archive {archive.id} of tank/home@now from ")
    assert lost.endswith("on CAL001L8, CAL002L8")
    assert running.media.medium("CAL001L8").state is MediaState.OPEN


def test_what_is_given_up_is_scratch_and_its_archives_are_on_record_as_gone(running):
    written(running, "CAL001L8")
    gone, kept = archive_on(running, "CAL001L8"), archive_on(running, "CAL002L8")

    told = run("media_release", running, cartridges=["CAL001L8"], pool="monthly")

    assert (told.released, told.archives) == (("CAL001L8",), 1)
    assert running.media.medium("CAL001L8").state is MediaState.SCRATCH
    assert running.media.archive(gone.id).state is ArchiveState.OVERWRITTEN
    assert running.media.archive(kept.id).state is ArchiveState.WHOLE


@pytest.mark.parametrize("act", [plan, run])
def test_nothing_is_given_up_unless_all_are_what_was_meant(running, act):
    written(running, "CAL001L8")
    running.media.assign("CAL002L8", None, kind=CartridgeKind.DATA, library="shelf")
    run("pool_modify", running, pool="monthly", is_worm=True)
    written(running, "CAL003LX", kind=CartridgeKind.WORM)
    for other, refusal in (
        ("CAL002L8", "belongs to no pool"),
        ("CAL003LX", "written once"),
    ):
        with pytest.raises(MediumKept, match=refusal):
            act("media_release", running, cartridges=["CAL001L8", other], pool="monthly")
    with pytest.raises(MediumUnknown):
        act("media_release", running, cartridges=["CAL001L8", "CAL009L8"], pool="monthly")
    with pytest.raises(MediumKept, match="belongs to pool monthly"):
        act("media_release", running, cartridges=["CAL001L8"])
    assert running.media.medium("CAL001L8").state is MediaState.OPEN
