"""The report for people in full: every figure, and how it was counted. The first screen is `render.report.screen`.

Imports rich, which takes its time: import this module only when details are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO

from rich import box
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from replywatch.domain.figures.benchmarks import ARTICLES
from replywatch.domain.figures.coverage import AccountCoverage
from replywatch.domain.instants import DAY
from replywatch.domain.messages import Status
from replywatch.domain.results.ledger import Ledger
from replywatch.domain.results.report import BucketRow, Definition, Report
from replywatch.render.glyphs import drawn, written_out
from replywatch.render.grid import Column, Grid, Row
from replywatch.render.locale import NARROW, Locale
from replywatch.render.report.bars import bar
from replywatch.render.report.headline import FEW, half_of_all, headline
from replywatch.render.report.labels import PUBLISHED, ROWS, row_label
from replywatch.render.report.scope import NOUNS, scope
from replywatch.render.report.screen import WIDEST
from replywatch.render.text import human_duration, local_time, person_text, safe
from replywatch.render.warnings import config_lines, warning_text

_QUESTIONS = {
    "first": "How long does somebody who writes to us wait for a personal answer?",
    "turn": "How long do people wait for our personal answers, every turn counted?",
}
_MEASURES = {"first": "first response time", "turn": "every reply time"}
_NONE = "-"
_WITHIN_24H = next(figure for figure in ARTICLES.figures if figure.key == "within_24h")


def report_details(report: Report, locale: Locale) -> str:
    """Everything that `report` says, at most as wide as `locale` says, and with bars where it has colours.

    80 columns are enough, more than 120 are not used.
    """
    text = StringIO()
    console = Console(
        file=text,
        width=min(locale.width, WIDEST),
        force_terminal=locale.colours,
        color_system="standard" if locale.colours else None,
        no_color=not locale.colours,  # FORCE_COLOR wins over NO_COLOR, which this library reads, too
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
    )
    for part in _parts(report, locale):
        to_copy = isinstance(part, Text) and part.no_wrap
        console.print(part, crop=not to_copy)
    lines = text.getvalue().splitlines()
    return "".join(f"{drawn(line, locale).rstrip()}\n" for line in lines)


def _parts(report: Report, locale: Locale) -> Iterator[RenderableType]:
    """What is shown, from top to bottom."""
    yield Text(_QUESTIONS[report.definition.measure], style="bold")
    yield Text(scope(report, locale))
    for warning in report.warnings:
        said = written_out(safe(warning_text(warning, locale)), locale)
        yield _hanging("! ", Text(said), mark="bold yellow")
        yield from (Text(f"    {safe(line)}", no_wrap=True, overflow="ignore") for line in config_lines(warning))
    yield Text()
    for paragraph in headline(report.summary, report.definition.measure, report.definition.never_after):
        yield Text(paragraph, style="bold")
    yield Text()
    if report.summary.total:
        yield from _figures(report, locale)
    yield _hanging("Read     ", Text(_ledger(report.ledger)))
    for account in report.coverage.accounts:
        yield _hanging("Covered  ", Text(safe(_covered(account, locale))))
    yield _hanging("Counted  ", Text(_definition(report.definition)))


def _hanging(head: str, body: Text, *, mark: str = "", style: str = "") -> Table:
    """`body`, wrapped behind `head`, each in its style."""
    grid = Table.grid()
    grid.add_column(no_wrap=True, style=mark or style)
    grid.add_column(style=style)
    grid.add_row(Text(head), body)
    return grid


def _figures(report: Report, locale: Locale) -> Iterator[RenderableType]:
    """Everything that needs at least one exchange."""
    narrow = locale.width < NARROW
    yield _buckets(report, bars=locale.colours and not narrow, narrow=narrow)
    for note in _notes(report):
        yield _hanging("  ", Text(note), style="dim")
    grids = [_estimates(report)] if report.summary.answered.n < FEW else [_percentiles(report), _estimates(report)]
    for grid in grids:
        yield Text()
        yield _table(grid if _fits(grid, locale.width) else _turned(grid))
    yield Text()
    yield from (Text(line) for line in _remarks(report))
    if report.oldest_waiting:
        yield Text()
        yield _oldest(report, locale)
    yield Text()


def _table(grid: Grid, *, expand: bool = False) -> Table:
    """`grid` in the report's style; with `expand` as wide as may be."""
    table = Table(
        title=Text(grid.title, style="bold") if grid.title else None,
        title_justify="left",
        box=box.SIMPLE_HEAD,
        header_style="bold",
        padding=(0, 1, 0, 0),
        pad_edge=False,
        show_edge=False,
        expand=expand,
    )
    for column in grid.columns:
        table.add_column(
            column.title,
            justify="right" if column.right else "left",
            min_width=column.width or None,
            no_wrap=column.too_long != "wrapped",
            ratio=column.share or None,
        )
    for row in grid.rows:
        table.add_row(*row.cells)
    return table


def _fits(grid: Grid, width: int) -> bool:
    """Whether no cell has to be cut; a title that is wrapped takes as much as its longest word."""
    words = [column.title.split() if column.too_long == "wrapped" else [column.title] for column in grid.columns]
    cells = [[*some, *(row.cells[at] for row in grid.rows)] for at, some in enumerate(words)]
    return sum(max(map(len, texts)) + _GAP for texts in cells) - _GAP <= width


def _turned(grid: Grid) -> Grid:
    """The same with a row for each column: less wide."""
    rows = [row.cells for row in grid.rows]
    columns = [(column.title, *cells) for column, *cells in zip(grid.columns, *rows, strict=True)]
    titles = ("", *([""] * len(rows))) if columns[0][0] else columns.pop(0)
    return Grid(grid.title, [Column(), *map(_number, titles[1:])], [Row(cells) for cells in columns])


_GAP = 2
"""Columns between two cells: rich's own blank, and the padding."""


class _Bar:
    """A share as a bar, as wide as its column."""

    def __init__(self, share: float) -> None:
        self._share = share

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The bar alone."""
        yield Text(bar(self._share, options.max_width), style="cyan", no_wrap=True)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """As wide as there is room."""
        return Measurement(1, options.max_width)


def _buckets(report: Report, *, bars: bool, narrow: bool) -> Table:
    """The partition, the expected shares and, where there is room, the articles' figures."""
    articles = report.definition.measure == "first" and not narrow
    noun = "" if narrow else NOUNS[report.definition.measure]
    titles = (noun, "share", "in the end", *(["articles"] if articles else []))
    waited = Column(0 if narrow else 23, "waited", too_long="wrapped")
    bar_column = [Column(6, share=1)] if bars else []
    table = _table(Grid("", [waited, *bar_column, *map(_number, titles)], []), expand=bars)
    for row in report.buckets:
        expected = "" if row.expected is None else _range(row.expected.share, row.expected.share_early)
        cells = [str(row.count), _percent(row.share), expected, *([_published(row)] if articles else [])]
        drawn_bar = [_Bar(row.share or 0)] if bars else []
        table.add_row(row_label(row.bucket.key, report.definition.measure), *drawn_bar, *cells)
    table.add_section()
    key, rest = report.expected[-1]
    table.add_row(ROWS[key], *([""] if bars else []), "", "", _range(rest.share, rest.share_early))
    table.add_row("all", *([""] if bars else []), str(report.summary.total), _percent(1.0))
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
        yield f"never answered: none {never_after} after arrival; no answer yet: not that old."
    else:
        yield f"no further reply: none {never_after} after arrival; yet: not that old."
    yield "in the end: once everything now waiting has run its course (Kaplan-Meier)."
    if report.definition.measure == "first":
        yield f"articles: {PUBLISHED[ARTICLES.key].sample}. {ARTICLES.source}."


def _number(title: str) -> Column:
    return Column(title=title, right=True)


def _percentiles(report: Report) -> Grid:
    """How long those waited that were answered, of whom there are some: percentiles of a few mean nothing."""
    figures = report.summary.answered
    titles = ("median of the answered", "75 % within", "90 % within", "95 % within", "longest", "mean")
    values = (figures.median, figures.p75, figures.p90, figures.p95, figures.max, figures.mean)
    cells = [_NONE if value is None else human_duration(value) for value in values]
    return Grid(f"Those answered at a known time: {figures.n}", [*map(_number, titles)], [Row(cells)])


def _estimates(report: Report) -> Grid:
    """The Kaplan-Meier shares with their intervals."""
    within = report.summary.survival.within
    titles = ["24 h" if row.seconds == DAY else human_duration(row.seconds) for row in within]
    half = Column(title="half within", right=True, too_long="wrapped")
    rows = [
        Row(["estimate", *(_range(e.share, e.share_early) for e in within), half_of_all(report.summary)]),
        Row(["likely between", *(_range(e.interval_low, e.interval_high) for e in within), ""]),
    ]
    return Grid("Share of all answered within (Kaplan-Meier)", [Column(), *map(_number, titles), half], rows)


def _remarks(report: Report) -> Iterator[str]:
    """What else is worth knowing of these exchanges."""
    acknowledged, anomalies = report.summary.acknowledged, report.summary.clock_anomalies
    if (answered := report.summary.answered.n) < FEW:
        yield f"Those answered at a known time: {answered}, too few for percentiles."
    if acknowledged.median is not None:
        after = f", median after {human_duration(acknowledged.median)}" if acknowledged.count >= FEW else ""
        count = f"{acknowledged.count} ({_percent(acknowledged.share)})"
        yield f"Acknowledged by a machine: {count}{after}. That is no answer."
    else:
        yield "Acknowledged by a machine: none."
    if report.contact_written_to:
        yield f"Without an answer, but written to in another conversation afterwards: {report.contact_written_to}."
    if report.put_away:
        yield f"Thrown away or called spam, and counted only because it was answered: {report.put_away}."
    if report.doubts.unsure:
        yield f"Waits that rest on an unsure clock: {report.doubts.unsure} of {report.summary.answered.n}."
    if anomalies:
        yield f"Replies dated before the message they answer: {anomalies}; the wait counts as 0."


def _oldest(report: Report, locale: Locale) -> Table:
    """Who waits the longest."""
    label = row_label(Status.WAITING, report.definition.measure)
    title = f"{label.capitalize()}: {report.summary.counts[Status.WAITING]}, the longest"
    since = [] if locale.width < NARROW else [Column(title="since")]
    who, subject = Column(title="who", too_long="cut", share=2), Column(title="subject", too_long="cut", share=3)
    rows = [
        Row(
            [
                *([local_time(p.arrived_at, locale.zone)] if since else []),
                human_duration(p.waiting_seconds),
                person_text(p.contact, p.visitor_of),
                safe(p.subject),
            ]
        )
        for p in report.oldest_waiting
    ]
    return _table(Grid(title, [*since, _number("waiting"), who, subject], rows), expand=True)


def _ledger(ledger: Ledger) -> str:
    """Where every message that was read ended up."""
    excluded = sorted(ledger.excluded_by_kind.items(), key=lambda item: (-item[1], item[0]))
    named = ", ".join(f"{kind.value.replace('_', ' ')} {count}" for kind, count in excluded if count)
    return (
        f"{ledger.read} messages {'=' if ledger.closes else '≠'} {ledger.counted} counted + "
        f"{sum(ledger.excluded_by_kind.values())} newsletters, machines{f' ({named})' if named else ''} + "
        f"{ledger.internal} internal + {ledger.outbound} sent + {ledger.foreign} sent by nobody in [team] + "
        f"{ledger.set_aside} put into spam or trash + {ledger.not_watched} not watched"
    )


def _covered(account: AccountCoverage, locale: Locale) -> str:
    """Since when the replies written in an account are seen."""
    if account.covered_from is None or account.covered_to is None:
        return f"{account.account} ({account.kind}): replies written here are not seen"
    span = f"{local_time(account.covered_from, locale.zone)} to {local_time(account.covered_to, locale.zone)}"
    return f"{account.account} ({account.kind}): {span}"


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


def _range(late: float | None, early: float | None) -> str:
    """Two shares as a range, lower first; as a single one if they read the same; `-` unless both are known."""
    if late is None or early is None:
        return _NONE
    low, high = sorted((late, early))
    return _percent(low) if _percent(low) == _percent(high) else f"{low * 100:.1f}-{_percent(high)}"
