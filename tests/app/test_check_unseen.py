"""`check` names probable colleagues' mailboxes before the first poll, from the mail that it looks at."""

import pytest

from planted import Program, dovecot_account, maildir_account, plant_dovecot, plant_maildir
from replywatch.app.checking import samples, unseen
from replywatch.app.checking.check import check
from replywatch.app.polling.sources import open_source
from replywatch.app.progress import Silent
from replywatch.config.load import load_config
from replywatch.render.notices import stretch_text
from story import DAY, HOUR, INFO, Story, at

NOW = at("2024-03-20 12:00")


class Office(Program):
    """A config in a folder, and what `check` finds of answers that nobody saw."""

    def unseen(self, *names):
        config = load_config(self.folder / "replywatch.toml", {})
        found = [f for f in check(config, names, open_source, NOW) if f.topic == "answers"]
        assert len(found) < 2, "said once"
        return [(f.values["conversations"], [m["address"] for m in f.values["mailboxes"]]) for f in found]


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path, accounts={"info": maildir_account()})


def told(writes_on=2, mailbox="Trash"):
    """Of six enquiries Eva answered the first; those people write on, naming her mail. Hers lies in `mailbox`."""
    story = Story()
    for number in range(6):
        asked = story.inbound(f"p{number}", at("2024-03-01 09:00") + number * DAY, subject=f"Oak {number}")
        if number >= writes_on:
            story.reply(asked, asked.when + HOUR)
            continue
        answer = story.reply(asked, asked.when + HOUR, by="eva", mailbox=mailbox)
        story.answer(answer, asked.when + DAY, to=("eva", INFO))
        if mailbox == "Trash":
            story.mails.remove(answer)
    return story


FOUND = [(2, ["eva@example.com"])]
"""How many conversations go on after unseen mail, and whose mailbox it may be in."""


def test_a_colleague_is_named_before_anything_was_polled(office):
    plant_maildir(told(), office.folder / "mail")
    assert office.unseen() == FOUND
    assert not office.store.exists()


def test_whoever_watches_hears_which_account_is_looked_at(office):
    heard = []

    class Listening(Silent):
        def begin(self, stretch, total):
            heard.append((stretch_text(stretch), total))

    plant_maildir(told(), office.folder / "mail")
    config = load_config(office.folder / "replywatch.toml", {})
    findings = check(config, (), open_source, NOW, Listening())
    assert next(findings).account == ""
    assert heard == []
    assert [finding for finding in findings if finding.account == "info"]
    assert heard == [("Looking at info", None)]


def test_on_a_server_too(office, dovecot_user):
    plant_dovecot(told(), dovecot_user)
    office.configure({"info": dovecot_account(dovecot_user)})
    assert office.unseen() == FOUND


def test_the_store_says_it_once_there_is_one(office):
    plant_maildir(told(), office.folder / "mail")
    office.output("poll")
    assert office.unseen() == FOUND
    for file in (office.folder / "mail/cur").iterdir():
        file.unlink()
    assert office.unseen() == FOUND, "as it was when it was polled"


def test_nobody_is_named_where_all_answers_are_seen(office):
    plant_maildir(told(writes_on=0), office.folder / "mail")
    assert office.unseen() == []


def test_answers_in_other_mailboxes_of_the_account_are_looked_for(office, dovecot_user):
    plant_dovecot(told(mailbox="Kunden"), dovecot_user)
    office.configure({"info": dovecot_account(dovecot_user)})
    assert office.unseen() == []


def test_answers_in_another_account_are_looked_for(office):
    story = told(mailbox="Eva")
    plant_maildir(story, office.folder / "mail")
    (office.folder / "mail/.Eva").rename(office.folder / "eva")
    assert office.unseen() == FOUND
    office.configure({"info": maildir_account(), "eva": maildir_account(path="eva", watched=False)})
    assert office.unseen() == []
    assert office.unseen("info") == [], "hers was not looked at"


@pytest.mark.parametrize("newest", [4, 7])
def test_nothing_is_said_of_files_of_which_not_all_were_looked_at(office, monkeypatch, newest):
    plant_maildir(told(), office.folder / "mail")
    monkeypatch.setattr(samples.look, "__defaults__", (newest,))
    assert office.unseen() == []


def test_nothing_is_said_where_a_mailbox_was_left_out(office, monkeypatch):
    plant_maildir(told(), office.folder / "mail")
    monkeypatch.setattr(unseen, "LARGEST", 1)
    assert office.unseen() == []


def test_whose_sent_mail_is_read_is_not_named(office):
    story = told()
    for who in ("eva", "info"):
        story.outbound("xaver", "2024-03-10 09:00", by=who)
    plant_maildir(story, office.folder / "mail")
    assert office.unseen() == [(2, [])]


@pytest.mark.parametrize(("newest", "found"), [(4, []), (10, FOUND)])
def test_on_a_server_what_began_within_the_newest_mail_is_known_whole(office, dovecot_user, monkeypatch, newest, found):
    story = told()
    for day in range(2, 6):
        first = story.inbound("old", f"2024-02-0{day} 09:00", subject=f"Elm {day}")
        story.reply(first, f"2024-02-0{day} 10:00")
    gone = ("asked.long.ago@old.example", "answered.then@example.com")
    story.inbound("old", "2024-03-18 09:00", to=("eva", INFO), references=gone, subject="Re: Pine")
    story.mails.sort(key=lambda mail: mail.when)
    plant_dovecot(story, dovecot_user)
    office.configure({"info": dovecot_account(dovecot_user)})
    monkeypatch.setattr(samples.look, "__defaults__", (newest,))
    assert office.unseen() == found
