"""`replywatch export`: the exchanges, one row each."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING

import click

from replywatch.cli import options
from replywatch.cli.exchanges import dialect_named, dialect_option, selection_options, tell_warnings
from replywatch.cli.options import Context, ExampleCommand, load
from replywatch.cli.output import Listener, locale_of, write_lines

if TYPE_CHECKING:
    from replywatch.domain.results.selection import Selection


@click.command(
    cls=ExampleCommand,
    examples=[
        "replywatch export --status never | jq -r .contact",
        "replywatch export --format csv --since 2026-01-01 > exchanges.csv",
        "replywatch export --format csv --dialect excel-de > exchanges.csv",
    ],
)
@selection_options
@options.period_options
@options.measures("turn")
@options.format_option("jsonl", "csv")
@dialect_option
@options.min_match_option
@options.common
def export(  # noqa: PLR0913, PLR0917 - one parameter for each option
    context: Context,
    since: str | None,
    until: str | None,
    as_of: str | None,
    measure: str,
    output_format: str,
    dialect: str,
    min_match: str,
    selection: Selection,
) -> None:
    """Write the exchanges, one row each: every enquiry and every later turn, of all time unless told otherwise."""
    from replywatch.app.reporting.query import ReportQuery
    from replywatch.app.reporting.view import viewed
    from replywatch.domain.messages import Rung
    from replywatch.render.csv_lines import csv_lines
    from replywatch.render.export import COLUMNS, as_json_lines, export_row

    config = load(context)
    query = ReportQuery(since or "all", until, as_of, first_only=measure == "first", min_match=Rung(min_match))
    with (
        Listener() as listener,
        viewed(config, query, int(time.time()), listener) as view,
        closing(view.exchanges()) as exchanges,  # before the store is, should a reader go away
    ):
        tell_warnings(view.warnings, locale_of(config))
        found = selection.of(exchanges)
        rows = map(export_row, found)
        csv = csv_lines(COLUMNS, rows, dialect_named(dialect, config.report.timezone))
        write_lines(csv if output_format == "csv" else as_json_lines(rows))
