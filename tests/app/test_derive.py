"""From a source through poll and derive to judgements and exchanges: moves, expunges, renumbering, changed config."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from replywatch.app.deriving.provenance import fingerprint, is_current
from replywatch.app.polling.poll import poll
from replywatch.app.progress import Silent
from replywatch.config.model import Config, MboxAccount
from replywatch.domain.mailboxes.roles import Roles
from replywatch.domain.messages import Role
from replywatch.store.database import Database
from replywatch.store.derived import UNFINISHED, Derived
from replywatch.store.schema import CLUSTER_TABLES
from story import FakeSource, Keep, Mail, Place, Story, at


class Office:
    """One account that is polled again and again, an hour apart."""

    def __init__(self, folder: Path) -> None:
        self.story = Story()
        self.source = FakeSource()
        self.folder = folder
        self.config: Config = replace(self.story.config, store_path=folder / "store.sqlite3")
        self.now = at("04-01 00:00")

    def deliver(self, mail: Mail) -> int:
        """The first copy of `mail` arrives on the server; its UID."""
        return self.source.deliver(mail, mail.places[0])

    def poll(self) -> None:
        self.now += 3600
        (outcome,) = poll(self.config, lambda _: self.source, lambda: self.now, Silent())
        assert outcome.error is None

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with Database(self.config.store_path) as database:
            return list(database.rows(sql))

    def dispositions(self) -> dict[object, object]:
        return dict(self.rows("SELECT message_id, disposition FROM judgements"))

    def exchanges(self) -> list[tuple[object, ...]]:
        return self.rows("SELECT message_id, ordinal, reply_message_id FROM exchanges ORDER BY arrived_at")

    def check(self) -> None:
        """The derived rows are those that a rebuild makes."""
        with Keep(self.folder, self.config) as store:
            before = {t: store.rows(t) for t in ("readings", *CLUSTER_TABLES)}
            store.derive(anew=True)
            assert {t: store.rows(t) for t in before} == before


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    found = Office(tmp_path)
    yield found
    found.check()


def test_replies_are_found_whichever_pass_brings_them(office: Office) -> None:
    q = office.story.inbound("anna", "03-02 09:00")
    r = office.story.reply(q, "03-02 10:00")
    office.deliver(r)
    office.poll()
    assert office.exchanges() == []
    office.deliver(q)
    office.poll()
    assert office.exchanges() == [(q.message_id, 1, r.message_id)]


def test_a_move_to_a_folder_changes_no_figure(office: Office) -> None:
    q = office.story.inbound("anna", "03-02 09:00")
    uid = office.deliver(q)
    office.poll()
    before = office.rows("SELECT * FROM exchanges")
    office.source.move("INBOX", uid, "Customers")
    for _ in range(3):
        office.poll()
    assert office.rows("SELECT * FROM exchanges") == before


def test_a_move_to_the_trash_sets_aside_once_the_old_place_is_gone(office: Office) -> None:
    q = office.story.inbound("anna", "03-02 09:00")
    uid = office.deliver(q)
    office.poll()
    office.source.move("INBOX", uid, "Trash")
    office.poll()
    office.poll()
    assert (office.dispositions(), office.exchanges()) == ({q.message_id: "set_aside"}, [])
    office.source.move("Trash", 1, "INBOX")
    office.poll()
    assert office.dispositions() == {q.message_id: "counted"}


def test_an_expunged_message_stays_what_it_was(office: Office) -> None:
    q = office.story.inbound("anna", "03-02 09:00")
    uid = office.deliver(q)
    office.poll()
    office.source.expunge("INBOX", uid)
    for _ in range(3):
        office.poll()
    assert office.dispositions() == {q.message_id: "counted"}
    assert office.rows("SELECT count(*) FROM locations WHERE gone IS NULL") == [(0,)]


def test_a_renumbered_mailbox_counts_nothing_twice(office: Office) -> None:
    s = office.story
    q = s.inbound("anna", "03-02 09:00", thread="gmail:1")
    for mail in (q, s.reply(q, "03-02 10:00", mailbox="INBOX"), s.inbound("carl", "03-03 09:00", subject="Elm")):
        office.deliver(mail)
    office.poll()
    before = [office.rows(f"SELECT * FROM {t}") for t in ("judgements", "exchanges")]
    office.source.renumber("INBOX")
    office.poll()
    assert [office.rows(f"SELECT * FROM {t}") for t in ("judgements", "exchanges")] == before
    assert office.rows("SELECT count(*) FROM locations") == [(3,)]


def test_what_is_missing_after_renumbering_is_gone(office: Office) -> None:
    q = office.story.inbound("anna", "03-02 09:00")
    uid = office.deliver(q)
    office.poll()
    office.source.move("INBOX", uid, "Trash")
    office.source.renumber("INBOX")
    office.poll()
    assert office.dispositions() == {q.message_id: "set_aside"}


def test_a_changed_config_makes_all_rows_again(office: Office) -> None:
    q = office.story.inbound("anna", "03-02 09:00")
    office.deliver(office.story.outbound("carl", "03-01 09:00", by="eva@example.org"))
    office.deliver(q)
    office.deliver(office.story.reply(q, "03-02 10:00", by="eva@example.org"))
    office.poll()
    assert office.exchanges() == [(q.message_id, 1, None)]
    team = replace(office.config.team, domains=("example.com", "example.org"))
    office.config = replace(office.config, team=team)
    office.poll()
    ((_, _, reply),) = office.exchanges()
    assert reply


CHANGES = [
    ({"team": {"addresses": ("other@example.com",)}}, True),
    ({"team": {"domains": ("example.com", "example.org")}}, True),
    ({"team": {"automatic_senders": frozenset({"x@example.com"})}}, True),
    ({"team": {"webforms": frozenset({"x@example.com"})}}, True),
    ({"team": {"public_lists": frozenset({"x@example.com"})}}, True),
    ({"account": {"watched": False}}, True),
    ({"account": {"roles": Roles((("Ablage", Role.JUNK),))}}, True),
    ({"account": {"name": "other"}}, True),
    ({"account": {"host": "other.example.com"}}, False),
    ({"team": {"people": frozenset({"anna@gmx.de"})}}, True),
    ({"account": {"enabled": False}}, False),
    ({"report": {"new_enquiry_after": 1}}, True),
    ({"report": {"never_after": 1}}, False),
    ({"report": {"period": "1d"}}, False),
]


@pytest.mark.parametrize(("said", "changes"), CHANGES, ids=[str(c[0]) for c in CHANGES])
def test_what_derived_rows_depend_on(said: dict[str, dict[str, object]], changes: bool) -> None:
    config = Story().config
    ((part, values),) = said.items()
    if part == "account":
        other = replace(config, accounts=(replace(config.accounts[0], **values),))
    else:
        other = replace(config, **{part: replace(getattr(config, part), **values)})
    assert (fingerprint(other) != fingerprint(config)) == changes


def test_rows_are_current_until_facts_or_config_change(office: Office) -> None:
    office.deliver(office.story.inbound("anna", "03-02 09:00"))
    office.poll()
    with Keep(office.folder, office.config) as store:
        assert is_current(store.database, office.config)
        late = office.story.inbound("carl", "03-02 09:00")
        store.add([(late, Place("INBOX", late.places[0].account, late.when))])
        assert not is_current(store.database, office.config)
        store.derive()
        assert is_current(store.database, office.config)
    other = replace(office.config, report=replace(office.config.report, new_enquiry_after=1))
    with Database(office.config.store_path) as database:
        assert not is_current(database, other)


def test_rows_that_are_all_made_count_once_that_is_on_record(office: Office) -> None:
    """Until then nobody knows up to which pass they speak; a reader beside a rebuild may look in between."""
    office.deliver(office.story.inbound("anna", "03-02 09:00"))
    office.poll()
    with Keep(office.folder, office.config) as store:
        derived = Derived(store.database)
        last_pass = derived.newest_pass()
        derived.finish(UNFINISHED)
        assert not is_current(store.database, office.config)
        derived.finish(last_pass)
        assert is_current(store.database, office.config)


def test_an_account_that_becomes_an_archive_is_derived_again() -> None:
    config = Story().config
    assert fingerprint(replace(config, accounts=(MboxAccount("info"),))) != fingerprint(config)


def test_a_file_that_was_synced_later_is_dated_by_its_date(tmp_path: Path) -> None:
    s = Story(archives=["box"])
    filed, served = (s.outbound("anna", "03-02 10:00", account=a, internal="05-01 12:00") for a in ("box", "info"))
    with Keep(tmp_path, s.config) as store:
        store.add((m, m.places[0]) for m in (filed, served))
        store.derive()
        clocks = dict(store.database.rows("SELECT message_id, clock FROM judgements"))
    assert clocks == {filed.message_id: at("03-02 10:00"), served.message_id: at("05-01 12:00")}
