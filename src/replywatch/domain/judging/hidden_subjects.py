"""Headers without their subjects, for those who may not keep them (`privacy.subjects = false`).

Rules need little of a subject: whether it says Re: or Fwd:, what it announces, and whether two are the same without
all that. So a number takes its place, behind a label that announces the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b

from replywatch.domain.headers.header import parse_header
from replywatch.domain.headers.subjects import base_subject, is_number
from replywatch.domain.judging.automatic_subjects import (
    LABEL_LEFT_OUT,
    Announcement,
    Proof,
    announced,
    is_rest,
    names_writer,
)
from replywatch.domain.judging.failure_subjects import speaks_of_failure, told_of_delivery
from replywatch.domain.judging.identity import first_base
from replywatch.domain.judging.sender_shapes import is_machine, post_office
from replywatch.domain.messages import Delivery, Header, Kind

_NAMES = (b"subject", b"thread-topic")
_LABELS = {
    Announcement(Kind.AUTO_REPLY, Proof.NONE): "Automatic reply: {}",
    Announcement(Kind.AUTO_REPLY, Proof.ANY): "Auto: {}",
    Announcement(Kind.AUTO_REPLY, Proof.THANKS): "Thanks for your message: {}",
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
_FAILED = "Failure notice: {}"
"""The same for a notice that something failed, which needs no ending to say so."""
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
_NOTICE = Announcement(Kind.BOUNCE, Proof.NONE)
_NOTICES = (_NOTICE, *(found for found in _LABELS if found.kind is Kind.RECEIPT))
_FIELDS_OF_NOTICES = ("x-failed-recipients", "auto-submitted", "precedence", "content-class")
_TO_LETTERS = str.maketrans("0123456789", "ghijklmnop")


def hide_subject(kept: bytes, key: bytes) -> bytes:
    """What `keep_fields` kept of a header block, its subject and topic replaced by numbers.

    A number stands for the bare subject, and one in brackets for each tag; read as a subject, they are the same in
    exact and bare form where the subjects were. Each is the first 12 hex digits of a digest under `key`. All rules find
    what they found before (a test says so); the words are gone.
    """
    lines = list(_without_subject(kept))
    header = parse_header(kept)
    if header.subject:
        lines.append(f"Subject: {_Hiding(header, key).hidden(header.subject)}".rstrip().encode() + b"\n")
        if any(is_rest(header.subject, topic) for topic in header.fields.get("thread-topic", ())):
            lines.append(f"Thread-Topic: {LABEL_LEFT_OUT}\n".encode())
    return b"".join(lines)


class _Hiding:
    """The hiding of one message's subject."""

    def __init__(self, header: Header, key: bytes) -> None:
        self._senders, self._key = header.from_, key
        self._notice = _may_be_notice(header)

    def hidden(self, subject: str) -> str:
        """What is stored in place of `subject`.

        Its end is what release 0.1.0 would have stored: the identity of a message without a Message-ID rests on that.
        Where the bare subject is another one by now, its number stands before, in brackets with an equals sign.
        """
        base, first = base_subject(subject), first_base(subject)
        label = self._announced(first if base.reply or base.forward else subject)
        end = self._labelled(first, label)
        told = self._labelled(base.bare, self._announced(base.bare))
        words = [f"[{self._tag(tag)}]" for tag in base.tags]
        words += [end] if told == end else [f"[={told}]", end or "(no subject)"]
        prefixes = "Re: " * base.reply + "Fwd: " * base.forward
        return prefixes + " ".join(words)

    def _announced(self, text: str) -> Announcement | None:
        """What a text announces; a number tells no name, so it is said by the label whether that is the writer's."""
        found = announced(text)
        if found and found.proof is Proof.OWN_NAME:
            return found._replace(proof=Proof.NONE if names_writer(text, self._senders) else Proof.ANY)
        return found

    def _tag(self, tag: str) -> str:
        """What stands for a tag: a number if it tells one matter from another, else letters alone."""
        digest = self._digest(tag)
        return (f"#{digest}" if is_number(tag) else f"~{digest.translate(_TO_LETTERS)}") + self._ending(tag, None)

    def _labelled(self, text: str, label: Announcement | None) -> str:
        """The number of a text behind a label that announces the same."""
        number = self._number(text, label)
        if label is None:
            return number
        words = _FAILED if _tells_failure(text, label) else _LABELS[label]
        return words.format(number).rstrip()

    def _number(self, text: str, label: Announcement | None) -> str:
        """The number of a text, with words of delivery if it had some; "" for an empty one."""
        return (f"#{self._digest(text)}" if text else "") + self._ending(text, label)

    def _digest(self, text: str) -> str:
        return blake2b(text.encode("utf-8", "surrogatepass"), key=self._key, digest_size=6).hexdigest()

    def _ending(self, text: str, label: Announcement | None) -> str:
        """Words of failed delivery if `text` has some; where the message may be a notice, words that tell the same."""
        failure, of_mail = (speaks_of_failure(text, of_mail=of_mail) for of_mail in (False, True))
        if not self._notice and label not in _NOTICES:
            return ": undelivered message" if of_mail else ": undeliverable" if failure else ""
        told = told_of_delivery(text)
        if of_mail:
            return _ENDINGS_OF_MAIL[told]
        return "" if not failure and _tells_failure(text, label) else _ENDINGS[failure, told]


def _tells_failure(text: str, label: Announcement | None) -> bool:
    """Whether a text is labelled as a notice that something failed."""
    return label == _NOTICE and told_of_delivery(text) is Delivery.FAILED


def _without_subject(kept: bytes) -> Iterator[bytes]:
    """The lines of `kept` but those of the fields that hold a subject."""
    keep = True
    for line in kept.splitlines(keepends=True):
        if not line.startswith((b" ", b"\t")):
            keep = line.partition(b":")[0].rstrip(b" \t").lower() not in _NAMES
        if keep:
            yield line


def _may_be_notice(header: Header) -> bool:
    """Whether something beside the subject may make a message a mail server's notice; false for what people write."""
    fields = header.fields
    return (
        any(name in fields for name in _FIELDS_OF_NOTICES)
        or any("<>" in value or "daemon" in value.lower() for value in fields.get("return-path", ()))
        or any("report" in value.lower() or "message/" in value.lower() for value in fields.get("content-type", ()))
        or not header.from_
        or any(not a.address or post_office(a) or is_machine(a.address, a.name) for a in header.from_)
    )
