"""`replywatch report`: the figures."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from replywatch.cli import options
from replywatch.cli.exchanges import as_typed, dialect_named, dialect_option
from replywatch.cli.options import Context, ExampleCommand, load
from replywatch.cli.output import Listener, locale_of, write
from replywatch.errors import CantSayError, UsageError

if TYPE_CHECKING:
    from replywatch.app.reporting.query import ReportQuery
    from replywatch.domain.results.report import Report
    from replywatch.render.locale import Locale


@click.command(
    cls=ExampleCommand,
    examples=[
        "replywatch report",
        "replywatch report --since 2026-01-01 --until 2026-03-31",
        "replywatch report --details",
        "replywatch report --measure turn --min-match references",
        "replywatch report --format json | jq '.buckets[] | {key, count, share}'",
    ],
)
@options.period_options
@options.format_option("table", "json", "csv")
@options.measures("first")
@options.min_match_option
@dialect_option
@click.option("--fail-on-warning", is_flag=True, help="End with exit code 6 if anything is to be known first.")
@click.option(
    "--compare-matching", is_flag=True, help="Show the figures of ids alone beside those down to --min-match."
)
@options.details_option
@options.common
def report(  # noqa: PLR0913, PLR0917 - one parameter for each option
    context: Context,
    since: str | None,
    until: str | None,
    as_of: str | None,
    output_format: str,
    measure: str,
    min_match: str,
    dialect: str,
    fail_on_warning: bool,
    compare_matching: bool,
    details: bool,
) -> None:
    """Say how long people waited for a personal answer.

    Counts the enquiries that arrived in a period (the last 90 days unless told otherwise) by how long they waited, says
    first what was not seen, and shows it all on one screen; `--details` has every figure.
    """
    from replywatch.app.reporting.query import ReportQuery
    from replywatch.app.reporting.report import make_report
    from replywatch.domain.messages import Rung

    query = ReportQuery(since, until, as_of, first_only=measure == "first", min_match=Rung(min_match))
    config, now = load(context), int(time.time())
    with Listener() as listener:
        made = make_report(config, query, now, listener)
        strict = (
            make_report(config, replace(query, min_match=Rung.REFERENCES), now, listener) if compare_matching else None
        )
    locale = locale_of(config)
    if strict:
        write(_render_both(strict, made, output_format, locale))
    else:
        write(render(made, output_format, locale, query, details=details, dialect=dialect))
    if fail_on_warning and made.warnings:
        codes = ", ".join(dict.fromkeys(warning.code.value for warning in made.warnings))
        raise CantSayError(f"the figures have warnings: {codes}", "They stand above the figures, and in every format.")


def _render_both(strict: Report, full: Report, output_format: str, locale: Locale) -> str:
    from replywatch.render.report.comparison import comparison_json, comparison_text  # only if asked for

    if output_format == "csv":
        raise UsageError("--compare-matching has no CSV form", "Take --format json, or two reports with --min-match.")
    return comparison_json(strict, full) if output_format == "json" else comparison_text(strict, full, locale)


def render(  # noqa: PLR0913 - what is shown, to whom, and how
    report: Report, output_format: str, locale: Locale, query: ReportQuery, *, details: bool, dialect: str = "plain"
) -> str:
    """`report`, which `query` asked for, in one of the formats of `--format`.

    Those for programs are the same whoever reads them; the table for people is one screen, or with `details` all there
    is to say.
    """
    if output_format == "json":
        from replywatch.render.report.json import report_json  # one format at a time

        return report_json(report)
    if output_format == "csv":
        from replywatch.render.report.csv import report_csv

        return report_csv(report, dialect_named(dialect, report.definition.zone))
    if not details:
        from replywatch.render.report.screen import report_screen

        return report_screen(report, locale, as_typed(query))
    from replywatch.render.report.details import report_details  # rich costs 60 ms

    return report_details(report, locale)
