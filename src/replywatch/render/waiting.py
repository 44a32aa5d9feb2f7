"""Who waits for an answer, as a plain list for terminals, mails of cron jobs, and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from replywatch.domain.figures.measure import waited
from replywatch.domain.results.exchange_at import ExchangeAt
from replywatch.domain.results.waiting import Verdict, WaitingList, place_in_list
from replywatch.render.days import day_text, moment_text
from replywatch.render.grid import Column, wrapped
from replywatch.render.locale import Locale
from replywatch.render.numbers import rfc3339
from replywatch.render.text import SHORT_ID, brief, counted, human_duration, safe
from replywatch.render.warnings import warned_lines
from replywatch.render.warnings_json import warning_value
from replywatch.render.who import who_lines

_BOUNCED = "!"
"""Stands before those to whom an answer of ours could not be delivered."""
_LATER = "Follow-ups, which often need no answer"


def waiting_text(found: WaitingList, locale: Locale, *, turns: bool, older_than: str = "", asked: str = "") -> str:
    """The list as text: what has to be known first, who waits, who may wait, and what can be done.

    Args:
        found: Who waits.
        locale: For whom it is shown.
        turns: Later turns are listed, too, after the enquiries; else they are only counted.
        older_than: The least wait that was asked for, in a person's words; "" for none.
        asked: The options for its period, as typed: with them `list` counts the same.
    """
    enquiries, later = _apart(found.rows)
    listed = [*enquiries, *later] if turns else enquiries
    unsure, unsure_later = _apart(found.may_wait)
    may_wait = [*unsure, *unsure_later] if turns else unsure
    lines = [line for warning in found.warnings for line in warned_lines(warning, locale)]
    lines += [""] if lines else []
    lines += _headline(found, len(listed), turns=turns, older_than=older_than, locale=locale)
    columns = _columns(found)
    unsaid = f"{len(may_wait)}{' more' if listed else ''} may wait: not all mail was read"
    for title, rows in (("", enquiries), (_LATER, later if turns else []), (unsaid, may_wait)):
        if rows:
            lines += ["", *(wrapped(title, locale.width) if title else [])]
            lines += who_lines(columns, [(row.exchange, _cells(row, found, locale)) for row in rows], locale)
    notes = list(_notes(found, listed, 0 if turns else len(later), asked, locale))
    return "\n".join([*lines, *([""] if notes else []), *notes]) + "\n"


def _apart(rows: Sequence[ExchangeAt]) -> tuple[list[ExchangeAt], list[ExchangeAt]]:
    """Enquiries, and later turns."""
    return [r for r in rows if r.exchange.ordinal == 1], [r for r in rows if r.exchange.ordinal > 1]


def _headline(found: WaitingList, count: int, *, turns: bool, older_than: str, locale: Locale) -> list[str]:
    """How many wait, and by which mail."""
    so_long = f"for {older_than} or longer" if older_than else ""
    if count:
        said = f"{count} {'waits' if count == 1 else 'wait'} for an answer{so_long and f', {so_long}'}"
    elif found.verdict(turns=turns) is Verdict.CANT_SAY:
        said = f"Nobody is known to wait {so_long or 'for an answer'}, but not all is known"
    else:
        said = f"Nobody waits {so_long or 'for an answer'}"
    read = f"mail read {moment_text(found.read_at, found.counted_to, locale.zone)}"
    age = waited(found.read_at, found.counted_to)
    read += f", {human_duration(age)} ago" if age else ""
    room = locale.width - len(said) - len(read)
    return [said + " " * room + read] if room >= 2 else [*wrapped(said, locale.width), *wrapped(read, locale.width)]


def _columns(found: WaitingList) -> list[Column]:
    """Id, since when, how long, a sign."""
    ids = max(map(len, found.short_ids.values()), default=0)
    return [
        Column(ids + 2, gap=2),
        Column(13, "since", gap=2),
        Column(12, "waiting", gap=1, right=True),
        Column(2, gap=1),
    ]


def _cells(row: ExchangeAt, found: WaitingList, locale: Locale) -> list[str]:
    e = row.exchange
    return [
        found.short_ids.get(e.id, e.id[:SHORT_ID]),
        day_text(e.arrived_at, found.counted_to, locale.zone),
        human_duration(waited(e.arrived_at, found.counted_to)),
        _BOUNCED if e.bounced_reply else "",
    ]


def _notes(found: WaitingList, listed: Sequence[ExchangeAt], later: int, asked: str, locale: Locale) -> Iterator[str]:
    """What a sign means, what is not listed, and what can be done."""
    if any(row.exchange.bounced_reply for row in listed):
        yield from wrapped(f"{_BOUNCED} somebody answered, but the answer could not be delivered", locale.width)
    if later:
        often = "often needs" if later == 1 else "often need"
        yield from wrapped(f"{counted(later, 'follow-up')}, {often} no answer: --turns", locale.width)
    if found.never:
        since = "" if found.since is None else f" since {day_text(found.since, found.counted_to, locale.zone).strip()}"
        said, command = (
            f"{found.never} never answered{since}:",
            f"replywatch list --bucket never {safe(asked)}".rstrip(),
        )
        yield from [line] if len(line := f"{said} {command}") <= locale.width else [said, f"  {command}"]
    if listed:
        mark = f"replywatch mark {found.short_ids[listed[0].exchange.id]}"
        line = f"Settled?  {mark} --answered now   or   --no-reply-needed"
        apart = ["Settled?", f"  {mark} --answered now", f"  {mark} --no-reply-needed"]
        yield from [line] if len(line) <= locale.width else apart


def waiting_json(found: WaitingList, *, everybody: bool = False) -> str:
    """The list as one JSON object; later turns are in it, too, and with `everybody` who may wait among those who do."""
    rows = sorted([*found.rows, *found.may_wait], key=place_in_list) if everybody else found.rows
    shown = {
        "schema": "replywatch.waiting/1",
        "as_of": rfc3339(found.as_of),
        "read_at": rfc3339(found.read_at),
        "counted_to": rfc3339(found.counted_to),
        "since": rfc3339(found.since),
        "warnings": [warning_value(warning, Locale()) for warning in found.warnings],
        "waiting": [_json_row(row, found) for row in rows],
        "may_wait": [_json_row(row, found) for row in found.may_wait],
        "never": found.never,
    }
    return json.dumps(shown, indent=2) + "\n"


def _json_row(row: ExchangeAt, found: WaitingList) -> dict[str, object]:
    e = row.exchange
    return {
        "id": e.id,
        "message_id": e.message_id and brief(e.message_id),
        "contact": brief(e.contact),
        "subject": brief(e.subject),
        "ordinal": e.ordinal,
        "status": row.status.value,
        "arrived_at": rfc3339(e.arrived_at),
        "waiting_seconds": waited(e.arrived_at, found.as_of),
        "age_seconds": waited(e.arrived_at, found.counted_to),
        "acknowledged_at": rfc3339(e.acknowledged_at),
        "bounced_reply": e.bounced_reply_name and brief(e.bounced_reply_name),
    }
