"""Text of header fields: RFC 2047 decoding, and subjects without their prefixes."""

from __future__ import annotations

import binascii
import codecs
import re
from functools import lru_cache
from typing import NamedTuple
from unicodedata import normalize

_WORD_START = re.compile(r"=\?([^?\s]{1,80})\?([BbQq])\?")
_NO_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_SURROGATE = re.compile("[\ud800-\udfff]")

# What mail calls by one name and means by a wider one (the WHATWG Encoding Standard has the same table).
_WIDER = {"ascii": "utf-8", "iso8859-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949"}
# Codecs of Python that no mail program means; some are slow or warn on strange bytes.
_NO_CHARSETS = frozenset({"idna", "mbcs", "oem", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"})

_REPLY = (
    "re|aw|antw|antwort|sv|vs|vá|odp|r|rif|rép|res|ynt|atb|bls|отв|ответ|σχετ|απ|השב|رد|回复|答复|回覆|返信|회신|답장"
)
_FORWARD = "fwd|fw|wg|tr|vb|enc|rv|i|pd|doorst|trs|πρθ|הועבר|转发|轉寄|転送|전달"
_PREFIX = re.compile(rf"(?:({_REPLY})|{_FORWARD}) ?(?:\[[0-9]{{1,4}}\]|\([0-9]{{1,4}}\)|\*[0-9]{{1,4}})? ?: ?")
# A tag goes only where something follows (RFC 5256, section 2.1, step 4): "[Order 17]" alone is a subject.
_TAG = re.compile(r"(?:\[[^\[\]]{1,60}\]|\((?:ext|extern|externe|external|externo|esterno)\)) ?(?=\S)")
_FORWARD_TRAILER = re.compile(r" ?\(fwd\)\Z")
_FORWARD_BRACKET = re.compile(r"\[(?:fwd|fw): ?(.*)\]\Z")

_NO_SUBJECT = frozenset(
    {
        "no subject", "none", "kein betreff", "ohne betreff", "betreff fehlt", "sans objet", "aucun objet",
        "pas d'objet", "sin asunto", "nessun oggetto", "senza oggetto", "sem assunto", "geen onderwerp",
        "inget ämne", "ingen emne", "intet emne", "ei aihetta", "brak tematu", "bez tematu", "bez předmětu",
        "konu yok", "без темы", "无主题", "件名なし", "제목 없음",
    }
)  # fmt: skip

_LONGEST_SUBJECT = 1000
"""Characters of a subject that are looked at; one header line (RFC 5322, section 2.1.1) has 998. NFKC takes quadratic
time on long runs of combining marks, so there has to be a limit."""
_LONGEST_BASE = 500
"""Characters of a base subject: fewer, so that prefixes don't decide where it is cut."""


class BaseSubject(NamedTuple):
    """A subject without what mail programs and lists put around it."""

    base: str
    """Folded for comparison (NFKC, case, white space); "" where the subject is too common to tell anything."""
    reply: bool
    """There was a reply prefix."""
    forward: bool
    """There was a forward prefix."""


def decode_bytes(raw: bytes) -> str:
    """The text of bytes of unknown charset: UTF-8 if they are, else windows-1252, else ISO 8859-1."""
    for charset in ("utf-8", "cp1252"):
        try:
            return raw.decode(charset)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def decode_text(value: str) -> str:
    """`value` with its encoded words decoded (RFC 2047), for any input; never contains lone surrogates.

    Characters torn between adjacent words of one charset are mended; words in a wrong or unknown charset are
    read as UTF-8 or windows-1252; what can't be decoded at all stays as it is.
    """
    if "=?" in value:
        value = _decode_words(value)
    return value if value.isascii() else _SURROGATE.sub("\ufffd", value)


def base_subject(subject: str) -> BaseSubject:
    """The subject without reply and forward prefixes and list tags, and which sorts of prefix it had.

    `subject` is decoded text. Prefixes count at the start only, each followed by a colon (RFC 5256, section 2.1,
    with the prefixes of other languages).
    """
    text = " ".join(normalize("NFKC", subject[:_LONGEST_SUBJECT]).casefold().split())
    reply = forward = False
    while True:
        start, replied, forwarded = _skip_prefixes(text)
        reply |= replied
        forward |= forwarded
        text = text[start:]
        shorter = _FORWARD_TRAILER.sub("", text)
        if bracket := _FORWARD_BRACKET.match(shorter):
            shorter = bracket[1]
        if shorter == text:
            break
        text, forward = shorter, True
    text = text[:_LONGEST_BASE].strip()
    return BaseSubject("" if _is_trivial(text) else text, reply, forward)


def _skip_prefixes(text: str) -> tuple[int, bool, bool]:
    """How many characters of folded `text` are prefixes and tags, and whether some mean reply, forward."""
    position, reply, forward = 0, False, False
    while found := _PREFIX.match(text, position) or _TAG.match(text, position):
        position = found.end()
        if found.re is _PREFIX:
            reply |= found[1] is not None
            forward |= found[1] is None
    return position, reply, forward


def _is_trivial(text: str) -> bool:
    """Whether folded `text` says nothing: no letter or digit, or a mail program's "(no subject)"."""
    return text.strip(" ()[]<>-_.*") in _NO_SUBJECT or not any(map(str.isalnum, text))


def _decode_words(value: str) -> str:
    """`value` with its encoded words decoded, in one pass."""
    out: list[str] = []
    data, charset = bytearray(), ""  # the run of adjacent words that is being read
    position = 0
    while start := _WORD_START.search(value, position):
        end = value.find("?=", start.end())
        if end < 0:
            break
        between = value[position : start.start()]
        if charset and not between.strip():
            between = ""  # white space between encoded words isn't shown (RFC 2047, section 6.2)
        name = start[1].partition("*")[0].lower()  # a language may follow (RFC 2231, section 5)
        if between or name != charset:
            out += (_decode_charset(bytes(data), charset), between)
            data, charset = bytearray(), name
        data += _word_bytes(start[2], value[start.end() : end])
        position = end + 2
    out += (_decode_charset(bytes(data), charset), value[position:])
    return "".join(out)


def _word_bytes(encoding: str, text: str) -> bytes:
    """The bytes that an encoded word stands for; lenient, never raises."""
    raw = text.encode("utf-8", "replace")
    if encoding in "Qq":
        return binascii.a2b_qp(raw, header=True)
    digits = _NO_BASE64.sub(b"", raw)
    if len(digits) % 4 == 1:
        digits = digits[:-1]  # six bits tell nothing
    return binascii.a2b_base64(digits + b"==")


def _decode_charset(data: bytes, charset: str) -> str:
    """`data` in `charset`; where that is wrong or unknown, the text as `decode_bytes` sees it."""
    if codec := _codec(charset):
        try:
            return data.decode(codec)
        except UnicodeError:
            pass  # mislabelled, as a good part of mail is: judge by the bytes
    return decode_bytes(data)


@lru_cache(maxsize=128)
def _codec(charset: str) -> str | None:
    """Python's codec for the name of a charset; None where mail has no such charset."""
    try:
        name = codecs.lookup(charset).name
        "".encode(name)  # refuses what turns bytes into bytes, such as base64
    except (LookupError, ValueError):
        return None
    return None if name in _NO_CHARSETS else _WIDER.get(name, name)
