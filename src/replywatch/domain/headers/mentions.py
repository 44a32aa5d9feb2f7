"""Whether a header names a person: as sender or recipient, or anywhere in the text of its fields.

More than the parties: a forwarder puts an address into Received, a list into the sender of its bounces, a web form
into the subject. Whoever asks to be forgotten means all of these.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from itertools import chain
from urllib.parse import unquote

from replywatch.domain.headers.header import parse_header
from replywatch.domain.headers.subjects import decode_bytes, decode_text
from replywatch.domain.messages import Header
from replywatch.domain.people import contact_key

Names = Callable[[bytes], bool]
"""Says whether a header block names somebody."""

_TAG = r"(?:\+[^\s@<>\"=]{0,64})?"
_FOLD = re.compile(r"\r?\n(?=[ \t])")


def naming(people: Collection[str]) -> Names:
    """A function that says whether a header block names one of `people`; for any bytes, in linear time.

    `people` are addresses as `parse_addresses` gives them. A `+tag` makes nobody another person, on either side. An
    address counts in any case, with its domain in Unicode or punycode, percent-encoded as in links, and in the forms in
    which lists and forwarders put it into a sender of their own (VERP, SRS, "=40"). In words of RFC 2047 it counts
    once decoded; within a longer encoding, such as a tracking token, nobody can find it.
    """
    keys = frozenset(map(contact_key, people))
    find = re.compile("|".join(map(_forms, keys))).search

    def names(raw: bytes) -> bool:
        if any(find(text.lower()) for text in _readings(_FOLD.sub("", decode_bytes(raw)))):
            return True
        return not keys.isdisjoint(contact_key(address) for address in _addresses(parse_header(raw)))

    return names


def _readings(text: str) -> Iterator[str]:
    """`text` as it stands, and without the encodings of words and links as far as it has any."""
    yield text
    if "=?" in text:
        yield decode_text(text)
    if "%" in text:
        yield unquote(text, errors="replace")


def _addresses(header: Header) -> set[str]:
    """Every address of the fields that hold addresses, read as a mail program reads them."""
    fields = (
        *(header.from_, header.sender, header.reply_to, header.to, header.cc, header.bcc, header.resent_to),
        *(header.delivered_to, header.x_original_to, header.x_original_from, header.x_original_sender),
    )
    return {found.address for found in chain.from_iterable(fields)}


def _forms(address: str) -> str:
    """A pattern for `address` in lower-case text."""
    name, _, domain = address.rpartition("@")
    ascii_domain = ".".join(map(_punycode, domain.split(".")))
    local, host = re.escape(name), "|".join(re.escape(d) for d in dict.fromkeys((domain, ascii_domain)))
    # Not within a longer address, on neither side; a quote, a slash or an equals sign may stand before it.
    plain = rf"(?<![\w.+-]){local}{_TAG}@(?:{host})(?![\w-]|\.\w)"
    # Lists (VERP) write their bounce address so, and the IETF its From: with 40 after the equals sign.
    verp = rf"(?<![\w.]){local}{_TAG}=(?:40)?(?:{host})@"
    # Forwarders (SRS) put the domain before the name.
    srs = rf"=(?:{host})={local}{_TAG}@"
    return f"{plain}|{verp}|{srs}"


def _punycode(label: str) -> str:
    """A label of a domain as it goes over the wire (RFC 3492)."""
    return label if label.isascii() else f"xn--{label.encode('punycode').decode('ascii')}"
