"""Why a message was judged and matched as it was: from the store, or for message files on their own."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from replywatch.app.deriving.matching_input import match_settings, messages_of
from replywatch.app.deriving.opened import opened
from replywatch.app.deriving.provenance import mailbox_uses
from replywatch.app.explaining.pick import the_message
from replywatch.app.progress import Progress
from replywatch.app.reporting.coverage import coverage_of, read_up_to
from replywatch.config.model import Config
from replywatch.domain.headers.header import HEADER_LIMIT, parse_header
from replywatch.domain.judging.classify import fired
from replywatch.domain.judging.parties import parties_of
from replywatch.domain.judging.reading import read
from replywatch.domain.matching.match import Matched, match
from replywatch.domain.matching.merge import as_named, merge
from replywatch.domain.messages import (
    RUNG_BITS,
    Because,
    Copy,
    Exchange,
    Location,
    NamedLocation,
    Reading,
    Role,
    Rung,
    Status,
)
from replywatch.domain.people import contact_key
from replywatch.domain.periods import Period
from replywatch.domain.results.exchange_at import ExchangeAt, exchange_at
from replywatch.domain.results.explanation import CouldBeAnswer, CouldBeAnswers, Explanation, FileJudgement
from replywatch.domain.team import Team
from replywatch.store.database import Database
from replywatch.store.derived import Derived
from replywatch.store.marks import Marks
from replywatch.store.own_clock import read_as_now
from replywatch.store.queries import MessageRow, Queries

COULD_BE = 5
"""Mails of ours that are named as what could be an answer."""
_UNANSWERED = (Status.WAITING, Status.NEVER, Status.UNKNOWN)


class Explainer:
    """Explains messages of one open store, which it only reads."""

    def __init__(self, database: Database, config: Config, now: int) -> None:
        read_as_now(database, now)
        self.queries = Queries(database)
        self._config = config
        self._servers = {account.name for account in config.accounts if account.kind == "imap"}
        self._derived = derived = Derived(database)
        self._as_of = read_up_to(database, config)
        self._uses, self._corrections = mailbox_uses(derived, config), Marks(database).corrections()
        self._settings = match_settings(config, derived.our_id_domains())
        self._coverage = coverage_of(database, config, Period(None, None), self._as_of)

    def explain(self, row: MessageRow) -> Explanation:
        """All that is known of the message of `row`."""
        ((_, copies),) = self._derived.copies([row.cluster], self._uses)
        matched = match(messages_of(copies, self._config.team, self._corrections), self._settings)
        messages = {m.identity: m for m in matched.messages}
        together = {i for i, c in matched.conversations.items() if c == row.conversation}
        found = [copy for copy in self.queries.located(row.cluster) if copy.identity == row.identity]
        header = parse_header(found[0].header)
        parties = parties_of(header, self._config.team, answers=_names_known(copies, row.identity))
        exchanges_at = self._exchanges_at(matched, together, Rung.SUBJECT)
        return Explanation(
            message=messages[row.identity],
            header=header,
            parties=parties,
            rules=fired(header, parties, self._config.team),
            locations=tuple(self._location(copy.location) for copy in found),
            rung=matched.rungs[row.identity],
            conversation=tuple(sorted((messages[i] for i in together), key=lambda m: (m.clock, m.identity))),
            exchanges_at=exchanges_at,
            strict=self._exchanges_at(matched, together, Rung.REFERENCES),
            evidence=matched.evidence,
            acknowledged_by=matched.acknowledged_by,
            in_seconds=matched.in_seconds.get(row.identity),
            as_of=self._as_of,
            read=tuple(a.account for a in self._coverage.accounts if a.last_complete is not None),
            could_be_answers=dict(self._could_be_answers(exchanges_at)),
        )

    def _location(self, location: NamedLocation) -> NamedLocation:
        """The same, as a person finds it again: the numbers of a store say nothing of a file."""
        return location if location.account in self._servers else location._replace(uid=None)

    def _exchanges_at(self, matched: Matched, together: set[str], down_to: Rung) -> tuple[ExchangeAt, ...]:
        """The exchanges that the messages `together` make when matched down to one rung."""
        return tuple(
            self._exchange_at(e) for e, rungs in matched.exchanges if rungs & RUNG_BITS[down_to] and e.id in together
        )

    def _exchange_at(self, e: Exchange) -> ExchangeAt:
        """Where an exchange stands now; a person's word that it was answered holds at once, as in `waiting`."""
        said = e.answered_at if e.matched_by is Rung.MARK else None
        found = exchange_at(e, max(self._as_of, said or self._as_of), self._config.report.never_after, self._coverage)
        if found.status is not Status.NEVER:
            return found
        return found.written_to(
            self.queries.written_to(contact_key(e.contact), e.arrived_at, self._as_of, e.conversation)
        )

    def _could_be_answers(self, exchanges_at: Iterable[ExchangeAt]) -> Iterator[tuple[str, CouldBeAnswers]]:
        """By the id of each of the exchanges that nobody answered: our later mail to the contact, if there is any."""
        for e in (found.exchange for found in exchanges_at if found.status in _UNANSWERED):
            rows, count = self.queries.written_elsewhere(
                contact_key(e.contact), e.arrived_at, self._as_of, e.conversation, COULD_BE
            )
            if rows:
                nearest = [CouldBeAnswer(r.identity, r.message_id, r.sent_at, r.subject, r.answers) for r in rows]
                yield e.id, CouldBeAnswers(tuple(nearest), count - len(nearest))


def _names_known(copies: Sequence[Copy], identity: str) -> bool:
    """Whether the message is read otherwise since it names another one of its cluster, which no web form's does."""
    pairs = zip(copies, as_named(copies), strict=True)
    return any(named.reading is not copy.reading for copy, named in pairs if copy.reading.identity == identity)


def explain_message(config: Config, text: str, now: int, progress: Progress) -> Explanation:
    """What is known of the message with this Message-ID (with or without `<>`) or id.

    Raises `UsageError` if there is none, or if there are several: then it names them.
    """
    with opened(config, progress) as store:
        store.say_changed(progress)
        explainer = Explainer(store.database, store.config, now)
        return explainer.explain(the_message(explainer.queries, text))


def explain_file(path: Path, team: Team) -> FileJudgement:
    """The judgement of one message file; a file that can't be read gets one that says why. Raises nothing."""
    # A name that is no UTF-8 holds lone surrogates, which no other program takes: its odd octets are shown as `\xe9`.
    shown = os.fsencode(path).decode("utf-8", "backslashreplace")
    try:
        with path.open("rb") as file:
            raw = file.read(HEADER_LIMIT)
    except OSError as error:
        return FileJudgement(shown, None, None, Because("file.unreadable", value=str(error.strerror)), None)
    reading = read(parse_header(raw), team)
    message = merge([_found_in_an_inbox(reading)], all_inbound=not team.addresses)
    assert message is not None  # noqa: S101 - it was found outside Drafts
    return FileJudgement(shown, message.direction, message.verdict.kind, message.verdict.because, message.contact)


def _found_in_an_inbox(reading: Reading) -> Copy:
    inbox = Location(
        account="files",
        watched=True,
        role=Role.INBOX,
        both_directions=False,
        internal_date=None,
        thread=None,
        first_seen=0,
        gone=None,
        draft=False,
        flagged=None,
    )
    return Copy("", reading, (inbox,))
