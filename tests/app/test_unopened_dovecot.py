"""What a real Dovecot lists and does not open: a Sieve link, a parent that was deleted, a share without a right."""

import pytest

from planted import plant_dovecot
from served import THREE, Office, three_letters
from story import HOUR


@pytest.fixture
def office(tmp_path, dovecot_user):
    (tmp_path / "office").mkdir()
    plant_dovecot(three_letters(), dovecot_user)
    return Office(tmp_path / "office", dovecot_user)


def test_a_sieve_link_beside_the_mail(office, dovecot_user):
    """Dovecot lists it as a mailbox and says [SERVERBUG] to it; there are figures, without any wait."""
    script = dovecot_user.maildir / "filters.sieve"
    script.write_text("keep;")
    (dovecot_user.maildir / ".dovecot.sieve").symlink_to(script)
    outcome = office.poll()
    assert (outcome.error, outcome.messages) == (None, 5)
    assert [(m.mailbox, m.is_hole, "SERVERBUG" in m.why) for m in outcome.unopened] == [("dovecot/sieve", False, True)]
    assert office.exchanges_at() == THREE
    assert not office.report().warnings


def test_a_parent_that_was_deleted_and_is_still_listed(office, dovecot_user):
    with dovecot_user.connect() as client:
        for name in ("Kunden/alt", "Kunden"):
            assert client.create(name)[0] == "OK"
        office.polls(1)
        assert client.delete("Kunden")[0] == "OK"
        assert any(line.endswith(b'"/" Kunden') for line in client.list()[1])
        assert b"doesn't exist" in client.select("Kunden", readonly=True)[1][0]
    for _ in range(2):
        outcome = office.poll()
        assert (outcome.error, outcome.unopened) == (None, ())
    assert (office.exchanges_at(), office.report().as_of) == (THREE, office.now)


def test_sent_mail_that_may_no_longer_be_read(office, dovecot_user):
    with dovecot_user.connect() as client:
        office.polls(2)
        read_to = office.now
        assert client.setacl("Sent", dovecot_user.name, "l")[0] == "OK"
        outcome = office.poll()
        assert [(m.mailbox, m.is_hole, "NOPERM" in m.why) for m in outcome.unopened] == [("Sent", True, True)]
        assert office.exchanges_at() == THREE | {"will": "unknown"}
        (account,) = office.report().coverage.accounts
        assert (account.covered_to, account.last_complete) == (read_to, read_to + HOUR)
        assert client.setacl("Sent", dovecot_user.name, "lrswipkxtea")[0] == "OK"
    assert office.poll().unopened == ()
    assert office.exchanges_at() == THREE
