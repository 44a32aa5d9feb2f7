"""The same mail at a new place, and other mail there, on a real server."""

import pytest

from planted import Program, dovecot_account, maildir_account, plant_dovecot, plant_maildir
from story import DAY, HOUR, Story, at

NOW = at("2024-03-20 12:00")


def mail(name, number=30):
    story = Story()
    story.outbound("xaver", NOW - 90 * DAY)
    for i in range(number):
        enquiry = story.inbound(f"{name}{i}", NOW - (60 - i) * DAY, subject=f"{name} {i}")
        if i % 3:
            story.reply(enquiry, NOW - (60 - i) * DAY + 5 * HOUR)
    return story


@pytest.fixture
def users(dovecot_server):
    return dovecot_server.new_user("old"), dovecot_server.new_user("new")


@pytest.fixture
def office(tmp_path, users):
    plant_dovecot(mail("anna"), users[0])
    program = Program(tmp_path, accounts={"info": dovecot_account(users[0])})
    program.output("poll")
    return program


def figures(office):
    return sorted((row["contact"], row["status"], row["answered_at"]) for row in office.lines("export"))


def test_mail_that_was_copied_to_a_new_server_goes_on(office, users):
    """Other UIDs and another UIDVALIDITY: it is found by its Message-IDs."""
    before = figures(office)
    plant_dovecot(mail("zoe", 9), users[1])  # so that the numbers differ
    plant_dovecot(mail("anna"), users[1])
    office.configure({"info": dovecot_account(users[1])})
    assert office.fails("report", code=2)
    office.output("poll")
    assert set(before) < set(figures(office))
    assert len(figures(office)) == len(before) + 9


def test_another_mailbox_is_left_alone(office, users):
    plant_dovecot(mail("zoe"), users[1])
    office.configure({"info": dovecot_account(users[1])})
    done = office.call("poll")
    assert done.returncode == 2
    assert f"account info was {users[0].name} at 127.0.0.1, now {users[1].name} at 127.0.0.1" in done.stderr
    assert office.fails("export", code=2)
    office.configure({"info": dovecot_account(users[0])})
    office.output("poll")
    assert len(figures(office)) == 30


def test_a_server_whose_mail_is_kept_as_a_maildir_from_now_on(office, tmp_path):
    before = figures(office)
    plant_maildir(mail("anna"), tmp_path / "mail")
    office.configure({"info": maildir_account()})
    office.output("poll")
    assert figures(office) == before
