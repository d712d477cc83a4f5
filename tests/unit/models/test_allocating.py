"""Laws of allocation: whatever the books and the libraries hold, nothing that counts is lost."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from calypso.models.allocating import Chosen, Use, allocate
from calypso.models.media import (
    END_OF_TIME,
    Allocation,
    CartridgeKind,
    Encryption,
    MediaPool,
    MediaRecord,
    MediaSet,
    MediaState,
)
from calypso.models.media_refusals import MOST_TOLD, NoMediaFits

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)  # a Wednesday
DAY = timedelta(days=1)
BARCODES = [f"CAL00{n}L8" for n in range(6)]
POOLS = ["monthly", "other"]


@dataclass(frozen=True)
class Seen:
    barcode: str
    kind: str = "data"
    library: str = "shelf"
    is_write_protected: bool | None = None


def pool_of(name="monthly", **said):
    return MediaPool(name=name, **{"retention": 30 * DAY, **said})


def set_of(number=1, *, pool="monthly", last=AT - DAY, period="", retention=30 * DAY):
    return MediaSet(
        id=UUID(int=number), pool=pool, period=period, began_at=last, last_write_at=last,
        retention=retention,
    )  # fmt: skip


def medium(barcode=BARCODES[0], *, pool="monthly", **said):
    if said.get("media_set") is not None:
        plain = {"state": MediaState.OPEN, "label": UUID(int=9)}
        said = {**plain, "last_write_at": said["media_set"].last_write_at, **said}
    return MediaRecord(barcode=barcode, pool=pool, **said)


def chosen(*media, pool=None, seen=None, **said):
    seen = [Seen(one.barcode, one.kind) for one in media] if seen is None else seen
    return allocate(pool or pool_of(), media, seen, AT, **said)


def refusal(*media, **said):
    with pytest.raises(NoMediaFits) as refused:
        chosen(*media, **said)
    return refused.value


# ---- laws

kinds = some.sampled_from(CartridgeKind)
retentions = some.sampled_from([None, DAY, 30 * DAY, 400 * DAY])
pools = some.builds(
    MediaPool,
    name=some.just("monthly"),
    allocation=some.sampled_from(Allocation),
    retention=retentions,
    library=some.sampled_from([None, "shelf", "attic"]),
    encryption=some.sampled_from(Encryption),
    is_worm=some.booleans(),
    time_zone=some.sampled_from(["UTC", "Asia/Tokyo"]),
)
instants = some.datetimes(
    AT.replace(tzinfo=None) - 90 * DAY, AT.replace(tzinfo=None) + DAY, timezones=some.just(UTC)
)
sets = some.builds(
    MediaSet,
    id=some.sampled_from([UUID(int=n) for n in range(3)]),
    pool=some.sampled_from(POOLS),
    period=some.sampled_from(["", "2026-11-25", "2026-W48", "2026-W47"]),
    began_at=instants,
    last_write_at=some.none() | instants,
    retention=retentions,
)
media_of_any_kind = some.builds(
    MediaRecord,
    barcode=some.sampled_from(BARCODES),
    kind=kinds,
    pool=some.none() | some.sampled_from(POOLS),
    media_set=some.none() | sets,
    state=some.sampled_from(MediaState),
    vault=some.none() | some.just("bank-safe"),
    label=some.none() | some.just(UUID(int=9)),
    last_write_at=some.none() | instants,
    encryption=some.sampled_from(Encryption),
)
seen_of_any_kind = some.builds(
    Seen,
    barcode=some.sampled_from(BARCODES),
    kind=kinds,
    library=some.sampled_from(["shelf", "attic"]),
    is_write_protected=some.sampled_from([None, False, True]),
)
worlds = given(
    pool=pools,
    media=some.lists(media_of_any_kind, max_size=6, unique_by=lambda one: one.barcode),
    seen=some.lists(seen_of_any_kind, max_size=8),
    continuing=some.none() | some.just(UUID(int=0)),
    but=some.sets(some.sampled_from(BARCODES), max_size=2),
)


def outcome(pool, media, seen, continuing, but):
    """Return (what was chosen or None, its record, all that was seen of it, the refusal)."""
    try:
        choice = allocate(pool, media, seen, AT, continuing=continuing, but=but)
    except NoMediaFits as refused:
        return None, None, [], refused
    record = {one.barcode: one for one in media}[choice.barcode]
    return choice, record, [one for one in seen if one.barcode == choice.barcode], None


@worlds
def test_what_is_taken_is_one_fit_cartridge_of_the_pool_that_lies_there(
    pool, media, seen, continuing, but
):
    choice, record, looks, _ = outcome(pool, media, seen, continuing, but)

    if choice is not None:
        (look,) = looks
        assert CartridgeKind.CLEANING not in (record.kind, look.kind)
        assert record.state not in (MediaState.FOREIGN, MediaState.DAMAGED)
        assert record.pool in (None, pool.name)
        assert record.vault is None
        assert look.is_write_protected is not True
        assert pool.library in (None, look.library)
        assert choice.library == look.library
        assert (record.kind is CartridgeKind.WORM) == pool.is_worm
        assert choice.barcode not in but


@worlds
def test_nothing_that_is_kept_or_written_once_is_written_over(pool, media, seen, continuing, but):
    choice, record, _, _ = outcome(pool, media, seen, continuing, but)

    if choice is not None and choice.use is Use.START:
        assert record.state is MediaState.SCRATCH or record.media_set.expires_at(pool) <= AT
        assert record.kind is not CartridgeKind.WORM or record.label is None
        assert record.kind is not CartridgeKind.WORM or record.state is MediaState.SCRATCH
        assert record.state is MediaState.SCRATCH or record.pool == pool.name
        if continuing is not None and record.state is not MediaState.SCRATCH:
            assert record.media_set.id != continuing


@worlds
def test_only_an_open_cartridge_of_the_set_in_hand_is_appended_to(
    pool, media, seen, continuing, but
):
    choice, record, _, _ = outcome(pool, media, seen, continuing, but)

    if choice is not None and choice.use is Use.APPEND:
        assert record.state is MediaState.OPEN
        assert record.media_set.id == choice.set_id
        assert {pool.encryption, record.encryption} != {Encryption.ON, Encryption.OFF}
        if continuing is None:
            assert record.media_set.period == pool.period(AT)
            assert record.media_set.expires_at(pool) > AT
        else:
            assert choice.set_id == continuing


@worlds
def test_a_refusal_says_of_each_cartridge_why_and_what_would_help(
    pool, media, seen, continuing, but
):
    _, _, _, refused = outcome(pool, media, seen, continuing, but)

    if refused is not None:
        assert set(refused.reasons) == {one.barcode for one in seen}
        assert all(refused.reasons.values())
        assert "Insert a scratch" in refused.detail
        assert "pool monthly" in refused.detail


@worlds
def test_the_order_in_which_things_are_told_decides_nothing(pool, media, seen, continuing, but):
    there, back = (
        outcome(pool, media[::step], seen[::step], continuing, but)[0] for step in (1, -1)
    )
    assert there == back


@worlds
def test_a_scratch_cartridge_that_fits_is_never_left_unused(pool, media, seen, continuing, but):
    choice, _, _, _ = outcome(pool, media, seen, continuing, but)
    times = Counter(one.barcode for one in seen)

    for record in media:
        looks = [one for one in seen if one.barcode == record.barcode]
        fits = (
            times[record.barcode] == 1
            and record.state is MediaState.SCRATCH
            and record.pool in (None, pool.name)
            and record.vault is None
            and record.label is None
            and record.barcode not in but
            and looks[0].kind == record.kind == CartridgeKind.DATA
            and not pool.is_worm
            and pool.library in (None, looks[0].library)
            and not looks[0].is_write_protected
        )
        assert choice is not None or not fits


# ---- what is preferred


def test_the_set_in_hand_is_gone_on_with_before_anything_is_begun():
    going_on = medium(BARCODES[1], media_set=set_of(1))
    expired = medium(BARCODES[2], media_set=set_of(2, last=AT - 31 * DAY))

    assert chosen(medium(), expired, going_on) == Chosen(
        BARCODES[1], "shelf", Use.APPEND, UUID(int=1)
    )


def test_of_two_open_cartridges_the_one_written_last_is_gone_on_with():
    earlier = medium(BARCODES[0], media_set=set_of(1), last_write_at=AT - 2 * DAY)
    later = medium(BARCODES[1], media_set=set_of(1))

    assert chosen(earlier, later).barcode == BARCODES[1]


def test_scratch_of_the_pool_comes_before_that_of_nobody_and_both_before_expired_ones():
    own, nobodys = medium(BARCODES[2]), medium(BARCODES[1], pool=None)
    expired = medium(BARCODES[0], media_set=set_of(2, last=AT - 31 * DAY))

    assert chosen(own, nobodys, expired).barcode == BARCODES[2]
    assert chosen(nobodys, expired).barcode == BARCODES[1]
    assert chosen(expired) == Chosen(BARCODES[0], "shelf", Use.START, None)


def test_of_expired_ones_the_one_that_expired_first_is_taken():
    first = medium(BARCODES[1], media_set=set_of(1, last=AT - 60 * DAY))
    second = medium(BARCODES[0], media_set=set_of(2, last=AT - 40 * DAY))

    assert chosen(first, second).barcode == BARCODES[1]


def test_a_cartridge_that_joins_a_full_set_is_told_which():
    full = medium(BARCODES[0], media_set=set_of(1), state=MediaState.FULL)

    assert chosen(full, medium(BARCODES[1])) == Chosen(BARCODES[1], "shelf", Use.START, UUID(int=1))


def test_an_archive_goes_on_in_its_set_after_midnight_and_the_next_begins_a_new_one():
    daily = pool_of(allocation=Allocation.DAILY)
    of_yesterday = medium(media_set=set_of(1, period="2026-11-24"))
    fresh = medium(BARCODES[1])

    assert chosen(of_yesterday, fresh, pool=daily, continuing=UUID(int=1)).use is Use.APPEND
    assert chosen(of_yesterday, fresh, pool=daily) == Chosen(BARCODES[1], "shelf", Use.START, None)


def test_days_and_weeks_begin_in_the_time_zone_of_the_pool():
    late = datetime(2026, 11, 29, 23, 30, tzinfo=UTC)  # Sunday; Monday in Berlin

    assert (
        pool_of(allocation=Allocation.DAILY, time_zone="Europe/Berlin").period(late) == "2026-11-30"
    )
    assert (
        pool_of(allocation=Allocation.WEEKLY, time_zone="Europe/Berlin").period(late) == "2026-W49"
    )
    assert pool_of(allocation=Allocation.WEEKLY).period(late) == "2026-W48"


# ---- what is refused


@pytest.mark.parametrize(
    ("record", "seen", "why"),
    [
        (medium(kind=CartridgeKind.CLEANING), Seen(BARCODES[0]), "is a cleaning cartridge"),
        (medium(), Seen(BARCODES[0], kind="cleaning"), "is a cleaning cartridge"),
        (medium(state=MediaState.FOREIGN, reason="of Bareos"), None, "is foreign: of Bareos"),
        (medium(state=MediaState.DAMAGED), None, "is damaged"),
        (medium(vault="bank-safe"), None, "is in vault bank-safe, as the books say"),
        (medium(pool="other"), None, "belongs to pool other"),
        (medium(media_set=set_of(), state=MediaState.FULL), None, "is full"),
        (medium(), Seen(BARCODES[0], is_write_protected=True), "is write-protected by its tab"),
        (medium(media_set=set_of(period="2026-W01")), None, "kept until 2026-12-24 12:00 UTC"),
        (medium(media_set=set_of(period="2026-W01", retention=None)), None, "kept for ever"),
        (medium(kind=CartridgeKind.WORM), Seen(BARCODES[0]), "is written once"),
        (medium(pool=None, state=MediaState.FULL), None, "belongs to no pool"),
        (medium(state=MediaState.OPEN), None, "whose set is not on record"),
    ],
)  # fmt: skip
def test_each_reason_not_to_take_a_cartridge_is_said(record, seen, why):
    refused = refusal(record, seen=[seen or Seen(record.barcode)])

    assert why in refused.reasons[record.barcode]
    assert f"{record.barcode}: " in refused.detail


def test_a_cartridge_in_use_or_in_another_library_is_not_taken():
    in_use = refusal(medium(), but={BARCODES[0]})
    elsewhere = refusal(medium(), pool=pool_of(library="attic"))

    assert "is in use, or was tried before" in in_use.reasons[BARCODES[0]]
    assert "lies in library shelf, not in attic" in elsewhere.reasons[BARCODES[0]]


def test_a_barcode_that_is_there_twice_is_refused():
    twice = [Seen(BARCODES[0]), Seen(BARCODES[0], library="attic")]

    assert "there twice" in refusal(medium(), seen=twice).reasons[BARCODES[0]]


def test_a_cartridge_that_is_not_on_record_is_never_written():
    assert "not on record" in refusal(seen=[Seen(BARCODES[0])]).reasons[BARCODES[0]]


def test_a_worm_cartridge_is_appended_to_but_never_begun_again():
    worm = pool_of(is_worm=True)
    current = medium(kind=CartridgeKind.WORM, media_set=set_of())
    expired = medium(kind=CartridgeKind.WORM, media_set=set_of(last=AT - 31 * DAY))
    spent = medium(kind=CartridgeKind.WORM, label=UUID(int=9))

    assert chosen(current, pool=worm).use is Use.APPEND
    assert "written once" in refusal(expired, pool=worm).detail
    assert "was written" in refusal(spent, pool=worm).detail
    assert "can be written over" in refusal(medium(), pool=worm).detail
    assert chosen(medium(kind=CartridgeKind.WORM), pool=worm).use is Use.START


def test_encrypted_and_plain_data_are_not_mixed_on_a_cartridge():
    plain = medium(media_set=set_of(), encryption=Encryption.OFF)

    assert "encryption off" in refusal(plain, pool=pool_of(encryption=Encryption.ON)).detail
    assert chosen(plain).use is Use.APPEND


def test_with_no_cartridge_at_all_the_way_out_is_said():
    refused = refusal(pool=pool_of(library="attic"))

    assert refused.detail == (
        "No cartridge can be written for pool monthly now. Insert a scratch cartridge of library"
        " attic and assign it to pool monthly. There is no cartridge in any library."
    )


def test_a_refusal_of_very_many_cartridges_stays_readable():
    refused = refusal(seen=[Seen(f"CAL{n:03}L8") for n in range(1000)])

    assert len(refused.reasons) == 1000
    assert f"and {1000 - MOST_TOLD} more." in refused.detail


# ---- how long a set is kept


def test_a_set_expires_when_its_retention_is_over_and_not_a_second_before():
    one, pool = set_of(last=AT), pool_of()

    assert one.expires_at(pool) == AT + 30 * DAY
    assert medium(media_set=one).condition(pool, AT + 30 * DAY - timedelta(seconds=1)) == "open"
    assert medium(media_set=one).condition(pool, AT + 30 * DAY) == "expired"


@given(promised=retentions, now=retentions)
def test_a_set_is_kept_as_long_as_was_promised_and_as_long_as_the_pool_says(promised, now):
    expires_at = set_of(last=AT, retention=promised).expires_at(pool_of(retention=now))

    for kept in (promised, now):
        assert expires_at >= (END_OF_TIME if kept is None else AT + kept)
    assert expires_at in {END_OF_TIME, *(AT + one for one in (promised, now) if one)}


def test_a_set_that_would_be_kept_beyond_the_calendar_is_kept_for_ever():
    far = datetime(9990, 1, 1, tzinfo=UTC)

    assert set_of(last=far, retention=36500 * DAY).expires_at(pool_of()) == END_OF_TIME


def test_an_unknown_time_zone_is_refused():
    for name in ("Mars/Olympus", "../etc/passwd", ""):
        with pytest.raises(ValueError, match="no time zone"):
            pool_of(time_zone=name)
