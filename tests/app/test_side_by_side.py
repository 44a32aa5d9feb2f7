"""A pass shares nothing with another one but the store: two may be under way at once, and nothing differs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from office import Office, Watched
from replywatch.app.deriving.derive import derive
from replywatch.app.polling.patience import Patience
from replywatch.app.polling.poll import _Poller, poll
from replywatch.app.polling.rests import Rests
from replywatch.app.progress import Silent
from replywatch.config.model import ImapAccount
from replywatch.store.database import Database
from replywatch.store.lock import writing
from story import HOUR, Story, at

NAMES = ("info", "eva")
FACTS = {
    "epochs": """
        SELECT a.name, m.name, e.scanned_to, e.message_count, e.reconciled_at FROM epochs e
        JOIN mailboxes m ON m.id = e.mailbox JOIN accounts a ON a.id = m.account ORDER BY 1, 2""",
    "places": """
        SELECT a.name, m.name, l.uid, h.header, l.first_seen, l.missed_at, l.gone FROM locations l
        JOIN messages h ON h.id = l.message JOIN epochs e ON e.id = l.epoch JOIN mailboxes m ON m.id = e.mailbox
        JOIN accounts a ON a.id = m.account ORDER BY 1, 2, 3""",
    "passes": """
        SELECT a.name, p.started_at, p.finished_at, p.error FROM passes p JOIN accounts a ON a.id = p.account
        ORDER BY 1, 2""",
    "exchanges": "SELECT id, levels, ordinal, answered_at FROM exchanges ORDER BY 1, 2",
}


class Meeting(Watched):
    """Whenever a pass asks which UIDs there are, it waits until the other one does, too."""

    both: Barrier | None = None

    def uids(self, first, last):
        if self.both:
            self.both.wait(60)
        return super().uids(first, last)


def told(folder):
    """Two accounts, each with the same six messages in a mailbox and one in Sent."""
    office, story = Office(folder, *map(ImapAccount, NAMES)), Story()
    office.sources = {name: Meeting() for name in NAMES}
    story.outbound("xaver", "01-05 09:00")
    story.outbound("yves", "01-06 09:00", account="eva")
    for number in range(6):
        mail = story.inbound(f"p{number}", at("03-18 09:00") + number, mailbox="Kunden")
        story.copy(mail, "Kunden", "eva")
    office.tell(story)
    return office


def in_turn(office):
    return poll(office.config, lambda a: office.sources[a.name], lambda: office.now, Silent())


def side_by_side(office):
    """As `poll` does it, but for the threads."""
    both = Barrier(len(NAMES))
    for source in office.sources.values():
        source.both = both
    path, sources, patience = office.config.store_path, office.sources, Patience(attempts=1)
    with Database(path, create=True) as database, writing(path):
        poller = _Poller(
            office.config,
            lambda a: sources[a.name],
            lambda: office.now,
            Silent(),
            patience,
            Rests(office.config),
            None,
            office.now,
        )
        with ThreadPoolExecutor(len(NAMES)) as pool:
            outcomes = tuple(pool.map(poller.poll, office.config.accounts))
        derive(database, office.config, Silent())
    return outcomes


def three_passes(office, polls):
    """What three passes say and leave; behind the first, other messages vanish from each of the mailboxes."""
    outcomes = [polls(office)]
    for name, uids in zip(NAMES, ([1, 2], [2, 3, 4]), strict=True):
        for uid in uids:
            office.sources[name].expunge("Kunden", uid)
    for _ in range(2):
        office.now += HOUR
        outcomes.append(polls(office))
    return outcomes, {what: office.rows_of(sql) for what, sql in FACTS.items()}


def test_two_accounts(tmp_path):
    (said, left), (said_at_once, left_at_once) = (
        three_passes(told(tmp_path / polls.__name__), polls) for polls in (in_turn, side_by_side)
    )
    assert {outcome.error for outcomes in said for outcome in outcomes} == {None}
    assert said_at_once == said
    assert left_at_once == left
    assert [row[2] for row in left["places"] if row[6]] == [2, 3, 4, 1, 2], "gone, each from its own mailbox"
