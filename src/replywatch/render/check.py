"""What `check` found, as lines for people and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from textwrap import wrap

from replywatch.domain.results.finding import Finding, Severity
from replywatch.render.text import safe

_COLOURS = {Severity.OK: "32", Severity.WARNING: "33", Severity.ERROR: "1;31"}
"""Of ECMA-48, SGR: green, yellow, bold red."""
_HINT = 11
"""Columns before a hint: it begins below the topic."""
_TOPIC = 13
_TEXT = _HINT + _TOPIC


def check_lines(findings: Iterable[Finding], width: int, *, colours: bool) -> Iterator[str]:
    """The lines for people, as soon as each finding is known; at most `width` columns, but for lines of a config."""
    account: str | None = None
    levels: Counter[Severity] = Counter()
    for finding in findings:
        if finding.account != account:
            if account is not None:
                yield ""
            account = finding.account
            yield safe(account) if account else "set-up"
        levels[finding.level] += 1
        yield from _lines(finding, width, colours=colours)
    yield ""
    said = [f"{n} {level}{'s' * (n > 1)}" for level in (Severity.ERROR, Severity.WARNING) if (n := levels[level])]
    yield (", ".join(said) or "All is well") + "."


def _lines(finding: Finding, width: int, *, colours: bool) -> Iterator[str]:
    mark = f"{finding.level:<{_HINT - 2}}"
    if colours:
        mark = f"\x1b[{_COLOURS[finding.level]}m{mark}\x1b[0m"
    first, *others = _wrapped(finding.what, width - _TEXT)
    yield f"  {mark}{finding.topic:<{_TOPIC}}{first}"
    yield from (" " * _TEXT + line for line in others)
    for paragraph in finding.hint.splitlines():
        if paragraph.startswith(" "):
            yield " " * _HINT + "  " + safe(paragraph)
        else:
            yield from (" " * _HINT + line for line in _wrapped(paragraph, width - _HINT))


def _wrapped(text: str, columns: int) -> list[str]:
    return wrap(safe(text), columns, break_long_words=False, break_on_hyphens=False) or [""]


def check_json(findings: Iterable[Finding]) -> str:
    """All findings as one JSON object."""
    rows = [asdict(finding) for finding in findings]
    return json.dumps({"schema": "replywatch.check/1", "findings": rows}, indent=2) + "\n"
