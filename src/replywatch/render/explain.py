"""Why a message was judged and matched as it was, in every detail; `render.story` says it to people in short."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import wrap

from replywatch.domain.figures.measure import waited
from replywatch.domain.matching.open_exchange import Evidence
from replywatch.domain.messages import (
    Because,
    Delivery,
    Disposition,
    Exchange,
    Kind,
    Message,
    NamedLocation,
    Rung,
    Status,
)
from replywatch.domain.results.exchange_at import ExchangeAt
from replywatch.domain.results.explanation import Explanation, FileJudgement
from replywatch.render.because import because_text
from replywatch.render.grid import Column, Grid, Row, columns_of, cut, grid_lines
from replywatch.render.locale import Locale
from replywatch.render.marked import corrections_text
from replywatch.render.text import SHORT_ID, human_duration, local_time, person_text, safe

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
_PUT_AWAY = "counted: in Junk or Trash, or marked so, but answered all the same"
_NOTICES = {
    Delivery.FAILED: "of a failure: the mail that it names is no reply",
    Delivery.DELAYED: "of a delay, or of a delivery: the reply that it names stands",
    Delivery.UNCLEAR: "of a failure or a delay, it doesn't say which: the reply stands",
}
_AUTOMATIC = "our own automatic mail: no personal reply"
_FORM_LETTER = "our own form letter: it answers nobody"
_SOURCES = {
    "internaldate": "the mailbox's own clock (INTERNALDATE)",
    "received": "the topmost Received field; the mailbox has no clock, or one that lies far off",
    "date": "the Date field",
    "first_seen": "when it was first polled; nothing else is known",
}


_LABEL = Column(13)


def explanation_text(explanation: Explanation, locale: Locale) -> str:
    """`explanation` as lines of text with a line end."""
    lines = [
        *grid_lines(Grid("", (_LABEL, Column()), map(Row, _name(explanation.message))), locale),
        *_labelled(_message(explanation, locale), locale),
        "",
        *_labelled(_clocks(explanation, locale), locale),
        "",
        *_conversation(explanation, locale),
        "",
        *_exchanges(explanation, locale),
    ]
    return "\n".join(lines) + "\n"


def _labelled(rows: Iterable[tuple[str, str]], locale: Locale) -> Iterator[str]:
    """Each of `rows`, its label in front, broken into lines where it is long."""
    return grid_lines(Grid("", (_LABEL, Column(too_long="wrapped")), map(Row, rows)), locale)


def judgements_text(judgements: Iterable[FileJudgement]) -> Iterator[str]:
    """Two lines for each file: its kind and contact, and why."""
    for j in judgements:
        if j.kind is None:
            yield f"{safe(j.path)}: {safe(because_text(j.because))}"
            continue
        contact = f" from {safe(j.contact)}" if j.contact else ""
        yield f"{safe(j.path)}: {j.direction} {j.kind}{contact}"
        yield f"  because {_reason(j.because)}"


def _name(message: Message) -> Iterator[tuple[str, str]]:
    """What a message is found by: to be copied, so nothing of it is broken into lines."""
    yield "Message", safe(message.subject) or "(no subject)"
    yield "Id", f"{message.identity[:SHORT_ID]}  Message-ID: {safe(message.message_id or 'none')}"


def _message(e: Explanation, locale: Locale) -> Iterator[tuple[str, str]]:
    message = e.message
    yield "Direction", message.direction.value
    if who := outside(message):
        yield "Contact", f"{who}: {safe(because_text(e.parties.contact_because))}"
    yield "Kind", f"{message.verdict.kind.value}: {_reason(message.verdict.because)}"
    for verdict in e.rules:
        if verdict != message.verdict:
            yield "", f"also {verdict.kind.value}: {_reason(verdict.because)}"
    for correction in corrections_text(message.corrections, locale):
        yield "Marked", f"by hand: {correction}"
    if message.delivery:
        yield "Notice", _NOTICES[message.delivery]
    if message.form_letter:
        yield "Form letter", "mail of ours with this subject went to three people or more about that time"
    if message.relayed:
        yield "Relay", "several people write from this address; Reply-To alone says who did"
    yield "Counted", _counted(e)
    if e.in_seconds:
        yield "", f"replywatch mark {message.identity[:SHORT_ID]} --kind human makes an answer of it"
    if message.address:
        yield "Address", safe(message.address)


def _counted(e: Explanation) -> str:
    """Which line of the account the message belongs to."""
    message = e.message
    if any(x.exchange.put_away and x.exchange.id == message.identity for x in e.exchanges_at):
        return _PUT_AWAY
    if e.in_seconds:
        left, enquiry = human_duration(e.in_seconds.after), e.in_seconds.enquiry[:SHORT_ID]
        why = f"it left {left} after the enquiry {enquiry} arrived, so it acknowledges it"
        return f"our own mail, but no answer: {why}"
    if message.disposition is Disposition.OUTBOUND:
        if message.verdict.kind is not Kind.HUMAN:
            return _AUTOMATIC
        if message.answers_nobody:
            return _FORM_LETTER
    return _DISPOSITIONS[message.disposition]


def _reason(because: Because) -> str:
    return f"{safe(because_text(because))} (rule {because.rule})"


def _clocks(e: Explanation, locale: Locale) -> Iterator[tuple[str, str]]:
    message = e.message
    sure = "" if message.clock_sure else ", not confirmed by another clock"
    clock = f"{local_time(message.clock, locale.zone)}: {_SOURCES[message.clock_source]}{sure}"
    yield "Sent" if message.author else "Arrival", clock
    for label, at in (("Date", e.header.date), ("Received", e.header.received)):
        yield f"  {label}", "none" if at is None else local_time(at, locale.zone)
    for location in e.locations:
        yield "  Found in", _location(location, locale)


def _location(location: NamedLocation, locale: Locale) -> str:
    at = "no INTERNALDATE" if location.internal_date is None else local_time(location.internal_date, locale.zone)
    gone = "" if location.gone is None else f", gone since {local_time(location.gone, locale.zone)}"
    number = "" if location.uid is None else f" (UID {location.uid})"
    return f"{safe(location.account)}: {safe(location.mailbox)}{number}, {at}{gone}"


def _conversation(e: Explanation, locale: Locale) -> Iterator[str]:
    if len(e.conversation) == 1:
        tied = "this message alone"
    elif e.rung is None:
        tied = f"{len(e.conversation)} messages; the others were tied to this one"
    else:
        tied = f"{len(e.conversation)} messages; tied to the others by {e.rung.value}"
    yield from _labelled([("Conversation", tied)], locale)
    depths: dict[str, int] = {}
    for message in e.conversation:
        named = [depths[i] for i in (*message.in_reply_to, *message.references) if i in depths]
        depth = max(named) + 1 if named else 0
        depths |= dict.fromkeys(message.ids, depth)
        yield _line(message, min(depth, 8), locale, here=message.identity == e.message.identity)


def _line(message: Message, depth: int, locale: Locale, *, here: bool) -> str:
    who = safe(message.author) or outside(message) or "nobody"
    arrow = {"inbound": "→", "outbound": "←", "internal": "·", "foreign": "?"}[message.direction.value]
    start = f"{'*' if here else ' '} {local_time(message.clock, locale.zone)}  {'  ' * depth}{arrow} {who}: "
    end = f" [{message.verdict.kind.value}] {message.identity[:SHORT_ID]}"
    room = max(_NARROWEST_SUBJECT, locale.width - columns_of(start + end))
    return start + cut(safe(message.subject), room) + end


def outside(message: Message) -> str:
    """Who stands behind it outside; "" if nobody is known."""
    return person_text(message.contact, message.contact_name if message.visitor else "")


def _exchanges(e: Explanation, locale: Locale) -> Iterator[str]:
    yield from _labelled([("Exchanges", "" if e.exchanges_at else "none")], locale)
    for exchange_at in e.exchanges_at:
        yield from _wrapped(exchange_line(exchange_at, locale, e), locale.width)
    strict = {(s.exchange.id, s.exchange.answered_at, s.exchange.ordinal) for s in e.strict}
    if strict == {(s.exchange.id, s.exchange.answered_at, s.exchange.ordinal) for s in e.exchanges_at}:
        yield f"The same under --min-match {Rung.REFERENCES.value}."
        return
    yield f"Under --min-match {Rung.REFERENCES.value} these messages make other exchanges:"
    for exchange_at in e.strict:
        yield from _wrapped(exchange_line(exchange_at, locale, e), locale.width)


def _wrapped(text: str, width: int) -> list[str]:
    return wrap(text, width, initial_indent="  ", subsequent_indent="      ", break_on_hyphens=False)


def exchange_line(exchange_at: ExchangeAt, locale: Locale, explanation: Explanation) -> str:
    """Where one of the exchanges of `explanation` stands, in one line."""
    e = exchange_at.exchange
    what = "enquiry" if e.ordinal == 1 else f"turn {e.ordinal}"
    start = f"{what} of {local_time(e.arrived_at, locale.zone)} ({e.id[:SHORT_ID]})"
    said = [_standing(exchange_at, locale, explanation), *remarks(e, locale, explanation)]
    return f"{start}: {'; '.join(said)}"


def _standing(exchange_at: ExchangeAt, locale: Locale, explanation: Explanation) -> str:
    """Where an exchange stands, and what says so."""
    e = exchange_at.exchange
    if exchange_at.status is Status.ANSWERED and e.answered_at is not None and e.matched_by:
        duration, left = human_duration(waited(e.arrived_at, e.answered_at)), local_time(e.answered_at, locale.zone)
        reply = f", reply {e.reply[:SHORT_ID]}" if e.reply else ""
        odd = "; the reply is dated before the message, the wait counts as 0" if e.clock_anomaly else ""
        return f"answered after {duration} at {left}, matched by {e.matched_by.value}{reply}{odd}"
    if exchange_at.status is Status.ANSWERED_TIME_UNKNOWN and e.answered_after and e.answered_before:
        after, before = (local_time(bound, locale.zone) for bound in (e.answered_after, e.answered_before))
        when = f"at {after}" if after == before else f"between {after} and {before}"
        unseen = f"the reply itself was not found, but {sign_of_reply(explanation.evidence[e])}"
        return f"answered {when}; {unseen}"
    ended = "; ended by a new enquiry" if e.ended_at is not None else ""
    return f"{exchange_at.status.value} for {human_duration(exchange_at.waited)}{ended}"


def remarks(e: Exchange, locale: Locale, explanation: Explanation) -> Iterator[str]:
    """What else was decided about an exchange."""
    if e.acknowledged_at is not None:
        soon, at = human_duration(waited(e.arrived_at, e.acknowledged_at)), local_time(e.acknowledged_at, locale.zone)
        by = explanation.acknowledged_by[e][:SHORT_ID]
        yield f"acknowledged after {soon} at {at} by {by}, which is no answer"
    if e.bounced_reply:
        yield f"a notice says that the reply {e.bounced_reply[:SHORT_ID]} could not be delivered, so it is none"
    if e.reply and (notice := explanation.unclear_notices.get(e.reply)):
        yield f"{notice[:SHORT_ID]} doesn't say whether the reply failed or is late, so the reply stands"
    if e.put_away:
        yield "thrown away or called spam, and counted only because it was answered"
    if e.marked:
        yield "marked by hand"


def sign_of_reply(evidence: Evidence) -> str:
    """What says that there was a reply."""
    if evidence.unseen_id is None or evidence.named_by is None:
        return "the server flagged the mail as answered (\\Answered)"
    return f"{evidence.named_by[:SHORT_ID]} names it: {safe(evidence.unseen_id)}, an id of ours that was never seen"
