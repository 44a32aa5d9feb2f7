"""`replywatch export`: the exchanges, one row each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from replywatch.cli import options
from replywatch.cli.exchanges import dialect_named, dialect_option, selected, selection_options, write_rows
from replywatch.cli.options import Context, ExampleCommand, load

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
    from replywatch.domain.messages import Rung
    from replywatch.render.export import COLUMNS, export_row

    config = load(context)
    query = ReportQuery(since or "all", until, as_of, first_only=measure == "first", min_match=Rung(min_match))
    with selected(config, query, selection) as (_, found):
        write_rows(map(export_row, found), COLUMNS, output_format, dialect_named(dialect, config.report.timezone))
