"""Which snapshots a policy keeps. Pure: the clock is an argument.

`lifetime` keeps what is young enough, as zettarepl does. `keep_*` keep the newest of so many
hours, days, weeks, months and years, as Proxmox Backup Server does (pbs-datastore prune.rs): the
rules are asked in that order; the newest of a period is kept; a period of which an earlier rule
keeps one is passed over and costs nothing; periods without any do not count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

LONGEST = timedelta(days=36500)
MINUTE = timedelta(minutes=1)
RULES = ("last", "hourly", "daily", "weekly", "monthly", "yearly")
_PERIODS = {
    "hourly": "%Y-%m-%d %H",
    "daily": "%Y-%m-%d",
    "weekly": "%G-W%V",  # the year of the week, which is not always that of the day
    "monthly": "%Y-%m",
    "yearly": "%Y",
}


def _is_duration(value: Any) -> Any:
    """Refuse a bare number: 14 would be seconds, and somebody meant days."""
    if not isinstance(value, timedelta) and not (isinstance(value, str) and value[:1] == "P"):
        raise ValueError("An ISO 8601 duration is wanted, such as P14D or PT36H.")
    return value


Duration = Annotated[
    timedelta,
    BeforeValidator(_is_duration),
    Field(gt=timedelta(0), le=LONGEST, examples=["P14D"]),
]
Count = Annotated[int, Field(ge=0, le=100_000)]


class Retention(BaseModel):
    """How long snapshots are kept: for a lifetime, or so many of each period.

    With nothing set, and with nothing but zeros, everything is kept.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    lifetime: Duration | None = Field(
        default=None, description="Older ones go; of each schema the newest stays. A month is 30 d."
    )
    keep_last: Count | None = Field(default=None, description="So many of the newest.")
    keep_hourly: Count | None = Field(default=None, description="The newest of so many hours.")
    keep_daily: Count | None = Field(default=None, description="The newest of so many days.")
    keep_weekly: Count | None = Field(default=None, description="The newest of so many ISO weeks.")
    keep_monthly: Count | None = Field(default=None, description="The newest of so many months.")
    keep_yearly: Count | None = Field(default=None, description="The newest of so many years.")
    min_age: Duration | None = Field(
        default=None, description="Younger ones stay, whatever else is said."
    )

    @model_validator(mode="after")
    def _is_one_policy(self) -> Self:
        if self.lifetime is not None and self._counts_any:
            raise ValueError("Either a lifetime or counts to keep, not both.")
        return self

    @property
    def keeps_something(self) -> bool:
        """False when nothing is set: then everything is kept, for nothing is meant to go."""
        return self.lifetime is not None or self._counts_any

    @property
    def _counts_any(self) -> bool:
        return any(self.count(rule) for rule in RULES)

    def count(self, rule: str) -> int:
        """Return how many periods of a rule are kept; 0 is the same as unset."""
        return getattr(self, f"keep_{rule}") or 0


@dataclass(frozen=True)
class Taken:
    """A snapshot as a policy sees it. `order` tells which is newer; `at` is aware.

    `is_partial`: it was never finished. Protected ones stay, and take nobody's place.
    """

    order: Any
    at: datetime
    is_protected: bool = False
    is_partial: bool = False


@dataclass(frozen=True)
class Verdict:
    """Whether a snapshot is kept; `reason` is a word that never changes, `detail` a sentence."""

    keep: bool
    reason: str
    detail: str


PROTECTED = Verdict(keep=True, reason="protected", detail="It is protected.")
ALL_KEPT = Verdict(keep=True, reason="keeps_everything", detail="The policy says of none to go.")
NEWEST_PARTIAL = Verdict(
    keep=True, reason="newest_partial", detail="Unfinished, but newer than every finished one."
)
STALE_PARTIAL = Verdict(
    keep=False, reason="stale_partial", detail="Unfinished, and there is a newer one."
)
OLDER = Verdict(keep=False, reason="not_kept", detail="No rule keeps it: older than what they do.")


def judge(
    policy: Retention, snapshots: Sequence[Taken], *, zone: ZoneInfo, now: datetime
) -> list[Verdict]:
    """Return what a policy says of each snapshot of one dataset, in the order they are given.

    Nothing here knows of holds, clones or other owners: see `calypso.models.pruning`.
    """
    if not policy.keeps_something:
        return [ALL_KEPT] * len(snapshots)
    if policy.lifetime is not None:
        verdicts = [_by_age(policy.lifetime, one, zone, now) for one in snapshots]
    else:
        verdicts = _by_count(policy, snapshots, zone)
    return [
        _sparing_young(policy, one, verdict, now)
        for one, verdict in zip(snapshots, verdicts, strict=True)
    ]


def _sparing_young(policy: Retention, one: Taken, verdict: Verdict, now: datetime) -> Verdict:
    if verdict.keep or policy.min_age is None or now - one.at >= policy.min_age:
        return verdict
    return Verdict(keep=True, reason="min_age", detail="It is younger than the least age to go.")


# ---- by age


def _by_age(lifetime: timedelta, one: Taken, zone: ZoneInfo, now: datetime) -> Verdict:
    if one.is_protected:
        return PROTECTED
    if _age(one.at, now, zone) > lifetime:
        return Verdict(keep=False, reason="lifetime_over", detail="Its lifetime is over.")
    return Verdict(keep=True, reason="within_lifetime", detail="Its lifetime is not over.")


def _age(at: datetime, now: datetime, zone: ZoneInfo) -> timedelta:
    """Return an age in whole minutes: the time that passed, or by the wall if that is less.

    So what is to live a day lives to the same time of the next, however long that day was.
    """
    at, now = at.replace(second=0, microsecond=0), now.replace(second=0, microsecond=0)
    by_wall = now.astimezone(zone).replace(tzinfo=None) - at.astimezone(zone).replace(tzinfo=None)
    return min(now - at, by_wall)


def promised_until(policy: Retention, at: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the minute until which a policy says that what was taken at `at` stays.

    None where it counts: when something leaves a count depends on what comes.
    """
    if policy.lifetime is None:
        return None
    end = end_of(policy.lifetime, at, zone)
    young = at.astimezone(UTC) + (policy.min_age or timedelta(0)) + MINUTE
    return max(end, young.replace(second=0, microsecond=0))


def end_of(lifetime: timedelta, at: datetime, zone: ZoneInfo) -> datetime:
    """Return the first minute at which the lifetime of what was taken at `at` is over."""
    lifetime -= lifetime % MINUTE
    end = at.astimezone(UTC).replace(second=0, microsecond=0) + lifetime + MINUTE
    while (left := lifetime - _age(at, end, zone)) >= timedelta(0):
        end += left + MINUTE
    return end


# ---- by count


def _by_count(policy: Retention, snapshots: Sequence[Taken], zone: ZoneInfo) -> list[Verdict]:
    newest_first = sorted(
        range(len(snapshots)), key=lambda place: snapshots[place].order, reverse=True
    )
    said: dict[int, Verdict] = _partial(snapshots, newest_first)
    said.update((place, PROTECTED) for place in newest_first if snapshots[place].is_protected)
    for rule in RULES:
        if count := policy.count(rule):
            periods = {
                place: _period(rule, place, snapshots[place].at.astimezone(zone))
                for place in newest_first
            }
            _keep_newest(rule, count, periods, said)
    return [said.get(place, OLDER) for place in range(len(snapshots))]


def _partial(snapshots: Sequence[Taken], newest_first: Sequence[int]) -> dict[int, Verdict]:
    """Keep one that is unfinished only where it is the newest of all."""
    return {
        place: NEWEST_PARTIAL if place == newest_first[0] else STALE_PARTIAL
        for place in newest_first
        if snapshots[place].is_partial
    }


def _keep_newest(rule: str, count: int, periods: dict[int, str], said: dict[int, Verdict]) -> None:
    """Say of what nobody has spoken of whether this rule keeps it; `periods`: newest first."""
    over = {
        period
        for place, period in periods.items()
        if place in said and said[place].reason.startswith("keep_")
    }
    kept: set[str] = set()
    for place, period in periods.items():
        if place in said or period in over:
            continue
        if period in kept:
            detail = f"A newer one of {period} is kept."
            said[place] = Verdict(keep=False, reason="not_kept", detail=detail)
        elif len(kept) >= count:
            break
        else:
            kept.add(period)
            said[place] = _kept(rule, len(kept), count, period)


def _kept(rule: str, number: int, count: int, period: str) -> Verdict:
    what = "newest" if rule == "last" else f"newest of {period}"
    detail = f"{rule.capitalize()} {number} of {count}: the {what}."
    return Verdict(keep=True, reason=f"keep_{rule}", detail=detail)


def _period(rule: str, place: int, at: datetime) -> str:
    return str(place) if rule == "last" else at.strftime(_PERIODS[rule])
