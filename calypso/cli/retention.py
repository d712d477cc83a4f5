"""`calypso retention …`: what a policy would do, over the API."""

from typing import Annotated, Any
from uuid import UUID

import typer

from calypso.cli import policies
from calypso.cli.client import Client
from calypso.cli.inventory import AsJson, show

app = typer.Typer(no_args_is_help=True, add_completion=False, help="How long snapshots are kept.")


@app.callback()
def retention() -> None:
    """How long snapshots are kept."""


@app.command()
def preview(
    ctx: typer.Context,
    *,
    dataset: Annotated[str | None, typer.Option(help="Try it on all snapshots of this.")] = None,
    schedule: Annotated[
        UUID | None, typer.Option(help="Try it on the snapshots of this schedule.")
    ] = None,
    tz: Annotated[str, typer.Option("--tz", help="Time zone of days and weeks.")] = "UTC",
    lifetime: policies.Lifetime = None,
    keep_last: policies.KeepLast = None,
    keep_hourly: policies.KeepHourly = None,
    keep_daily: policies.KeepDaily = None,
    keep_weekly: policies.KeepWeekly = None,
    keep_monthly: policies.KeepMonthly = None,
    keep_yearly: policies.KeepYearly = None,
    min_age: policies.MinAge = None,
    as_json: AsJson = False,
) -> None:
    """Show which snapshots a policy would keep, and why; nothing is destroyed."""
    options = {**locals()}
    asked: dict[str, Any] = {"policy": policies.said(options), "tz": tz}
    asked |= {"dataset": dataset} if dataset else {}
    asked |= {"schedule": str(schedule)} if schedule else {}
    told = Client(ctx.obj).post("/retention/preview", asked)
    show({**told, "stale": False}, as_json=as_json)
