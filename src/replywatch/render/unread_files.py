"""Files that look like mail and are not read: which they are, why, and what to do."""

from __future__ import annotations

from collections.abc import Sequence

from replywatch.domain.mailboxes.unread import UnreadFile, Why
from replywatch.render.text import brief, safe

NAMED = 5
"""Files that a sentence names at most."""
LISTED = 100
"""Files that JSON lists at most."""

_WHY = {
    Why.PACKED: "packed: {form}",
    Why.DAMAGED: "damaged {form}",
    Why.ENCRYPTED: "encrypted",
    Why.UTF_16: "UTF-16",
    Why.NO_HEADER: "no header",
    Why.EMPTY: "empty",
    Why.DENIED: "no permission",
    Why.NO_SEPARATOR: "doesn't begin as an mbox",
    Why.SINGLE: "one message alone",
    Why.MBOX: "an mbox",
    Why.OTHER_PROGRAM: "{form}",
}
_RESTORE = "Restore what is damaged or empty from a backup, or delete it."
_TO_DO = {
    Why.PACKED: "Unpack what is packed; or, where a mail server packed it, read the account by IMAP.",
    Why.ENCRYPTED: "Read by IMAP what a mail server encrypted.",
    Why.DAMAGED: _RESTORE,
    Why.EMPTY: _RESTORE,
    Why.NO_HEADER: "What has no header tells nobody who wrote: restore it from a backup, or delete it.",
    Why.UTF_16: "Save it as UTF-8.",
    Why.DENIED: "Run replywatch as a user who may read it.",
    Why.NO_SEPARATOR: "Export it as mbox once more: each message begins with a line `From …` there.",
    Why.SINGLE: "Put single messages into a Maildir, or into an mbox.",
    Why.MBOX: 'Add an mbox as an account of its own (type = "mbox").',
    Why.OTHER_PROGRAM: "Export what is in the form of one program as mbox.",
}


def unread_text(number: int) -> str:
    """How many files look like mail and were not read."""
    return (
        "1 file looks like mail and was not read"
        if number == 1
        else f"{number:,} files look like mail and were not read"
    )


def files_text(files: Sequence[UnreadFile]) -> str:
    """The same with the names of the first, and why each of them was not."""
    named = ", ".join(f"{safe(file.path)} ({_WHY[file.why].format(form=file.form)})" for file in files[:NAMED])
    more = f" and {len(files) - NAMED:,} more" if len(files) > NAMED else ""
    return f"{unread_text(len(files))}: {named}{more}"


def files_hint(files: Sequence[UnreadFile]) -> str:
    """What to do about them."""
    return " ".join(dict.fromkeys(_TO_DO[file.why] for file in files))


def files_value(files: Sequence[UnreadFile]) -> dict[str, object]:
    """How many they are and the first of them, for programs."""
    first = [{"file": brief(file.path), "why": file.why.value, "form": file.form} for file in files[:LISTED]]
    return {"count": len(files), "first": first}
