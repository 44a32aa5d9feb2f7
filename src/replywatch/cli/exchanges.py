"""What the commands for exchanges share: which of them, and in which form their lines are written."""

from __future__ import annotations

import functools
import shlex
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from replywatch.cli.output import Listener, locale_of, tell, write_lines

if TYPE_CHECKING:
    from datetime import tzinfo

    from replywatch.app.reporting.query import ReportQuery
    from replywatch.app.reporting.view import View
    from replywatch.config.model import Config
    from replywatch.domain.results.exchange_at import ExchangeAt
    from replywatch.domain.results.selection import Selection
    from replywatch.domain.results.warning import Warning  # noqa: A004 - the word that people know
    from replywatch.render.csv_lines import Cell, Dialect
    from replywatch.render.locale import Locale

F = TypeVar("F", bound=Callable[..., Any])

STATUSES = ("answered", "answered_time_unknown", "waiting", "never", "unknown")
BUCKETS = (
    *("under_1h", "under_24h", "1_to_2_days", "2_to_14_days", "over_14_days"),
    *("never", "waiting", "answered_time_unknown", "unknown"),
)
"""Keys as in the report's JSON; repeated here, since `--help` must not load what counts them."""


def selection_options(function: F) -> F:
    """Give `function` the options that choose among exchanges, as one argument `selection`."""

    @functools.wraps(function)
    def command(
        *args: Any,  # noqa: ANN401 - whatever the command takes
        status: tuple[str, ...],
        bucket: tuple[str, ...],
        contact: str | None,
        address: str | None,
        limit: int | None,
        **kwargs: Any,  # noqa: ANN401 - the same
    ) -> None:
        from replywatch.domain.messages import Status
        from replywatch.domain.results.selection import Selection

        chosen = Selection(frozenset(map(Status, status)), frozenset(bucket), contact or "", address or "", limit)
        function(*args, selection=chosen, **kwargs)

    decorated: Any = command
    for option in (
        click.option("--limit", type=click.IntRange(1), metavar="N", help="The first N of them, by arrival."),
        click.option("--address", metavar="ADDRESS", help="Only mail to this watched address."),
        click.option("--contact", metavar="ADDRESS", help="Only mail of this person, or of everybody at a domain."),
        click.option(
            "--bucket",
            type=click.Choice(BUCKETS),
            metavar="ROW",
            multiple=True,
            help=f"Only this row of the report: {', '.join(BUCKETS)}. Repeatable.",
        ),
        click.option(
            "--status",
            type=click.Choice(STATUSES),
            metavar="STATUS",
            multiple=True,
            help=f"Only those of which this became: {', '.join(STATUSES)}. Repeatable.",
        ),
    ):
        decorated = option(decorated)
    result: F = decorated
    return result


def as_typed(query: ReportQuery) -> str:
    """The options of `query` as a shell takes them, for `list` to count the same; what holds by itself is left out."""
    given = {
        "--since": query.since,
        "--until": query.until,
        "--as-of": query.as_of,
        "--measure": None if query.first_only else "turn",
        "--min-match": None if query.min_match.value == "subject" else query.min_match.value,
    }
    return shlex.join(word for name, value in given.items() if value is not None for word in (name, value))


def dialect_option(function: F) -> F:
    """Give `function` the option `--dialect`: for whom CSV is written."""
    return click.option(
        "--dialect",
        type=click.Choice(["plain", "excel-de"]),
        default="plain",
        show_default=True,
        help="CSV for programs, or for a German Excel: semicolons, decimal commas, local dates.",
    )(function)


@contextmanager
def selected(config: Config, query: ReportQuery, selection: Selection) -> Iterator[tuple[View, Iterator[ExchangeAt]]]:
    """The exchanges that a query and a selection take; on stderr it was said what has to be known of them first."""
    from replywatch.app.reporting.view import viewed

    with (
        Listener() as listener,
        viewed(config, query, int(time.time()), listener) as view,
        closing(view.exchanges()) as exchanges,  # before the store is, should a reader go away
    ):
        _tell_warnings(view.warnings, locale_of(config))
        yield view, view.with_later_mail(selection.of(exchanges))


def write_rows(rows: Iterable[Mapping[str, Cell]], columns: Sequence[str], form: str, dialect: Dialect) -> None:
    """Write rows to stdout as they come, in one of the forms for programs: `csv` with these columns, or `jsonl`."""
    from replywatch.render.csv_lines import csv_lines
    from replywatch.render.export import as_json_lines

    write_lines(csv_lines(columns, rows, dialect) if form == "csv" else as_json_lines(rows))


def dialect_named(name: str, zone: tzinfo) -> Dialect:
    """The dialect that `--dialect` names."""
    from replywatch.render.csv_lines import PLAIN, excel_de

    return excel_de(zone) if name == "excel-de" else PLAIN


def _tell_warnings(warnings: tuple[Warning, ...], locale: Locale) -> None:
    """Say on stderr what has to be known before the rows."""
    from replywatch.render.text import safe
    from replywatch.render.warnings import warning_text

    tell(f"! {safe(warning_text(warning, locale))}" for warning in warnings)
