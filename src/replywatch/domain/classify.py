"""What sort of mail a header announces: an ordered table of small rules, the first that fires decides.

A rule looks at one sign and returns the header text that decided, or None. To add one, write its predicate and put a
line into `RULES` (and raise `RULES_VERSION`). The order is that of trust: reports and mail daemons first, since RFC
3834 makes them say Auto-Submitted as well; signs that also occur on other automatic mail (Precedence, an empty
Return-Path) last. To call a person's mail automatic is the worst error: a sign that people's mail carries as well
(X-Auto-Response-Suppress, Feedback-ID, `Precedence: list`, postmaster@) decides nothing by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from replywatch.domain.addresses import contact_key
from replywatch.domain.automatic_subjects import announced_kind
from replywatch.domain.messages import Address, Header, Kind, Parties, Verdict
from replywatch.domain.parties import is_no_reply
from replywatch.domain.team import Team

RULES_VERSION = 1
"""Goes up with every change to a rule about kind or parties: rows derived under other rules are derived again."""

HUMAN = Verdict(Kind.HUMAN, "human", "no sign of automatic mail")


class Mail(NamedTuple):
    """What a rule may look at."""

    header: Header
    parties: Parties
    team: Team
    announced: Kind | None
    """The kind that the subject announces."""

    def values(self, name: str) -> tuple[str, ...]:
        """All instances of a field; `name` in lower case."""
        return self.header.fields.get(name, ())


Predicate = Callable[[Mail], str | None]
"""The header text that makes a rule fire, in a person's words, or None."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One sign of automatic mail."""

    id: str
    kind: Kind
    finds: Predicate
    fields: frozenset[str]
    """It can fire only where one of these fields is present; empty: it looks at every message."""


def classify(header: Header, parties: Parties, team: Team) -> Verdict:
    """The kind of a message and the first rule that says so; `human` if no rule fires."""
    return next(_verdicts(header, parties, team), HUMAN)


def fired(header: Header, parties: Parties, team: Team) -> tuple[Verdict, ...]:
    """The verdicts of all rules that fire, in order; the first is that of `classify`, none means human."""
    return tuple(_verdicts(header, parties, team))


def _verdicts(header: Header, parties: Parties, team: Team) -> Iterator[Verdict]:
    answering = bool(header.in_reply_to or header.references)
    mail = Mail(header, parties, team, announced_kind(header.subject, answering=answering))
    present = _SIGNALS.intersection(header.fields)
    if not any(map(_TELLING_TYPE.search, header.fields.get("content-type", ()))):
        present -= {"content-type"}  # nearly every message has one, few a telling one
    for rule in _awake(present):
        if because := rule.finds(mail):
            yield Verdict(rule.kind, rule.id, because)


@lru_cache(maxsize=4096)
def _awake(present: frozenset[str]) -> tuple[Rule, ...]:
    """The rules that can fire where the fields `present` are; mail knows few combinations."""
    return tuple(rule for rule in RULES if not rule.fields or rule.fields & present)


# What the predicates share


_TELLING_TYPE = re.compile("report|calendar|method", re.IGNORECASE)
_LONGEST_VALUE = 2000
"""Characters of a field that are looked at."""


def _quote(name: str, value: str) -> str:
    """A field as it is shown."""
    return f"{name}: {value[:120]}".rstrip()


def _says(name: str, pattern: str) -> Predicate:
    """A predicate: some instance of field `name` matches `pattern` from its start, in any case."""
    matches = re.compile(pattern, re.IGNORECASE).match
    field = name.lower()

    def finds(mail: Mail) -> str | None:
        for value in mail.values(field):
            if matches(value[:_LONGEST_VALUE].lstrip()):
                return _quote(name, value)
        return None

    return finds


def _present(*names: str) -> Predicate:
    """A predicate: one of the fields is there and doesn't say no."""

    def finds(mail: Mail) -> str | None:
        for name in names:
            for value in mail.values(name.lower()):
                if value.strip().lower() not in ("no", "false", "0"):
                    return _quote(name, value)
        return None

    return finds


def _subject(kind: Kind) -> Predicate:
    """A predicate: the subject announces `kind`."""

    def finds(mail: Mail) -> str | None:
        return _quote("Subject", mail.header.subject) if mail.announced is kind else None

    return finds


_POST_OFFICE = re.compile(
    r"(?P<daemon>(?:mailer|mail)[-_. ]?daemon\b|mdaemon$|mail delivery (?:sub)?system$)"
    r"|(?P<postmaster>postmaster$)|(?P<autoresponder>autoresponder$)"
)


@lru_cache(maxsize=8192)
def _post_office(address: Address) -> str | None:
    """Which part of a mail system `address` is; where it is missing the name tells (`From: MAILER-DAEMON`)."""
    local = address.address.partition("@")[0] or address.name[:100].lower()
    found = _POST_OFFICE.match(local)
    return found.lastgroup if found else None


def _keyword(value: str) -> str:
    """The first word of a field such as Auto-Submitted, without parameters and comments (RFC 3834, section 5)."""
    return re.split(r"[;(]", value, maxsplit=1)[0].strip().lower()


# Predicates with a thought of their own


def _automatic_sender(mail: Mail) -> str | None:
    senders = mail.team.automatic_senders
    for address in mail.header.from_ if senders else ():
        if address.address in senders and not _from_web_form(mail):
            return f"From: {address.address}, one of [team] automatic_senders"
    return None


def _automatic_sender_answers(mail: Mail) -> str | None:
    """Such a sender answers if it names a mail, or says that it answers."""
    because = _automatic_sender(mail)
    if because is None:
        return None
    names_mail = mail.header.in_reply_to or mail.header.references
    return because if names_mail or mail.announced is Kind.AUTO_REPLY or _auto_replied(mail) else None


def _from_web_form(mail: Mail) -> bool:
    """A form of the config handed over what a visitor wrote: that a machine sent it means nothing."""
    return not mail.parties.ours and any(a.address in mail.team.webforms for a in mail.header.from_)


def _handed_on(mail: Mail) -> bool:
    """A form or a group handed over what the contact wrote."""
    written = {contact_key(a.address) for a in mail.header.from_ if a.address}
    return not mail.parties.ours and bool(written) and mail.parties.contact not in written


def _daemon(mail: Mail) -> str | None:
    for address in mail.header.from_:
        if _post_office(address) == "daemon":
            return _quote("From", address.address or address.name)
    return None


_NULL_SENDER = _says("Return-Path", r"<\s*>|<?mailer-daemon\b")
_AUTOGENERATED = _present("X-Autogenerated")


def _postmaster(mail: Mail) -> str | None:
    """A postmaster's mail with a second sign; people write as Postmaster too."""
    for address in mail.header.from_:
        if _post_office(address) == "postmaster":
            second = (
                (_quote("Subject", mail.header.subject) if mail.announced is Kind.BOUNCE else None)
                or _NULL_SENDER(mail)
                or _auto_replied(mail)
                or _auto_generated(mail)
                or _AUTOGENERATED(mail)
            )
            return second and f"From: {address.address} with {second}"
    return None


def _auto_submitted(mail: Mail) -> Iterator[tuple[str, str]]:
    """Keyword and shown field of each Auto-Submitted that speaks of a machine's words."""
    for value in mail.values("auto-submitted"):
        keyword = _keyword(value)
        if keyword not in ("", "no", "auto-forwarded"):  # what a rule forwards was written by a person
            yield keyword, _quote("Auto-Submitted", value)


def _auto_replied(mail: Mail) -> str | None:
    return next((shown for keyword, shown in _auto_submitted(mail) if keyword == "auto-replied"), None)


def _auto_generated(mail: Mail) -> str | None:
    if _from_web_form(mail):
        return None
    return next((shown for keyword, shown in _auto_submitted(mail) if keyword != "auto-replied"), None)


_FROM_RULES_AGENT = _says("X-MS-Exchange-Generated-Message-Source", "mailbox rules agent")
_SUPPRESS_ALL = _says("X-Auto-Response-Suppress", r"(?:.*,)?\s*all\s*(?:,|$)")
_RULES_LOOP = _present("X-MS-Exchange-Inbox-Rules-Loop")
_LOOP_MARK = _present("X-Loop", "X-RT-Loop-Prevention")


def _exchange_auto_reply(mail: Mail) -> str | None:
    """Exchange calls out-of-office notices auto-generated."""
    submitted = next((shown for keyword, shown in _auto_submitted(mail) if keyword == "auto-generated"), None)
    if submitted is None:
        return None
    why = _FROM_RULES_AGENT(mail) or (_SUPPRESS_ALL(mail) and _RULES_LOOP(mail))
    return why and f"{submitted} with {why}"


def _loop(mail: Mail) -> str | None:
    """A loop mark, as auto-responders and help desks set; lists that are ours or public (Debian's) set it as well."""
    return None if _own_list(mail) else _LOOP_MARK(mail)


def _delivered_to_responder(mail: Mail) -> str | None:
    for address in mail.header.delivered_to:
        if _post_office(address) == "autoresponder":
            return "Delivered-To: autoresponder"
    return None


_POST_ADDRESS = re.compile(r"mailto:\s?([^<>?\s,]{1,320})", re.IGNORECASE)


def _list_ids(mail: Mail) -> Iterator[str]:
    """The ids of the lists it went through; what has no form of an id isn't believed (RFC 2919, section 3)."""
    for value in mail.values("list-id"):
        name = value[-_LONGEST_VALUE:].rpartition("<")[2].partition(">")[0].strip()
        if "." in name and len(name.split()) == 1:
            yield name.lower().replace("@", ".")


def _own_list(mail: Mail) -> bool:
    """The list is our own group (Google Groups for info@) or a public one: people write there.

    Our own mail goes to a group of ours only if it names the group: a newsletter of ours has our domain, too.
    """
    team, parties = mail.team, mail.parties
    if not team.public_lists.isdisjoint(parties.recipients):
        return True
    known = (*team.addresses, *team.public_lists, *(parties.recipients if parties.ours else ()))
    names = {address.replace("@", ".") for address in known}
    for list_id in _list_ids(mail):
        if list_id in names or (not parties.ours and team.has_domain(list_id.partition(".")[2])):
            return True
    for value in mail.values("list-post"):
        for address in _POST_ADDRESS.findall(value[:_LONGEST_VALUE].lower()):
            if address in known or (not parties.ours and team.is_ours(address)):
                return True
    return False


def _newsletter(mail: Mail) -> str | None:
    if _own_list(mail):
        return None
    for value in mail.values("list-unsubscribe"):
        if value.strip():
            return _quote("List-Unsubscribe", value)
    return next((_quote("List-Id", f"<{name}>") for name in _list_ids(mail)), None)


def _no_reply(mail: Mail) -> str | None:
    """Nobody reads what is sent there; a web form's visitor is the contact instead of its no-reply address."""
    writer = mail.parties.author if mail.parties.ours else mail.parties.contact
    return f"From: {writer}" if is_no_reply(writer) else None


_SPAM_SIGNS = {
    "X-Spam-Flag": r"yes\b",
    "X-Spam-Status": r"yes\b",
    "X-SES-Spam-Verdict": r"fail\b",
    "X-MS-Exchange-Organization-SCL": r"[5-9]\s*$",
    "X-Forefront-Antispam-Report": r"(?:.*;)?\s*(?:SFV:SPM|SCL:[5-9])\s*(?:;|$)",
    "X-Gmail-Labels": r'(?:.*,)?\s*"?spam"?\s*(?:,|$)',
}


def _spam(name: str) -> Predicate:
    """A predicate: field `name` calls it spam; of our own mail that is no judgement worth having."""
    says = _says(name, _SPAM_SIGNS[name])
    return lambda mail: None if mail.parties.ours else says(mail)


_BULK = _says("Precedence", r"(?:bulk|junk)\b")


def _bulk(mail: Mail) -> str | None:
    """Sent to many, though not by a list that was found above."""
    return None if _own_list(mail) or _from_web_form(mail) else _BULK(mail)


def _null_return_path(mail: Mail) -> str | None:
    """Nobody wants the answer; what a rule or a web form passed on was written by a person."""
    forwarded = "auto-forwarded" in map(_keyword, mail.values("auto-submitted")) or _RULES_LOOP(mail)
    return None if forwarded or _handed_on(mail) else _NULL_SENDER(mail)


def _rule(rule_id: str, kind: Kind, finds: Predicate, *fields: str) -> Rule:
    return Rule(rule_id, kind, finds, frozenset(name.lower() for name in fields))


_TYPE = "Content-Type"
_AUTO_REPLY_FIELDS = (
    "X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Autoresponse", "X-AutoReply-From", "X-Mail-Autoreply",
    "X-Autogenerated", "X-FC-MachineGenerated",
)  # fmt: skip

RULES: tuple[Rule, ...] = (
    _rule("team.automatic-sender", Kind.AUTO_REPLY, _automatic_sender_answers),
    _rule("team.automatic-sender", Kind.NOTIFICATION, _automatic_sender),
    # Reports by their type (RFC 3464, 8098, 5965). A DSN about a delay or a success is no person's mail either; a spam
    # complaint isn't spam but a machine's note about our mail.
    _rule(
        "report.disposition", Kind.RECEIPT, _says(_TYPE, r'.*;\s*report-type\s*=\s*"?disposition-notification'), _TYPE
    ),
    _rule("report.feedback", Kind.NOTIFICATION, _says(_TYPE, r'.*;\s*report-type\s*=\s*"?feedback-report'), _TYPE),
    _rule("report.delivery", Kind.BOUNCE, _says(_TYPE, r'.*;\s*report-type\s*=\s*"?delivery-status'), _TYPE),
    _rule("report", Kind.BOUNCE, _says(_TYPE, r"multipart/report\b(?!.*report-type\s*=)"), _TYPE),
    _rule("report.other", Kind.NOTIFICATION, _says(_TYPE, r"multipart/report\b.*report-type\s*="), _TYPE),
    _rule("calendar", Kind.CALENDAR, _says(_TYPE, r"text/calendar\b|.*;\s*method\s*="), _TYPE),
    _rule("failed-recipients", Kind.BOUNCE, _present("X-Failed-Recipients"), "X-Failed-Recipients"),
    _rule("from.mailer-daemon", Kind.BOUNCE, _daemon),
    _rule("from.postmaster", Kind.BOUNCE, _postmaster),
    _rule("auto-submitted", Kind.AUTO_REPLY, _auto_replied, "Auto-Submitted"),
    _rule("auto-submitted.exchange", Kind.AUTO_REPLY, _exchange_auto_reply, "Auto-Submitted"),
    _rule("auto-submitted.generated", Kind.NOTIFICATION, _auto_generated, "Auto-Submitted"),
    _rule("precedence", Kind.AUTO_REPLY, _says("Precedence", r"auto[-_]?reply\b"), "Precedence"),
    _rule("autoreply", Kind.AUTO_REPLY, _present(*_AUTO_REPLY_FIELDS), *_AUTO_REPLY_FIELDS),
    _rule("autoreply.first-class", Kind.AUTO_REPLY, _says("X-POST-MessageClass", r"9\s*;"), "X-POST-MessageClass"),
    _rule("autoreply.apple", Kind.AUTO_REPLY, _says("X-Apple-Action", r"vacation\b"), "X-Apple-Action"),
    _rule("autoreply.delivered-to", Kind.AUTO_REPLY, _delivered_to_responder),
    _rule("autoreply.loop", Kind.AUTO_REPLY, _loop, "X-Loop", "X-RT-Loop-Prevention"),
    _rule("list", Kind.NEWSLETTER, _newsletter, "List-Unsubscribe", "List-Id"),
    _rule("from.no-reply", Kind.NOTIFICATION, _no_reply),
    _rule(
        "amazon", Kind.NOTIFICATION, _says("X-AMAZON-MAIL-RELAY-TYPE", r"notification\b"), "X-AMAZON-MAIL-RELAY-TYPE"
    ),
    *(_rule("spam", Kind.SPAM, _spam(name), name) for name in _SPAM_SIGNS),
    _rule("subject.auto-reply", Kind.AUTO_REPLY, _subject(Kind.AUTO_REPLY)),
    _rule("subject.bounce", Kind.BOUNCE, _subject(Kind.BOUNCE)),
    _rule("subject.receipt", Kind.RECEIPT, _subject(Kind.RECEIPT)),
    _rule("subject.calendar", Kind.CALENDAR, _subject(Kind.CALENDAR)),
    _rule("precedence.bulk", Kind.NOTIFICATION, _bulk, "Precedence"),
    _rule("return-path", Kind.BOUNCE, _null_return_path, "Return-Path"),
)
"""All rules, in the order in which they decide."""

_SIGNALS = frozenset(chain.from_iterable(rule.fields for rule in RULES))
