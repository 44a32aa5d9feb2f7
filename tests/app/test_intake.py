"""No subject is stored where none is wanted, and every figure is the same."""

from dataclasses import replace

import pytest

from office import Killed, Office
from replywatch.config.model import PrivacySettings
from replywatch.domain.messages import ReplyOf
from replywatch.store.database import Database
from replywatch.store.marks import Marks
from story import Story, at


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path)


def hide(office):
    office.config = replace(office.config, privacy=PrivacySettings(subjects=False))


def story():
    """Ties by subject alone, labels and prefixes: all that rules read in subjects."""
    s = Story()
    s.outbound("xaver", "01-05 09:00", subject="Geheim")
    s.inbound("anna", "03-02 09:00", subject="Geheimsache Eiche")
    s.outbound("anna", "03-02 10:30", subject="AW: [Extern] Geheimsache Eiche")
    c = s.inbound("carl", "03-03 09:00", subject="Geheimsache Buche")
    s.reply(c, "03-03 09:01", subject="Automatische Antwort: Geheimsache Buche")
    s.outbound("carl", "03-04 09:01", subject="Etwas anderes")
    q = s.inbound("dora", "03-04 09:00", subject="=?utf-8?q?Geheim=C3=BC?=")
    s.answer(s.reply(q, "03-04 10:00"), "03-05 09:00", by="dora", subject="Abwesend: Geheimreise")
    s.inbound("eric", "03-06 09:00", subject="Geheim, dritter Teil", fields="Thread-Topic: Geheim, dritter Teil")
    s.inbound("eric", "03-07 09:00", subject="Re: Geheim, dritter Teil")
    s.inbound("fay", "03-08 09:00", subject="")
    return s


@pytest.mark.parametrize("late", [False, True])
def test_no_word_of_a_subject_is_in_the_store(office, late):
    """Also if the config came to forbid them when they were stored already."""
    office.tell(story())
    if late:
        office.pass_()
    hide(office)
    office.pass_()
    files = list(office.config.store_path.parent.iterdir())
    assert files
    for path in files:
        content = path.read_bytes().lower()
        for word in (b"geheim", b"eiche", b"buche", b"teil", b"=?utf-8"):
            assert word not in content


@pytest.mark.parametrize("late", [False, True])
def test_no_figure_differs(tmp_path, late):
    shown, hidden = Office(tmp_path / "shown"), Office(tmp_path / "hidden")
    for office in (shown, hidden):
        office.tell(story())
    if late:
        hidden.pass_()
    hide(hidden)
    for office in (shown, hidden):
        office.pass_()
    columns = "message_id, kind, rule, disposition, rung, clock"
    judged = [o.rows_of(f"SELECT {columns} FROM judgements ORDER BY message_id") for o in (shown, hidden)]
    assert judged[0] == judged[1]
    columns = "message_id, ordinal, messages, answered_at, matched_by, acknowledged_at, levels"
    exchanges = [o.rows_of(f"SELECT {columns} FROM exchanges ORDER BY message_id, levels") for o in (shown, hidden)]
    assert exchanges[0] == exchanges[1]
    assert {row[4] for row in exchanges[0]} == {"subject", "in-reply-to", None}
    assert any(row[5] for row in exchanges[0])


def test_numbers_stay_from_pass_to_pass(office):
    """A reply that a later poll brings still finds its enquiry by the subject."""
    hide(office)
    s = Story()
    q = s.inbound("anna", "03-02 09:00", subject="Geheim")
    office.tell(s)
    office.pass_()
    r = s.outbound("anna", "03-02 10:30", subject="Re: Geheim")
    office.sources["info"].deliver(r, r.places[0])
    office.pass_()
    assert office.exchanges_at() == {q.message_id: "answered"}


def test_subjects_are_stored_otherwise(office):
    office.tell(story())
    office.pass_()
    assert b"Geheimsache" in b"".join(row[2] for row in office.rows("messages")["messages"])
    assert office.rows("subject_key")["subject_key"] == []


class TestLate:
    """The config comes to forbid subjects when some are stored."""

    def test_a_later_reply_finds_what_was_stored_before(self, office):
        s = Story()
        q = s.inbound("anna", "03-02 09:00", subject="Geheim")
        office.tell(s)
        office.pass_()
        hide(office)
        r = s.outbound("anna", "03-02 10:30", subject="Re: Geheim")
        office.sources["info"].deliver(r, r.places[0])
        office.pass_()
        assert office.exchanges_at() == {q.message_id: "answered"}

    def test_marks_follow_messages_without_an_id(self, office):
        s = Story()
        q = s.inbound("anna", "03-02 09:00", subject="Geheim", message_id=None)
        r = s.outbound("anna", "03-02 10:30", subject="Anders", message_id=None)
        office.tell(s)
        office.pass_()
        with Database(office.config.store_path) as database:
            Marks(database).put(s.identity(r), ReplyOf(s.identity(q)), office.now)
        hide(office)
        office.pass_()
        assert office.rows_of("SELECT answered_at, matched_by FROM exchanges") == [(at("03-02 10:30"), "mark")]

    def test_headers_that_become_the_same_become_one(self, office):
        s = Story()
        m = s.inbound("anna", "03-02 09:00", subject="Geheim")
        office.tell(s)
        tagged = replace(m, header=m.header.replace("Subject: ", "Subject: [Extern] "))
        office.sources["info"].deliver(tagged, m.places[0])
        office.pass_()
        assert len(office.rows("messages")["messages"]) == 2
        hide(office)
        office.pass_()
        assert len(office.rows("messages")["messages"]) == 1
        assert [row[2] for row in office.rows("locations")["locations"]] == [1, 1]
        assert office.exchanges_at() == {m.message_id: "unknown"}

    def test_it_is_done_once(self, office, monkeypatch):
        office.tell(story())
        office.pass_()
        hide(office)
        office.pass_()
        before = office.rows("messages", "subject_key", "readings")
        monkeypatch.delattr("replywatch.store.subjects.Subjects.hide")
        monkeypatch.delattr("replywatch.store.database.Database.compact")
        office.pass_()
        assert office.rows("messages", "subject_key", "readings") == before

    def test_what_was_interrupted_is_finished(self, office, monkeypatch):
        office.tell(story())
        office.pass_()
        hide(office)
        with monkeypatch.context() as patch:
            patch.setattr("replywatch.store.database.Database.compact", killed)
            with pytest.raises(Killed):
                office.pass_()
        assert office.rows_of("SELECT settled FROM subject_key") == [(0,)]
        office.pass_()
        assert office.rows_of("SELECT settled FROM subject_key") == [(1,)]
        assert b"geheim" not in office.config.store_path.read_bytes().lower()

    def test_allowed_again_they_are_stored_from_then_on(self, office):
        hide(office)
        office.tell(story())
        office.pass_()
        office.config = replace(office.config, privacy=PrivacySettings())
        m = Story().inbound("gina", "03-09 09:00", subject="Offen", message_id="g@gina.example")
        office.sources["info"].deliver(m, m.places[0])
        office.pass_()
        assert office.rows("subject_key")["subject_key"] == []
        content = office.config.store_path.read_bytes()
        assert b"Offen" in content
        assert b"Geheim" not in content


def killed(_):
    raise Killed
