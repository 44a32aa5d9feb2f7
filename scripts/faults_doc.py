"""Writes docs/faults.md: what servers do wrong, and what comes of it, from the table that the tests go through."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs/faults.md"
sys.path.insert(0, str(ROOT / "tests"))  # the table

from replywatch.sources.imap.commands import ALLOWED  # noqa: E402 - the same
from replywatch.sources.imap.reader import LINE, LITERAL, NESTING, ROOM, Fault  # noqa: E402 - the same
from replywatch.sources.imap.waiting import SLOWEST, USUAL  # noqa: E402 - the same
from servers.faults import ROWS, End, Row  # noqa: E402 - found by the line above

_ENDS = {
    End.COMPLETE: "complete",
    End.QUARANTINE: "quarantine",
    End.UNOPENED: "complete without it",
    End.MAILBOX: "mailbox error",
    End.LOST: "account error",
}
_INTRODUCTION = f"""\
# Faults of IMAP servers

What servers do wrong, and how a pass over them ends. Every line is a test (tests/app/test_faults.py): a server that
does just this, one pass or several over it, then a good pass, or several a day apart where the line says so. After
them the store holds what it would hold
had nothing ever happened: the same messages in the same places, the same judgements and exchanges. Hostile mail stays,
and all other mail comes out as without it. This page is made from that table: `python scripts/faults_doc.py`.

A pass ends in one of these ways:

| end | meaning |
| --- | --- |
| complete | nothing is missing |
| quarantine | complete, but the message concerned can't be read: it is asked for again in every pass |
| complete without it | a mailbox that can't be opened is named; where answers or mail may lie, a hole in coverage |
| mailbox error | one mailbox is left for the next pass, the others are read; the pass is not complete |
| account error | the connection is lost or given up; the next pass goes on behind the last batch that was stored |

An answer may hold {ROOM >> 20} MB, a line {LINE >> 20} MB (SEARCH: as long as the answer), a literal that is kept
{LITERAL >> 20} MB; parentheses may be nested {NESTING} deep. What goes beyond, and all else that can't be read, has
a name (below). A server may keep silent for {USUAL.connect} s before the login, {USUAL.opening} s when a mailbox is
opened or searched, {USUAL.answer} s else, and for as long as an account's `timeout` says where that is set; all waits
for one answer together may take as long, and a second more for every {SLOWEST:,} octets that came.
"""


def document() -> str:
    """The text of the document."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _INTRODUCTION
    yield "| name | in words |"
    yield "| --- | --- |"
    yield from (f"| {fault.name} | {fault} |" for fault in Fault)
    yield ""
    yield "A connection that is out of step is replaced by a new one, and what is missing is asked for in halves, until"
    yield "the message is found that spoils the answer."
    yield ""
    yield "Only these commands ever leave, whatever happens; each line is looked at before a byte of it is sent:"
    yield f"{', '.join(verb.decode() for verb in ALLOWED)} (with BODY.PEEK alone)."
    for group, rows in groupby(ROWS, key=lambda row: row.group):
        yield f"\n## {group}\n"
        yield "| fault | the server | the pass |"
        yield "| --- | --- | --- |"
        yield from (f"| {row.name} | {row.does} | {_end(row)}{_later(row)} |" for row in rows)


def _end(row: Row) -> str:
    """How the faulty pass ends, in the document's words."""
    if row.end is End.QUARANTINE and row.unread > 1:
        return f"quarantine, all {row.unread} messages"
    return _ENDS[row.end]


def _later(row: Row) -> str:
    """How many days it takes until all is right again; nothing for one good pass."""
    return "" if not row.days else "; right again a day later" if row.days == 1 else f"; right again in {row.days} days"


def main() -> None:
    """Write the document."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    DOCUMENT.write_text(document(), encoding="utf-8")


if __name__ == "__main__":
    main()
