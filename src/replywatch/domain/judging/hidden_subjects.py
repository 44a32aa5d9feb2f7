"""Headers without their subjects, for those who may not keep them (`privacy.subjects = false`).

Rules need little of a subject: whether it says Re: or Fwd:, what it announces, and whether two are the same without
all that. So a number takes its place, behind a label that announces the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b

from replywatch.domain.headers.header import parse_header
from replywatch.domain.headers.subjects import base_subject, is_number
from replywatch.domain.judging.automatic_subjects import Announcement, announced, is_rest, speaks_of_failure
from replywatch.domain.judging.identity import first_base
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
        hidden, topic = _hidden(header.subject, key)
        lines.append(f"Subject: {hidden}".rstrip().encode() + b"\n")
        if any(is_rest(header.subject, words) for words in header.fields.get("thread-topic", ())):
            lines.append(f"Thread-Topic: {topic}".rstrip().encode() + b"\n")
    return b"".join(lines)


def _hidden(subject: str, key: bytes) -> tuple[str, str]:
    """What is stored in place of `subject`, and the same without prefixes and labels, which is Outlook's topic of it.

    Its end is what release 0.1.0 would have stored: the identity of a message without a Message-ID rests on that.
    Where the bare subject is another one by now, its number stands before, in brackets with an equals sign.
    """
    base, first = base_subject(subject), first_base(subject)
    label = announced(first if base.reply or base.forward else subject)
    end = _labelled(first, label, key)
    told = _labelled(base.bare, announced(base.bare), key)
    words = [f"[{_hidden_tag(tag, key)}]" for tag in base.tags]
    words += [end] if told == end else [f"[={told}]", end or "(no subject)"]
    prefixes = "Re: " * base.reply + "Fwd: " * base.forward
    return prefixes + " ".join(words), _number(first, key) if label else " ".join(words)


def _hidden_tag(tag: str, key: bytes) -> str:
    """What stands for a tag: a number if it tells one matter from another, else letters alone."""
    digest = _digest(tag, key)
    return (f"#{digest}" if is_number(tag) else f"~{digest.translate(_TO_LETTERS)}") + _failure(tag)


def _labelled(text: str, label: Announcement | None, key: bytes) -> str:
    """The number of a text behind a label that announces the same."""
    number = _number(text, key)
    return _LABELS[label].format(number).rstrip() if label else number


def _number(text: str, key: bytes) -> str:
    """The number of a text, with words of failed delivery if it had some; "" for an empty one."""
    return (f"#{_digest(text, key)}" if text else "") + _failure(text)


def _digest(text: str, key: bytes) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), key=key, digest_size=6).hexdigest()


def _without_subject(kept: bytes) -> Iterator[bytes]:
    """The lines of `kept` but those of the fields that hold a subject."""
    keep = True
    for line in kept.splitlines(keepends=True):
        if not line.startswith((b" ", b"\t")):
            keep = line.partition(b":")[0].rstrip(b" \t").lower() not in _NAMES
        if keep:
            yield line


def _failure(base: str) -> str:
    """Words of failed delivery, if `base` has some."""
    if speaks_of_failure(base, of_mail=True):
        return ": undelivered message"
    return ": undeliverable" if speaks_of_failure(base, of_mail=False) else ""
