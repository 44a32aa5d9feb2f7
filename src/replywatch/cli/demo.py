"""`replywatch demo`: the program at work on a sample mailbox."""

from __future__ import annotations

import time
from pathlib import Path

import click

from replywatch.cli import options
from replywatch.cli.options import Context, ExampleCommand
from replywatch.cli.output import Listener, locale_in, write
from replywatch.cli.report import render


@click.command(
    cls=ExampleCommand,
    examples=[
        "replywatch demo",
        "replywatch demo --format json",
        "replywatch demo --keep demo",
    ],
)
@click.option("--seed", type=int, default=1, show_default=True, help="Another number makes another company.")
@click.option(
    "--messages", type=click.IntRange(40, 5000), default=400, show_default=True, help="About how many messages."
)
@click.option(
    "--keep",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Leave config, mail and store there, to go on with report, waiting, explain.",
)
@options.format_option("table", "json", "csv")
@options.details_option
@options.common
def demo(  # noqa: PLR0913, PLR0917 - one parameter for each option
    context: Context,  # noqa: ARG001 - every command takes --config and --debug
    seed: int,
    messages: int,
    keep: Path | None,
    output_format: str,
    details: bool,
) -> None:
    """Show the report of a sample mailbox; no config, no network.

    Makes up four months of mail of a small company, serves it by an IMAP server on this machine alone, polls it by the
    very same code as a real mailbox, and prints the report.
    """
    from replywatch.app.reporting.query import ReportQuery
    from replywatch.demo.run import run_demo

    query, now = ReportQuery(since="all"), int(time.time())
    with Listener() as listener:
        report = run_demo(seed=seed, messages=messages, now=now, query=query, keep=keep, progress=listener)
    write(render(report, output_format, locale_in(report.definition.zone), query, details=details))
    if keep:
        click.echo(f"\nKept in {keep}. Go on with: replywatch waiting --config {keep / 'replywatch.toml'}", err=True)
    elif output_format == "table":
        click.echo("\nMade up, and not kept; to try these commands on it: replywatch demo --keep DIR", err=True)
