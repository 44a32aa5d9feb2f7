"""The identity of a message: the same for all its copies whatever path they took, in every release.

Marks name messages by it, and erased mail is kept away by it, so it may never change. What it needs of a subject is
therefore read by the rules of release 0.1.0, which stand here and are not to be improved; `headers.subjects` has those
for matching. Addresses count as a header spells them (`parse_addresses`), never as those of a person (`people`).
"""

from __future__ import annotations

import re
from hashlib import blake2b
from unicodedata import normalize

from replywatch.domain.headers.header import parse_header
from replywatch.domain.messages import Header

_PREFIX = (
    "(?:re|aw|antw|antwort|sv|vs|vá|odp|r|rif|rép|res|ynt|atb|bls|отв|ответ|σχετ|απ|השב|رد|回复|答复|回覆|返信|회신|답장"
    "|fwd|fw|wg|tr|vb|enc|rv|i|pd|doorst|trs|πρθ|הועבר|转发|轉寄|転送|전달)"
    r" ?(?:\[[0-9]{1,4}\]|\([0-9]{1,4}\)|\*[0-9]{1,4})? ?: ?"
)
_TAG = r"(?:\[[^\[\]]{1,60}\]|\((?:ext|extern|externe|external|externo|esterno)\)) ?(?=\S)"
_BEFORE = re.compile(rf"\A(?>{_PREFIX}|{_TAG})*+")
_FORWARDED = re.compile(r" ?\(fwd\)\Z")
_IN_BRACKETS = re.compile(r"\A\[(?:fwd|fw): ?(.*)\]\Z")
_SAYS_NOTHING = frozenset({
    "no subject", "none", "kein betreff", "ohne betreff", "betreff fehlt", "sans objet", "aucun objet", "pas d'objet",
    "sin asunto", "nessun oggetto", "senza oggetto", "sem assunto", "geen onderwerp", "inget ämne", "ingen emne",
    "intet emne", "ei aihetta", "brak tematu", "bez tematu", "bez předmětu", "konu yok", "без темы", "无主题",
    "件名なし", "제목 없음",
})  # fmt: skip


def identity_of(header: Header) -> str:
    """32 hex digits that copies of one message share: Message-ID, Date and author; without an id also To and subject.

    Mail without any of these has in common that it is nobody's: it is told apart by when it came and for whom.
    What happens to a copy on its way (trace, list and spam headers, subject tags, a list's rewritten From) changes
    nothing.
    """
    parts = [header.message_id or "", _written(header), _author(header)]
    if not header.message_id:
        parts += [first_base(header.subject), *(a.address for a in header.to)]
    if not any(parts):
        parts += [str(header.received), *(a.address for a in header.delivered_to)]
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def header_identity(raw: bytes) -> str:
    """The identity of the message that a header block belongs to."""
    return identity_of(parse_header(raw))


def known_by(raw: bytes) -> tuple[str, ...]:
    """The digests by which a message is known once it is erased: its identity; without a Message-ID one more.

    That one rests on Date, author and recipients alone, whatever became of the subject or of the order of addresses
    (docs/decisions/0012). Where Date or author is missing, these tell nothing, and there is none. It may never change
    either.
    """
    header = parse_header(raw)
    if header.message_id or not _written(header) or not _author(header):
        return (identity_of(header),)
    recipients = sorted({who.address for who in (*header.to, *header.cc) if who.address})
    parts = [_written(header), _author(header), *recipients]
    looser = blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=16, person=b"without an id")
    return identity_of(header), looser.hexdigest()


def _written(header: Header) -> str:
    """When it was written: an instant, else what stands there."""
    return header.date_text if header.date is None else str(header.date)


def _author(header: Header) -> str:
    """The address of who wrote it, also where a list put itself in front."""
    author = header.x_original_from or header.x_original_sender or header.from_
    return author[0].address if author else ""


def first_base(subject: str) -> str:
    """`subject` folded, without prefixes and tags by these rules; "" where it is too common to tell anything."""
    text, shorter = "", " ".join(normalize("NFKC", subject[:1000]).casefold().split())
    while text != shorter:
        text = _BEFORE.sub("", shorter)
        shorter = _IN_BRACKETS.sub(r"\1", _FORWARDED.sub("", text))
    text = text[:500].strip()
    says_nothing = text.strip(" ()[]<>-_.*") in _SAYS_NOTHING or not any(map(str.isalnum, text))
    return "" if says_nothing else text
