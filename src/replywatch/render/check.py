"""What `check` found, as lines for people and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby

from replywatch.domain.results.finding import Finding, Severity
from replywatch.render.findings import finding_words
from replywatch.render.grid import Column, Grid, Row, grid_lines
from replywatch.render.locale import Locale
from replywatch.render.text import counted, safe

_COLUMNS = (
    Column(9, colours={Severity.OK: "32", Severity.WARNING: "33", Severity.ERROR: "1;31"}),  # green, yellow, bold red
    Column(13),
    Column(too_long="wrapped"),
)


def check_lines(findings: Iterable[Finding], locale: Locale) -> Iterator[str]:
    """The lines for people, as soon as each finding is known; none is too wide, but for lines of a config."""
    severities: Counter[Severity] = Counter()

    def row(finding: Finding) -> Row:
        severities[finding.severity] += 1
        words = finding_words(finding, locale)
        hint = [_paragraph(line) for line in words.hint.splitlines()]
        return Row([finding.severity, finding.topic, safe(words.what)], hint)

    for number, (account, found) in enumerate(groupby(findings, lambda finding: finding.account)):
        if number:
            yield ""
        yield from grid_lines(Grid(safe(account) or "set-up", _COLUMNS, map(row, found), indent=2), locale)
    yield ""
    bad = [counted(n, severity) for severity in (Severity.ERROR, Severity.WARNING) if (n := severities[severity])]
    yield (", ".join(bad) or "All is well") + "."


def _paragraph(line: str) -> str:
    """A line of a hint, made harmless; blanks in front, which mark a line of a config, stay."""
    return " " * (len(line) - len(line.lstrip(" "))) + safe(line)


def check_json(findings: Iterable[Finding], locale: Locale) -> str:
    """All findings as one JSON object."""
    rows = [_json_row(finding, locale) for finding in findings]
    return json.dumps({"schema": "replywatch.check/1", "findings": rows}, indent=2) + "\n"


def _json_row(finding: Finding, locale: Locale) -> dict[str, str]:
    words = finding_words(finding, locale)
    return {
        "level": finding.severity,
        "account": finding.account,
        "topic": finding.topic,
        "code": finding.code,
        "what": words.what,
        "hint": words.hint,
    }
