"""What Exchange sends in place of a message that it can't convert for IMAP or POP3.

The message itself is still there, and may come right later. The stand-in says that its retrieval failed, bears no
Message-ID, and comes from nobody: from "Microsoft Exchange Server" without an address, or from `microsoft@unknown`.
Its subject is in the language of the server, but names the protocol and ends in the message's number.
"""

from __future__ import annotations

import re

from replywatch.domain.headers.header import parse_header
from replywatch.domain.messages import Header

_SUBJECT = re.compile(r"(?=.{0,200}\b(?:IMAP4?|POP3)\b).{0,200}\D\d{1,10}\W?", re.IGNORECASE)
_ENGLISH = re.compile(
    r"Retrieval using the (?:IMAP4?|POP3) protocol failed for the following message: ?\W?\d{1,10}\W?", re.IGNORECASE
)
_NAME = re.compile(r"Microsoft Exchange Server\b", re.IGNORECASE)
_NOBODYS = "microsoft@unknown"
_MESSAGE_ID = re.compile(rb"^message-id[ \t]*+:(?:[ \t<>]|\r?\n[ \t])*+[^ \t<>\r\n]", re.IGNORECASE | re.MULTILINE)
"""One that is not empty."""


def is_stand_in(header: Header) -> bool:
    """Whether a message only says that another one could not be converted."""
    if header.message_id is not None:
        return False
    subject = header.subject[:300]
    if _ENGLISH.fullmatch(subject):
        return True
    return _SUBJECT.fullmatch(subject) is not None and any(
        sender.address.lower() == _NOBODYS or (not sender.address and _NAME.match(sender.name))
        for sender in header.from_
    )


def holds_stand_in(raw: bytes) -> bool:
    """The same of a header block."""
    return _MESSAGE_ID.search(raw) is None and is_stand_in(parse_header(raw))
