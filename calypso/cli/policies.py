"""The options by which a retention policy is said at the command line."""

from typing import Annotated, Any

import typer

Json = dict[str, Any]
Lifetime = Annotated[
    str | None, typer.Option(metavar="P14D", help="Keep so long, as an ISO 8601 duration.")
]
KeepLast = Annotated[int | None, typer.Option(help="Keep so many of the newest.")]
KeepHourly = Annotated[int | None, typer.Option(help="Keep the newest of so many hours.")]
KeepDaily = Annotated[int | None, typer.Option(help="Keep the newest of so many days.")]
KeepWeekly = Annotated[int | None, typer.Option(help="Keep the newest of so many weeks.")]
KeepMonthly = Annotated[int | None, typer.Option(help="Keep the newest of so many months.")]
KeepYearly = Annotated[int | None, typer.Option(help="Keep the newest of so many years.")]
MinAge = Annotated[
    str | None, typer.Option(metavar="PT36H", help="Let none go that is younger than this.")
]
FIELDS = (
    "lifetime", "keep_last", "keep_hourly", "keep_daily", "keep_weekly", "keep_monthly",
    "keep_yearly", "min_age",
)  # fmt: skip


def said(options: Json) -> Json:
    """Return the policy that options say; empty when they say none."""
    return {name: options[name] for name in FIELDS if options.get(name) is not None}
