"""Headers without their subjects, for those who may not keep them (`privacy.subjects = false`).

Rules need little of a subject: whether it says Re: or Fwd:, what it announces, what it says of delivery, and whether
two are the same without all that. So a number takes its place, between a label and an ending that say the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b

from replywatch.domain.headers.header import parse_header
from replywatch.domain.headers.subjects import base_subject
from replywatch.domain.judging.automatic_subjects import Announcement, Proof, announced, is_rest, names_writer
from replywatch.domain.judging.failure_subjects import speaks_of_failure, told_of_delivery
from replywatch.domain.messages import Delivery, Header, Kind

_NAMES = (b"subject", b"thread-topic")
_LABELS = {
    Announcement(Kind.AUTO_REPLY, Proof.NONE): "Automatic reply: {}",
    Announcement(Kind.AUTO_REPLY, Proof.ANY): "Auto: {}",
    Announcement(Kind.AUTO_REPLY, Proof.THANKS): "Thanks for your message {}",
    Announcement(Kind.BOUNCE, Proof.NONE): "Postmaster notify: {}",
    Announcement(Kind.CALENDAR, Proof.NONE): "Invitation: {} @ day 1",
    Announcement(Kind.CALENDAR, Proof.ANY): "Invitation: {}",
    Announcement(Kind.CALENDAR, Proof.MULTIPART): "Accepted: {}",
    Announcement(Kind.CALENDAR, Proof.TOPIC): "Updated: {}",
    Announcement(Kind.RECEIPT, Proof.ANY): "Read: {}",
    Announcement(Kind.RECEIPT, Proof.TOPIC): "Deleted: {}",
    Announcement(Kind.NOTIFICATION, Proof.NONE): "Report domain: {}",
    Announcement(Kind.NOTIFICATION, Proof.TOPIC): "Recall: {}",
}
"""One subject for everything that `announced` can say, but for the sentence of which the writer's name is a proof."""
_ENDINGS = {
    (False, Delivery.UNCLEAR): "",
    (False, Delivery.FAILED): ": permanent",
    (False, Delivery.DELAYED): ": retry",
    (True, Delivery.UNCLEAR): ": delivery status",
    (True, Delivery.FAILED): ": undeliverable",
    (True, Delivery.DELAYED): ": mail delay",
}
"""Whether a subject speaks of failed delivery, and what it says of it → words that do the same."""
_ENDINGS_OF_MAIL = {Delivery.FAILED: ": undelivered message", Delivery.DELAYED: ": message delayed"}
"""The same where it is mail that failed."""


def hide_subject(kept: bytes, key: bytes) -> bytes:
    """What `keep_fields` kept of a header block, its subject and topic replaced by a number.

    Subjects that are the same but for prefixes and tags get the same number: the first 12 hex digits of a digest of the
    base subject under `key`. All rules find what they found before (a test says so); the words are gone.
    """
    lines = list(_without_subject(kept))
    header = parse_header(kept)
    subject = header.subject
    if subject:
        base, reply, forward = base_subject(subject)
        number = (
            f"#{blake2b(base.encode('utf-8', 'surrogatepass'), key=key, digest_size=6).hexdigest()}" if base else ""
        )
        number += _ending(base)
        label = "Re: " * reply + "Fwd: " * forward + _label(header, base if reply or forward else subject)
        lines.append(f"Subject: {label.format(number)}".rstrip().encode() + b"\n")
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


def _label(header: Header, text: str) -> str:
    """What announces the same as the `text` of a subject, with a place for the number."""
    found = announced(text)
    if found and found.proof is Proof.OWN_NAME:
        found = found._replace(proof=Proof.NONE if names_writer(text, header.from_) else Proof.ANY)
    return _LABELS[found] if found else "{}"


def _ending(base: str) -> str:
    """Words of delivery, if `base` has some."""
    told = told_of_delivery(base)
    if speaks_of_failure(base, of_mail=True):
        return _ENDINGS_OF_MAIL[told]
    return _ENDINGS[speaks_of_failure(base, of_mail=False), told]
