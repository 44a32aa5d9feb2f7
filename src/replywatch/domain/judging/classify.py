"""What sort of mail a header announces: an ordered table of small rules, the first that fires decides.

A rule says which kind a sign stands for. To add one, put a line into `RULES` (and its sign into `judging.signs`),
and raise `rules_version.RULES_VERSION`. The order is that of trust: what says bounce beats all else, since
reports come with every other sign as well (RFC 3834 makes them say Auto-Submitted, lists pass them on); signs that
also occur on other automatic mail (Precedence, an empty Return-Path) come last. To call a person's mail automatic is
the worst error: a sign that people's mail carries as well (X-Auto-Response-Suppress, Feedback-ID, `Precedence: list`,
X-Loop, postmaster@, a subject such as "Auto: …") decides nothing by itself, only together with a second one. Rules
that aren't firm decide on mail that stands alone: what a conversation tells counts for more
(`matching.second_thoughts`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from replywatch.domain.judging import mass_signs, sender_signs, signs
from replywatch.domain.judging.automatic_subjects import announced
from replywatch.domain.judging.field_signs import (
    DELIVERED_TO,
    INVITER,
    RETURN_PATH,
    RETURNS,
    SENDER,
    STAND_IN,
    SUBJECT,
    TEAM_SENDER,
    TYPE,
    Mail,
    Sign,
    has,
    has_telling_type,
    says,
    typed,
)
from replywatch.domain.judging.stand_in import is_stand_in
from replywatch.domain.messages import Because, Header, Kind, Parties, Verdict
from replywatch.domain.team import Team

HUMAN = Verdict(Kind.HUMAN, Because("human"))
"""No sign of automatic mail."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One sign of automatic mail, and the kind it stands for."""

    id: str
    kind: Kind
    sign: Sign
    firm: bool = True
    """False where what it goes by stands on people's mail, too: that means nothing beside what a conversation tells."""

    @property
    def needs(self) -> frozenset[str]:
        """Where none of these is there, it can't fire; see `Sign`."""
        return self.sign.needs


class Judged(NamedTuple):
    """What the rules say of a message."""

    verdict: Verdict
    firm: Verdict | None
    """What the firm ones say, if the verdict rests on another one; None if it is firm itself."""


def classify(header: Header, parties: Parties, team: Team) -> Judged:
    """The verdict of the first rule that fires, and of the first firm one; `human` if none does."""
    firm: Verdict | None = None
    verdict: Verdict | None = None
    for rule, found in _verdicts(header, parties, team):
        verdict = verdict or found
        if rule.firm:
            firm = found
            break
    if verdict is None:
        return Judged(HUMAN, None)
    return Judged(verdict, None if firm is verdict else firm or HUMAN)


def fired(header: Header, parties: Parties, team: Team) -> tuple[Verdict, ...]:
    """The verdicts of all rules that fire, in order; the first is that of `classify`, none means human."""
    return tuple(verdict for _, verdict in _verdicts(header, parties, team))


def _verdicts(header: Header, parties: Parties, team: Team) -> Iterator[tuple[Rule, Verdict]]:
    mail = Mail(header, parties, team, announced(header.subject))
    for rule in _possible(_present(mail)):
        if found := rule.sign.find(mail):
            (field, value), *beside = found
            yield rule, Verdict(rule.kind, Because(rule.id, field, value or "", tuple(beside)))


TRAITS: Mapping[str, Callable[[Mail], bool]] = {
    TYPE: has_telling_type,
    SUBJECT: lambda mail: mail.announced is not None,
    SENDER: sender_signs.is_nobodys,
    DELIVERED_TO: lambda mail: bool(mail.header.delivered_to),
    TEAM_SENDER: sender_signs.is_of_team,
    RETURN_PATH: sender_signs.returns_to_nobody,
    RETURNS: sender_signs.gets_returns,
    INVITER: sender_signs.has_inviter,
    STAND_IN: lambda mail: is_stand_in(mail.header),
}
"""What rules need beside fields → whether a mail has it."""


def _present(mail: Mail) -> frozenset[str]:
    """What of all that rules need the mail has."""
    present = _NEEDED_FIELDS.intersection(mail.header.fields)
    traits = [trait for trait, has_it in TRAITS.items() if has_it(mail)]
    return present.union(traits) if traits else present


@lru_cache(maxsize=4096)
def _possible(present: frozenset[str]) -> tuple[Rule, ...]:
    """The rules that can fire on mail that has what is `present`, in order; mail knows few combinations."""
    return tuple(rule for rule in RULES if rule.needs & present)


RULES: tuple[Rule, ...] = (
    Rule("team.automatic-sender", Kind.AUTO_REPLY, signs.automatic_sender_answers),
    Rule("team.automatic-sender", Kind.NOTIFICATION, sender_signs.automatic_sender),
    Rule("team.webform", Kind.AUTO_REPLY, sender_signs.team_form),
    # No message but a note that there is one. A poll of today stores none; stores of earlier releases hold some.
    Rule("stand-in", Kind.NOTIFICATION, signs.stand_in),
    # Reports by their type (RFC 3464, 8098, 5965). A DSN about a delay or a success is no person's mail either; a spam
    # complaint isn't spam but a machine's note about our mail.
    Rule("report.refused", Kind.BOUNCE, signs.refused),
    Rule("report.disposition", Kind.RECEIPT, signs.DISPOSITION),
    Rule(
        "report.feedback",
        Kind.NOTIFICATION,
        typed(types=("message/feedback-report",), reports=("feedback-report",)),
    ),
    Rule(
        "report.delivery",
        Kind.BOUNCE,
        typed(types=("message/delivery-status",), reports=("delivery-status", "global-delivery-status")),
    ),
    Rule("report", Kind.BOUNCE, signs.untyped_report),
    Rule("report.other", Kind.NOTIFICATION, signs.other_report),
    Rule("content-class.delivery", Kind.BOUNCE, signs.content_class("dsn")),
    Rule("content-class.receipt", Kind.RECEIPT, signs.content_class("mdn")),
    # Bounces without a type
    Rule("failed-recipients", Kind.BOUNCE, has("X-Failed-Recipients")),
    Rule("from.mailer-daemon", Kind.BOUNCE, sender_signs.daemon),
    Rule("from.postmaster", Kind.BOUNCE, signs.postmaster),
    Rule("subject.bounce", Kind.BOUNCE, signs.subject(Kind.BOUNCE)),
    Rule("subject.undelivered", Kind.BOUNCE, signs.undelivered),
    # What calendars and mail programs send on a person's click
    Rule("calendar", Kind.CALENDAR, typed(types=("text/calendar", "text/x-vcalendar", "application/ics"))),
    Rule("calendar.method", Kind.CALENDAR, signs.calendar_parameter),
    Rule("calendar.reply-to", Kind.CALENDAR, sender_signs.inviter),
    Rule("content-class.calendar", Kind.CALENDAR, signs.content_class("calendarmessage")),
    Rule("subject.calendar", Kind.CALENDAR, signs.subject(Kind.CALENDAR)),
    Rule("subject.receipt", Kind.RECEIPT, signs.subject(Kind.RECEIPT)),
    # Answers of machines
    Rule("auto-submitted", Kind.AUTO_REPLY, signs.auto_replied),
    Rule("auto-submitted.reply", Kind.AUTO_REPLY, signs.generated_reply),
    Rule("auto-submitted.generated", Kind.NOTIFICATION, signs.auto_generated),
    Rule("precedence", Kind.AUTO_REPLY, says("Precedence", r"auto[-_]?reply\b")),
    Rule("autoreply", Kind.AUTO_REPLY, signs.auto_reply_field),
    Rule("autoreply.first-class", Kind.AUTO_REPLY, says("X-POST-MessageClass", r"9\s*;")),
    Rule("autoreply.apple", Kind.AUTO_REPLY, says("X-Apple-Action", r"vacation\b")),
    Rule("autoreply.delivered-to", Kind.AUTO_REPLY, sender_signs.delivered_to_responder),
    Rule("subject.auto-reply", Kind.AUTO_REPLY, signs.subject(Kind.AUTO_REPLY)),
    Rule("autoreply.exchange", Kind.AUTO_REPLY, signs.exchange_reply),
    Rule("autoreply.loop", Kind.AUTO_REPLY, signs.loop),
    # What machines tell by themselves
    Rule("from.no-reply", Kind.NOTIFICATION, sender_signs.machine),
    Rule("from.robot", Kind.NOTIFICATION, sender_signs.robot),
    Rule("tracker", Kind.NOTIFICATION, signs.tracker),
    Rule("list", Kind.NEWSLETTER, mass_signs.newsletter, firm=False),
    Rule("list.mass-mail", Kind.NEWSLETTER, mass_signs.mass_mail, firm=False),
    Rule("amazon", Kind.NOTIFICATION, says("X-AMAZON-MAIL-RELAY-TYPE", r"notification\b")),
    *(Rule("spam", Kind.SPAM, mass_signs.spam(name), firm=False) for name in mass_signs.SPAM_SIGNS),
    Rule("subject.relabelled", Kind.NOTIFICATION, signs.relabelled),
    Rule("subject.notification", Kind.NOTIFICATION, signs.subject(Kind.NOTIFICATION)),
    Rule("precedence.reply", Kind.AUTO_REPLY, mass_signs.bulk_reply, firm=False),
    Rule("precedence.bulk", Kind.NOTIFICATION, mass_signs.bulk, firm=False),
    Rule("return-path.no-reply", Kind.NOTIFICATION, mass_signs.house_notice, firm=False),
    Rule("return-path.reply", Kind.AUTO_REPLY, signs.null_reply),
    Rule("return-path", Kind.BOUNCE, signs.null_return_path),
)
"""All rules, in the order in which they decide."""

_NEEDED_FIELDS = frozenset[str]().union(*(rule.needs for rule in RULES)).difference(TRAITS)
