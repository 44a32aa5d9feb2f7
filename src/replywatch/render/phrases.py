"""Templates of what is said, and how values stand in them."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, timedelta
from shlex import quote
from typing import Any

from replywatch.config_lines import listed, mailboxes_line, quoted
from replywatch.domain.instants import DAY, local_day
from replywatch.render.because import because_text
from replywatch.render.days import short_day
from replywatch.render.doubts import DOUBTS
from replywatch.render.locale import Locale
from replywatch.render.text import counted, human_duration, local_time, mailbox_name
from replywatch.render.unread_files import files_hint, files_text


def filled(template: str, values: Mapping[str, object], locale: Locale) -> str:
    """`template` with `values` where it names them, such as `{account}`, `{messages:,}` or `{since:day}`.

    A place may ask for Python's own formats and for those of `_FORMS`. Several texts are joined with commas.
    """
    return _Filler(locale).vformat(template, (), values)


class _Filler(string.Formatter):
    """Fills templates for those whom `locale` describes."""

    def __init__(self, locale: Locale) -> None:
        self._locale = locale

    def format_field(self, value: Any, format_spec: str) -> Any:  # noqa: ANN401 - as it is declared above
        """One value, in the form that its place asks for."""
        if form := _FORMS.get(format_spec):
            return form(value, self._locale)
        return ", ".join(value) if isinstance(value, tuple) else super().format_field(value, format_spec)


def _likely(mailboxes: Sequence[Mapping[str, str]]) -> str:
    """Which mailboxes are likely to hold what was not seen; a sentence without its end."""
    if not mailboxes:
        return (
            "Answers in the name of a shared address often lie in the mailbox of whoever wrote them: add it with"
            " watched = false, or let the server keep a copy in the shared one"
        )
    return f"Add it as an account; most likely it is that of {', '.join(mailbox['address'] for mailbox in mailboxes)}"


def _unopened(hole: Mapping[str, Any], locale: Locale) -> str:
    """A mailbox, and up to when its mail was seen."""
    name, read_to = mailbox_name(hole["mailbox"]), hole["last_read_at"]
    return f"{name} (never read)" if read_to is None else f"{name} (read up to {local_day(read_to, locale.zone)})"


_FORMS: Mapping[str, Callable[[Any, Locale], str]] = {
    # instants and durations
    "day": lambda instant, locale: str(local_day(instant, locale.zone)),
    "short_day": lambda instant, locale: short_day(instant, None, locale.zone),
    "minute": lambda instant, locale: local_time(instant, locale.zone),
    "utc_day": lambda instant, _: str(local_day(instant, UTC)),
    "until": lambda instant, _: "" if instant is None else f" until {local_time(instant, UTC)} UTC",
    "next_day": lambda day, _: str(day + timedelta(days=1)),
    "ago": lambda seconds, _: f"{seconds // DAY} days ago" if seconds >= 2 * DAY else f"{human_duration(seconds)} ago",
    "apart": lambda seconds, _: f"{human_duration(abs(seconds))} {'after' if seconds >= 0 else 'before'}",
    "account_or_mail": lambda account, _: f"Account {account} was" if account else "The mail was",
    # lists
    "counted": lambda senders, _: ", ".join(f"{sender['address']} ({sender['count']})" for sender in senders),
    "further": lambda number, _: f", {number} more" if number else "",
    "and_further": lambda number, _: f" and {number} more" if number else "",
    "visitors": lambda forms, _: ", ".join(f"{f['address']} ({f['count']} from {f['people']} people)" for f in forms),
    "answers_are": lambda number, _: f"{counted(number, 'answer')} of ours {'is' if number == 1 else 'are'}",
    "unread_files": lambda files, _: files_text(files),
    "unread_files_hint": lambda files, _: files_hint(files),
    "messages": lambda number, _: counted(number, "message"),
    "going_on": lambda number, _: f"{counted(number, 'conversation')} {'goes' if number == 1 else 'go'} on",
    "unopened": lambda holes, locale: ", ".join(_unopened(hole, locale) for hole in holes),
    "likely": lambda mailboxes, _: _likely(mailboxes),
    # reasons
    "reason": lambda because, _: f" ({text})" if (text := because_text(because)) else "",
    "doubt": lambda reason, _: DOUBTS[reason],
    "failed": lambda error, _: "." if error is None else f"; the last attempt failed: {error}",
    # lines to copy
    "list": lambda texts, _: listed(texts),
    "mailbox": lambda name, _: mailbox_name(name),
    "names": lambda mailboxes, _: listed(mailbox["mailbox"] for mailbox in mailboxes),
    "quoted": lambda senders, _: ", ".join(quoted(sender["address"]) for sender in senders),
    "roles": lambda roles, _: mailboxes_line(roles),
    "tables": lambda mailboxes, _: "\n\n".join("  " + m["toml"].replace("\n", "\n  ") for m in mailboxes),
    "shell": lambda word, _: quote(word),
}
"""How a value may be written."""
