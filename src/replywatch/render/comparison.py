"""The figures under strict and under full matching side by side: how much depends on the weaker ties?"""

from __future__ import annotations

import json

from replywatch.domain.report import Report
from replywatch.render.json import report_json
from replywatch.render.text import human_duration, local_time, safe

SCHEMA = "replywatch.comparison/1"


def comparison_text(strict: Report, full: Report) -> str:
    """Both reports as one plain table, 80 columns wide; they speak of the same moment and period."""
    zone = full.definition.zone
    names = (strict.definition.min_match.value, full.definition.min_match.value)
    rows = [
        (other.label, (one.count, one.share), (other.count, other.share))
        for one, other in zip(strict.buckets, full.buckets, strict=True)
    ]
    rows.append(("all", (strict.totals.exchanges, 1.0), (full.totals.exchanges, 1.0)))
    medians = (_duration(strict.percentiles.median), _duration(full.percentiles.median))
    lines = [
        f"The same mail under two ways of matching, as of {local_time(full.as_of, zone)}",
        *(f"! {safe(warning)}" for warning in full.warnings),
        "",
        _line("waited", f"ids alone ({names[0]})", f"down to {names[1]}"),
        *(_line(label, _count(*left), _count(*right)) for label, left, right in rows),
        "",
        _line("median of the answered", *medians),
    ]
    return "\n".join(lines) + "\n"


def comparison_json(strict: Report, full: Report) -> str:
    """Both reports as one JSON object; each is as `--format json` shows it alone."""
    both = {"schema": SCHEMA, "strict": json.loads(report_json(strict)), "full": json.loads(report_json(full))}
    return json.dumps(both, indent=2, sort_keys=True) + "\n"


def _line(label: str, left: str, right: str) -> str:
    return f"{label:<30}{left:>25}{right:>25}"


def _count(count: int, share: float | None) -> str:
    return f"{count}  {'-' if share is None else f'{100 * share:.1f} %':>7}"


def _duration(seconds: float | None) -> str:
    return "-" if seconds is None else human_duration(seconds)
