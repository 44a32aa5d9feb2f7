"""The exchanges behind a figure: as a list for people, and as rows for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from replywatch.domain.messages import Status
from replywatch.domain.results.exchange_at import ExchangeAt
from replywatch.render.csv_lines import Cell
from replywatch.render.days import day_text
from replywatch.render.export import COLUMNS, export_row
from replywatch.render.grid import Column
from replywatch.render.locale import Locale
from replywatch.render.text import SHORT_ID, brief, counted, human_duration
from replywatch.render.who import who_lines

LIST_COLUMNS = (*COLUMNS, "subject", "waiting_seconds")
"""What a list has beside an export: it may name what mail says."""


def list_row(found: ExchangeAt) -> dict[str, Cell]:
    """One exchange as plain values; `waiting_seconds` is null unless nobody is known to have answered."""
    unanswered = found.status in {Status.WAITING, Status.NEVER, Status.UNKNOWN}
    further = {"subject": brief(found.exchange.subject), "waiting_seconds": found.waited if unanswered else None}
    return export_row(found) | further


def list_lines(
    found: Sequence[ExchangeAt], short_ids: Mapping[str, str], locale: Locale, *, limited: bool = False
) -> Iterator[str]:
    """A line for each exchange, then how many there are; where they are `limited`, there may be more."""
    if found:
        yield from who_lines(_columns(short_ids), [(e.exchange, _cells(e, short_ids, locale)) for e in found], locale)
        yield ""
    number = counted(len(found), "exchange")
    yield f"{'The first ' if limited else ''}{number}." if found else "There is none."


def _columns(short_ids: Mapping[str, str]) -> list[Column]:
    """Id, since when, how long, the reply."""
    ids = max(map(len, short_ids.values()), default=0) + 2
    return [
        Column(ids, gap=2),
        Column(13, "arrived", gap=2),
        Column(13, "wait", gap=2, right=True),
        Column(max(ids, 7), "reply", gap=2),
    ]


def _cells(found: ExchangeAt, short_ids: Mapping[str, str], locale: Locale) -> list[str]:
    e = found.exchange
    return [
        _short(e.id, short_ids),
        day_text(e.arrived_at, found.as_of, locale.zone),
        _wait(found),
        _short(e.reply, short_ids) if e.reply and found.elapsed is not None else "",
    ]


def _wait(found: ExchangeAt) -> str:
    """How long it took, or what is known instead."""
    if found.elapsed is not None:
        return human_duration(found.elapsed)
    match found.status:
        case Status.WAITING:
            return f"{human_duration(found.waited)} …"
        case Status.ANSWERED_TIME_UNKNOWN:
            return "answered"
    return found.status.value


def _short(identity: str, short_ids: Mapping[str, str]) -> str:
    return short_ids.get(identity, identity[:SHORT_ID])
