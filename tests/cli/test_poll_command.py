"""What a poll says, to people at a terminal and to cron."""

import os
import pty
import re
import subprocess
import sys
from dataclasses import replace

import pytest

from planted import Program, maildir_account, plant_maildir
from replywatch.domain.results.polled import AccountOutcome, Braked, Trouble, UnopenedMailbox
from replywatch.errors import MailboxError
from replywatch.render.locale import Locale
from replywatch.render.poll import account_lines
from story import Story


@pytest.fixture
def office(tmp_path):
    story = Story()
    story.outbound("xaver", "2024-01-05 09:00")
    story.inbound("anna", "2024-03-02 09:00")
    plant_maildir(story, tmp_path / "mail")
    return Program(tmp_path, accounts={"info": maildir_account()})


def on_a_terminal(program, *words, typed="", **settings):
    """What a terminal gets to see of a run: its stdout and stderr are one, and so is what somebody types."""
    return seen_on_a_terminal(program, [sys.executable, "-m", "replywatch", *words], typed=typed, **settings)


def seen_on_a_terminal(program, command, *, typed="", **settings):
    """The same of any command, run where the program runs."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command,
        cwd=program.folder,
        env=program.environment | {"TERM": "xterm"} | settings,
        stdin=theirs if typed else subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    ) as child:
        os.close(theirs)
        os.write(ours, typed.encode())
        seen = bytearray()
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            seen += part
        os.close(ours)
    return child.returncode, seen.decode()


def test_a_line_for_each_account_on_stderr(office):
    done = office.run("poll")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "info: 2 new messages, 2 mailboxes\n")
    assert office.run("poll").stderr == "info: 0 new messages, 2 mailboxes\n"


def test_cron_hears_nothing_if_nothing_is_wrong(office):
    done = office.run("poll", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_terminal_gets_bars_that_are_wiped_away(office):
    code, seen = on_a_terminal(office, "poll")
    assert code == 0
    assert "\x1b[" in seen
    assert "info: INBOX" in seen
    lines = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen.replace("\r", "\n")).splitlines()
    assert "info: 2 new messages, 2 mailboxes" in map(str.strip, lines)
    assert "\x1b[2K" in seen[seen.rindex("info: 2 new") :], "the bar is wiped away"
    code, quiet = on_a_terminal(office, "poll", "--quiet")
    assert (code, quiet) == (0, "")


def test_mailbox_names_steer_no_terminal(office):
    story = Story()
    story.inbound("anna", "2024-03-02 09:00", mailbox="evil\x1b]0;owned\x07")
    plant_maildir(story, office.folder / "mail")
    _, seen = on_a_terminal(office, "poll")
    assert "\x1b]0;" not in seen
    assert "\x07" not in seen


def test_the_store_belongs_to_its_owner_alone(office):
    office.environment["UMASK"] = "0"
    old = os.umask(0)
    try:
        office.output("poll")
    finally:
        os.umask(old)
    assert {p.name: oct(p.stat().st_mode & 0o777) for p in office.store.parent.iterdir()} == {
        "mail.db": "0o600",
        "mail.db.lock": "0o600",
    }
    assert oct(office.store.parent.stat().st_mode & 0o777) == "0o700"


def test_a_store_that_others_can_read_is_said_in_a_line(office):
    assert "others" not in office.run("poll").stderr, "the first poll makes it for its owner alone"
    office.store.chmod(0o640)
    said = "Other users of this machine can read the store. `replywatch check` says how to mend that.\n"
    assert office.run("poll").stderr == f"{said}info: 0 new messages, 2 mailboxes\n"
    assert office.run("poll", "--quiet").stderr == ""


def test_the_environment_may_name_the_store(office):
    office.environment["REPLYWATCH_DATABASE"] = str(office.folder / "other.db")
    office.output("poll")
    assert (office.folder / "other.db").exists()
    assert not office.store.exists()


def many(office, count):
    """So much mail in the INBOX, polled; the files of it."""
    story = Story()
    for number in range(count):
        story.inbound(f"p{number}", "2024-03-02 09:00")
    plant_maildir(story, office.folder / "mail")
    assert office.run("poll", "--quiet").stderr == ""
    return sorted((office.folder / "mail" / "cur").iterdir())


def test_much_that_vanishes_at_once_is_said_in_full_when_it_begins(office):
    for path in many(office, 40)[:30]:
        path.unlink()
    done = office.run("poll", "--quiet")
    assert done.returncode == 0
    assert done.stderr == (
        "info: 30 of 40 messages of INBOX are missing all at once\n"
        "  They count as there until they have been missing for a day. Look at it, if nobody deleted them.\n"
    )
    assert office.run("poll", "--quiet").stderr == "", "cron would write a mail every time"
    assert "30 of 40 messages of INBOX are missing" in office.run("poll").stderr


def test_it_is_said_beside_an_error_too():
    """It begins once: said later, cron would never hear of it."""
    hold = Braked("INBOX", 30, 40, capped=False, begins=True)
    error = MailboxError("Mailbox 'Old' can't be opened", "Look at it.")
    news = frozenset({Trouble.FAILED, Trouble.UNREAD})
    outcome = AccountOutcome("info", 0, 2, error, 3, lacks_sent=False, holds=(hold,), news=news)
    assert list(account_lines(outcome, Locale(), quiet=True)) == [
        "info: failed: Mailbox 'Old' can't be opened",
        "  Look at it.",
        "info: 3 messages could not be read; every poll tries again",
        "info: 30 of 40 messages of INBOX are missing all at once",
        "  They count as there until they have been missing for a day. Look at it, if nobody deleted them.",
    ]


def test_what_cannot_be_opened_is_named_with_what_to_do():
    shut = (
        UnopenedMailbox("Kalender", is_hole=False, why="Mailbox 'Kalender' can't be opened at x:143: [NOPERM] no"),
        UnopenedMailbox("Sent", is_hole=True, why="Mailbox 'Sent' can't be opened at x:143: [NOPERM] no"),
        UnopenedMailbox("", is_hole=False),
    )
    news = frozenset({Trouble.UNOPENED})
    outcome = AccountOutcome("info", 0, 2, None, 0, lacks_sent=False, unopened=shut, news=news)
    lines = [
        "info: Mailbox 'Sent' can't be opened at x:143: [NOPERM] no",
        (
            "  Who has no answer counts as unknown, since it may lie there. If neither answers nor enquiries do, "
            'leave it out in the config, under [accounts.info]: mailboxes = { skip = ["Sent"] }'
        ),
        "info: Mailbox 'Kalender' can't be opened at x:143: [NOPERM] no",
        'info: "" can\'t be opened',
        (
            "  All else is read. To have it said no more, leave it out in the config, under [accounts.info]:"
            ' mailboxes = { skip = ["Kalender", ""] }'
        ),
    ]
    assert list(account_lines(outcome, Locale(), quiet=True)) == lines
    later = replace(outcome, news=frozenset())
    assert list(account_lines(later, Locale(), quiet=True)) == []
    assert list(account_lines(later, Locale(), quiet=False))[1:] == lines


def test_many_that_cannot_be_opened_fill_no_screen():
    shut = tuple(UnopenedMailbox(str(n), is_hole=False) for n in range(1000))
    outcome = AccountOutcome("info", 0, 2, None, 0, lacks_sent=False, unopened=shut)
    lines = list(account_lines(outcome, Locale(), quiet=False))
    assert len(lines) == 13
    assert lines[-2] == "info: 990 more mailboxes can't be opened"


def test_a_local_mailbox_hides_nothing(office):
    """A round number of files is no provider's limit."""
    for path in many(office, 1_003)[:3]:
        path.unlink()
    assert office.run("poll", "--quiet").stderr == ""


def test_a_mailbox_that_shows_as_many_as_some_providers_show():
    hold = Braked("INBOX", 2_345, 12_345, capped=True, begins=True)
    outcome = AccountOutcome("info", 0, 2, None, 0, lacks_sent=False, holds=(hold,))
    assert list(account_lines(outcome, Locale(), quiet=True)) == [
        "info: INBOX shows exactly 10,000 messages; 2,345 more are known",
        "  Some providers show no more than so many. The hidden ones count as there.",
    ]
    later = replace(outcome, holds=(replace(hold, begins=False),))
    assert list(account_lines(later, Locale(), quiet=True)) == []
    assert len(list(account_lines(later, Locale(), quiet=False))) == 2
