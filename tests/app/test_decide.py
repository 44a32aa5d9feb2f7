"""What a pass does with a mailbox, case by case: nothing, what is new, or the whole list compared."""

from __future__ import annotations

from dataclasses import replace

import pytest

from replywatch.app.polling.decide import (
    EVERYTHING,
    HIGHEST_UID,
    NOTHING,
    RECONCILED,
    New,
    Span,
    Unchanged,
    Whole,
    decide,
    is_settled,
)
from replywatch.domain.headers.fields_version import FIELDS_VERSION
from replywatch.domain.mailboxes.fetched import MailboxState
from replywatch.store.facts import Epoch
from story import DAY, HOUR, at, cases

NOW = at("03-20 12:00")
STATE = MailboxState(uidvalidity=7, uidnext=11, exists=10)
COUNTING = replace(STATE, highestmodseq=99)
"""Of a server that counts changes of flags."""
FILES = MailboxState(uidvalidity=1, uidnext=None, exists=10, bookmark="10 files")
TERSE = replace(STATE, uidnext=None)


def known(state: MailboxState = STATE, **said: object) -> Epoch:
    """A mailbox that was read to its end an hour ago, all ten messages of it."""
    ago = {"reconciled_at": NOW - HOUR, "flags_read_at": NOW - HOUR}
    usual = {"scanned_to": 10, "complete": True, "fields_version": FIELDS_VERSION, **ago}
    return Epoch(id=1, mailbox=1, state=state, **(usual | said))  # type: ignore[arg-type]


UNSURE = known(TERSE, complete=False)
FILE = replace(FILES, uidnext=11)
CASES = [
    # what is known, what the source says → what to do
    ("as it was", known(), STATE, Unchanged()),
    ("as it was, and changes are counted", known(COUNTING), COUNTING, Unchanged()),
    ("files as they were", known(FILES), FILES, Unchanged()),
    ("nothing is known", None, STATE, New(Span(1, 10))),
    ("nothing is known, and it is empty", None, replace(STATE, uidnext=1, exists=0), New(Span(1, 0))),
    ("nothing is known, and UIDNEXT is not said", None, TERSE, New(Span(1, HIGHEST_UID))),
    ("new mail", known(), replace(STATE, uidnext=13, exists=12), New(Span(11, 12))),
    ("some is gone", known(), replace(STATE, exists=9), New(Span(11, 10))),
    ("a flag changed", known(COUNTING), replace(COUNTING, highestmodseq=100), New(Span(11, 10))),
    ("something was left over", known(complete=False), STATE, New(Span(11, 10))),
    ("cut off in the middle", known(complete=False, scanned_to=4), STATE, New(Span(5, 10))),
    ("headers lack fields", known(fields_version=FIELDS_VERSION - 1), STATE, New(Span(11, 10))),
    ("numbered anew", known(), replace(STATE, uidvalidity=8), New(Span(1, 10))),
    ("numbered anew, with fewer", known(), replace(STATE, uidvalidity=8, uidnext=3), New(Span(1, 2))),
    ("UIDNEXT rewound", known(), replace(STATE, uidnext=10), New(EVERYTHING)),
    ("UIDNEXT was not said before", known(TERSE), STATE, New(Span(11, 10))),
    ("UIDNEXT is not said", known(), TERSE, New(Span(11, HIGHEST_UID))),
    ("numbers not for good yet", UNSURE, replace(TERSE, unsettled_from=9), New(Span(9, HIGHEST_UID))),
    ("new numbers not for good yet", UNSURE, replace(TERSE, unsettled_from=12), New(Span(11, HIGHEST_UID))),
    ("compared a day ago", known(reconciled_at=NOW - RECONCILED), STATE, Whole(Span(11, 10))),
    ("compared a second less ago", known(reconciled_at=NOW - RECONCILED + 1), STATE, Unchanged()),
    ("compared just now", known(reconciled_at=NOW), STATE, Unchanged()),
    ("never compared", known(reconciled_at=None), STATE, Whole(Span(11, 10))),
    ("never compared, with new mail", known(reconciled_at=None), replace(STATE, uidnext=13), Whole(Span(11, 12))),
    ("never compared, and rewound", known(reconciled_at=None), replace(STATE, uidnext=10), Whole(EVERYTHING)),
    ("flags read a day ago", known(flags_read_at=NOW - RECONCILED), STATE, New(Span(11, 10))),
    ("flags read a second less ago", known(flags_read_at=NOW - RECONCILED + 1), STATE, Unchanged()),
    ("flags were never read", known(flags_read_at=None), STATE, New(Span(11, 10))),
    ("flags of files were never read", known(FILE, flags_read_at=None), FILE, New(Span(11, 10))),
    ("flags of files read a year ago", known(FILES, flags_read_at=NOW - 365 * DAY), FILES, Unchanged()),
    ("an answer was missed", known(COUNTING, in_doubt=True), COUNTING, New(Span(11, 10))),
    ("never read", known(scanned_to=0, complete=False, reconciled_at=None), STATE, New(Span(1, 10))),
    ("numbered anew and due", known(reconciled_at=None), replace(STATE, uidvalidity=8), New(Span(1, 10))),
    ("files are never due", known(FILES, reconciled_at=None), FILES, Unchanged()),
    ("a file that grew", known(FILE), replace(FILE, uidnext=13, bookmark="12 mails"), New(Span(11, 12))),
]  # fmt: skip


@cases("before", "status", "expected", rows=CASES)
def test_what_to_do(before, status, expected):
    assert decide(before, status, NOW) == expected


@pytest.mark.parametrize("before", [None, known(FILES, complete=False), known(replace(FILES, bookmark="9 files"))])
def test_where_mail_lies_in_no_order_the_list_tells(before):
    assert decide(before, FILES, NOW, in_order=False) == Whole(NOTHING)


def test_files_that_are_as_they_were_need_no_list():
    assert decide(known(FILES), FILES, NOW, in_order=False) == Unchanged()


@cases(
    *("state", "expected"),
    rows=[
        ("flags change unseen", STATE, New(Span(11, 10))),
        ("flags are counted", COUNTING, Unchanged()),
        ("files show their flags", FILES, Unchanged()),
    ],
)
def test_while_somebody_waits_for_an_answer(state, expected):
    assert decide(known(state), state, NOW, waiting=True) == expected
    assert decide(known(state), state, NOW, waiting=False) == Unchanged()


@cases("before", "status", "expected", rows=[case for case in CASES if case[1] is not None])
def test_only_what_is_settled_is_asked_for_its_state(before, status, expected):
    """Where the answer can't spare the opening, the source is not asked."""
    assert is_settled(before, NOW) or not isinstance(expected, Unchanged)
    assert is_settled(before, NOW) == isinstance(decide(before, before.state, NOW), Unchanged)
