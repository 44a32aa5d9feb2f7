"""What is counted across conversations: letters of ours to many, and many behind one address, in the store.

Here is what the laws (test_laws.py) find by chance alone, or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, permutations
from pathlib import Path

import pytest

from replywatch.app.deriving.derive import derive
from replywatch.app.deriving.matching_input import messages_of
from replywatch.app.deriving.provenance import mailbox_uses
from replywatch.app.progress import Silent
from replywatch.app.reporting.snapshot import Snapshot
from replywatch.domain.messages import Kind, Message, OfKind, Rung
from replywatch.domain.periods import Period
from replywatch.domain.results.notice import Stretch
from replywatch.store.derived import Derived
from replywatch.store.schema import CLUSTER_TABLES
from story import DAY, HOUR, Keep, Mail, Story, at, cases

START = at("03-02 09:00")
RELAY = "portal@shop-service.example"


class Derivations(Silent):
    """Writes down how many clusters each derivation derived."""

    def __init__(self) -> None:
        super().__init__()
        self.clusters: list[int] = []

    def begin(self, stretch: Stretch, total: int | None) -> None:
        if stretch.code == "matching_replies":
            self.clusters.append(total or 0)


class Store:
    """A store that gets the mail of a story bit by bit, and derives each time what is due."""

    def __init__(self, keep: Keep, story: Story) -> None:
        self.keep, self.story, self.derivations = keep, story, Derivations()

    def add(self, *mails: Mail) -> int:
        """Mail arrives; how many clusters were derived again."""
        self.keep.add((mail, place) for mail in mails for place in mail.places)
        return self.derive()

    def mark(self, mail: Mail, kind: Kind) -> int:
        """Somebody says of what kind it is; how many clusters were derived again."""
        self.keep.marks.put(self.story.identity(mail), OfKind(kind), START)
        return self.derive()

    def undo(self, mail: Mail) -> int:
        (mark,) = self.keep.marks.standing()[self.story.identity(mail)]
        self.keep.marks.take_back(mark, START)
        return self.derive()

    def derive(self) -> int:
        derive(self.keep.database, self.keep.config, self.derivations)
        return self.derivations.clusters[-1]

    def form_letters(self) -> set[Mail]:
        return self._those("letters", "is_form")

    def relayed(self) -> set[Mail]:
        return self._those("relays", "is_relayed")

    def answered(self) -> set[object]:
        rows = self.keep.database.rows("SELECT message_id FROM exchanges WHERE answered_at IS NOT NULL")
        return {message_id for (message_id,) in rows}

    def messages(self) -> Iterator[Message]:
        derived = Derived(self.keep.database)
        clusters = [c for (c,) in self.keep.database.rows("SELECT DISTINCT cluster FROM readings")]
        for _, copies in derived.copies(clusters, mailbox_uses(derived, self.keep.config)):
            yield from messages_of(copies, self.story.team, {})

    def is_as_rebuilt(self) -> bool:
        tables = ("readings", *CLUSTER_TABLES, "letters", "relays")
        before = {table: self.keep.rows(table) for table in tables}
        self.keep.derive(anew=True)
        return {table: self.keep.rows(table) for table in tables} == before

    def _those(self, table: str, flag: str) -> set[Mail]:
        sql = f"SELECT r.identity, f.{flag} FROM {table} f JOIN readings r ON r.message = f.message"
        told = dict(self.keep.database.rows(sql))
        assert None not in told.values(), "all is told once it is derived"
        return {mail for mail in self.story.mails if told.get(self.story.identity(mail))}


@pytest.fixture
def story() -> Story:
    return Story()


@pytest.fixture
def store(tmp_path: Path, story: Story) -> Iterator[Store]:
    with Keep(tmp_path, story.config) as keep:
        found = Store(keep, story)
        yield found
        assert found.is_as_rebuilt()


# Whatever comes first

LETTERS = [
    # (day, to whom) → on which days it is a form letter
    ("three people", [(0, "anna"), (1, "bernd"), (2, "carl")], [0, 1, 2]),
    ("two people", [(0, "anna"), (1, "bernd"), (2, "anna")], []),
    ("before and after", [(0, "anna"), (29, "bernd"), (58, "carl")], [29]),
    ("beyond what tips", [(0, "anna"), (30, "bernd"), (60, "carl"), (85, "dora"), (88, "emil")], [30, 60, 85, 88]),
    ("a chain", [(0, "anna"), (20, "bernd"), (40, "carl"), (60, "dora")], [20, 40]),
]


@cases("letters", "forms", rows=LETTERS)
def test_letters_in_any_order(tmp_path: Path, letters: Sequence[tuple[int, str]], forms: list[int]) -> None:
    for number, order in enumerate(islice(permutations(range(len(letters))), 0, None, 5 if len(letters) > 4 else 1)):
        story = Story()
        mails = [story.outbound(to, START + day * DAY, subject="Bill") for day, to in letters]
        (folder := tmp_path / str(number)).mkdir()
        with Keep(folder, story.config) as keep:
            store = Store(keep, story)
            for i in order:
                store.add(mails[i])
            days = sorted((mail.when - START) // DAY for mail in store.form_letters())
            assert days == forms, order
            assert store.is_as_rebuilt(), order


def bills(story: Story, *people: str) -> list[Mail]:
    return [story.outbound(p, START + HOUR + n, subject="Bill") for n, p in enumerate(people)]


def test_the_third_letter_takes_back_what_the_first_answered(store: Store, story: Story) -> None:
    q = story.inbound("anna", START, subject="Bill")
    first, second, third, fourth = bills(story, "anna", "bernd", "carl", "dora")
    store.add(q, first)
    store.add(second)
    assert store.answered() == {q.message_id}
    assert store.add(third) == 3, "that of the third, and those of the other two"
    assert store.answered() == set()
    assert store.add(fourth) == 1, "for the others nothing has changed"


def test_a_mark_on_one_letter_is_a_word_on_the_others(store: Store, story: Story) -> None:
    q = story.inbound("anna", START, subject="Bill")
    first, second, third = bills(story, "anna", "bernd", "carl")
    store.add(q, first, second, third)
    assert store.form_letters() == {first, second, third}
    store.mark(third, Kind.NEWSLETTER)
    assert (store.form_letters(), store.answered()) == (set(), {q.message_id})
    store.undo(third)
    assert (store.form_letters(), store.answered()) == ({first, second, third}, set())
    assert store.mark(third, Kind.HUMAN) == 1, "that is what the rules found"
    store.mark(second, Kind.NOTIFICATION)
    assert store.form_letters() == set()


def test_a_letter_that_a_machine_sent_counts_once_a_person_calls_it_human(store: Store, story: Story) -> None:
    q = story.inbound("anna", START, subject="Bill")
    first, second = bills(story, "anna", "bernd")
    third = story.outbound("carl", START + DAY, subject="Bill", fields="Auto-Submitted: auto-generated")
    store.add(q, first, second, third)
    assert store.answered() == {q.message_id}
    store.mark(third, Kind.HUMAN)
    assert (store.form_letters(), store.answered()) == ({first, second, third}, set())


def test_a_mark_that_is_there_before_the_letter(store: Store, story: Story) -> None:
    first, second, third = bills(story, "anna", "bernd", "carl")
    store.mark(third, Kind.NEWSLETTER)
    store.add(first, second, third)
    assert store.form_letters() == set()


def test_a_second_reply_to_tells_strangers_apart_who_were_one(store: Store, story: Story) -> None:
    """The relay's mail without Reply-To is no longer a reminder of the first visitor."""
    first = story.inbound(RELAY, START, subject="Oak", fields="Reply-To: anna@anna.example")
    bare = story.inbound(RELAY, START + HOUR, subject="Oak")
    again = story.inbound(RELAY, START + DAY, subject="Ash", fields="Reply-To: anna@anna.example")
    other = story.inbound(RELAY, START + 2 * DAY, subject="Beech", fields="Reply-To: carl@carl.example")
    further = story.inbound(RELAY, START + 3 * DAY, subject="Elm", fields="Reply-To: dora@dora.example")
    store.add(first, bare, again)
    assert store.relayed() == set()
    assert counted(store) == [(first.message_id, 2), (again.message_id, 1)]
    assert store.add(other) == 3, "its own cluster, and the two of the first visitor"
    assert store.relayed() == {first, again, other}
    assert counted(store) == [(m.message_id, 1) for m in (first, bare, again, other)]
    assert store.add(further) == 1, "that it is a relay is known"
    assert store.relayed() == {first, again, other, further}


def counted(store: Store) -> list[tuple[object, ...]]:
    sql = "SELECT message_id, messages FROM exchanges WHERE levels & 8 ORDER BY arrived_at"
    return list(store.keep.database.rows(sql))


@pytest.mark.parametrize("trace", [f"X-Trace: {n}" for n in range(6)])
def test_one_copy_is_enough(store: Store, story: Story, trace: str) -> None:
    """A gateway has put a tag into the subject of another copy, or lost its Reply-To; either may be looked at first."""
    q = story.inbound("anna", START, subject="Bill")
    first, *others = bills(story, "anna", "bernd", "carl")
    said = {"message_id": first.message_id, "fields": trace}
    tagged = story.outbound("anna", first.when, subject="[Ours] Bill", mailbox="Archive", **said)
    visitor = story.inbound(RELAY, START, subject="Oak", fields="Reply-To: anna@anna.example")
    bare = story.inbound(RELAY, START, subject="Oak", message_id=visitor.message_id, fields=f"{trace} {trace}")
    other = story.inbound(RELAY, START, subject="Ash", fields="Reply-To: carl@carl.example")
    store.add(q, first, *others, tagged, visitor, bare, other)
    assert store.answered() == set()
    found = {m.identity: (m.form_letter, m.relayed) for m in store.messages()}
    assert found[story.identity(first)] == (True, False)
    assert found[story.identity(visitor)] == (False, True)


# In a view of the past, and after a run that was killed


def test_in_a_view_of_the_past_it_is_what_it_is_today(store: Store, story: Story) -> None:
    q = story.inbound("anna", START, subject="Bill")
    first, second, third = bills(story, "anna", "bernd", "carl")
    store.add(q, first, second, third)
    for as_of in (first.when, second.when, third.when + DAY):
        view = Snapshot(store.keep.database, store.keep.config, as_of, Rung.SUBJECT)
        (exchange,) = view.exchanges(Period(None, None), first_only=False)
        assert (exchange.message_id, exchange.answered_at) == (q.message_id, None)


@pytest.mark.parametrize("killed_in", ["tell_counts", "dirty"])
def test_what_a_killed_run_noted_is_told_by_the_next(
    store: Store, story: Story, killed_in: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    q = story.inbound("anna", START, subject="Bill")
    first, second, third = bills(story, "anna", "bernd", "carl")
    store.add(q, first, second)
    assert store.answered() == {q.message_id}
    with monkeypatch.context() as patch:
        patch.setattr(Derived, killed_in, killed)
        with pytest.raises(KeyboardInterrupt):
            store.add(third)
    assert Derived(store.keep.database).is_due()
    store.derive()
    assert (store.form_letters(), store.answered()) == ({first, second, third}, set())


def killed(*_: object) -> None:
    raise KeyboardInterrupt
