"""`replywatch export`: the exchanges, one row each."""

from __future__ import annotations

import time

import click

from replywatch.cli import options
from replywatch.cli.options import Context, ExampleCommand, load
from replywatch.cli.output import Listener, write_lines


@click.command(
    cls=ExampleCommand,
    examples=[
        "replywatch export --format jsonl | jq -r 'select(.status == \"never\") | .contact'",
        "replywatch export --format csv --since 2026-01-01 > exchanges.csv",
    ],
)
@options.period_options
@options.format_option("jsonl", "csv")
@options.min_match_option
@options.common
def export(  # noqa: PLR0913, PLR0917 - one parameter for each option
    context: Context, since: str | None, until: str | None, as_of: str | None, output_format: str, min_match: str
) -> None:
    """Write the exchanges, one row each: every enquiry and every later turn, of all time unless told otherwise."""
    from replywatch.app.reporting.export import export as find_exchanges
    from replywatch.app.reporting.report import ReportQuery
    from replywatch.domain.messages import Rung
    from replywatch.render.export import as_csv, as_json_lines, export_row

    query = ReportQuery(since, until, as_of, first_only=False, min_match=Rung(min_match))
    with Listener() as listener:
        rows = map(export_row, find_exchanges(load(context), query, int(time.time()), listener))
        write_lines(as_csv(rows) if output_format == "csv" else as_json_lines(rows))
