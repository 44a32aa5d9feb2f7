"""Flags that come and go, as they are written down: look after look."""

from __future__ import annotations

import pytest

from replywatch.domain.mailboxes.fetched import FetchedMessage, Listing, MailboxState
from replywatch.store.database import Database
from replywatch.store.facts import Facts
from replywatch.store.flags import Look
from replywatch.store.vanished import Vanished
from story import cases

HEADER = b"From: a@b.example\nSubject: x\n\n"
A = "\\Answered"


@pytest.fixture
def database(tmp_path):
    with Database(tmp_path / "mail.db", create=True) as found:
        yield found


class Box:
    """A mailbox in a store, in which UID 1 was found without flags at 100."""

    def __init__(self, database: Database, *flags: str) -> None:
        self.database, self.facts = database, Facts(database)
        self.account = self.facts.account("info")
        self.mailbox = self.facts.mailbox(self.account, Listing("INBOX", "/"))
        self.epoch = self.number(7)
        self.add(100, *flags)
        self.derived()

    def number(self, uidvalidity: int) -> int:
        return self.facts.epoch(self.mailbox, MailboxState(uidvalidity, None, 1), 50).id

    def add(self, now: int, *flags: str) -> None:
        message = FetchedMessage(1, HEADER, 90, 1000, flags)
        self.facts.add_batch(self.epoch, [message], (), 1, now)

    def look(self, now: int, *flags: str, since: int | None = None, complete: int | None = None) -> None:
        held = self.facts.bearers(self.epoch, (1, 9))
        self.facts.flag(self.epoch, held, {1: frozenset(flags)}, Look(now, since, complete))

    def said(self) -> tuple[object, ...]:
        columns = "flags, unanswered_at, answered_at, answer_missed_at"
        return self.database.row(f"SELECT {columns} FROM locations WHERE epoch = ? AND uid = 1", [self.epoch])

    def derived(self) -> bool:
        """Whether the message was due to be derived; it isn't any more."""
        due = bool(self.database.value("SELECT count(*) FROM pending"))
        self.database.execute("DELETE FROM pending")
        return due


NOT_THERE = ("", None, None, None)


@cases(
    *("looks", "said"),
    rows=[
        # at, seen, when the last complete pass began
        ("it comes", [(200, [A], 150)], ("", 150, 200, None)),
        ("it stays", [(200, [A], 150), (300, [A], 200)], ("", 150, 200, None)),
        ("missed once", [(200, [A], 150), (300, [], 200)], ("", 150, 200, 300)),
        ("missed and found", [(200, [A], 150), (300, [], 200), (400, [A], 300)], ("", 150, 200, None)),
        ("missed twice", [(200, [A], 150), (300, [], 200), (400, [], 300)], NOT_THERE),
        ("missed twice, the first time in a pass that did not come to its end",
         [(200, [A], 150), (300, [], 200), (400, [], 200)], ("", 150, 200, 300)),
        ("missed in passes that never come to their end",
         [(200, [A], None), (300, [], None), (400, [], None)], ("", 100, 200, 300)),
        ("missed under a clock ahead, in a pass that was cut off",
         [(200, [A], 150), (900, [], 200), (300, [], 200), (400, [], 300)], NOT_THERE),
        ("missed under a clock ahead", [(200, [A], 150), (900, [], 200), (300, [], 900)], NOT_THERE),
        ("gone, and there again", [(200, [A], 150), (300, [], 200), (400, [], 300), (500, [A], 400)],
         ("", 400, 500, None)),
        ("others come", [(200, ["\\Deleted", "$Junk"], 150)], ("\\Deleted $Junk", None, None, None)),
        ("others go at once", [(200, ["\\Draft", A], 150), (300, [A], 200)], ("", 150, 200, None)),
        ("one goes, one comes", [(200, ["$Junk"], 150), (300, ["NonJunk"], 200)], ("NonJunk", None, None, None)),
    ],
)  # fmt: skip
def test_look_after_look(database, looks, said):
    box = Box(database)
    for now, flags, complete in looks:
        box.look(now, *flags, since=complete, complete=complete)
    assert box.said() == said
    doubted = box.facts.present_epoch(box.mailbox).in_doubt
    assert doubted == (said[3] is not None)


@cases(
    *("before", "after", "due"),
    rows=[
        ("nothing", [], [], False),
        ("an answer comes", [], [A], True),
        ("an answer stays", [A], [A], False),
        ("an answer is missed", [A], [], False),
        ("deleted", [], ["\\Deleted"], True),
        ("no longer deleted", ["\\Deleted"], [], True),
        ("deleted and answered", ["\\Deleted", A], ["\\Deleted", A], False),
        ("a draft", [A], [A, "\\Draft"], True),
    ],
)
def test_what_changes_is_due(database, before, after, due):
    box = Box(database, *before)
    box.look(200, *after)
    assert box.derived() == due
    box.look(300, *after, complete=200)
    assert box.derived() == (A in before and A not in after)


def test_what_is_kept_of_flags(database):
    box = Box(database, "\\Seen", "nonjunk", "\\FLAGGED", "$junk", "\\DRAFT", "\\answered", "$Label1")
    assert box.said() == ("\\Draft $Junk NonJunk", None, 100, None)


def test_what_is_gone_keeps_its_last_word(database):
    box = Box(database, "\\Deleted", A)
    box.look(200, "\\Deleted")
    for now in (200, 300):
        vanished = Vanished(database)
        vanished.note(box.epoch, [1])
        vanished.miss(box.epoch, now)
    assert not box.facts.present_epoch(box.mailbox).in_doubt, "nobody can look once more"
    for now in (400, 500):
        box.look(now, complete=now)
    assert box.said() == ("\\Deleted", None, 100, 200)
    box.add(600, "\\Draft")
    assert box.said() == ("\\Draft", None, 100, 200), "it is there again, and the answer is in doubt as before"


def test_erased_mail_bears_nothing(database):
    box = Box(database)
    database.execute("UPDATE locations SET message = NULL")
    box.look(200, A, "\\Deleted")
    assert box.said() == NOT_THERE


class TestNumberedAnew:
    """The same message under another UIDVALIDITY: what was found there last counts."""

    def renumber(self, box, uidvalidity, now, *flags, complete):
        """A pass that begins `now` finds it under another number; whether it comes to its end."""
        old = box.epoch
        number = box.facts.begin_pass(box.account, now)
        box.epoch = box.number(uidvalidity)
        box.add(now, *flags)
        Vanished(box.database).let_go(old, box.epoch, now + 1)
        if complete:
            box.facts.end_pass(number, now + 2, None)

    @cases(
        *("old", "new", "said"),
        rows=[
            ("never answered", [], [], NOT_THERE),
            ("answered since", [], [A], ("", 100, 200, None)),
            ("answered before", [A], [A], ("", None, 100, None)),
            ("no longer answered", [A], [], ("", None, 100, 200)),
            ("deleted since", [], ["\\Deleted"], ("\\Deleted", None, None, None)),
            ("no longer deleted", ["\\Deleted"], [], NOT_THERE),
        ],
    )
    def test_once(self, database, old, new, said):
        box = Box(database, *old)
        self.renumber(box, 8, 200, *new, complete=True)
        assert box.said() == said

    @pytest.mark.parametrize(("complete", "said"), [(True, NOT_THERE), (False, ("", None, 100, 200))])
    def test_in_every_pass(self, database, complete, said):
        box = Box(database, A)
        self.renumber(box, 8, 200, complete=complete)
        self.renumber(box, 9, 300, complete=True)
        assert box.said() == said

    def test_found_again(self, database):
        box = Box(database, A)
        self.renumber(box, 8, 200, complete=True)
        self.renumber(box, 9, 300, A, complete=True)
        assert box.said() == ("", None, 100, None)
