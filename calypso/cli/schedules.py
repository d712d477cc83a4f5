"""`calypso schedule …`: what runs when, over the API."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from calypso.cli import policies, shown
from calypso.cli.client import Client
from calypso.cli.inventory import AsJson, show
from calypso.cli.job_run import follow, from_file
from calypso.cli.type_commands import Parameters, group_of, options_of
from calypso.cli.watching import end_with, watch_to_end

Json = dict[str, Any]
ScheduleId = Annotated[
    UUID, typer.Argument(metavar="SCHEDULE", help="The schedule's id.", show_default=False)
]
Zone = Annotated[str, typer.Option("--tz", help="IANA time zone, such as Europe/Amsterdam.")]
Begin = Annotated[str | None, typer.Option(help="HH:MM; it fires no earlier in the day.")]
End = Annotated[str | None, typer.Option(help="HH:MM; no later; before --begin: past midnight.")]
Fixate = Annotated[
    bool, typer.Option("--fixate", help="Keep what was taken so far as long as was said then.")
]
COLUMNS = ("id", "name", "enabled", "cron", "tz", "type", "next_fire_at", "owner")


class Overlap(StrEnum):
    """When an earlier job is unfinished."""

    SKIP = "skip"
    QUEUE = "queue"
    CANCEL_PREVIOUS = "cancel_previous"


class Missed(StrEnum):
    """When slots passed and nobody could fire them."""

    RUN_ONCE = "run_once"
    SKIP = "skip"
    RUN_ALL = "run_all"


def _said(
    *,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Unique, for people.")],
    cron: Annotated[str, typer.Option(help="Minute, hour, day of month, month, day of week.")],
    tz: Zone = "UTC",
    begin: Begin = None,
    end: End = None,
    overlap: Annotated[Overlap, typer.Option(help="When an earlier job is unfinished.")] = (
        Overlap.SKIP
    ),
    missed: Annotated[Missed, typer.Option(help="When slots passed unfired.")] = Missed.RUN_ONCE,
    misfire_grace_s: Annotated[int, typer.Option("--grace", help="Seconds still on time.")] = 300,
    jitter_s: Annotated[int, typer.Option("--jitter", help="Starts up to so much later.")] = 0,
    params_file: Annotated[
        Path | None,
        typer.Option("--params", metavar="FILE", help="Parameters as JSON; - reads stdin."),
    ] = None,
    node: Annotated[str | None, typer.Option("--on-node", help="On which node.")] = None,
    enabled: Annotated[bool, typer.Option(help="A disabled one fires nothing.")] = True,
) -> None:
    """Carry the options of every schedule; its signature is read, it is never called."""


def _kept(
    *,
    lifetime: policies.Lifetime = None,
    keep_last: policies.KeepLast = None,
    keep_hourly: policies.KeepHourly = None,
    keep_daily: policies.KeepDaily = None,
    keep_weekly: policies.KeepWeekly = None,
    keep_monthly: policies.KeepMonthly = None,
    keep_yearly: policies.KeepYearly = None,
    min_age: policies.MinAge = None,
) -> None:
    """Carry the options of schedules that take snapshots, likewise."""


def _further(info: Json) -> Parameters:
    return options_of(_kept) if info["params_schema"].get("x-retains") else ()


def _add(
    ctx: typer.Context, info: Json, *, params: Json, params_file: Path | None, **said: Any
) -> None:
    given = {
        name: value
        for name, value in said.items()
        if value is not None and name not in policies.FIELDS
    }
    given |= {"retention": policy} if (policy := policies.said(said)) else {}
    whole = {**from_file(params_file), **params}
    made = Client(ctx.obj).post("/schedules", {"type": info["name"], "params": whole, **given})
    typer.echo(made["id"])
    typer.echo(f"Fires next at {made['next_fire_at']}", err=True)


app = typer.Typer(no_args_is_help=True, add_completion=False, help="What runs when.")
app.add_typer(
    typer.Typer(
        cls=group_of(_said, _add, takes=lambda info: bool(info["schedulable"]), further=_further),
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    ),
    name="add",
    help="Schedule a job of a type; `calypso schedule add TYPE --help` shows its parameters.",
)


@app.command("list")
def list_schedules(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List the schedules by name."""
    page = Client(ctx.obj).get("/schedules", params={"limit": 500})
    if not as_json:
        page["items"] = [{name: one[name] for name in COLUMNS} for one in page["items"]]
    show(page, as_json=as_json)


@app.command("show")
def show_schedule(ctx: typer.Context, schedule: ScheduleId) -> None:
    """Show everything about a schedule, as JSON."""
    typer.echo(json.dumps(Client(ctx.obj).get(f"/schedules/{schedule}"), indent=1))


@app.command()
def fires(ctx: typer.Context, schedule: ScheduleId, as_json: AsJson = False) -> None:
    """Show what became of each slot, and why."""
    show(Client(ctx.obj).get(f"/schedules/{schedule}/fires"), as_json=as_json)


@app.command()
def preview(
    ctx: typer.Context,
    cron: Annotated[str, typer.Argument(metavar="CRON", help="Five fields, in quotes.")],
    *,
    tz: Zone = "UTC",
    begin: Begin = None,
    end: End = None,
    count: Annotated[int, typer.Option(min=1, max=1000)] = 10,
) -> None:
    """Show when a rule would fire, one UTC time a line."""
    asked: Json = {"cron": cron, "tz": tz, "begin": begin, "end": end, "count": count}
    for instant in Client(ctx.obj).post("/schedules/preview", asked)["fires"]:
        typer.echo(instant)


@app.command()
def keep(
    ctx: typer.Context,
    schedule: ScheduleId,
    *,
    lifetime: policies.Lifetime = None,
    keep_last: policies.KeepLast = None,
    keep_hourly: policies.KeepHourly = None,
    keep_daily: policies.KeepDaily = None,
    keep_weekly: policies.KeepWeekly = None,
    keep_monthly: policies.KeepMonthly = None,
    keep_yearly: policies.KeepYearly = None,
    min_age: policies.MinAge = None,
    fixate: Fixate = False,
) -> None:
    """Say anew how long a schedule's snapshots are kept; for ever when nothing is said."""
    options = {**locals()}
    policy, client = policies.said(options) or None, Client(ctx.obj)
    if fixate:
        client.post("/retention/preview", {"policy": policy or {}, "snapshots": []})  # it is one
        _fixate(client, schedule)
    client.ask("PATCH", f"/schedules/{schedule}", json={"retention": policy})


def _fixate(client: Client, schedule: UUID) -> None:
    """Have what was taken so far kept as long as was said; ends here where that fails."""
    node = client.ask("GET", f"/schedules/{schedule}").json()["node"]
    asked: Json = {"type": "storage.snapshot_fixate", "params": {"task": str(schedule)}}
    job = client.post("/jobs", asked | ({"node": node} if node else {}))
    ended = watch_to_end(client, job["id"])
    if ended["state"] != "succeeded":
        typer.echo("The policy is as it was.", err=True)
        end_with(ended)


@app.command()
def enable(ctx: typer.Context, schedule: ScheduleId) -> None:
    """Let a schedule fire, from now on."""
    _switch(ctx, schedule, enabled=True)


@app.command()
def disable(ctx: typer.Context, schedule: ScheduleId) -> None:
    """Let a schedule fire nothing until it is enabled."""
    _switch(ctx, schedule, enabled=False)


@app.command()
def remove(ctx: typer.Context, schedule: ScheduleId) -> None:
    """Remove a schedule and the record of its slots; its jobs stay."""
    Client(ctx.obj).ask("DELETE", f"/schedules/{schedule}")


@app.command()
def run(
    ctx: typer.Context,
    schedule: ScheduleId,
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Do not wait.")] = False,
) -> None:
    """Start a schedule's job now, besides its slots."""
    client = Client(ctx.obj)
    follow(client, client.post(f"/schedules/{schedule}/run"), detach=detach)


def _switch(ctx: typer.Context, schedule: UUID, *, enabled: bool) -> None:
    body = {"enabled": enabled}
    told = Client(ctx.obj).ask("PATCH", f"/schedules/{schedule}", json=body).json()
    when = f"fires next at {told['next_fire_at']}" if enabled else "fires nothing now"
    shown.console.print(f"{told['name']} {when}", highlight=False)
