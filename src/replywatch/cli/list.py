"""`replywatch list`: the exchanges behind a figure."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING

import click

from replywatch.cli import options
from replywatch.cli.exchanges import dialect_named, dialect_option, selection_options, tell_warnings
from replywatch.cli.options import Context, ExampleCommand, load
from replywatch.cli.output import Listener, locale_of, show, write_lines

if TYPE_CHECKING:
    from replywatch.domain.results.selection import Selection


@click.command(
    "list",
    cls=ExampleCommand,
    examples=[
        "replywatch list --bucket never",
        "replywatch list --status waiting --contact example.org",
        "replywatch list --since 2026-01 --until 2026-03 --format csv",
    ],
)
@selection_options
@options.period_options
@options.measures("first")
@options.format_option("table", "jsonl", "csv")
@dialect_option
@options.min_match_option
@options.common
def list_exchanges(  # noqa: PLR0913, PLR0917 - one parameter for each option
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
    """List the exchanges behind a figure of the report.

    With the same period, measure and matching it lists just those that a row of the report counts: enquiries of the
    last 90 days unless told otherwise.
    """
    from replywatch.app.reporting.query import ReportQuery
    from replywatch.app.reporting.view import viewed
    from replywatch.domain.messages import Rung
    from replywatch.render.csv_lines import csv_lines
    from replywatch.render.export import as_json_lines
    from replywatch.render.listing import LIST_COLUMNS, list_lines, list_row

    config = load(context)
    query = ReportQuery(since, until, as_of, first_only=measure == "first", min_match=Rung(min_match))
    with (
        Listener() as listener,
        viewed(config, query, int(time.time()), listener) as view,
        closing(view.exchanges()) as exchanges,  # before the store is, should a reader go away
    ):
        locale = locale_of(config)
        tell_warnings(view.warnings, locale)
        found = selection.of(exchanges)
        if output_format == "table":
            listed = list(found)
            limited = len(listed) == selection.limit
            show(list_lines(listed, view.short_ids(listed), locale, limited=limited), locale)
            return
        rows = map(list_row, found)
        csv = csv_lines(LIST_COLUMNS, rows, dialect_named(dialect, config.report.timezone))
        write_lines(csv if output_format == "csv" else as_json_lines(rows))
