"""`replywatch list`: the exchanges behind a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from replywatch.cli import options
from replywatch.cli.exchanges import dialect_named, dialect_option, selected, selection_options, write_rows
from replywatch.cli.options import Context, ExampleCommand, load
from replywatch.cli.output import locale_of, show

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
    from replywatch.domain.messages import Rung
    from replywatch.render.listing import LIST_COLUMNS, list_lines, list_row

    config = load(context)
    query = ReportQuery(since, until, as_of, first_only=measure == "first", min_match=Rung(min_match))
    with selected(config, query, selection) as (view, found):
        if output_format == "table":
            listed, locale = list(found), locale_of(config)
            limited = len(listed) == selection.limit
            show(list_lines(listed, view.short_ids(listed), locale, limited=limited), locale)
            return
        write_rows(map(list_row, found), LIST_COLUMNS, output_format, dialect_named(dialect, config.report.timezone))
