"""The first screen of a report: the answer in words, bars, who waits, what was not seen, and where to go on.

80 columns by 24 lines hold it and the prompt below. Plain lines, so that it needs no rich: it is there at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from replywatch.domain.figures.benchmarks import ARTICLES
from replywatch.domain.messages import Status
from replywatch.domain.results.report import BucketRow, Report
from replywatch.domain.results.warning import Warning  # noqa: A004 - the word that people know
from replywatch.render.glyphs import drawn, written_out
from replywatch.render.grid import columns_of, cut, wrapped
from replywatch.render.locale import Locale
from replywatch.render.report.bars import FULL, bar
from replywatch.render.report.headline import headline, percent
from replywatch.render.report.labels import PUBLISHED, short_label
from replywatch.render.report.scope import days, number, watched
from replywatch.render.text import human_duration, person_text, safe
from replywatch.render.warnings import config_lines, warning_text

HEIGHT = 23
"""Lines of a terminal of 24 with the prompt in the last one."""
WIDEST = 120
"""Columns; beyond this the eye loses the line."""
_NARROW = 64
"""Columns below which nothing stands beside the bars, and no subject beside a person."""
_LEAST = 2
"""Lines for warnings, however little room there is; narrower terminals are scrolled anyway, and show all."""
_WHICH = "which: list --bucket never"
_MOST_WAYS = 2
"""Lines for where to go on."""
_PEOPLE = 3
"""Who wait longest: so many where there is room."""
_LAST_ROWS = (Status.ANSWERED_TIME_UNKNOWN.value, Status.UNKNOWN.value)
"""Left out where nobody is in them."""
_ORDER = (Status.WAITING.value, Status.NEVER.value, *_LAST_ROWS)
"""Of the rows behind those of known waits: as time goes by."""
_WITHIN = re.compile(r"(?<=\d) (?=%|(?:d|h|min|s)\b)|(?<=\d [dh]) (?=\d+ (?:h|min)\b)")
"""The blanks within a share or a duration, where no line ends."""
_WITHIN_24H = next(figure for figure in ARTICLES.figures if figure.key == "within_24h")
_COLOURS = {Status.NEVER.value: "35", Status.WAITING.value: "33"}
"""Of bars, by row: magenta and yellow; all others are cyan."""
_BOLD, _DIM, _CYAN, _WARNING = "1", "2", "36", "1;33"


def report_screen(report: Report, locale: Locale, asked: str = "") -> str:
    """`report` on one screen, at most as wide as `locale` says.

    `asked` are the options that it was asked for with, as typed: with them `list` counts the same.
    """
    width = min(locale.width, WIDEST)
    answer = headline(report.summary, report.definition.measure, report.definition.never_after)
    top = _scope(report, locale, width)
    said = [_painted(line, _BOLD, locale) for line in chain.from_iterable(_indented(text, width) for text in answer)]
    figures = list(_figures(report, locale, width)) if report.summary.total else []
    people = _people(report, width)
    ways = [_painted(line, _DIM, locale) for line in _ways(report, safe(asked), width)]
    blocks = [said, figures, people[:1], ways]
    room = HEIGHT - len(top) - sum(len(block) + 1 for block in blocks if block)
    warnings = [_warning(warning, locale, width) for warning in report.warnings]
    top += [_marked(line, locale) for line in fitting(warnings, max(room, _LEAST if width >= _NARROW else HEIGHT))]
    blocks[2] = people[: 1 + max(0, HEIGHT - len(top) - sum(len(block) + 1 for block in blocks if block))]
    lines = top + [line for block in blocks if block for line in ("", *block)]
    return "".join(f"{drawn(line, locale).rstrip()}\n" for line in lines)


def fitting(texts: Sequence[Sequence[str]], room: int) -> list[str]:
    """As many of `texts`, each in lines, as fit into `room` lines, whole; then where to find the others.

    If not even the first fits, it is cut.
    """
    shown: list[str] = []
    for number_of, lines in enumerate(texts):
        left = len(texts) - number_of
        if len(shown) + len(lines) + (left > 1) > room:
            if shown:
                return [*shown, f"  {left} more: --details"]
            more = f", and {left - 1} more" if left > 1 else ""
            kept = list(lines[: max(1, room - 1)])
            return [*kept[:-1], f"{kept[-1]} …", f"  In full{more}: --details"]
        shown += lines
    return shown


def _painted(text: str, colour: str, locale: Locale) -> str:
    """`text` in a colour (parameters of ECMA-48, SGR), if there are any."""
    return f"\x1b[{colour}m{text}\x1b[0m" if locale.colours and text else text


def _indented(text: str, width: int) -> Iterator[str]:
    """A paragraph in lines, two columns from the edge."""
    together = _WITHIN.sub("\N{NO-BREAK SPACE}", text)
    return (f"  {cut(line, width - 2)}".replace("\N{NO-BREAK SPACE}", " ") for line in wrapped(together, width - 2))


def _scope(report: Report, locale: Locale, width: int) -> list[str]:
    """Whose mail, from when to when, and how many; on one line if they fit."""
    right = f"{days(report, locale)} · {number(report)}"
    left = watched(report.addresses, width - len(right) - 3)
    gap = width - columns_of(left) - len(right)
    if gap > 1:
        return [left + " " * gap + right]
    return [cut(left, width), *wrapped(right, width)]


def _warning(warning: Warning, locale: Locale, width: int) -> list[str]:
    """A warning in lines; two columns are left for what says that it is cut."""
    text = safe(warning_text(warning, locale))
    if config_lines(warning):
        text += " What to put into the config: replywatch check."
    first, *others = wrapped(written_out(text, locale), width - 4)
    return [f"! {cut(first, width - 4)}", *(f"  {cut(line, width - 4)}" for line in others)]


def _marked(line: str, locale: Locale) -> str:
    """A line of a warning with its mark in a colour."""
    return _painted("!", _WARNING, locale) + line[1:] if line.startswith("!") else line


def _figures(report: Report, locale: Locale, width: int) -> Iterator[str]:
    """A bar for each row, with the published sample beside it, or below where there is no room."""
    measure = report.definition.measure
    rows = _rows(report)
    labels = [short_label(row.bucket.key, measure) for row in rows]
    beside = list(_sample(rows)) if measure == "first" and width >= _NARROW else [""] * len(rows)
    widest, digits = max(map(len, labels)), max(len(str(row.count)) for row in rows)
    sample = max(map(len, beside))
    room = width - (2 + widest + 2) - (2 + digits + 2 + len("100 %")) - (sample and 2 + sample)
    for row, label, published in zip(rows, labels, beside, strict=True):
        share = row.share or 0
        drawn_bar = bar(share, room) if room > 1 else ""
        coloured = _painted(drawn_bar, _COLOURS.get(row.bucket.key, _CYAN), locale)
        figures = f"{row.count:>{digits}}  {percent(share):>5}"
        blanks = " " * (room - len(drawn_bar))
        line = f"  {label:<{widest}}  {coloured}{blanks}  {figures}"
        yield f"{line}  {_painted(published, _DIM, locale)}" if published else line
    about = f"full bar: {percent(FULL)}"
    if measure == "first":
        about += f" · sample: {_about_sample(beside=bool(sample))}"
    yield from (_painted(line, _DIM, locale) for line in _indented(about, width))


def _rows(report: Report) -> list[BucketRow]:
    """The rows that are shown, in the order in which time goes by."""
    rows = [row for row in report.buckets if row.count or row.bucket.key not in _LAST_ROWS]
    return sorted(rows, key=lambda row: _ORDER.index(row.bucket.key) if row.bucket.key in _ORDER else -1)


def _sample(rows: Iterable[BucketRow]) -> Iterator[str]:
    """The published figure of each row; the one that spans the first two rows has a bracket."""
    for row in rows:
        if row.bucket.key == "under_1h":
            yield "┐ sample"
        elif row.bucket.key == "under_24h":
            yield f"┘ ~{percent(_WITHIN_24H.share or 0)}"
        else:
            yield "" if row.benchmark_share is None else f"  ~{percent(row.benchmark_share)}"


def _about_sample(*, beside: bool) -> str:
    """Whose figures they are; with the figures, unless they stand beside the bars."""
    words = PUBLISHED[ARTICLES.key]
    if beside:
        return words.sample
    shares = (f"~{percent(figure.share or 0)} {words.figures[figure.key]}" for figure in ARTICLES.figures)
    return f"{', '.join(shares)} ({words.sample})"


def _people(report: Report, width: int) -> list[str]:
    """Who wait longest, one line each."""
    people = report.oldest_waiting[:_PEOPLE]
    waits = [human_duration(person.waiting_seconds) for person in people]
    widest = max(map(len, waits), default=0)
    head = "  Waiting longest  "
    room = width - len(head) - widest - 2
    contacts = [person_text(person.contact, person.visitor_of) for person in people]
    contacts_room = min(max(map(columns_of, contacts), default=0), room * 3 // 5) if width >= _NARROW else room
    lines = []
    for at, (person, wait, contact) in enumerate(zip(people, waits, contacts, strict=True)):
        line = f"{'' if at else head:<{len(head)}}{wait:>{widest}}  {cut(contact, contacts_room)}"
        if width >= _NARROW:
            line += " " * (width - room + contacts_room - columns_of(line))
            line += f"  {cut(safe(person.subject), room - contacts_room - 2)}"
        lines.append(line)
    return lines


def _ways(report: Report, asked: str, width: int) -> list[str]:
    """Where to go on: commands, each behind the question that it answers; with an id to try where there is room."""
    ids = [person.short_id for person in report.oldest_waiting[:1]]
    best = min((_commands(report, id_, asked, width) for id_ in (*ids, "ID")), key=len)
    if asked and width >= _NARROW and (len(best) > _MOST_WAYS or len(asked) > width - len(_WHICH) - 3):
        return _commands(report, "ID", "(and these options)", width)
    return best


def _commands(report: Report, id_: str, asked: str, width: int) -> list[str]:
    """The commands in lines that end between two of them."""
    commands = (
        *(["who: waiting"] if report.oldest_waiting else []),
        *([f"{_WHICH} {asked}".rstrip()] if report.summary.counts[Status.NEVER] else []),
        *([f"why: explain {id_}"] if report.summary.total else []),
        "all: --details",
    )
    lines: list[str] = []
    for command in commands:
        if lines and columns_of(f"{lines[-1]} · {command}") <= width:
            lines[-1] += f" · {command}"
        else:
            lines += _indented(command, width)
    return lines
