"""Headers without their subjects, for those who may not keep them (`privacy.subjects = false`).

Rules need little of a subject: whether it says Re: or Fwd:, what it announces, and whether two are the same without
all that. So a number takes its place, behind a label that announces the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b

from replywatch.domain.headers.header import parse_header
from replywatch.domain.headers.subjects import base_subject
from replywatch.domain.judging.automatic_subjects import Announcement, announced, is_rest, speaks_of_failure
from replywatch.domain.messages import Kind

_NAMES = (b"subject", b"thread-topic")
_LABELS = {
    Announcement(Kind.AUTO_REPLY, sure=True): "Automatic reply: {}",
    Announcement(Kind.AUTO_REPLY, sure=False): "Auto: {}",
    Announcement(Kind.BOUNCE, sure=True): "Failure notice: {}",
    Announcement(Kind.CALENDAR, sure=True): "Invitation: {} @ day 1",
    Announcement(Kind.CALENDAR, sure=False): "Invitation: {}",
    Announcement(Kind.RECEIPT, sure=False): "Read: {}",
    Announcement(Kind.NOTIFICATION, sure=True): "Report domain: {}",
}
"""One subject for everything that `announced` can say."""


def hide_subject(kept: bytes, key: bytes) -> bytes:
    """What `keep_fields` kept of a header block, its subject and topic replaced by a number.

    Subjects that are the same but for prefixes and tags get the same number: the first 12 hex digits of a digest of the
    base subject under `key`. All rules find what they found before (a test says so); the words are gone.
    """
    lines = list(_without_subject(kept))
    header = parse_header(kept)
    subject = header.subject
    if subject:
        base = base_subject(subject).base
        number = (
            f"#{blake2b(base.encode('utf-8', 'surrogatepass'), key=key, digest_size=6).hexdigest()}" if base else ""
        )
        number += _failure(base)
        lines.append(f"Subject: {_label(subject, base).format(number)}".rstrip().encode() + b"\n")
        if any(is_rest(subject, topic) for topic in header.fields.get("thread-topic", ())):
            lines.append(f"Thread-Topic: {number}".rstrip().encode() + b"\n")
    return b"".join(lines)


def _without_subject(kept: bytes) -> Iterator[bytes]:
    """The lines of `kept` but those of the fields that hold a subject."""
    keep = True
    for line in kept.splitlines(keepends=True):
        if not line.startswith((b" ", b"\t")):
            keep = line.partition(b":")[0].rstrip(b" \t").lower() not in _NAMES
        if keep:
            yield line


def _label(subject: str, base: str) -> str:
    """What `subject` says before its base: reply and forward prefix, and a label if it announces something."""
    _, reply, forward = base_subject(subject)
    found = announced(base if reply or forward else subject)
    return "Re: " * reply + "Fwd: " * forward + (_LABELS[found] if found else "{}")


def _failure(base: str) -> str:
    """Words of failed delivery, if `base` has some."""
    if speaks_of_failure(base, of_mail=True):
        return ": undelivered message"
    return ": undeliverable" if speaks_of_failure(base, of_mail=False) else ""
