"""Text of header fields: encoded words (RFC 2047), and bytes of any charset."""

from __future__ import annotations

import binascii
import codecs
import re
from functools import lru_cache

_WORD_START = re.compile(r"=\?([^?\s]{1,80})\?([BbQq])\?")
_NO_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_SURROGATE = re.compile("[\ud800-\udfff]")

# What mail calls by one name and means by a wider one (the WHATWG Encoding Standard has the same table).
_WIDER = {"ascii": "utf-8", "iso8859-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949"}
# Codecs of Python that no mail program means; some are slow or warn on strange bytes.
_NO_CHARSETS = frozenset({"idna", "mbcs", "oem", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"})


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
