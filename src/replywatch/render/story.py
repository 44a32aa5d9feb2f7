"""What became of a message, as people want to know it: the sentence, the story, the doubts, and what they can do.

Ids, clocks, rules and places stand in `render.explain`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from replywatch.config_lines import quoted
from replywatch.domain.figures.doubts import reason_of
from replywatch.domain.figures.measure import waited
from replywatch.domain.messages import Direction, Disposition, Exchange, Kind, Message, NeedsNone, Rung, Status
from replywatch.domain.people import contact_key
from replywatch.domain.results.exchange_at import ExchangeAt
from replywatch.domain.results.explanation import CouldBeAnswers, Explanation
from replywatch.render.because import because_text
from replywatch.render.days import short_time
from replywatch.render.doubts import DOUBTS
from replywatch.render.explain import exchange_line, outside, remarks, sign_of_reply
from replywatch.render.grid import Column, Grid, Row, columns_of, cut, grid_lines, wrapped
from replywatch.render.locale import Locale
from replywatch.render.text import SHORT_ID, human_duration, local_time, person_text, safe

_SHOWN = 12
"""Messages of a conversation that the story has; `--details` has all."""
_OTHERS = 3
"""Further exchanges of the conversation that are named."""
_LABEL = 15
_BOLD = "\x1b[1m{}\x1b[0m"
_OPEN = (Status.WAITING, Status.NEVER, Status.UNKNOWN)
_TIES = {
    Rung.IN_REPLY_TO: "the answer names it in In-Reply-To",
    Rung.REFERENCES: "the answer names it in References",
    Rung.PROVIDER: "the provider puts both into one conversation",
    Rung.SUBJECT: "person and subject of the answer are the same",
    Rung.MARK: "a mark says so",
}
_WEAK = {
    Rung.PROVIDER: "nothing but the provider's conversation ties the answer to it",
    Rung.SUBJECT: "nothing but person and subject ties the answer to it",
}
_WHO = {Direction.OUTBOUND: "we", Direction.INTERNAL: "internal", Direction.FOREIGN: "unknown"}


def story_text(explanation: Explanation, locale: Locale) -> str:
    """What became of the message, as lines of text with a line end."""
    e, own, bold = explanation, _Own.of(explanation), _BOLD if locale.colours else "{}"
    parts = (
        [*map(bold.format, wrapped(_sentence(e, own, locale), locale.width)), *_about(e, own, locale)],
        [*_conversation(e, own, locale), *_nobody(e, own, locale)],
        list(_reasons(e, own, locale)),
        list(_could_be_answers(e, own, locale)),
        list(_remedies(e, own, locale)),
    )
    return "\n".join("\n".join([*part, ""]) for part in parts if part)


class _Own(NamedTuple):
    """The exchanges that a message is part of."""

    opened: ExchangeAt | None
    """It began with the message."""
    closed: tuple[ExchangeAt, ...]
    """The message is their answer."""

    @classmethod
    def of(cls, e: Explanation) -> _Own:
        identity = e.message.identity
        opened = next((x for x in e.exchanges_at if x.exchange.id == identity), None)
        closed = (x for x in e.exchanges_at if x.exchange.reply == identity and x.status is Status.ANSWERED)
        return cls(opened, tuple(closed))

    @property
    def shown(self) -> ExchangeAt | None:
        """The one that the sentence is about."""
        return self.opened or next(iter(self.closed), None)

    @property
    def waits(self) -> Exchange | None:
        """The one that it opened, if an answer would still end it."""
        opened = self.opened
        return opened.exchange if opened and opened.status in _OPEN and opened.exchange.ended_at is None else None


# The sentence


def _sentence(e: Explanation, own: _Own, locale: Locale) -> str:
    """What became of the message."""
    message = e.message
    if own.opened:
        who = person_text(own.opened.exchange.contact, own.opened.exchange.visitor_of) or "nobody known"
        at = short_time(own.opened.exchange.arrived_at, e.as_of, locale.zone)
        return f"{_opened(e, own.opened, locale)}: {who}, {at}"
    if own.closed:
        exchange = own.closed[0].exchange
        who, after = person_text(exchange.contact, exchange.visitor_of), _after(exchange)
        others = f", and to {len(own.closed) - 1} more" if len(own.closed) > 1 else ""
        return f"The answer to {who}{others}, after {after}: {short_time(message.clock, e.as_of, locale.zone)}"
    return _ours(e) if message.direction is Direction.OUTBOUND else _theirs(message)


def _opened(e: Explanation, opened: ExchangeAt, locale: Locale) -> str:
    """Where the exchange stands that the message opened."""
    exchange, waiting = opened.exchange, human_duration(opened.waited)
    turn = f"Turn {exchange.ordinal}, " if exchange.ordinal > 1 else ""
    match opened.status:
        case Status.ANSWERED:
            reply = next((m for m in e.conversation if m.identity == exchange.reply), None)
            by = f" by {safe(reply.author)}" if reply else ", as a mark says"
            said = f"Answered after {_after(exchange)}{by}"
        case Status.ANSWERED_TIME_UNKNOWN:
            bounds = (exchange.answered_after, exchange.answered_before)
            times = [short_time(at, e.as_of, locale.zone) for at in bounds if at is not None]
            said = f"Answered {'at' if len(set(times)) == 1 else 'between'} {' and '.join(dict.fromkeys(times))}"
        case Status.WAITING:
            said = f"Waiting for {waiting}"
        case Status.NEVER:
            said = f"Never answered in {waiting}"
        case Status.UNKNOWN:
            said = "Can't say, mail is missing"
    ended = ", and ended by a new enquiry" if exchange.ended_at is not None and opened.status in _OPEN else ""
    return f"{turn}{said[0].lower() if turn else said[0]}{said[1:]}{ended}"


def _after(exchange: Exchange) -> str:
    return human_duration(waited(exchange.arrived_at, exchange.answered_at or exchange.arrived_at))


def _ours(e: Explanation) -> str:
    """What mail of ours is that answers nobody."""
    message = e.message
    if e.in_seconds:
        left, enquiry = human_duration(e.in_seconds.after), e.in_seconds.enquiry[:SHORT_ID]
        return f"No answer: it left {left} after the enquiry {enquiry} arrived, so it acknowledges it"
    if message.verdict.kind is not Kind.HUMAN:
        return f"{_kind(message)} of ours: no personal answer"
    if any(x.exchange.bounced_reply == message.identity for x in e.exchanges_at):
        return "No answer: it could not be delivered"
    if message.answers_nobody:
        return "Form letter of ours: it answers nobody"
    return "Mail of ours that ends no wait"


def _theirs(message: Message) -> str:
    """What mail is that opens no exchange, and is not ours."""
    match message.disposition:
        case Disposition.EXCLUDED_KIND:
            return f"{_kind(message)}: not counted"
        case Disposition.INTERNAL:
            return "Internal mail: not counted"
        case Disposition.FOREIGN:
            return "Not counted: it lies in Sent and its sender is not in [team]"
        case Disposition.NOT_WATCHED:
            return "Not counted: it went to somebody of ours and not to a watched address"
        case Disposition.SET_ASIDE:
            return f"Not counted: {_why_set_aside(message)}"
        case _:
            return "A further mail of somebody who waited already"


def _why_set_aside(message: Message) -> str:
    if isinstance(message.corrections.outcome, NeedsNone):
        return "a mark says that it needs no reply"
    if message.put_away:
        return "it was thrown away or called spam"
    return "it names no sender"


def _kind(message: Message) -> str:
    return message.verdict.kind.value.replace("_", " ").capitalize()


def _about(e: Explanation, own: _Own, locale: Locale) -> Iterator[str]:
    """Subject, from whom or to whom, and when, as far as the sentence doesn't say it."""
    message = e.message
    if own.opened:
        name, at, _ = message.address.partition("@")
        end = f" to {safe(name)}{at}" if message.address else ""
    else:
        who = outside(message) or safe(message.author)
        word = "to" if message.direction is Direction.OUTBOUND else "from"
        when = short_time(message.clock, e.as_of, locale.zone)
        end = "" if own.closed else (f" {word} {who}" if who else "") + f", {when}"
    room = max(_LABEL, locale.width - columns_of(end) - 2)
    subject = f'"{cut(safe(message.subject), room)}"' if message.subject else "(no subject)"
    yield from wrapped(f"{subject}{end}", locale.width)


# The story


def _conversation(e: Explanation, own: _Own, locale: Locale) -> Iterator[str]:
    """The messages of the conversation, those near this one if they are many."""
    here = next(n for n, m in enumerate(e.conversation) if m.identity == e.message.identity)
    start = max(0, min(here - _SHOWN // 2, len(e.conversation) - _SHOWN))
    shown = e.conversation[start : start + _SHOWN]
    times = [short_time(m.clock, e.as_of, locale.zone) for m in shown]
    they = contact_key(own.shown.exchange.contact if own.shown else e.message.contact)
    whose = [_who(m, they) for m in shown]
    columns = (
        Column(2),
        Column(max(map(len, times)) + 2, gap=2, right=True),
        Column(max(map(len, whose)) + 2),
        Column(SHORT_ID + 2),
        Column(too_long="cut"),
    )
    rows = [
        Row(["*" if m is e.message and len(shown) > 1 else "", time, who, m.identity[:SHORT_ID], _subject(m)])
        for m, time, who in zip(shown, times, whose, strict=True)
    ]
    if start:
        yield f"  {start} earlier: --details"
    yield from grid_lines(Grid("", columns, rows), locale)
    if later := len(e.conversation) - start - len(shown):
        yield f"  {later} later: --details"


def _who(message: Message, they: str) -> str:
    """Who wrote it, in a word: the person whom all this is about, or another; nobody of ours is named."""
    if message.direction is Direction.INBOUND:
        return "they" if contact_key(message.contact) == they else "others"
    return _WHO[message.direction]


def _subject(message: Message) -> str:
    kind = "" if message.verdict.kind is Kind.HUMAN else f"[{message.verdict.kind.value.replace('_', ' ')}] "
    return f"{kind}{safe(message.subject) or '(no subject)'}"


def _nobody(e: Explanation, own: _Own, locale: Locale) -> Iterator[str]:
    """Where no answer was found."""
    if own.opened and own.opened.status in _OPEN:
        until = short_time(e.as_of, e.as_of, locale.zone)
        missing = ", and not all of that time" if own.opened.status is Status.UNKNOWN else ""
        where = ", ".join(map(safe, e.read))
        yield from _hanging("  ", f"(no answer in {where}; read until {until}{missing})", locale)


# Why, and how sure


def _reasons(e: Explanation, own: _Own, locale: Locale) -> Iterator[str]:
    verdict = e.message.verdict
    yield from _labelled("Kind", [f"{verdict.kind.value}: {safe(because_text(verdict.because))}"], locale)
    yield from _labelled("Why it counts" if own.opened else "Why", _why(e, own), locale)
    yield from _labelled("Doubt", _doubts(e, own), locale)
    yield from _labelled("Besides", _besides(e, own, locale), locale)


def _why(e: Explanation, own: _Own) -> Iterator[str]:
    """Why it opened or closed an exchange."""
    message = e.message
    if own.opened:
        to = "to a watched address" if message.address else "in a watched mailbox"
        yield f"from outside, {to}"
        if e.parties.contact_because.rule != "contact.from":
            yield f"whom it is from: {safe(because_text(e.parties.contact_because))}"
    exchange = own.shown and own.shown.exchange
    if exchange and exchange.matched_by and own.shown and own.shown.status is Status.ANSWERED:
        yield _TIES[exchange.matched_by]
    if exchange and own.opened and own.opened.status is Status.ANSWERED_TIME_UNKNOWN:
        yield f"the answer itself was not found, but {sign_of_reply(e.evidence[exchange])}"


def _doubts(e: Explanation, own: _Own) -> Iterator[str]:
    """What may be wrong with what the sentence says."""
    if own.shown is None:
        return
    exchange, answered = own.shown.exchange, own.shown.status is Status.ANSWERED
    if not exchange.arrival_sure or (answered and not exchange.answer_sure):
        source = reason_of(exchange.arrival_source, exchange.answer_source, arrival_sure=exchange.arrival_sure)
        yield f"the clock is unsure, because {DOUBTS[source]}"
    if answered and exchange.clock_anomaly:
        yield "the answer is dated before the message; the wait counts as 0"
    if answered and exchange.matched_by in _WEAK:
        yield f"{_WEAK[exchange.matched_by]}; with --min-match references it does not count"
    if hasty := _hasty(e, own):
        yield f"{hasty[:SHORT_ID]} left within seconds: an acknowledgement, no answer"


def _hasty(e: Explanation, own: _Own) -> str:
    """Identity of a person's mail of ours that only acknowledged what the message opened; "" if there is none."""
    if own.waits is None:
        return ""
    by = e.acknowledged_by.get(own.waits)
    return next((m.identity for m in e.conversation if m.identity == by and m.verdict.kind is Kind.HUMAN), "")


def _besides(e: Explanation, own: _Own, locale: Locale) -> Iterator[str]:
    """What else was decided, and what else goes on in the conversation."""
    if own.shown:
        yield from remarks(own.shown.exchange, locale, e)
    others = [x for x in e.exchanges_at if x is not own.opened and x not in own.closed]
    yield from (exchange_line(x, locale, e) for x in others[:_OTHERS])
    if len(others) > _OTHERS:
        yield f"{len(others) - _OTHERS} more waits in this conversation: --details"


def _labelled(label: str, texts: Iterable[str], locale: Locale) -> Iterator[str]:
    """`texts`, the label in front of the first, broken into lines where they are long."""
    rows = [Row([label if number == 0 else "", text]) for number, text in enumerate(texts)]
    return grid_lines(Grid("", (Column(_LABEL), Column(too_long="wrapped")), rows), locale)


# What to do


def _could_be_answers(e: Explanation, own: _Own, locale: Locale) -> Iterator[str]:
    """Mail of ours that may have answered whoever waits, each with what to say if it did."""
    found = e.could_be_answers.get(own.waits.id) if own.waits else None
    if found is None or own.waits is None:
        return
    times = [short_time(mail.sent_at, e.as_of, locale.zone) for mail in found.nearest]
    columns = (Column(max(map(len, times)) + 2, gap=2, right=True), Column(SHORT_ID + 2), Column(too_long="cut"))
    rows = (
        Row([at, mail.identity[:SHORT_ID], safe(mail.subject) or "(no subject)"], [f" {command}"])
        for at, mail, command in zip(times, found.nearest, _commands(found, own.waits.id, locale), strict=True)
    )
    yield from wrapped("Could be the answer, in another conversation", locale.width)
    yield from grid_lines(Grid("", columns, rows, indent=2), locale)
    if found.more:
        yield f"  {found.more} more later: --format jsonl counts them"


def _commands(found: CouldBeAnswers, waits: str, locale: Locale) -> Iterator[str]:
    """What calls each of them the answer; of one that is an answer already it is the time that counts."""
    for mail in found.nearest:
        if mail.answers is None:
            yield f"replywatch mark {mail.identity[:SHORT_ID]} --reply-of {waits[:SHORT_ID]}"
        else:
            yield f"replywatch mark {waits[:SHORT_ID]} --answered '{local_time(mail.sent_at, locale.zone)}'"


def _remedies(e: Explanation, own: _Own, locale: Locale) -> Iterator[str]:
    """Questions that a person may answer by a command; none is broken into lines."""
    message = e.message
    mark = f"replywatch mark {message.identity[:SHORT_ID]}"
    if own.waits:
        yield from _asked("Settled?", [f"{mark} --answered now", f"{mark} --no-reply-needed"], locale)
        yield from _asked("No person?", [f"{mark} --kind notification"], locale)
        if hasty := _hasty(e, own):
            yield from _asked("A person?", [f"replywatch mark {hasty[:SHORT_ID]} --kind human"], locale)
    elif own.shown and own.shown.exchange.matched_by in _WEAK:
        reply = (own.shown.exchange.reply or "")[:SHORT_ID]
        yield from _asked("Wrong?", [f"replywatch mark {reply} --reply-of ID"], locale)
    elif e.in_seconds or message.disposition is Disposition.EXCLUDED_KIND:
        yield from _asked("A person?", [f"{mark} --kind human"], locale)
    elif message.disposition is Disposition.FOREIGN and message.contact:
        yield from _asked("Ours?", [f"people = [{quoted(safe(message.contact))}]   # in [team]"], locale)
    elif message.direction is Direction.OUTBOUND and not own.closed and message.verdict.kind is Kind.HUMAN:
        yield from _asked("An answer?", [f"{mark} --reply-of ID"], locale)
    if message.corrections:
        yield from _asked("Mark wrong?", [f"{mark} --undo"], locale)


def _asked(question: str, commands: Iterable[str], locale: Locale) -> Iterator[str]:
    rows = [Row([question if number == 0 else "", command]) for number, command in enumerate(commands)]
    return grid_lines(Grid("", (Column(_LABEL), Column()), rows), locale)


def _hanging(start: str, text: str, locale: Locale) -> Iterator[str]:
    return (f"{start}{line}" for line in wrapped(text, locale.width - len(start)))
