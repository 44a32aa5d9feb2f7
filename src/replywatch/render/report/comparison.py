"""The figures under strict and under full matching side by side: how much depends on the weaker ties?"""

from __future__ import annotations

import json
from textwrap import wrap

from replywatch.domain.figures.statistics import Estimate, Spread
from replywatch.domain.instants import DAY
from replywatch.domain.results.report import Report
from replywatch.render.glyphs import drawn
from replywatch.render.grid import Column, Grid, Row, grid_lines
from replywatch.render.locale import NARROW, Locale
from replywatch.render.report.headline import FEW, half_of_all
from replywatch.render.report.json import report_value
from replywatch.render.report.labels import row_label
from replywatch.render.report.scope import scope
from replywatch.render.text import human_duration, safe
from replywatch.render.warnings import warning_text

SCHEMA = "replywatch.comparison/2"


def comparison_text(strict: Report, full: Report, locale: Locale) -> str:
    """Both reports as one plain table, 80 columns wide; they speak of the same moment and period."""
    lines = [
        "The same mail under two ways of matching",
        scope(full, locale),
        *(line for warning in full.warnings for line in _wrapped(safe(warning_text(warning, locale)))),
        "",
        *grid_lines(_counts(strict, full), locale),
        "",
        *grid_lines(_estimates(strict, full), locale),
    ]
    return drawn("\n".join(lines) + "\n", locale)


def _counts(strict: Report, full: Report) -> Grid:
    """How many waited how long."""
    names = (strict.definition.min_match.value, full.definition.min_match.value)
    rows = [
        (row_label(right.bucket.key, full.definition.measure), (left.count, left.share), (right.count, right.share))
        for left, right in zip(strict.buckets, full.buckets, strict=True)
    ]
    rows.append(("all", (strict.summary.total, 1.0), (full.summary.total, 1.0)))
    columns = _columns("waited", f"ids alone ({names[0]})", f"down to {names[1]}")
    return Grid("", columns, [Row([label, _count(*left), _count(*right)]) for label, left, right in rows])


def _estimates(strict: Report, full: Report) -> Grid:
    """What is estimated of all of them."""
    both = (strict.summary, full.summary)
    rows = [Row(["half of all within", *map(half_of_all, both)])]
    rows.append(Row(["median of the answered", *(_median(summary.answered) for summary in both)]))
    for left, right in zip(strict.summary.survival.within, full.summary.survival.within, strict=True):
        within = "24 h" if left.seconds == DAY else human_duration(left.seconds)
        rows.append(Row([f"within {within} (Kaplan-Meier)", _estimate(left), _estimate(right)]))
    return Grid("", _columns(), rows)


def _columns(label: str = "", left: str = "", right: str = "") -> list[Column]:
    return [Column(30, label), Column(25, left, right=True), Column(25, right, right=True)]


def comparison_json(strict: Report, full: Report) -> str:
    """Both reports as one JSON object; each is as `--format json` shows it alone."""
    both = {"schema": SCHEMA, "strict": report_value(strict), "full": report_value(full)}
    return json.dumps(both, indent=2, sort_keys=True, allow_nan=False) + "\n"


def _count(count: int, share: float | None) -> str:
    return f"{count}  {'-' if share is None else f'{100 * share:.1f} %':>7}"


def _estimate(estimate: Estimate) -> str:
    """A share; a range, lower first, where some answers are known by bounds only."""
    late, early = estimate.share, estimate.share_early
    if late is None or early is None:
        return "-"
    return f"{'-'.join(dict.fromkeys(f'{100 * share:.1f}' for share in sorted((late, early))))} %"


def _wrapped(warning: str) -> list[str]:
    return wrap(warning, NARROW, initial_indent="! ", subsequent_indent="  ", break_on_hyphens=False)


def _median(answered: Spread) -> str:
    """That of the answered; `-` where they are too few for one."""
    return "-" if answered.median is None or answered.n < FEW else human_duration(answered.median)
