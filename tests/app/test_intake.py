"""No subject is stored where none is wanted, and every figure is the same."""

from dataclasses import replace

import pytest

from office import Office
from replywatch.config.model import PrivacySettings
from story import Story


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


def test_no_word_of_a_subject_is_in_the_store(office):
    hide(office)
    office.tell(story())
    office.pass_()
    files = list(office.config.store_path.parent.iterdir())
    assert files
    for path in files:
        content = path.read_bytes().lower()
        for word in (b"geheim", b"eiche", b"buche", b"teil", b"=?utf-8"):
            assert word not in content


def test_no_figure_differs(tmp_path):
    shown, hidden = Office(tmp_path / "shown"), Office(tmp_path / "hidden")
    hide(hidden)
    for office in (shown, hidden):
        office.tell(story())
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
    assert office.standings() == {q.message_id: "answered"}


def test_subjects_are_stored_otherwise(office):
    office.tell(story())
    office.pass_()
    assert b"Geheimsache" in b"".join(row[2] for row in office.rows("messages")["messages"])
    assert office.rows("subject_key")["subject_key"] == []
