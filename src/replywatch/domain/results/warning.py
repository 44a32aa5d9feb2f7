"""What a reader has to know before figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Code(StrEnum):
    """What a warning is about, for programs: stable. Each has its words in `render.warnings`."""

    ACCOUNT_CHANGED = "account_changed"
    """The name of an account stands for other mail than was read under it: its figures are not shown."""
    NO_MAIL_READ = "no_mail_read"
    NEVER_READ_COMPLETELY = "never_read_completely"
    LAST_ATTEMPT_FAILED = "last_attempt_failed"
    MESSAGES_UNREAD = "messages_unread"
    """The server lists messages and does not hand them over: they count nowhere."""
    MAILBOXES_UNOPENED = "mailboxes_unopened"
    """Mailboxes are listed and can't be opened, where answers or mail may lie: who has none is unknown since then."""
    SENT_EMPTY = "sent_empty"
    NO_SENT_MAILBOX = "no_sent_mailbox"
    NO_MAIL_OF_OURS = "no_mail_of_ours"
    """Files that hold no mail written by the team."""
    SENT_BEGINS_LATE = "sent_begins_late"
    COVERAGE_ENDS_EARLY = "coverage_ends_early"
    SENDERS_NOT_OURS = "senders_not_ours"
    """Mail in Sent whose sender `[team]` lacks."""
    UNSURE_CLOCKS = "unsure_clocks"
    """Many waits rest on a clock that nothing confirms."""
    ANSWERS_UNSEEN = "answers_unseen"
    """Conversations go on after mail of ours that was never seen: a mailbox in which answers are is not read."""
    ANSWERS_TO_MISSING = "answers_to_missing"
    """Mail was answered and is nowhere any more, so that it can't be counted."""
    AS_OF_NOT_READ = "as_of_not_read"
    """A later moment was asked for than the mail was read up to."""
    READ_IN_FUTURE = "read_in_future"
    """The clock was wrong when the mail was read, or is now."""
    READ_LONG_AGO = "read_long_ago"
    """Longer than `[report] stale_after`, or than passes usually are apart."""
    ARCHIVE_ENDS = "archive_ends"
    """The files were read now, and hold no mail of the last days: figures are those of their end."""
    LEDGER_OPEN = "ledger_open"
    """The parts of the ledger don't add up to what was read."""


@dataclass(frozen=True, slots=True)
class Warning:  # noqa: A001 - the word that people know; the builtin of this name is used nowhere
    """One thing that figures may hide, in values; `render.warnings` puts it into words."""

    code: Code
    account: str = ""
    """Name of the account; "" for what concerns all of them."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """What belongs into its words, by name: integers, texts (hostile, as they came), dates, None, lists of mappings.

    A name tells the unit: `…_at` is an instant (integer seconds UTC), `…_seconds` a duration, `…_on` a date; other
    integers are counts. They stand beside `code`, `account` and `text` in JSON, so none is called so.
    """
