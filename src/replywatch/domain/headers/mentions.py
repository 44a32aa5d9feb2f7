"""Whether a header names a person: as sender or recipient, or anywhere in the text of its fields.

More than the parties: a forwarder puts an address into Received, a list into the sender of its bounces, a web form
into the subject. Whoever asks to be forgotten means all of these.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from itertools import chain
from urllib.parse import unquote

from replywatch.domain.headers.encoded_words import decode_bytes, decode_text
from replywatch.domain.headers.header import parse_header
from replywatch.domain.messages import Header
from replywatch.domain.people import Spellings, spellings

Names = Callable[[bytes], bool]
"""Says whether a header block names somebody."""

_TAG = r"(?:\+[^\s@<>\"=]{0,320}+)?"
_ENDINGS = (
    r"(?:(?!(?:cs|db|gz|js|rb|ts|vb|xz)\b)[a-z]{2}"
    "|arpa|biz|com|edu|example|gov|info|int|invalid|local|mil|name|net|org|test)"
)
"""How domains end (RFC 1591, RFC 2606), and names of files don't."""
_ENDED = rf"(?![\w-])(?!\.(?:[\w-]++\.)*?{_ENDINGS}(?!\.?[\w-]))"
"""Where an address ends: more may follow behind a dot (`anna@web.de.pdf`), but no domain that is longer."""
_PIECE = re.compile(r"""(?<![^\s;="*])([^\s;="*]++)\*([0-9]{1,4})\*?=("(?:[^"\\]++|\\.)*+"|[^\s;"]*+)""")
"""A piece of a parameter: its name, number, and value (RFC 2231, section 3)."""
_ESCAPED = re.compile(r"\\(.)")
_FOLD = re.compile(r"\r?\n(?=[ \t])")


def naming(people: Collection[str]) -> Names:
    """A function that says whether a header block names one of `people`; for any bytes, in linear time.

    `people` are addresses as `parse_addresses` gives them. All spellings of a person count: with any `+tag` or none
    (after an address with a relay's token that one alone), and whatever else its provider takes for the same mailbox.
    An address counts in any case, with its domain in Unicode or punycode, percent-encoded as in links, in pieces
    (RFC 2231), and in the forms in which lists and forwarders put it into a sender of their own (VERP, SRS, "=40").
    More may follow behind a dot, unless that makes it an address of a longer domain. In words of RFC 2047 it counts
    once decoded; within a longer encoding, such as a tracking token, nobody can find it.
    """
    wanted = frozenset(map(spellings, people))
    find = re.compile("|".join(map(_forms, wanted))).search

    def names(raw: bytes) -> bool:
        if any(find(text.lower()) for text in _readings(_FOLD.sub("", decode_bytes(raw)))):
            return True
        return any(who.include(address) for address in _addresses(parse_header(raw)) for who in wanted)

    return names


def _readings(text: str) -> Iterator[str]:
    """`text` as it stands, and parameters put together from pieces; each also without encodings of words and links."""
    for form in (text, _joined(text)) if "*" in text else (text,):
        yield form
        if "=?" in form:
            yield decode_text(form)
        if "%" in form:
            yield unquote(form, errors="replace")


def _joined(text: str) -> str:
    """The parameters that stand in pieces in the fields of `text`, a line each."""
    values: list[str] = []
    for line in text.splitlines():
        pieces: dict[str, list[tuple[int, str]]] = {}
        for name, number, value in _PIECE.findall(line):
            said = _ESCAPED.sub(r"\1", value[1:-1]) if value[:1] == '"' else value
            pieces.setdefault(name.lower(), []).append((int(number), said))
        values += ("".join(said for _, said in sorted(found)) for found in pieces.values())
    return "\n".join(values)


def _addresses(header: Header) -> set[str]:
    """Every address of the fields that hold addresses, read as a mail program reads them."""
    fields = (
        *(header.from_, header.sender, header.reply_to, header.to, header.cc, header.bcc, header.resent_to),
        *(header.delivered_to, header.x_original_to, header.x_original_from, header.x_original_sender),
    )
    return {found.address for found in chain.from_iterable(fields)}


def _forms(who: Spellings) -> str:
    """A pattern for all spellings of `who` in lower-case text."""
    between = f"[{re.escape(who.without_meaning)}]*+" if who.without_meaning else ""
    tag = re.escape(f"+{who.token}") if who.token else _TAG
    local = between.join(map(re.escape, who.name)) + tag
    hosts = dict.fromkeys(form for domain in who.domains for form in (domain, _ascii(domain)))
    host = "|".join(map(re.escape, hosts))
    # Not within a longer address, on neither side; a quote, a slash or an equals sign may stand before it.
    plain = rf"(?<![\w.+-]){local}@(?:{host}){_ENDED}"
    # Lists (VERP) write their bounce address so, and the IETF its From: with 40 after the equals sign.
    verp = rf"(?<![\w.]){local}=(?:40)?(?:{host})@"
    # Forwarders (SRS) put the domain before the name.
    srs = rf"=(?:{host})={local}@"
    return f"{plain}|{verp}|{srs}"


def _ascii(domain: str) -> str:
    """`domain` as it goes over the wire."""
    return ".".join(map(_punycode, domain.split(".")))


def _punycode(label: str) -> str:
    """A label of a domain as it goes over the wire (RFC 3492)."""
    return label if label.isascii() else f"xn--{label.encode('punycode').decode('ascii')}"
