"""What the commands for exchanges share: which of them, and in which form their lines are written."""

from __future__ import annotations

import functools
import shlex
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from replywatch.cli.output import tell

if TYPE_CHECKING:
    from datetime import tzinfo

    from replywatch.app.reporting.query import ReportQuery
    from replywatch.domain.results.warning import Warning  # noqa: A004 - the word that people know
    from replywatch.render.csv_lines import Dialect
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


def dialect_named(name: str, zone: tzinfo) -> Dialect:
    """The dialect that `--dialect` names."""
    from replywatch.render.csv_lines import PLAIN, excel_de

    return excel_de(zone) if name == "excel-de" else PLAIN


def tell_warnings(warnings: tuple[Warning, ...], locale: Locale) -> None:
    """Say on stderr what has to be known before the rows."""
    from replywatch.render.text import safe
    from replywatch.render.warnings import warning_text

    tell(f"! {safe(warning_text(warning, locale))}" for warning in warnings)
