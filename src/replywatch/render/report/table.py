"""The report for people at a terminal, or as plain text where there is none.

Imports rich, which takes its time: import this module only when a table is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from io import StringIO
from math import inf

from rich import box
from rich.bar import Bar
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from replywatch.domain.figures.benchmarks import ARTICLES
from replywatch.domain.figures.coverage import AccountCoverage
from replywatch.domain.figures.report import BucketRow, Definition, Report
from replywatch.domain.figures.statistics import Survival
from replywatch.domain.instants import DAY
from replywatch.domain.messages import Status
from replywatch.render.report.scope import NOUNS, scope
from replywatch.render.text import human_duration, local_time, safe

_QUESTIONS = {
    "first": "How long does somebody who writes to us wait for a personal answer?",
    "turn": "How long do people wait for our personal answers, every turn counted?",
}
_MEASURES = {"first": "first response time", "turn": "every reply time"}
_NONE = "-"
_WIDEST = 120
"""Beyond this the eye loses the line."""
_WITHIN_24H = next(figure for figure in ARTICLES.figures if figure.key == "within_24h")


def report_table(report: Report, *, width: int = 80, terminal: bool = False) -> str:
    """`report` as text for people, at most `width` columns wide.

    Args:
        report: What to show.
        width: Columns; 80 are enough, more than 120 are not used.
        terminal: Whether to use colours and bars; without, the text is plain.
    """
    text = StringIO()
    console = Console(
        file=text,
        width=min(width, _WIDEST),
        force_terminal=terminal,
        color_system="standard" if terminal else None,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
    )
    for part in _parts(report, bars=terminal):
        console.print(part)
    lines = text.getvalue().splitlines()
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _parts(report: Report, *, bars: bool) -> Iterator[RenderableType]:
    """What is shown, from top to bottom."""
    yield Text(_QUESTIONS[report.definition.measure], style="bold")
    yield Text(scope(report))
    for warning in report.warnings:
        yield _hanging("! ", Text(safe(warning)), style="yellow")
    yield Text()
    if report.totals.exchanges:
        yield from _figures(report, bars=bars)
    else:
        yield Text(f"No {NOUNS[report.definition.measure]} in this period.")
        yield Text()
    yield _hanging("Read     ", Text(_account(report)))
    for account in report.coverage.accounts:
        yield _hanging("Covered  ", Text(safe(_covered(account, report.definition.zone))))
    yield _hanging("Counted  ", Text(_definition(report.definition)))


def _hanging(head: str, body: Text, style: str = "") -> Table:
    """`body`, wrapped behind `head`."""
    grid = Table.grid()
    grid.add_column(no_wrap=True, style=style)
    grid.add_column(style=style)
    grid.add_row(Text(head), body)
    return grid


def _figures(report: Report, *, bars: bool) -> Iterator[RenderableType]:
    """Everything that needs at least one exchange."""
    yield _buckets(report, bars=bars)
    for note in _notes(report):
        yield _hanging("  ", Text(note), style="dim")
    yield Text()
    yield _percentiles(report)
    yield Text()
    yield _estimates(report)
    yield Text()
    yield from (Text(line) for line in _remarks(report))
    if report.oldest_waiting:
        yield Text()
        yield _oldest(report)
    yield Text()


def _table(title: str = "", *, expand: bool = False) -> Table:
    """An empty table in the report's style."""
    return Table(
        title=Text(title, style="bold") if title else None,
        title_justify="left",
        box=box.SIMPLE_HEAD,
        header_style="bold",
        padding=(0, 1, 0, 0),
        pad_edge=False,
        show_edge=False,
        expand=expand,
    )


def _buckets(report: Report, *, bars: bool) -> Table:
    """The partition, the expected shares and the articles' figures."""
    articles = report.definition.measure == "first"
    table = _table(expand=bars)
    table.add_column("waited", min_width=23)
    if bars:
        table.add_column("", min_width=6, ratio=1)
    for title in (NOUNS[report.definition.measure], "share", "expected", *(["articles"] if articles else [])):
        table.add_column(title, justify="right", no_wrap=True)
    most = max(row.count for row in report.buckets)

    def add(label: str, count: int | None, share: str, expected: str, published: str = "") -> None:
        bar = [Bar(most, 0, count, color="cyan") if count is not None else ""] if bars else []
        cells = ["" if count is None else str(count), share, expected, *([published] if articles else [])]
        table.add_row(label, *bar, *cells)

    for row in report.buckets:
        expected = _range(row.expected_share, row.expected_share_early) if row.bucket.to_seconds is not None else ""
        add(row.label, row.count, _percent(row.share), expected, _published(row))
    table.add_section()
    _, label, rest = report.expected[-1]
    add(label, None, "", _range(rest.share, rest.share_early))
    table.add_row("all", *([""] if bars else []), str(report.totals.exchanges), _percent(1.0))
    return table


def _published(row: BucketRow) -> str:
    """The articles' figure for a row; the one that spans the first two rows has a bracket."""
    if row.bucket.key == "under_1h":
        return "┐"
    if row.bucket.key == "under_24h":
        return f"~{_WITHIN_24H.share:.0%} ┘".replace("%", " %")
    return "" if row.benchmark_share is None else f"~{row.benchmark_share:.0%}  ".replace("%", " %")


def _notes(report: Report) -> Iterator[str]:
    """What the words of the first table mean."""
    never_after = human_duration(report.definition.never_after)
    if report.definition.measure == "first":
        yield f"never answered: no answer {never_after} after arrival; still waiting: not that old yet."
    else:
        yield f"no further reply: none {never_after} after arrival; yet: not that old."
    yield "expected: once everything now waiting has run its course (Kaplan-Meier)."
    if report.definition.measure == "first":
        yield f"articles: {ARTICLES.sample}. {ARTICLES.source}."


def _percentiles(report: Report) -> Table:
    """How long those waited that were answered."""
    figures = report.percentiles
    table = _table(f"Those answered at a known time: {figures.n}")
    for title in ("median", "75 % within", "90 % within", "95 % within", "longest", "mean"):
        table.add_column(title, justify="right", no_wrap=True)
    values = (figures.median, figures.p75, figures.p90, figures.p95, figures.max, figures.mean)
    table.add_row(*(_NONE if value is None else human_duration(value) for value in values))
    return table


def _estimates(report: Report) -> Table:
    """The Kaplan-Meier shares with their intervals."""
    rows = report.survival.within
    table = _table("Share of all answered within (Kaplan-Meier)")
    table.add_column("", no_wrap=True)
    for row in rows:
        table.add_column("24 h" if row.seconds == DAY else human_duration(row.seconds), justify="right", no_wrap=True)
    table.add_column("half within", justify="right")
    table.add_row("estimate", *(_range(row.share, row.share_early) for row in rows), _half(report.survival))
    table.add_row("95 % interval", *(_range(row.interval_low, row.interval_high) for row in rows))
    return table


def _half(survival: Survival) -> str:
    """When half of all are answered; two times if answers at unknown times leave it open."""
    medians = sorted({survival.median, survival.median_early}, key=lambda median: inf if median is None else median)
    return " to ".join("not reached" if median is None else human_duration(median) for median in medians)


def _remarks(report: Report) -> Iterator[str]:
    """What else is worth knowing of these exchanges."""
    totals, acknowledged = report.totals, report.acknowledged
    if acknowledged.median is not None:
        yield (
            f"Acknowledged by a machine: {acknowledged.count} ({_percent(acknowledged.share)}), median after "
            f"{human_duration(acknowledged.median)}. That is no answer."
        )
    else:
        yield "Acknowledged by a machine: none."
    if totals.contact_written_to:
        yield f"Without an answer, but written to in another conversation afterwards: {totals.contact_written_to}."
    if totals.clock_anomalies:
        yield f"Replies dated before the message they answer: {totals.clock_anomalies}; the wait counts as 0."


def _oldest(report: Report) -> Table:
    """Who waits the longest."""
    label = next(row.label for row in report.buckets if row.bucket.key == Status.WAITING)
    table = _table(f"{label.capitalize()}: {report.totals.waiting}, the longest", expand=True)
    table.add_column("since", no_wrap=True)
    table.add_column("waiting", justify="right", no_wrap=True)
    table.add_column("who", no_wrap=True, overflow="ellipsis", ratio=2)
    table.add_column("subject", no_wrap=True, overflow="ellipsis", ratio=3)
    for waiter in report.oldest_waiting:
        table.add_row(
            local_time(waiter.arrived_at, report.definition.zone),
            human_duration(waiter.waiting_seconds),
            safe(waiter.contact),
            safe(waiter.subject),
        )
    return table


def _account(report: Report) -> str:
    """Where every message that was read ended up."""
    account = report.account
    excluded = sorted(account.excluded_by_kind.items(), key=lambda item: (-item[1], item[0]))
    named = ", ".join(f"{kind.value.replace('_', ' ')} {count}" for kind, count in excluded if count)
    return (
        f"{account.read} messages {'=' if account.closes else '≠'} {account.counted} counted + "
        f"{sum(account.excluded_by_kind.values())} excluded{f' ({named})' if named else ''} + "
        f"{account.internal} internal + {account.outbound} outbound + {account.foreign} foreign + "
        f"{account.set_aside} set aside + {account.not_watched} not watched"
    )


def _covered(account: AccountCoverage, zone: tzinfo) -> str:
    """Since when the replies written in an account are seen."""
    if account.covered_from is None or account.covered_to is None:
        return f"{account.account} ({account.kind}): replies written here are not seen"
    return (
        f"{account.account} ({account.kind}): {local_time(account.covered_from, zone)} to "
        f"{local_time(account.covered_to, zone)}"
    )


def _definition(definition: Definition) -> str:
    """How it was counted."""
    return (
        f"{_MEASURES[definition.measure]}, {definition.clock} time; never after "
        f"{human_duration(definition.never_after)}; new enquiry after {human_duration(definition.new_enquiry_after)}; "
        f"matched down to {definition.min_match.value}; rules {definition.rules_version}, "
        f"config {definition.config_fingerprint}"
    )


def _percent(share: float | None) -> str:
    """A share with one decimal; `-` where there is none."""
    return _NONE if share is None else f"{share:.1%}".replace("%", " %")


def _range(one: float | None, other: float | None) -> str:
    """Two shares as a range, lower first; as one if they read the same; `-` unless both are known."""
    if one is None or other is None:
        return _NONE
    low, high = sorted((one, other))
    return _percent(low) if _percent(low) == _percent(high) else f"{low * 100:.1f}-{_percent(high)}"
