"""Why a message was judged and matched as it was, as text for people and as JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import tzinfo
from textwrap import wrap

from replywatch.domain.matching.open_exchange import Evidence
from replywatch.domain.messages import Disposition, Exchange, Kind, Message, Rung, Status
from replywatch.domain.results.exchange_at import ExchangeAt
from replywatch.domain.results.explanation import Explanation, FileJudgement, Place
from replywatch.render.marked import corrections_text
from replywatch.render.text import SHORT_ID, human_duration, local_time, safe

WIDTH = 80
"""Columns of what is wrapped."""

_NARROWEST_SUBJECT = 12

_DISPOSITIONS = {
    Disposition.COUNTED: "counted: a person outside wrote to a watched address",
    Disposition.EXCLUDED_KIND: "not counted: automatic mail opens no exchange",
    Disposition.INTERNAL: "not counted: internal mail",
    Disposition.OUTBOUND: "our own mail: it can be a reply",
    Disposition.FOREIGN: "not counted: found in Sent only, but its sender is not in [team]",
    Disposition.SET_ASIDE: "set aside: in Junk or Trash, names no sender, or a mark took it out",
    Disposition.NOT_WATCHED: "not counted: it went to somebody of ours, not to a watched address",
}
_AUTOMATIC = "our own automatic mail: no personal reply"
_SOURCES = {
    "internaldate": "the mailbox's own clock (INTERNALDATE)",
    "received": "the topmost Received field; the mailbox's clock lies far off, as after an import",
    "date": "the Date field",
    "first_seen": "when it was first polled; nothing else is known",
}


def explanation_text(explanation: Explanation, zone: tzinfo) -> str:
    """`explanation` as lines of text with a line end."""
    parts = (_message(explanation, zone), _clocks(explanation, zone), _conversation(explanation, zone))
    return "\n".join(line for part in (*parts, _exchanges(explanation, zone)) for line in part) + "\n"


def judgements_json_lines(judgements: Iterable[FileJudgement]) -> Iterator[str]:
    """One JSON object for each file, one a line, in ASCII: no pipe can garble it."""
    for judgement in judgements:
        yield json.dumps(asdict(judgement))


def judgements_text(judgements: Iterable[FileJudgement]) -> Iterator[str]:
    """Two lines for each file: its kind and contact, and why."""
    for j in judgements:
        if j.kind is None:
            yield f"{safe(j.path)}: {safe(j.because)}"
            continue
        contact = f" from {safe(j.contact)}" if j.contact else ""
        yield f"{safe(j.path)}: {j.direction} {j.kind}{contact}"
        yield f"  because {safe(j.because)} (rule {j.rule})"


def _message(e: Explanation, zone: tzinfo) -> Iterator[str]:
    message = e.message
    yield f"Message      {safe(message.subject) or '(no subject)'}"
    yield f"Id           {message.identity[:SHORT_ID]}  Message-ID: {safe(message.message_id or 'none')}"
    yield f"Direction    {message.direction.value}"
    if message.contact:
        yield f"Contact      {safe(message.contact)}: {safe(e.parties.contact_because)}"
    yield f"Kind         {message.verdict.kind.value}: {safe(message.verdict.because)} (rule {message.verdict.rule})"
    for verdict in e.rules:
        if verdict == message.verdict:
            continue
        yield f"             also {verdict.kind.value}: {safe(verdict.because)} (rule {verdict.rule})"
    for correction in corrections_text(message.corrections, zone):
        yield f"Marked       by hand: {correction}"
    automatic = message.disposition is Disposition.OUTBOUND and message.verdict.kind is not Kind.HUMAN
    yield f"Counted      {_AUTOMATIC if automatic else _DISPOSITIONS[message.disposition]}"
    if message.address:
        yield f"Address      {safe(message.address)}"


def _clocks(e: Explanation, zone: tzinfo) -> Iterator[str]:
    message = e.message
    name = "Sent" if message.author else "Arrival"
    sure = "" if message.clock_sure else ", not confirmed by another clock"
    yield ""
    yield f"{name:<12} {local_time(message.clock, zone)}: {_SOURCES[message.clock_source]}{sure}"
    for label, at in (("Date", e.header.date), ("Received", e.header.received)):
        yield f"  {label:<10} {'none' if at is None else local_time(at, zone)}"
    for place in e.places:
        yield f"  Found in   {_place(place, zone)}"


def _place(place: Place, zone: tzinfo) -> str:
    at = "no INTERNALDATE" if place.internal_date is None else local_time(place.internal_date, zone)
    gone = "" if place.gone is None else f", gone since {local_time(place.gone, zone)}"
    return f"{safe(place.account)}: {safe(place.mailbox)} (UID {place.uid}), {at}{gone}"


def _conversation(e: Explanation, zone: tzinfo) -> Iterator[str]:
    yield ""
    if len(e.conversation) == 1:
        yield "Conversation this message alone"
    else:
        tied = "the others were tied to this one" if e.rung is None else f"tied to the others by {e.rung.value}"
        yield f"Conversation {len(e.conversation)} messages; {tied}"
    depths: dict[str, int] = {}
    for message in e.conversation:
        named = [depths[i] for i in (*message.in_reply_to, *message.references) if i in depths]
        depth = max(named) + 1 if named else 0
        depths |= dict.fromkeys(message.ids, depth)
        yield _line(message, min(depth, 8), zone, here=message.identity == e.message.identity)


def _line(message: Message, depth: int, zone: tzinfo, *, here: bool) -> str:
    who = message.author or message.contact or "nobody"
    arrow = {"inbound": "→", "outbound": "←", "internal": "·", "foreign": "?"}[message.direction.value]
    start = f"{'*' if here else ' '} {local_time(message.clock, zone)}  {'  ' * depth}{arrow} {safe(who)}: "
    end = f" [{message.verdict.kind.value}] {message.identity[:SHORT_ID]}"
    room = max(_NARROWEST_SUBJECT, WIDTH - len(start) - len(end))
    subject = safe(message.subject)
    return f"{start}{subject if len(subject) <= room else subject[: room - 1] + '…'}{end}"


def _exchanges(e: Explanation, zone: tzinfo) -> Iterator[str]:
    yield ""
    yield "Exchanges" if e.exchanges_at else "Exchanges    none"
    for exchange_at in e.exchanges_at:
        yield from _wrapped(exchange_line(exchange_at, zone, e.evidence))
    strict = {(s.exchange.id, s.exchange.answered_at, s.exchange.ordinal) for s in e.strict}
    if strict == {(s.exchange.id, s.exchange.answered_at, s.exchange.ordinal) for s in e.exchanges_at}:
        yield f"The same under --min-match {Rung.REFERENCES.value}."
        return
    yield f"Under --min-match {Rung.REFERENCES.value} these messages make other exchanges:"
    for exchange_at in e.strict:
        yield from _wrapped(exchange_line(exchange_at, zone, e.evidence))


def _wrapped(text: str) -> list[str]:
    return wrap(text, WIDTH, initial_indent="  ", subsequent_indent="      ", break_on_hyphens=False)


def exchange_line(exchange_at: ExchangeAt, zone: tzinfo, evidence: Mapping[Exchange, Evidence]) -> str:
    """Where an exchange stands, in one line; `evidence` tells of replies that were not seen."""
    e = exchange_at.exchange
    what = "enquiry" if e.ordinal == 1 else f"turn {e.ordinal}"
    start = f"{what} of {local_time(e.arrived_at, zone)} ({e.id[:SHORT_ID]}): "
    marked = "; marked by hand" if e.marked else ""
    if exchange_at.status is Status.ANSWERED and e.answered_at is not None and e.elapsed is not None and e.matched_by:
        reply = f", reply {e.reply[:SHORT_ID]}" if e.reply else ""
        odd = "; the reply is dated before the message, the wait counts as 0" if e.clock_anomaly else ""
        return (
            f"{start}answered after {human_duration(e.elapsed)} at {local_time(e.answered_at, zone)}, "
            f"matched by {e.matched_by.value}{reply}{odd}{marked}"
        )
    if exchange_at.status is Status.ANSWERED_TIME_UNKNOWN and e.answered_after and e.answered_before:
        return (
            f"{start}answered between {local_time(e.answered_after, zone)} and "
            f"{local_time(e.answered_before, zone)}; the reply itself was not found, but {_told(evidence[e])}{marked}"
        )
    ended = "; ended by a new enquiry" if e.ended_at is not None else ""
    return f"{start}{exchange_at.status.value} for {human_duration(exchange_at.waited)}{ended}{marked}"


def _told(evidence: Evidence) -> str:
    """What says that there was a reply."""
    if evidence.unseen_id is None or evidence.named_by is None:
        return "the server flagged the mail as answered (\\Answered)"
    return f"{evidence.named_by[:SHORT_ID]} names it: {safe(evidence.unseen_id)}, an id of ours that was never seen"
