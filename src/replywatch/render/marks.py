"""The marks that hold, as a list for people and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from replywatch.domain.messages import Answered, NeedsNone, OfKind, ReplyOf
from replywatch.domain.results.marked import Holding
from replywatch.render.grid import Column, Grid, Row, grid_lines
from replywatch.render.locale import Locale
from replywatch.render.marked import NOT_THERE, correction_text, subject_text, who_text
from replywatch.render.numbers import rfc3339
from replywatch.render.text import SHORT_ID, brief, local_time

_INDENT = 2
_COLUMNS = (Column(SHORT_ID + 2), Column(too_long="wrapped"))


def marks_lines(found: Sequence[Holding], locale: Locale) -> Iterator[str]:
    """The list: of which message each is, what it says, when it was made."""
    yield f"Marks that hold: {len(found)}"
    if found:
        yield ""
    yield from grid_lines(Grid("", _COLUMNS, (_row(holding, locale) for holding in found), _INDENT), locale)


def _row(holding: Holding, locale: Locale) -> Row:
    mark, about = holding
    says = f"{correction_text(mark.correction, locale)}; marked at {local_time(mark.made_at, locale.zone)}"
    if about.message is None:
        below = [NOT_THERE]
    else:
        below = [f"{who_text(about.message)}, {local_time(about.message.clock, locale.zone)}"]
    if about.subject is not None:
        below.append(subject_text(about.subject, locale.width - _INDENT - _COLUMNS[0].width))
    return Row([mark.identity[:SHORT_ID], says], below)


def marks_json(found: Iterable[Holding]) -> str:
    """The list as one JSON object; null what is not known, may not be shown, or is none of what a mark says."""
    return json.dumps({"schema": "replywatch.marks/1", "marks": list(map(_object, found))}, indent=2) + "\n"


def _object(holding: Holding) -> dict[str, object]:
    (_, identity, correction, made_at), about = holding
    message = about.message
    return {
        "id": identity,
        "message_id": message and message.message_id and brief(message.message_id),
        "made_at": rfc3339(made_at),
        "answered_at": rfc3339(correction.at) if isinstance(correction, Answered) else None,
        "no_reply_needed": isinstance(correction, NeedsNone),
        "kind": correction.kind.value if isinstance(correction, OfKind) else None,
        "reply_of": correction.identity if isinstance(correction, ReplyOf) else None,
        "direction": message and message.direction.value,
        "clock": message and rfc3339(message.clock),
        "contact": message and brief(message.contact),
        "subject": None if about.subject is None else brief(about.subject),
    }
