"""Mailboxes of other users: their replies count, their personal mail is nobody's business."""

import pytest

from office import Office
from replywatch.app.checking.mailboxes import mailbox_findings
from replywatch.config.model import ImapAccount
from replywatch.domain.mailboxes.roles import Roles
from replywatch.domain.messages import Role
from said import in_words
from story import Story


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path)


def told(office, *, others=("user/eva", "user/eva/Sent")):
    """An enquiry that eva answers from her own mailbox, and mail to her alone."""
    story = Story()
    story.outbound("xaver", "01-05 09:00")
    asked = story.inbound("anna", "03-02 09:00")
    story.reply(asked, "03-02 10:00", by="eva", mailbox="user/eva/Sent")
    private = story.inbound("paula", "03-02 09:00", to="eva", mailbox="user/eva")
    hidden = story.inbound("berta", "03-02 09:00", to="undisclosed@list.example", mailbox="user/eva")
    team = story.inbound("tina", "03-02 09:00", mailbox="user/eva")
    office.tell(story)
    office.sources["info"].others = others
    return asked, private, hidden, team


def test_replies_and_mail_to_the_team_count_and_nothing_else(office):
    asked, *_, team = told(office)
    office.pass_()
    assert office.exchanges_at() == {asked.message_id: "answered", team.message_id: "never"}
    assert office.report().ledger.not_watched == 2


def test_shared_mailboxes_are_like_the_account(office):
    asked, _, hidden, team = told(office, others=())
    office.pass_()
    found = office.exchanges_at()
    assert found.keys() == {asked.message_id, hidden.message_id, team.message_id}
    assert office.report().ledger.not_watched == 1


def test_an_account_that_is_not_watched_stays_so(tmp_path):
    office = Office(tmp_path, ImapAccount("info", watched=False))
    asked, _, _, team = told(office, others=())
    office.pass_()
    assert office.exchanges_at().keys() == {asked.message_id, team.message_id}


def test_whose_it_is_may_change(office):
    """The server says so only later; what it held is judged anew."""
    _, _, hidden, _ = told(office, others=())
    office.pass_()
    assert hidden.message_id in office.exchanges_at()
    office.sources["info"].others = ("user/eva", "user/eva/Sent")
    office.pass_()
    assert hidden.message_id not in office.exchanges_at()
    office.sources["info"].others = ()
    office.pass_()
    assert hidden.message_id in office.exchanges_at()


def test_the_sent_mail_of_another_user_is_not_that_of_the_account(office):
    story = Story()
    story.inbound("anna", "03-19 09:00")
    story.outbound("xaver", "01-05 09:00", by="eva", mailbox="user/eva/Sent")
    office.tell(story)
    office.sources["info"].others = ("user/eva/Sent",)
    assert office.one_pass().lacks_sent


def test_the_arrival_is_that_in_a_watched_mailbox(office):
    story = Story()
    mail = story.inbound("anna", "03-02 09:00", cc="eva", received=None)
    story.copy(mail, "user/eva", later=-1800)
    story.outbound("xaver", "01-05 09:00")
    office.tell(story)
    office.sources["info"].others = ("user/eva",)
    office.pass_()
    (found,) = office.rows_of("SELECT DISTINCT arrived_at FROM exchanges")
    assert found == (mail.when,)


def test_the_config_may_leave_them_out(tmp_path):
    office = Office(tmp_path, ImapAccount("info", roles=Roles((("user/eva", Role.SKIP),))))
    told(office)
    office.pass_()
    assert [what for what in office.sources["info"].asked if what[0] == "open"] == [("open", "INBOX"), ("open", "Sent")]


def test_check_says_whose_they_are(office):
    told(office)
    source = office.sources["info"]
    findings = mailbox_findings(office.config.accounts[0], source)
    said = []
    while True:
        try:
            said += [found.what for found in in_words([next(findings)])]
        except StopIteration as end:
            boxes = end.value
            break
    assert "user/eva: folder of another user, 3 messages" in said
    assert "user/eva/Sent: sent of another user (name), 1 message" in said
    assert [box.name for box in boxes] == ["INBOX", "Sent"], "what its mail says is not about this account"
