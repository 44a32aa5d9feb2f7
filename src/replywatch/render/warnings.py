"""Warnings in words: one entry for each code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import tzinfo
from typing import Any

from replywatch.config_lines import quoted
from replywatch.domain.instants import DAY, local_day
from replywatch.domain.results.warning import Code, Warning  # noqa: A004 - the word that people know
from replywatch.render.locale import Locale
from replywatch.render.shifted_dates import shifted_dates_words
from replywatch.render.text import local_time

Values = Mapping[str, Any]

PHRASES: Mapping[Code, str] = {
    Code.NO_MAIL_READ: "No mail has been read yet: run `replywatch poll` first.",
    Code.NEVER_READ_COMPLETELY: "Account {account} has never been read completely{failed}",
    Code.LAST_ATTEMPT_FAILED: (
        "Account {account} was last read completely on {last_complete_on}; the last attempt failed: {error}"
    ),
    Code.SENT_EMPTY: "The Sent mailbox of account {account} is empty: replies written elsewhere are not seen.",
    Code.NO_SENT_MAILBOX: (
        "No Sent mailbox found in account {account}: its replies are not seen. Name it in the config, under "
        '[accounts.{account}]: mailboxes = {{ sent = ["…"] }}'
    ),
    Code.NO_MAIL_OF_OURS: ("Account {account} ({kind}) holds no mail written by the team: its replies are not seen."),
    Code.SENT_BEGINS_LATE: (
        "Sent mail starts only on {begins_on}: mail from before that has no answer here is counted as unknown."
    ),
    Code.COVERAGE_ENDS_EARLY: "Mail was read only up to {last_read_on}: later replies are not seen.",
    Code.SENDERS_NOT_OURS: (
        "Senders found in Sent mail that are not in [team], with their messages: {named}{others}. Their mail counts as "
        "nobody's reply. If they are yours, add them in the config, under [team]: addresses = […, {wanted}]"
    ),
    Code.SENT_DATES_SHIFTED: "In Sent of account {account} {count} of {known} messages {what}. {hint}",
    Code.AS_OF_NOT_READ: "Mail was read only up to {last_read_at}: these are the figures of then.",
    Code.READ_IN_FUTURE: (
        "The mail was last read at {last_read_at}, which is still to come: set the clock, and run `replywatch poll`."
    ),
    Code.READ_LONG_AGO: "The mail was last read completely {age_days} days ago: run `replywatch poll`.",
    Code.LEDGER_OPEN: ("The account does not close: messages were lost on the way. This is a bug, please report it."),
}
"""The words of each code. In braces stand its values; of `x_at` also the day, `x_on`, of `x_seconds` the `x_days`."""


def warning_text(warning: Warning, locale: Locale) -> str:
    """`warning` as a sentence or a few; what came from mail or servers stands in it as it came."""
    parts = _PARTS[warning.code](warning.values) if warning.code in _PARTS else {}
    shown = dict(_shown(warning.values, locale.zone))
    return PHRASES[warning.code].format_map({"account": warning.account, **shown, **parts})


def _shown(values: Values, zone: tzinfo) -> Iterator[tuple[str, object]]:
    """The values as people read them: local times and days."""
    for name, value in values.items():
        stem, _, unit = name.rpartition("_")
        if unit == "at":
            yield name, local_time(value, zone)
            yield f"{stem}_on", local_day(value, zone)
        elif unit == "seconds":
            yield f"{stem}_days", value // DAY
        else:
            yield name, value


def _failed(values: Values) -> Values:
    return {"failed": f"; the last attempt failed: {values['error']}" if values["error"] else "."}


def _senders(values: Values) -> Values:
    return {
        "named": ", ".join(f"{sender['address']} ({sender['count']})" for sender in values["senders"]),
        "others": f" and {values['more']} more" if values["more"] else "",
        "wanted": ", ".join(quoted(sender["address"]) for sender in values["senders"]),
    }


def _shifted(values: Values) -> Values:
    what, hint = shifted_dates_words(values["most_on"])
    return {"what": what, "hint": hint}


_PARTS: Mapping[Code, Callable[[Values], Values]] = {
    Code.NEVER_READ_COMPLETELY: _failed,
    Code.SENDERS_NOT_OURS: _senders,
    Code.SENT_DATES_SHIFTED: _shifted,
}
"""Further words of some codes, made of their values."""
