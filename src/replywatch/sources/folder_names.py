"""Names of mailboxes and labels: from paths of files, and out of modified UTF-7 (RFC 3501, 5.1.3)."""

from __future__ import annotations

import os
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePath
from typing import Literal

from replywatch.domain.mailboxes.fetched import Listing

_SHIFTED = re.compile(r"&([A-Za-z0-9+,]*)-")
_DIRECT = re.compile(r"[ -~]")
_LONGEST_LABEL = 1000
"""Characters; Gmail allows 225."""
_MOST_LABELS = 1000
"""Of one message."""
_BESIDE = re.compile(r"\.(.+)\.directory|(.+)\.(?:sbd|mbox)", re.DOTALL)
"""Folder of what is below a mailbox: `.Trash.directory` (KMail), `Trash.sbd` (Thunderbird), `Trash.mbox` (Apple)."""


def mailbox_name(path: PurePath, layout: Literal["maildir", "mbox"]) -> tuple[str, str]:
    """Name and delimiter of the mailbox at `path`, which is relative to the folder that holds all of them.

    However a program writes down which mailbox is below which, the name is that which it shows: `Trash.sbd/Old`,
    `.Trash.directory/Old` and `Trash/Old` are all `Trash/Old`; the Maildir++ folder `.Trash.Old` is `Trash.Old`, with a
    dot for a delimiter. An mbox file is `NAME`, `NAME.mbox` or `NAME.mbox/mbox`. The mailbox at the top is INBOX.
    """
    if not path.parts:
        return "INBOX", "/"
    *above, last = path.parts
    if layout == "mbox" and last == "mbox" and above and above[-1].endswith(".mbox"):
        last = above.pop()
    parts = [*map(_owner, above), last.removesuffix(".mbox") if layout == "mbox" else last]
    delimiter = "/"
    if layout == "maildir":
        delimiter = "." if parts[0].startswith(".") else "/"
        parts = [part.removeprefix(".") for part in parts]
    return delimiter.join(decode_name(as_text(part)) for part in parts), delimiter


def as_text(name: str) -> str:
    """A file name that any text column can hold; octets that are no UTF-8 show as hexadecimal escapes."""
    return os.fsencode(name).decode(errors="backslashreplace")


def decode_name(name: str) -> str:
    """`name` decoded; `name` as it stands if it is not modified UTF-7 exactly as RFC 3501, 5.1.3 writes it.

    Strict on purpose: `R&D` and `Müller` are names that a person gave to a folder, nothing to decode.
    """
    if not name.isascii():
        return name
    try:
        decoded = _SHIFTED.sub(_unshift, name)
    except ValueError:
        return name
    return name if "&" in _SHIFTED.sub("", name) else decoded


def earlier_name(path: PurePath, layout: Literal["maildir", "mbox"]) -> str:
    """What releases up to 0.1.0 called the mailbox at `path`, so that a store knows it again."""
    parts = [as_text(part) for part in path.parts] or ["INBOX"]
    *above, last = parts
    if layout == "mbox":
        return "/".join([*(part.removesuffix(".sbd") for part in above), last.removesuffix(".mbox")])
    dividers = ["." if part.startswith(".") else "/" for part in above]
    labels = [decode_name(part.removeprefix(".")) for part in parts]
    return "".join(map("".join, zip(labels, [*dividers, ""], strict=True)))


def known_again(listings: Iterable[Listing]) -> list[Listing]:
    """`listings`, each with the name it had in earlier releases only if no mailbox is called so now."""
    found = list(listings)
    names = {listing.name for listing in found}
    return [replace(listing, formerly="") if listing.formerly in names else listing for listing in found]


def _owner(folder: str) -> str:
    """What the mailbox is called whose children are in `folder`."""
    beside = _BESIDE.fullmatch(folder)
    return (beside[1] or beside[2]) if beside else folder


def as_labels(names: Iterable[str]) -> tuple[str, ...]:
    """The labels of a message: sorted, each once; absurdly long or many ones are left out."""
    return tuple(sorted({name for name in names if name and len(name) <= _LONGEST_LABEL})[:_MOST_LABELS])


def _unshift(run: re.Match[str]) -> str:
    """The characters that one `&…-` stands for.

    Raises:
        ValueError: it isn't base64 of UTF-16, or another way of writing than the RFC's.
    """
    coded = run[1].replace(",", "/")
    if not coded:
        return "&"
    text = b64decode(coded + "=" * (-len(coded) % 4)).decode("utf-16-be")
    if _DIRECT.search(text) or b64encode(text.encode("utf-16-be")).rstrip(b"=") != coded.encode():
        raise ValueError(run[0])
    return text
