"""What `check` found, in words: one entry for each code of a finding."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from replywatch.domain.results.finding import Finding
from replywatch.render.locale import Locale
from replywatch.render.phrases import filled


class Words(NamedTuple):
    """What is said of a finding: text, or templates in which its values and `account` have their places."""

    what: str
    hint: str = ""
    """What to do; empty where all is well. Lines that begin with a blank belong into the config as they stand."""


def finding_words(finding: Finding, locale: Locale) -> Words:
    """What was found and what to do about it, for a person."""
    phrase = PHRASES[finding.code]
    words = phrase if isinstance(phrase, Words) else phrase(**finding.values)
    values = {"account": finding.account, **finding.values}
    return Words(*(filled(text, values, locale) for text in words))


def _team(addresses: tuple[str, ...], domains: tuple[str, ...], people: tuple[str, ...]) -> Words:
    watched = "{addresses}" if addresses else "all mail from outside counts"
    return Words(watched + "; everybody at {domains} is ours" * bool(domains) + "; ours, too: {people}" * bool(people))


def _mail(mailboxes: int, messages: int, since: int | None) -> Words:
    numbers = "{mailboxes} mailbox" + "es" * (mailboxes != 1) + ", {messages:,} message" + "s" * (messages != 1)
    return Words(numbers + " since {since:short_day}" * (since is not None))


def _capabilities(has: tuple[str, ...], lacks: tuple[str, ...]) -> Words:
    return Words("; ".join(["{has}"] * bool(has) + ["without {lacks}"] * bool(lacks)))


def _mailbox(messages: int, read_in: str, of_other_user: bool, **_: object) -> Words:
    whose = " of another user" * of_other_user
    number = "{messages:,} message" + "s" * (messages != 1)
    return Words(
        "{mailbox}: {role}" + whose + "{because:reason}, " + number + "; a label, read in {read_in}" * bool(read_in)
    )


def _mailbox_unopened(is_hole: bool, **_: object) -> Words:
    meaning = (
        "Who has no answer counts as unknown, since it may lie there. Make it readable; or, if no mail of that sort"
        " lies there, leave it out"
        if is_hole
        else "Polls read all else. If mail lies there, make it readable; else leave it out"
    )
    return Words("{error}", f"{meaning}, under [accounts.{{account}}]:\n  {{roles:roles}}")


def _no_sent_mailbox(likely: tuple[str, ...], **_: object) -> Words:
    return Words(
        "there is no mailbox for sent mail: answers from here are not seen",
        "There is mail of yours in {likely}. " * bool(likely)
        + "Name the one that mail programs save sent mail in, under [accounts.{account}]:\n  {roles:roles}",
    )


def _senders_not_ours(people: tuple[str, ...], domains: tuple[str, ...], **_: object) -> Words:
    return Words(
        _SENDERS + "; others are from {counts:counted}{more:further}",
        "If they are yours, their answers don't count yet. Say so in [team]:"
        + "\n  people = {people:list}" * bool(people)
        + "\n  domains = {domains:list}" * bool(domains),
    )


def _addresses_not_watched(people: tuple[str, ...], **_: object) -> Words:
    also = ", and name colleagues' own under people" * bool(people)
    return Words(
        _ADDRESSES + "; others went to {counts:counted}{more:further}, not among the watched addresses",
        f"Watch shared addresses, too{also}, in [team]:\n  addresses = {{addresses:list}}\n"
        + "  people = {people:list}\n" * bool(people)
        + "If this is somebody's own mailbox, under [accounts.{account}]:\n  watched = false",
    )


def _clocks_unsure(reason: str, mixed: bool, on_server: bool, **_: object) -> Words:
    counts = {"answer_date": "Their Date counts.", "answer_internaldate": "They count from when they were saved."}
    hint = (counts[reason] + f" {_MOVED}" * on_server) if reason in counts else ""
    whose = (" from outside" if reason.startswith("arrival") else " of yours") * mixed
    messages = "{unsure} of {seen} messages" + whose
    return Words(f"{{place}}: the clock of {messages} is unsure, most often because {{reason:doubt}}", hint)


def _answers_unseen(mailboxes: tuple[object, ...], **_: object) -> Words:
    return Words(
        "{conversations:going_on} after mail of ours that was not seen",
        "Somebody answers from a mailbox that is not read, and who did not write again counts as unanswered."
        " {mailboxes:likely}{more:and_further}." + "\n{mailboxes:tables}" * bool(mailboxes),
    )


_SENDERS = "{ours} of the newest {seen} messages in Sent are from the team"
_SPAN = "INBOX from {inbox_from:day} to {inbox_to:day}, Sent from {sent_from:day} to {sent_to:day}"
_ADDRESSES = "{counted} of the newest {seen} personal mails here count"
_CERTIFICATE = "{server}, {version}; certificate valid until {valid_until:utc_day}, {days_left} days left"
_LOG_IN = "Log in: replywatch login {account:shell}."
_INBOX_CLOCK = "INBOX: clock {seconds:apart} the delivering server's (median of {messages})"
_SENT_CLOCK = "Sent: clock {seconds:apart} the sending computers' (median of {messages})"
_MOVED = (
    "If they were moved here, move them once more, with a program that keeps INTERNALDATE (imapsync does); or add a"
    ' Maildir or mbox copy of the old mail as an account, and give the mailbox here the role "skip".'
)
_SENT_CLOCK_HINT = "Look whether the clocks of the computers that you send from are right."

PHRASES: Mapping[str, Words | Callable[..., Words]] = {
    "failed": Words("{text}", "{hint}"),
    # the set-up
    "config": Words("{path}"),
    "store": Words("{path}"),
    "store_open_to_others": Words(
        "other users of this machine can read the store: who wrote to you, and about what", "Run: {command}"
    ),
    "store_not_made_yet": Words("{path}; the first poll makes it"),
    "team": _team,
    "team_open_domain": Words(
        "anybody can have an address at {domain}; all of them count as colleagues",
        "Take it out of [team] domains, and name your own addresses: shared ones in addresses, others in people.",
    ),
    "answers_unseen": _answers_unseen,
    "answers_to_missing": Words(
        "{count:answers_are} to mail that is no longer in any mailbox",
        "What is deleted for good once it is answered can't be counted, so that the unanswered weigh too much. Keep"
        " answered mail, if only in an archive.",
    ),
    # how an account logs in
    "password_in_environment": Words("from the environment variable {name}"),
    "password_from_command": Words("from a command"),
    "password_in_file": Words("from the file {path}"),
    "password_in_keyring": Words("from the keyring, service {service}"),
    "password_in_config": Words("in clear in the config"),
    "token_of_app": Words("OAuth2 at {issuer}, as an app; a new token for each connection"),
    "not_logged_in": Words("OAuth2 at {issuer}: nobody has logged in yet", _LOG_IN),
    "token_renewed": Words("OAuth2 at {issuer}; valid{valid_until:until}, then renewed by itself"),
    "token_ends": Words("OAuth2 at {issuer}; valid{valid_until:until}, and nothing renews it", _LOG_IN),
    "token_ended": Words("OAuth2 at {issuer}; was valid{valid_until:until}, and nothing renews it", _LOG_IN),
    # the connection
    "path": Words("{path}"),
    "login": Words("{username}"),
    "capabilities": _capabilities,
    "certificate": Words(_CERTIFICATE),
    "certificate_expires": Words(
        _CERTIFICATE, "Ask whoever runs the server to renew it; afterwards no poll can connect."
    ),
    "no_tls": Words(
        "{server}, without TLS: others on the way can read password and mail",
        'Set tls = "starttls" or "implicit", if the server can do it.',
    ),
    "no_tls_here": Words("{server}, without TLS on this machine"),
    # the mailboxes
    "mailbox": _mailbox,
    "mailbox_skipped": Words("{mailbox}: skipped{because:reason}"),
    "mailbox_absent": Words(
        "there is no mailbox {mailbox!r}, which the config names",
        "Correct it in the config, under [accounts.{account}]; the names stand above:\n  {roles:roles}",
    ),
    "mailbox_unopened": _mailbox_unopened,
    "mailbox_not_there": Words("{mailbox:mailbox}: is listed, but not there; nothing is missing without it"),
    "account_changed": Words(
        "the mail read so far is of {was}, and the config says {now}",
        "The next poll goes on if at least half of that mail is there, and else leaves the account alone. Another"
        " mailbox needs another name under [accounts.…]; or `replywatch account move {account}` (the same mail at a new"
        " place), `replywatch account drop {account}` (let go of the old mail).",
    ),
    "unread_files": Words("{files:unread_files}", "{files:unread_files_hint}"),
    "much_missing": Words(
        "{mailbox}: much of it is missing since {since:day}, all at once; it counts as there for now",
        "Is the mailbox whole? Some providers show no more than 1,000, 2,000, 5,000 or 10,000 messages of one; what was"
        " deleted is believed after a day.",
    ),
    "fields_asked": Words(
        "of {asked:,} of {messages:,} messages all header fields are there that this release reads; the next polls"
        " fetch the others"
    ),
    "messages_odd": Words("{said}", "Polls go on with what comes. Whoever runs the server may know why, and mend it."),
    "read_only": Words("{mailboxes} can be opened"),
    "read_only_not_said": Words(
        "{mailboxes}: the server does not say that it opens read-only",
        "It is read all the same: no command ever leaves that could change anything. Look whether new mail stays unread"
        " there, and tell whoever runs the server.",
    ),
    "mail": _mail,
    # sent mail
    "sent_by_label": Words("{mailbox} holds it, with the label \\Sent"),
    "no_sent_mailbox": _no_sent_mailbox,
    "sent_empty": Words(
        "{mailboxes} is empty: no answer is seen",
        "Set the mail programs to save sent mail on the server, or name the mailbox where they save it, under"
        " [accounts.{account}]:\n  {roles:roles}",
    ),
    "both_directions": Words("both directions: {ours} of {seen} messages are from the team"),
    "one_direction": Words(
        "none of {seen} messages is from the team: answers are not seen here",
        "Add the archive of the sent mail as an account of its own, and look whether [team] names all of your addresses"
        " and domains.",
    ),
    "senders": Words(_SENDERS),
    "senders_not_ours": _senders_not_ours,
    "span": Words(_SPAN),
    "sent_begins_late": Words(
        f"{_SPAN}: Sent begins later",
        "Whether older mail was answered can't be known, unless older sent mail lies in another mailbox or account.",
    ),
    "nothing_sent_lately": Words(
        f"{_SPAN}: nothing was sent lately",
        "If answers are sent from other accounts, add them too, with watched = false.",
    ),
    # clocks
    "inbox_clock": Words(_INBOX_CLOCK),
    "inbox_clock_off": Words(
        _INBOX_CLOCK, "Waits may be wrong by as much. Ask whoever runs the server to set it right."
    ),
    "inbox_clock_not_believed": Words(f"{_INBOX_CLOCK}: so far off, as after an import, that it is not believed"),
    "sent_clock": Words(_SENT_CLOCK),
    "sent_clock_off": Words(_SENT_CLOCK, f"Waits may be wrong by as much. {_SENT_CLOCK_HINT}"),
    "sent_clock_not_believed": Words(
        f"{_SENT_CLOCK}: so far off that a reply counts from when it was saved", _SENT_CLOCK_HINT
    ),
    "sent_before_written": Words(
        f"{_SENT_CLOCK}: nothing is saved before it is written, so replies count from their Date",
        "The program that saves sent mail takes a wrong time zone, or the clocks of the computers that you send from"
        " are ahead: look whether these are right.",
    ),
    "clocks_unsure": _clocks_unsure,
    # who writes to whom
    "addresses": Words(_ADDRESSES),
    "addresses_not_watched": _addresses_not_watched,
    "webforms": Words(
        "several people write through one address: {forms:visitors}",
        "Their mail counts as automatic, or as that of one sender. If people write to you through these, name them in "
        "[team]:\n  webforms = {webforms:list}",
    ),
}
"""What is said of each code."""
