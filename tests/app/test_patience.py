"""What is tried again, how soon and how often."""

import pytest

from office import Office, Watched
from replywatch.app.polling.patience import (
    ATTEMPTS,
    FIRST_PAUSE,
    GIVE_UP_AFTER,
    LONGEST_PAUSE,
    Patience,
)
from replywatch.app.polling.poll import poll
from replywatch.app.progress import Silent
from replywatch.errors import CertificateError, ConnectError, LoginError, MailboxError, SecretError
from replywatch.render.notices import notice_text
from story import HOUR, Story


class Time:
    """A clock that goes on only while somebody waits."""

    def __init__(self):
        self.now = 1000.0
        self.pauses = []

    def pause(self, seconds):
        self.pauses.append(seconds)
        self.now += seconds

    def patience(self, **settings):
        return Patience(pause=self.pause, clock=lambda: self.now, **settings)


class Notes(Silent):
    def __init__(self):
        self.lines = []

    def note(self, notice):
        self.lines.append(notice_text(notice))


@pytest.fixture
def time():
    return Time()


def attempts(patience, *errors, progress=None, takes=None):
    """Reads the account with these errors in turn, then without; how often it was tried, and the error in the end."""
    left, tried = list(errors), []

    def attempt():
        tried.append(None)
        if takes:
            takes()
        if left:
            raise left.pop(0)

    try:
        patience.read("info", attempt, progress or Silent())
    except (ConnectError, LoginError, MailboxError, SecretError) as error:
        return len(tried), error
    return len(tried), None


def passing(text="the line broke", **known):
    return ConnectError(text, transient=True, **known)


class TestWithinAPass:
    def test_what_works_is_not_done_twice(self, time):
        assert attempts(time.patience()) == (1, None)
        assert time.pauses == []

    def test_a_trouble_that_passes(self, time):
        assert attempts(time.patience(), passing(), passing()) == (3, None)
        first, second = time.pauses
        assert 2 <= first <= 4
        assert 8 <= second <= 10

    def test_a_trouble_that_does_not_pass(self, time):
        errors = [passing(str(n)) for n in range(20)]
        assert attempts(time.patience(), *errors) == (ATTEMPTS, errors[ATTEMPTS - 1])
        assert sum(time.pauses) < 60

    @pytest.mark.parametrize(
        "error",
        [
            LoginError("refused"),
            LoginError("refused", retry_after=5),
            CertificateError("expired"),
            SecretError("no such variable"),
            ConnectError("no STARTTLS"),
            MailboxError("no Sent mailbox"),
        ],
        ids=repr,
    )
    def test_what_only_somebody_can_mend_is_tried_once(self, time, error):
        assert attempts(time.patience(), error) == (1, error)
        assert time.pauses == []

    def test_a_lasting_trouble_after_a_passing_one(self, time):
        refused = LoginError("refused")
        assert attempts(time.patience(), passing(), refused) == (2, refused)

    def test_a_mailbox_that_is_in_use(self, time):
        assert attempts(time.patience(), MailboxError("in use", transient=True)) == (2, None)

    def test_a_bug_is_none_of_it(self, time):
        with pytest.raises(ZeroDivisionError):
            attempts(time.patience(), ZeroDivisionError())
        assert time.pauses == []

    def test_whoever_stops_the_program_is_obeyed(self, time):
        with pytest.raises(KeyboardInterrupt):
            attempts(time.patience(), KeyboardInterrupt())

    def test_whoever_stops_the_program_in_a_pause_is_obeyed(self):
        def interrupted(_):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            attempts(Patience(pause=interrupted), passing())

    def test_the_whole_takes_minutes_at_most(self, time):
        """An attempt may take a minute until it is clear that the server stalls."""

        def stall():
            time.now += 130

        tried, error = attempts(time.patience(), *[passing()] * 9, takes=stall)
        assert (tried, error.text) == (3, "the line broke")
        assert time.now < 1000 + 130 + GIVE_UP_AFTER + 130

    def test_hours_of_work_before_the_trouble_do_not_count(self, time):
        hours = iter([5 * HOUR, 0, 0])

        def work():
            time.now += next(hours)

        assert attempts(time.patience(), passing(), passing(), takes=work) == (3, None)

    def test_the_random_part_differs(self):
        pauses = set()
        for _ in range(20):
            time = Time()
            attempts(time.patience(), passing())
            pauses.add(time.pauses[0])
        assert len(pauses) > 10


class TestServersThatNameATime:
    @pytest.mark.parametrize("seconds", [20, 59.5, LONGEST_PAUSE])
    def test_a_short_one_is_waited_for(self, time, seconds):
        assert attempts(time.patience(), passing(retry_after=seconds)) == (2, None)
        assert time.pauses == [seconds]

    def test_one_that_is_shorter_than_ours(self, time):
        assert attempts(time.patience(), passing(retry_after=0.1)) == (2, None)
        assert time.pauses[0] >= 2

    @pytest.mark.parametrize("seconds", [LONGEST_PAUSE + 0.1, 299.91, 86_400])
    def test_for_a_long_one_the_pass_gives_up_at_once(self, time, seconds):
        error = passing(retry_after=seconds)
        assert attempts(time.patience(), error) == (1, error)
        assert time.pauses == []

    def test_several_short_ones(self, time):
        tried, _ = attempts(time.patience(), *[passing(retry_after=50)] * 9)
        assert tried == ATTEMPTS
        assert time.pauses == [50] * (ATTEMPTS - 1)


class TestNotes:
    def test_each_pause_is_said_with_its_reason(self, time):
        notes = Notes()
        attempts(time.patience(), passing("imap.example.com:993 stopped answering", retry_after=12), progress=notes)
        assert notes.lines == ["info: imap.example.com:993 stopped answering; trying again in 12 s"]

    def test_no_pause_is_announced_that_does_not_come(self, time):
        notes = Notes()
        attempts(time.patience(), *[passing()] * 9, progress=notes)
        assert len(notes.lines) == len(time.pauses) == ATTEMPTS - 1


class Shaky(Watched):
    """Breaks off at the mailboxes named, once for each time that they are named."""

    def __init__(self, *breaks):
        super().__init__()
        self.breaks = list(breaks)

    def open(self, name, known):
        if name in self.breaks:
            self.breaks.remove(name)
            self.asked.append(("broke", name))
            raise passing("it broke")
        return super().open(name, known)


class TestPasses:
    @pytest.fixture
    def office(self, tmp_path):
        office = Office(tmp_path)
        story = Story()
        story.reply(story.inbound("anna", "03-02 09:00"), "03-02 10:30")
        story.inbound("will", "03-19 09:00")
        office.story = story
        return office

    def shaken(self, office, *breaks):
        office.sources["info"] = Shaky(*breaks)
        office.tell(office.story)
        return office.sources["info"]

    def pass_(self, office, patience):
        office.now += HOUR
        (outcome,) = poll(office.config, lambda a: office.sources[a.name], lambda: office.now, Silent(), patience)
        return outcome

    def test_a_second_attempt_goes_on_where_the_first_stopped(self, office, time):
        source = self.shaken(office, "Sent", "Sent")
        outcome = self.pass_(office, time.patience())
        assert (outcome.error, outcome.messages, outcome.mailboxes) == (None, 3, 2)
        assert [asked for asked in source.asked if asked[0] != "fetch"] == [
            ("open", "INBOX"),
            ("broke", "Sent"),
            ("broke", "Sent"),
            ("open", "Sent"),
        ]
        assert len([asked for asked in source.asked if asked[0] == "fetch"]) == 3

    def test_the_end_is_that_of_a_pass_that_nothing_disturbed(self, office, time, tmp_path):
        self.shaken(office, "INBOX", "Sent")
        self.pass_(office, time.patience())
        shaken = office.rows()
        plain = Office(tmp_path / "plain")
        plain.tell(office.story)
        plain.pass_()
        assert shaken == plain.rows()

    def test_it_is_one_pass_and_speaks_of_its_start(self, office, time):
        """What was read in the first attempt is not read again: the figures are as old as that."""
        self.shaken(office, "Sent")
        start = office.now + HOUR

        def pause(seconds):
            office.now += 300

        self.pass_(office, Patience(pause=pause))
        assert office.now == start + 300
        assert office.report().as_of == start
        ((begun, ended, error),) = office.rows_of("SELECT started_at, finished_at, error FROM passes")
        assert (begun, ended, error) == (start, start + 300, None)

    def test_a_pass_that_fails_in_the_end(self, office, time):
        self.shaken(office, *["Sent"] * 9)
        outcome = self.pass_(office, time.patience())
        assert (outcome.error.text, outcome.messages, outcome.mailboxes) == ("it broke", 2, 1)
        assert office.rows_of("SELECT error FROM passes") == [("it broke",)]

    def test_without_patience_there_is_one_attempt(self, office):
        source = self.shaken(office, "Sent")
        assert office.pass_()[0].error.text == "it broke"
        assert source.breaks == []

    def test_missed_in_two_attempts_is_missed_once(self, office, time):
        """A mailbox counts as gone if two passes miss it, not two attempts in the same minute."""
        source = self.shaken(office)
        office.story.inbound("karl", "03-18 09:00", mailbox="Kunden")
        source.deliver(office.story.mails[-1], office.story.mails[-1].places[0])
        office.pass_()
        del source.boxes["Kunden"]
        source.boxes["INBOX"].uidnext += 1
        source.fails["INBOX"] = MailboxError("in use", transient=True)
        self.pass_(office, time.patience())
        assert len(time.pauses) == ATTEMPTS - 1
        assert office.rows_of("SELECT count(*) FROM locations WHERE gone IS NOT NULL") == [(0,)]
        self.pass_(office, time.patience())
        assert office.rows_of("SELECT count(*) FROM locations WHERE gone IS NOT NULL") == [(1,)]

    def test_times_named_for_mailboxes_are_kept_too(self, office, time):
        source = self.shaken(office)
        source.fails["INBOX"] = MailboxError("in use", transient=True, retry_after=40)
        source.fails["Sent"] = MailboxError("no such mailbox", retry_after=None)
        assert self.pass_(office, time.patience()).error.text == "in use"
        assert time.pauses == [40] * (ATTEMPTS - 1)

    def test_mailboxes_that_fail_for_good_are_not_tried_again(self, office, time):
        source = self.shaken(office)
        source.fails["INBOX"] = MailboxError("not for you")
        assert self.pass_(office, time.patience()).error.text == "not for you"
        assert time.pauses == []

    @pytest.mark.parametrize("name", ["INBOX", "Sent"])
    def test_where_a_server_stumbles_over_one_mailbox_it_is_asked_once_more_and_never_waited_for(
        self, office, time, name
    ):
        source = self.shaken(office)
        source.fails[name] = MailboxError("[SERVERBUG]", transient=True, stumbled=True)
        outcome = self.pass_(office, time.patience())
        assert (time.pauses, source.asked.count(("open", name))) == ([], 2)
        assert (outcome.error is None, bool(outcome.unopened)) == (name == "Sent", name == "Sent")

    def test_a_mailbox_that_is_listed_again_in_the_second_attempt_is_read(self, office, time):
        source = self.shaken(office)
        office.pass_()
        hidden = source.boxes.pop("Sent")
        source.boxes["INBOX"].uidnext += 1
        source.fails["INBOX"] = MailboxError("in use", transient=True)
        reply = office.story.reply(office.story.mails[-1], "03-20 10:00")

        def pause(_):
            source.boxes["Sent"] = hidden
            source.fails.clear()
            if len(hidden.messages) == 1:
                source.deliver(reply, reply.places[0])

        assert self.pass_(office, Patience(pause=pause)).error is None
        assert set(office.exchanges_at().values()) == {"answered"}

    def test_sent_mail_that_is_no_longer_listed_in_the_second_attempt_was_not_read(self, office, time):
        """The first attempt saw the mailbox, but did not get to read it: the pass is not complete."""
        source = self.shaken(office)
        office.pass_()
        source.boxes["Sent"].uidnext += 1
        source.fails["Sent"] = ConnectError("it broke", transient=True)

        def pause(_):
            source.boxes.pop("Sent", None)
            source.fails.clear()

        error = self.pass_(office, Patience(pause=pause)).error
        assert isinstance(error, MailboxError)
        assert "'Sent' with the sent mail is no longer there" in error.text

    def test_what_a_first_attempt_missed_and_a_second_one_finds_is_not_missed(self, office, time, monkeypatch):
        """The first attempt breaks off in the middle of comparing a list that was short for a moment."""
        office.story.inbound("karl", "03-19 10:00")
        source = self.shaken(office)
        office.pass_()
        box = source.boxes["INBOX"]
        hidden = {uid: box.messages.pop(uid) for uid in sorted(box.messages)[:1]}
        listed = source.uids
        monkeypatch.setattr("replywatch.app.polling.mailbox.WINDOW", 1)

        def uids(first, last):
            if hidden and first > 1:
                raise ConnectError("it broke", transient=True)
            return listed(first, last)

        source.uids = uids

        def pause(_):
            box.messages |= hidden
            hidden.clear()

        assert self.pass_(office, Patience(pause=pause)).error is None
        assert not hidden
        assert office.rows_of("SELECT count(*) FROM locations WHERE missed_at IS NOT NULL") == [(0,)]


def test_the_numbers_fit_each_other():
    assert FIRST_PAUSE < LONGEST_PAUSE < GIVE_UP_AFTER
    assert (ATTEMPTS - 1) * LONGEST_PAUSE < GIVE_UP_AFTER
