"""Warnings in words: one entry for each code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from replywatch.domain.results.warning import Code, Warning  # noqa: A004 - the word that people know
from replywatch.render.grid import wrapped
from replywatch.render.locale import Locale
from replywatch.render.phrases import filled
from replywatch.render.text import safe

PHRASES: Mapping[Code, str] = {
    Code.ACCOUNT_CHANGED: (
        "Account {account} was {was}, now {now}: its mail is left out, and answers in it are not seen. If the same "
        "mail is there, `replywatch poll` goes on with it; else name it otherwise, or say "
        "`replywatch account move {account}` (the same mail all the same) or `replywatch account drop {account}`."
    ),
    Code.NO_MAIL_READ: "No mail has been read yet: run `replywatch poll` first.",
    Code.NEVER_READ_COMPLETELY: "Account {account} has never been read completely{error:failed}",
    Code.LAST_ATTEMPT_FAILED: (
        "Account {account} was last read completely on {last_complete_at:day}; the last attempt failed: {error}"
    ),
    Code.MESSAGES_UNREAD: (
        "{count:messages} of account {account} can't be read so far: every poll tries again, and until then nobody"
        " knows who wrote."
    ),
    Code.MAILBOXES_UNOPENED: (
        "Account {account}: {unopened:unopened}{more:and_further} can't be opened. An answer may lie there, so whoever "
        "has none since is counted as unknown. Make it readable; or, if neither answers nor enquiries lie there, leave "
        "it out in the config, under [accounts.{account}]: mailboxes = {{ skip = {unopened:names} }}"
    ),
    Code.SENT_EMPTY: "The Sent mailbox of account {account} is empty: replies written elsewhere are not seen.",
    Code.NO_SENT_MAILBOX: (
        "No Sent mailbox found in account {account}: its replies are not seen. Name it in the config, under "
        '[accounts.{account}]: mailboxes = {{ sent = ["…"] }}'
    ),
    Code.NO_MAIL_OF_OURS: ("Account {account} ({kind}) holds no mail written by the team: its replies are not seen."),
    Code.SENT_BEGINS_LATE: (
        "Sent mail starts only on {begins_at:day}: mail from before that has no answer here is counted as unknown."
    ),
    Code.COVERAGE_ENDS_EARLY: "Mail was read only up to {last_read_at:day}: later replies are not seen.",
    Code.SENDERS_NOT_OURS: (
        "Senders found in Sent mail that are not in [team], with their messages: {senders:counted}{more:and_further}. "
        "Their mail counts as nobody's reply. If they are yours, add them in the config, under [team]: people = "
        "[…, {senders:quoted}]; or under addresses, if customers write there"
    ),
    Code.UNSURE_CLOCKS: ("{unsure} of {answered} waits rest on an unsure clock, most often because {reason:doubt}."),
    Code.ANSWERS_UNSEEN: (
        "{conversations:going_on} after mail of ours that was not seen: somebody answers from a mailbox that is not "
        "read, and who did not write again counts as unanswered. {mailboxes:likely}{more:and_further}."
    ),
    Code.ANSWERS_TO_MISSING: (
        "{count:answers_are} to mail that is no longer in any mailbox. What is deleted for good once it is answered "
        "can't be counted, so that the unanswered weigh too much here. Keep answered mail, if only in an archive."
    ),
    Code.AS_OF_NOT_READ: "Mail was read only up to {last_read_at:minute}: these are the figures of then.",
    Code.READ_IN_FUTURE: (
        "The mail was last read at {last_read_at:minute}, which is still to come: set the clock, and run "
        "`replywatch poll`."
    ),
    Code.READ_LONG_AGO: "{account:account_or_mail} last read completely {age_seconds:ago}: run `replywatch poll`.",
    Code.ARCHIVE_ENDS: "The archive ends on {last_read_at:day}: these are the figures of then.",
    Code.LEDGER_OPEN: ("The account does not close: messages were lost on the way. This is a bug, please report it."),
}
"""The words of each code."""


def warning_text(warning: Warning, locale: Locale) -> str:
    """`warning` as a sentence or a few; what came from mail or servers stands in it as it came."""
    return filled(PHRASES[warning.code], {"account": warning.account, **warning.values}, locale)


def warned_lines(warning: Warning, locale: Locale) -> Iterator[str]:
    """`warning` as plain lines that fit, harmless to a terminal."""
    first, *others = wrapped(safe(warning_text(warning, locale)), locale.width - 2)
    yield f"! {first}"
    yield from (f"  {line}" for line in others)


def config_lines(warning: Warning) -> list[str]:
    """What `warning` says to put into the config, line by line as it stands there: of several things the first."""
    return next((str(mailbox["toml"]).splitlines() for mailbox in warning.values.get("mailboxes", ())), [])
