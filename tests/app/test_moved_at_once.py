"""Moved mail in a store: what is derived of bursts is the same whatever the order in which they came to be known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from replywatch.app.deriving.erase import people
from replywatch.app.progress import Silent
from replywatch.domain.judging.identity import known_by
from replywatch.store.erasure import Erasure
from replywatch.store.schema import CLUSTER_TABLES
from story import DAY, HOUR, LONG_AGO, MINUTE, Keep, Mail, Place, Story, at

MOVE = at("03-10 09:00")
SAVED_AT_ONCE = b"Date: Tue, 10 Mar 2026 09:00:00 +0000\r\n"
"""A Date in front of the other one, which makes it another message that was not saved late."""
TABLES = ("readings", *CLUSTER_TABLES, "late_copies")


def moved(number: int, *, mailbox: str = "Sent", account: str = "info", apart: int = 20) -> Story:
    """So many replies, each an hour after its enquiry and a day after the one before, saved at the move."""
    story = Story(archives=["old"])
    for n in range(number):
        asked = story.inbound(f"anna{n}", at("02-01 09:00") + n * DAY, subject=f"Offer {n}")
        sent = story.reply(asked, asked.when + HOUR, mailbox=mailbox, account=account)
        sent.places[0] = replace(sent.places[0], internal_date=MOVE + n * apart)
    return story


def copies(story: Story) -> list[tuple[Mail, Place]]:
    return [(mail, place) for mail in story.mails for place in mail.places]


def rows(store: Keep) -> dict[str, list[tuple[object, ...]]]:
    return {table: store.rows(table) for table in TABLES}


def answers(store: Keep) -> set[tuple[object, ...]]:
    """(wait, source of the sent time, whether it is sure) of the answered."""
    sql = "SELECT answered_at - arrived_at, answer_source, answer_sure FROM exchanges WHERE answered_at IS NOT NULL"
    return set(store.database.rows(sql))


def rebuilt(store: Keep) -> bool:
    """Whether all rows are as if they were made anew."""
    before = rows(store)
    store.derive(anew=True)
    return rows(store) == before


BY_DATE = {(HOUR, "date", 0)}


def test_the_tenth_copy_makes_the_burst(tmp_path: Path) -> None:
    """Those that came before it are judged anew."""
    story = moved(10)
    tenth = story.mails[-1]
    with Keep(tmp_path, story.config) as store:
        store.add((m, p) for m, p in copies(story) if m is not tenth)
        store.derive()
        assert {source for _, source, _ in answers(store)} == {"internaldate"}
        store.add([(tenth, tenth.places[0])])
        store.derive()
        assert answers(store) == BY_DATE
        assert rebuilt(store)


@pytest.mark.parametrize("elsewhere", [{"mailbox": "Archive"}, {"account": "more"}])
def test_each_mailbox_for_itself(tmp_path: Path, elsewhere: dict[str, str]) -> None:
    """That of another account, too, though otherwise it doesn't matter in which account mail lies."""
    story = moved(10)
    last = story.mails[-1]
    last.places[0] = replace(last.places[0], **elsewhere)
    with Keep(tmp_path, story.config) as store:
        store.add(copies(story))
        store.derive()
        assert {source for _, source, _ in answers(store)} == {"internaldate"}


def test_what_was_moved_stays_moved_when_copies_go_and_numbers_change(tmp_path: Path) -> None:
    story = moved(12)
    sent = [(m, m.places[0]) for m in story.mails[1::2]]
    with Keep(tmp_path, story.config) as store:
        store.add(copies(story))
        store.derive()
        for mail, place in sent[:5]:
            store.lose(mail, place, LONG_AGO + 1)
        store.derive()
        assert answers(store) == BY_DATE
        store.renumber(sent[0][1], sent[5:], LONG_AGO + 2)
        store.derive()
        assert answers(store) == BY_DATE
        assert rebuilt(store)


def test_a_header_that_says_more_may_dissolve_it(tmp_path: Path) -> None:
    story = moved(10)
    last = story.mails[-1]
    with Keep(tmp_path, story.config) as store:
        store.add(copies(story))
        store.derive()
        assert answers(store) == BY_DATE
        store.renew(last, last.places[0], SAVED_AT_ONCE)
        store.derive()
        assert {source for wait, source, _ in answers(store) if wait > 30 * DAY} == {"internaldate"}
        assert rebuilt(store)


def test_what_is_erased_of_it_leaves_the_rest_moved(tmp_path: Path) -> None:
    """Nobody else's wait gets longer since one of ten people asked to be forgotten."""
    story = moved(10)
    with Keep(tmp_path, story.config) as store:
        store.add(copies(story))
        store.derive()
        erasure = Erasure(store.database)
        people(["anna3@anna3.example"], story.team)(erasure, Silent())
        erasure.erase(LONG_AGO, known_by)
        assert store.rows("late_copies") == []
        assert MOVE + 3 * 20 not in {second for _, second in store.rows("moved_before")}, "that was hers"
        store.derive()
        assert answers(store) == BY_DATE
        assert len(store.rows("late_copies")) == 9
        assert rebuilt(store)


def test_files_tell_of_no_move(tmp_path: Path) -> None:
    story = moved(12, account="old")
    with Keep(tmp_path, story.config) as store:
        store.add(copies(story))
        store.derive()
        assert store.rows("late_copies") == []
        assert answers(store) == {(HOUR, "date", 1)}


def test_a_busy_mailbox_is_no_move(tmp_path: Path) -> None:
    """Thirty replies in ten minutes, one of them from a computer whose clock is days behind: that one alone is late."""
    story = Story()
    for n in range(30):
        asked = story.inbound(f"anna{n}", MOVE - HOUR + n, subject=f"Offer {n}")
        story.reply(asked, MOVE + n, date=MOVE + n - 3 * DAY if n == 7 else MOVE + n)
    with Keep(tmp_path, story.config) as store:
        store.add(copies(story))
        store.derive()
        assert answers(store) == {(HOUR, "date", 1), (HOUR, "internaldate", 0)}


def test_mail_that_lay_in_the_outbox_is_no_move(tmp_path: Path) -> None:
    """A computer that was offline for a morning: all is sent and saved at once, in the evening."""
    story = moved(12)
    for n, mail in enumerate(story.mails[1::2]):
        mail.header = mail.header.replace(
            mail.header.split("Date: ")[1].split("\n")[0], "Tue, 10 Mar 2026 07:00:00 +0000"
        )
        mail.places[0] = replace(mail.places[0], internal_date=MOVE + n)
    with Keep(tmp_path, story.config) as store:
        store.add(copies(story))
        store.derive()
        assert {source for _, source, _ in answers(store)} == {"internaldate"}


# Law

LAW = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
SAVED = st.sampled_from([0, 0, 0, MINUTE, 9 * MINUTE, 11 * MINUTE, 19 * MINUTE, 5 * HOUR])
COPY = st.tuples(SAVED, st.integers(0, 3), st.sampled_from(["Sent", "Sent", "Sent", "Archive", "INBOX"]))
EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["add", "add", "add", "add", "lose", "renumber", "renew", "derive", "derive"]),
        st.randoms(use_true_random=False),
    ),
    max_size=20,
)


def tell(plan: Sequence[tuple[int, int, str]]) -> Story:
    """Replies that were saved late, some of them more than once."""
    story = Story()
    for n, (saved, days, mailbox) in enumerate(plan):
        asked = story.inbound(f"anna{n}", at("03-01 09:00"), subject=f"Offer {n}")
        sent = story.reply(asked, at("03-02 09:00") + days * HOUR * 12, mailbox=mailbox)
        sent.places[0] = replace(sent.places[0], internal_date=MOVE + saved)
        if n % 5 == 0:
            story.copy(sent, "Archive", later=MINUTE)
    return story


@given(st.lists(COPY, min_size=8, max_size=24), EVENTS, st.randoms(use_true_random=False))
@LAW
def test_incremental_rows_equal_the_rebuilt_ones(plan, events, chance) -> None:
    story = tell(plan)
    waiting = copies(story)
    chance.shuffle(waiting)
    held: list[tuple[Mail, Place]] = []
    with TemporaryDirectory() as folder, Keep(Path(folder), story.config) as store:
        for number, (what, dice) in enumerate(events):
            now = LONG_AGO + number
            if what == "add":
                batch = [waiting.pop() for _ in range(min(len(waiting), dice.randint(1, 12)))]
                store.add(batch, now)
                held += batch
            elif what == "lose" and held:
                store.lose(*held.pop(dice.randrange(len(held))), now)
            elif what == "renumber" and held:
                _, box = dice.choice(held)
                same = [h for h in held if h[1].mailbox == box.mailbox]
                stay = dice.sample(same, dice.randint(0, len(same)))
                held = [h for h in held if h not in same or h in stay]
                store.renumber(box, stay, now)
            elif what == "renew" and held:
                store.renew(*dice.choice(held), dice.choice([b"X-Priority: 1\r\n", SAVED_AT_ONCE]))
            elif what == "derive":
                store.derive()
        store.add(waiting, LONG_AGO + len(events))
        store.derive()
        assert rebuilt(store)
