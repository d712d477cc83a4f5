"""`calypso doctor`: what is installed, reachable and writable, and how to mend what is not."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from calypso import config
from calypso.cli.checks import Finding, State, broken, machine, ok, servers
from calypso.cli.checks.servers import Addresses
from calypso.config import KNOWN_SUBSYSTEMS, Settings
from calypso.embedded import record
from calypso.embedded.record import Running
from calypso.errors import CalypsoError

COLOURS = {State.OK: "green", State.WARN: "yellow", State.BROKEN: "red"}

Data = Annotated[Path | None, typer.Option(help="The directory that `calypso up` uses.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print findings as JSON.")]


def doctor(data: Data = None, as_json: AsJson = False) -> None:
    """Look at this machine and say what is missing and how to mend it.

    Ends with 1 when something is broken that Calypso needs.
    """
    findings = examine((data or record.default_data()).resolve())
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], indent=1))
    else:
        _show(findings)
    if any(finding.state is State.BROKEN for finding in findings):
        raise typer.Exit(1)


def examine(data: Path) -> list[Finding]:
    """Return what was found, in the order in which things depend on each other."""
    return [
        machine.python(),
        machine.text(),
        machine.zones(),
        machine.clock(),
        machine.data_directory(data),
        machine.control_groups(),
        machine.zfs(),
        *_with_settings(data),
    ]


def _with_settings(data: Path) -> list[Finding]:
    try:
        settings = config.load()
    except CalypsoError as wrong:
        return [broken("Settings", wrong.detail, "Mend the setting that is named.")]
    running = record.find(data)
    found = [ok("Calypso up", f"process {running.pid} serves {running.url}")] if running else []
    addresses = _addresses(data, settings, running)
    return [
        *found,
        *machine.certificate(settings.tls_certificate),
        *servers.look(
            addresses, node=settings.node, subsystems=KNOWN_SUBSYSTEMS, up=running is not None
        ),
    ]


def _addresses(data: Path, settings: Settings, running: Running | None) -> Addresses:
    """Return the configured servers, or those of the `up` that runs on the directory."""
    own = record.addresses(data, running) if running else {}
    database, broker = settings.database_url, settings.redis_url
    return Addresses(
        database.get_secret_value() or own.get("CALYPSO_DATABASE_URL", ""),
        broker.get_secret_value() or own.get("CALYPSO_REDIS_URL", ""),
        settings.redis_master,
    )


def _show(findings: Sequence[Finding]) -> None:
    table = Table(box=None, pad_edge=False)
    for title in ("", "What", "Found", "How to mend it"):
        table.add_column(title, overflow="fold")
    for finding in findings:
        colour = COLOURS[finding.state]
        state = f"[{colour}]{finding.state.value}[/]"
        table.add_row(state, finding.name, escape(finding.said), escape(finding.mend))
    Console().print(table)
