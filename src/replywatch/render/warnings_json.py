"""Warnings for other programs: the same in every JSON that has them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from replywatch.domain.results.warning import Warning  # noqa: A004 - the word that people know
from replywatch.render.locale import Locale
from replywatch.render.numbers import rfc3339
from replywatch.render.text import brief
from replywatch.render.warnings import warning_text


def warning_value(warning: Warning, english: Locale) -> dict[str, object]:
    """A warning with its words, and beside them its values, each under its name."""
    said = {"code": warning.code.value, "account": warning.account or None, "text": warning_text(warning, english)}
    return {name: _plain(name, value) for name, value in {**warning.values, **said}.items()}


def _plain(name: str, value: object) -> object:
    """A value of a warning as JSON has it: the name tells its unit (`domain.results.warning`)."""
    match value:
        case str():
            return brief(value)
        case date():
            return value.isoformat()
        case int() if name.endswith("_at"):
            return rfc3339(value)
        case Mapping():
            return {inner: _plain(inner, part) for inner, part in value.items()}
        case list():
            return [_plain(name, part) for part in value]
    return value
