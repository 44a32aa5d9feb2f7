"""Why something was decided, in words: one phrase for each rule id, in this file alone.

A phrase is a `str.format` template of `{shown}` (the fields that show it), `{field}` and `{value}`.
"""

from __future__ import annotations

from replywatch.domain.messages import Because, Shown

_BY_ITS_FIELDS = (
    "report.refused", "report.disposition", "report.feedback", "report.delivery", "report", "report.other",
    "content-class.delivery", "content-class.receipt", "failed-recipients", "from.mailer-daemon", "from.postmaster",
    "subject.bounce", "subject.undelivered", "calendar", "calendar.method", "content-class.calendar",
    "subject.calendar", "subject.receipt", "auto-submitted", "auto-submitted.reply", "auto-submitted.generated",
    "precedence", "autoreply", "autoreply.first-class", "autoreply.apple", "autoreply.delivered-to",
    "subject.auto-reply", "autoreply.loop", "from.no-reply", "list", "amazon", "spam", "subject.notification",
    "precedence.reply", "precedence.bulk", "return-path.reply", "return-path", "calendar.reply-to",
    "autoreply.exchange", "from.robot", "tracker", "list.mass-mail", "return-path.no-reply",
    "subject.relabelled",
)  # fmt: skip
"""Rules of which the header fields say all there is to say."""

PHRASES = {
    **dict.fromkeys(_BY_ITS_FIELDS, "{shown}"),
    "team.automatic-sender": "{shown}, one of [team] automatic_senders",
    "team.webform": "{shown}, one of [team] webforms",
    "stand-in": "{shown}, which Exchange sends in place of a message that it can't convert",
    "human": "no sign of automatic mail",
    "mark": "marked by hand as {value}",
    # Why a sign that is too weak against a conversation means nothing
    "conversation.names-ours": "it names a person's mail of ours, whatever {shown} says",
    "conversation.names-theirs": "it names a person's mail from outside, whatever {shown} says",
    "conversation.answered": "somebody of ours answered it, whatever {shown} says",
    "mark.answered": "a mark says that it was answered, whatever {shown} says",
    # Who the contact is
    "contact.from": "{field}",
    "contact.reply-to": "{field}",
    "contact.sender": "{field}",
    "contact.none": "no field with an address",
    "contact.encoded": "{field}, written as {value} by a list",
    "contact.rewritten": "{field}, since {value} speaks for others",
    "contact.web-form": "{field}, since From is a web form ([team] webforms)",
    "contact.web-form.ours": "{field}, since From is ours and writes to nobody else outside, as a web form does",
    "contact.web-form.no-reply": (
        "{field}, since From is an address of another domain that nobody writes from, as a web form's is"
    ),
    "contact.web-form.recipient": "{field}, since From is the only recipient too, as a web form of its owner has it",
    "contact.web-form.visitor": "nothing names the visitor of {value} ([team] webforms)",
    "contact.recipient": "the first recipient outside",
    "contact.no-recipient": "no recipient outside",
    # What a mailbox is for
    "role.config": "config",
    "role.unreadable": "it can't be opened",
    "role.name": "name",
    "role.special-use": "special-use {value}",
    "role.below": "below {value}",
    "role.unsent": "unsent mail",
    "role.view": "shows what lies elsewhere",
    "role.chats": "chats",
    "role.no-mail": "Exchange keeps no mail there",
    "role.none": "",
    # Files
    "file.unreadable": "can't be read: {value}",
}
"""Rule id → its phrase."""


def because_text(because: Because) -> str:
    """`because` in a person's words; "" where there is nothing to say. It quotes mail: hostile text as it came."""
    fields = (Shown(because.field, because.value), *because.beside)
    shown = " with ".join(map(_shown, fields))
    return PHRASES[because.rule].format(shown=shown, field=because.field, value=because.value)


def _shown(shown: Shown) -> str:
    """A field as people see it in a header."""
    if shown.value is None:
        return "From without an address" if shown.field == "From" else shown.field
    if shown.field == "Sender":
        return f"a sender {shown.value}"
    return f"{shown.field}: {shown.value}".rstrip()
