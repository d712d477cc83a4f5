"""Follow a job at a terminal to its end."""

import json
from typing import Any

import typer

from calypso.cli import shown
from calypso.cli.client import Client

CODES = {"succeeded": 0, "failed": 1, "lost": 1, "cancelled": 3}
INTERRUPTED = 130
Json = dict[str, Any]


def watch_to_end(client: Client, job_id: str) -> Json:
    """Show a job's progress until it ends, and return it. Ctrl-C leaves the job alone."""
    job: Json = {}
    try:
        with shown.Bar() as bar:
            for job in client.job_changes(job_id):
                bar.show(job)
    except KeyboardInterrupt:
        typer.echo(f"The job goes on. Follow it: calypso job watch {job_id}", err=True)
        raise typer.Exit(INTERRUPTED) from None
    return job


def end_with(job: Json, *, as_json: bool = False) -> None:
    """Say how a job ended and end the program with the code for that."""
    if as_json:
        typer.echo(json.dumps(job, indent=1))
    else:
        shown.console.print(shown.verdict(job), highlight=False)
    raise typer.Exit(CODES[job["state"]])
