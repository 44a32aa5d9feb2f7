"""Addresses of header fields (RFC 5322, section 3.4), read leniently and in linear time.

The standard library's parsers are no help for hostile fields: they recurse on nested comments and groups, and
take quadratic time on long groups.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from unicodedata import normalize

from replywatch.domain.headers.encoded_words import decode_text
from replywatch.domain.messages import Address

_PLAIN_ADDRESS = r"([A-Za-z0-9_.+!#$%&*/=^`{|}~-]++@[A-Za-z0-9.-]++)"
# One mailbox of the forms that nearly all have: a@b, Name <a@b>, "Name" <a@b>. Possessive, so never slow.
_PLAIN = re.compile(
    rf"""\s*+(?:{_PLAIN_ADDRESS}|(?:"([^"\\]*+)"\s*+|([^"(),:;<>@\\\[\]]*+))<{_PLAIN_ADDRESS}>)\s*+(?:,|\Z)"""
)
_TOKEN = re.compile(
    r"""=\?[^?\s]++\?[BbQq]\?[^?\s]*+\?=     # an encoded word, which may hold commas it shouldn't
    |\[[^\[\]<>"]*+\]                        # an address literal
    |(?:[^"(),:;<>=\[\\]++|\\.|[=\[\\])      # text
    |[,;](?:\s*+[,;])*+|:(?:\s*+:)*+|<(?:\s*+<)*+|>++   # many of them say no more than one
    |["()]""",
    re.DOTALL | re.VERBOSE,
)
_QUOTED = re.compile(r'((?:[^"\\]++|\\.)*+)"', re.DOTALL)
_PARENTHESIS = re.compile(r"\\.|[()]", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)

# An address alone, wherever it stands.
_ANYWHERE = re.compile(rf"(?<![A-Za-z0-9_.+!#$%&*/=^`{{|}}~-]){_PLAIN_ADDRESS}")

_MOST_TOKENS = 20_000
"""Pieces of a field that are read with names, quotes and comments: thousands of people. Of the rest addresses alone."""
_LONGEST_COMMENT = 10_000
_LONGEST_REMEMBERED = 200
"""Characters of a field value; keeps what is remembered within a few megabytes."""
_LONGEST_DOMAIN = 255
"""Octets (RFC 1035, section 2.3.4); longer ones are only put into lower case."""


def parse_addresses(value: str) -> tuple[Address, ...]:
    """All addresses of an unfolded field value, in order; never raises.

    Groups are flattened, comments and quotes removed, names decoded, addresses put into lower case (also the part
    before the `@`: no server in use tells Anna@ from anna@), domains into one form, see `fold_domain`. Where the
    text names nobody but by name, the address is "". Behind thousands of people nobody has a name any more.
    """
    return _known_addresses(value) if len(value) <= _LONGEST_REMEMBERED else _all_addresses(value)


def _all_addresses(value: str) -> tuple[Address, ...]:
    """As `parse_addresses`."""
    plain = _plain_addresses(value)
    return tuple(_any_addresses(value)) if plain is None else plain


# The same few people and team addresses stand in most fields of a mailbox.
_known_addresses = lru_cache(maxsize=8192)(_all_addresses)


def fold_domain(domain: str) -> str:
    """The one form of a domain used for comparison: lower case, Unicode instead of `xn--` labels, no dot at the end.

    A label that is not the one right encoding of its characters stays as it is, so that nobody can dress up as
    another domain.
    """
    domain = domain.rstrip(".").lower()
    if (domain.isascii() and "xn--" not in domain) or len(domain) > _LONGEST_DOMAIN:
        return domain
    return ".".join(map(_fold_label, normalize("NFKC", domain).lower().split(".")))


def _fold_label(label: str) -> str:
    """A label of a domain in lower case, decoded if it is punycode (RFC 3492)."""
    if not label.startswith("xn--") or not label.isascii() or len(label) > 63:
        return label
    code = label[4:].encode()
    try:
        decoded = code.decode("punycode")
        honest = not decoded.isascii() and decoded.encode("punycode") == code
    except UnicodeError:
        return label
    return decoded if honest and decoded.isprintable() and normalize("NFKC", decoded).lower() == decoded else label


def _plain_addresses(value: str) -> tuple[Address, ...] | None:
    """As `parse_addresses` where every mailbox has one of the usual forms; None otherwise."""
    found: list[Address] = []
    position, end = 0, len(value)
    while position < end:
        mailbox = _PLAIN.match(value, position)
        if mailbox is None:
            return None
        bare, quoted, name, angle = mailbox.groups()
        address = (bare or angle).lower()
        if address[-1] == "." or "xn--" in address:
            return None
        text = quoted or name
        found.append(Address(_clean_name(text) if text else "", address))
        position = mailbox.end()
    return tuple(found)


def _clean_name(text: str) -> str:
    """A display name, decoded, on one line."""
    return " ".join(decode_text(text).split())


def _clean_address(text: str) -> str:
    """`text` as an address, or "" if it is none."""
    if text.startswith("'") and text.endswith("'"):
        text = text[1:-1]  # Outlook's habit
    local, _, domain = text.rpartition("@")
    domain = fold_domain(domain)
    return f"{local.lower()}@{domain}" if local and domain else ""


class _Mailbox:
    """What has been read of one mailbox."""

    def __init__(self) -> None:
        self.words: list[tuple[str, bool]] = []  # text outside of <>, and whether it was quoted
        self.angle: list[str] = []  # text inside of <>
        self.has_angle = False
        self.open = False  # the < has no > yet
        self.comments: list[str] = []

    def add(self, text: str, quoted: bool) -> None:
        """Take in a piece of text."""
        if self.open:
            if text := text if quoted else "".join(text.split()):
                self.angle.append(text)
        else:
            self.words.append((text, quoted))

    def start_angle(self) -> None:
        """Take in a <."""
        self.angle, self.has_angle, self.open = [], True, True

    def drop(self) -> None:
        """Forget what a colon ended: the name of a group, a route, `mailto`."""
        if self.open:
            self.angle = []
        else:
            self.words, self.comments = [], []

    @property
    def in_route(self) -> bool:
        """Reading an obsolete route, the one place where a comma doesn't end a mailbox."""
        return self.open and bool(self.angle) and self.angle[0].startswith("@")

    def result(self) -> list[Address]:
        """The mailbox as an address; several where commas are missing, none if nobody is named."""
        if self.has_angle:
            inside = "".join(self.angle)
            address, name = _clean_address(inside), "".join(text for text, _ in self.words)
            if inside and not address:
                name += f" <{inside}>"
            found = [address]
        else:
            found, name = self._bare()
        name = _clean_name(name) or _clean_name(" ".join(self.comments))
        if len(found) > 1:
            return [Address("", address) for address in found]
        address = found[0] if found else ""
        return [Address(name, address)] if name or address else []

    def _bare(self) -> tuple[list[str], str]:
        """The addresses and the name of a mailbox without <>."""
        for (local, quoted), (after, _) in pairwise(self.words):
            if quoted and after[:1] == "@":
                return [_clean_address(local + after.split()[0])], ""
        text = " ".join("".join(text for text, _ in self.words).split())
        words = text.replace(" @", "@").replace("@ ", "@").split()
        addresses = [_clean_address(word) for word in words]
        name = " ".join(word for word, address in zip(words, addresses, strict=True) if not address)
        return [address for address in addresses if address], name


def _any_addresses(value: str) -> Iterator[Address]:
    """As `parse_addresses`, for whatever people and programs write."""
    mailbox = _Mailbox()
    for kind, text in _tokens(value):
        if kind == "comment":
            mailbox.comments.append(text)
        elif kind == "rest":
            yield from mailbox.result()
            mailbox = _Mailbox()
            yield from (Address("", _clean_address(found[0])) for found in _ANYWHERE.finditer(text))
        elif kind != "special":
            mailbox.add(text, quoted=kind == "quoted")
        elif text == ":":
            mailbox.drop()
        elif text == ">":
            mailbox.open = False
        elif text == "<":
            if mailbox.angle and not mailbox.open:  # a comma is missing
                yield from mailbox.result()
                mailbox = _Mailbox()
            mailbox.start_angle()
        elif text in ",;" and not mailbox.in_route:
            yield from mailbox.result()
            mailbox = _Mailbox()
    yield from mailbox.result()


def _tokens(value: str) -> Iterator[tuple[str, str]]:
    """The pieces of a field as (kind, text): text, quoted, comment, special (one of `,:;<>`); in the end a rest."""
    position = 0
    quotes = comments = True  # what never ends hides nothing, and is looked for but once
    for _ in range(_MOST_TOKENS):
        token = _TOKEN.match(value, position)
        if token is None:
            return
        position, text = token.end(), token[0]
        if text == '"':
            quoted = _QUOTED.match(value, position) if quotes else None
            if quoted:
                position = quoted.end()
                yield "quoted", _ESCAPE.sub(r"\1", quoted[1])
            quotes = quoted is not None
        elif text in "()":
            end = _comment_end(value, position) if comments and text == "(" else 0
            if end:
                yield "comment", _ESCAPE.sub(r"\1", value[position : end - 1])
                position = end
            comments = comments and (end > 0 or text == ")")
        elif text[0] in ",:;<>":
            yield "special", text[0]
        else:
            yield "text", text[1:] if len(text) == 2 and text[0] == "\\" else text
    yield "rest", value[position:]


def _comment_end(value: str, start: int) -> int:
    """Where the comment whose text begins at `start` ends, after its `)`; 0 if it doesn't. Comments may nest.

    What is longer than anybody's comment is none.
    """
    depth = 1
    for found in _PARENTHESIS.finditer(value, start, start + _LONGEST_COMMENT):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if depth == 0:
            return found.end()
    return 0
