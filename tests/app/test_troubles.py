"""What lasts is said once: when it begins, when it becomes something else, when it ends, and once a day."""

from dataclasses import replace

import pytest

from office import Office
from replywatch.app.polling.troubles import REMINDER, troubles_of
from replywatch.domain.mailboxes.unread import UnreadFile, Why
from replywatch.domain.results.polled import AccountOutcome, Trouble
from replywatch.domain.results.polled import UnopenedMailbox as Unopened
from replywatch.errors import CertificateError, ConnectError, LoginError, MailboxError, SecretError, SourceError
from replywatch.store.refusals import SaidTrouble
from story import DAY, HOUR, Story

FAILED, UNREAD, UNREAD_FILES, LACKS_SENT, UNOPENED = Trouble
WELL = AccountOutcome("info", 0, 2, None, 0, lacks_sent=False)
SHUT = replace(WELL, unopened=(Unopened("A", is_hole=False, why="no"),))
NOW = 1_710_932_400


def failed(error, **changes):
    return replace(WELL, error=error, **changes)


def down(text):
    return failed(ConnectError(text, transient=True))


def unread(path):
    return replace(WELL, unread_files=(UnreadFile(path, Why.PACKED, "zstd"),))


def said_of(*outcomes, apart=60):
    """What is said after each of these passes: those troubles whose saying is new."""
    known, said = {}, []
    for number, outcome in enumerate(outcomes):
        there = troubles_of(outcome, known, NOW + number * apart)
        said.append({trouble for trouble, what in there.items() if what != known.get(trouble)})
        known = there
    return said


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        ([WELL, WELL], [set(), set()]),
        ([down("it hung up"), down("it hung up"), down("it hung up")], [{FAILED}, set(), set()]),
        ([down("it hung up"), down("it did not answer")], [{FAILED}, set()]),
        ([down("it hung up"), WELL, down("it hung up")], [{FAILED}, set(), {FAILED}]),
        ([down("it hung up"), failed(LoginError("wrong"))], [{FAILED}, {FAILED}]),
        ([failed(ConnectError("x")), failed(CertificateError("x"))], [{FAILED}, {FAILED}]),
        ([failed(MailboxError("'A' can't be opened")), failed(MailboxError("'B' can't be opened"))], [{FAILED}] * 2),
        ([failed(LoginError("no (id 1a2b, 12:00)")), failed(LoginError("no (id 7c, 12:15)"))], [{FAILED}, set()]),
        ([failed(SecretError("INFO is not set")), failed(SecretError("pass failed"))], [{FAILED}, {FAILED}]),
        ([replace(WELL, unread=3), replace(WELL, unread=3), replace(WELL, unread=4)], [{UNREAD}, set(), {UNREAD}]),
        ([unread("a"), unread("a"), unread("b")], [{UNREAD_FILES}, set(), {UNREAD_FILES}]),
        ([unread("a"), WELL, unread("a")], [{UNREAD_FILES}, set(), {UNREAD_FILES}]),
        # which files there are is not known where the walk through them failed
        ([unread("a"), failed(SourceError("x")), unread("a")], [{UNREAD_FILES}, {FAILED}, set()]),
        ([replace(WELL, lacks_sent=True)] * 3, [{LACKS_SENT}, set(), set()]),
        ([replace(WELL, lacks_sent=True), WELL, replace(WELL, lacks_sent=True)], [{LACKS_SENT}, set(), {LACKS_SENT}]),
        # nobody knows of a Sent mailbox while the server is down
        ([replace(WELL, lacks_sent=True), down("x"), replace(WELL, lacks_sent=True)], [{LACKS_SENT}, {FAILED}, set()]),
        ([SHUT] * 3, [{UNOPENED}, set(), set()]),
        ([SHUT, WELL, SHUT], [{UNOPENED}, set(), {UNOPENED}]),
        # another one, or one that matters now; not in other words
        ([SHUT, replace(SHUT, unopened=(*SHUT.unopened, Unopened("B", is_hole=False)))], [{UNOPENED}] * 2),
        ([SHUT, replace(SHUT, unopened=(Unopened("A", is_hole=True),))], [{UNOPENED}] * 2),
        ([SHUT, replace(SHUT, unopened=(Unopened("A", is_hole=False, why="no 17"),))], [{UNOPENED}, set()]),
        ([SHUT, replace(SHUT, error=ConnectError("x")), SHUT], [{UNOPENED}, {FAILED}, set()]),
        ([failed(LoginError("wrong"), unread=3)] * 2, [{FAILED, UNREAD}, set()]),
    ],
)  # fmt: skip
def test_what_is_news(outcomes, said):
    assert said_of(*outcomes) == said


def test_what_is_left_alone_is_as_it_was():
    """Also where the words of its last pass are erased by now."""
    before = failed(LoginError("wrong"), unread=3)
    resting = failed(LoginError("erased"), left_alone=True)
    assert said_of(before, resting, resting, before) == [{FAILED, UNREAD}, set(), set(), set()]


def test_who_is_left_alone_and_was_never_spoken_of():
    assert said_of(failed(LoginError("wrong"), left_alone=True)) == [{FAILED}]


def test_a_day_later_it_is_said_again_with_its_beginning():
    outcome, known = failed(LoginError("wrong")), {}
    for hour in range(49):
        known = troubles_of(outcome, known, NOW + hour * HOUR)
        assert known[FAILED].began_at == NOW
        assert known[FAILED].said_at == NOW + hour * HOUR // DAY * DAY
    assert REMINDER == DAY


def test_another_reason_does_not_end_it():
    known = troubles_of(failed(LoginError("wrong")), {}, NOW)
    assert troubles_of(down("x"), known, NOW + 60)[FAILED][1:] == (NOW, NOW + 60)


def test_the_store_has_no_words_of_it():
    (said,) = troubles_of(failed(MailboxError("Mailbox 'Anna Bell' can't be opened")), {}, NOW).values()
    assert isinstance(said, SaidTrouble)
    assert "Anna" not in said.reason


class TestPasses:
    @pytest.fixture
    def office(self, tmp_path):
        office, story = Office(tmp_path), Story()
        story.outbound("xaver", "01-05 09:00")
        story.inbound("anna", "03-02 09:00")
        office.tell(story)
        return office

    def test_from_the_first_trouble_to_the_last(self, office):
        assert (office.one_pass().news, office.one_pass().well_again) == (set(), False)
        office.sources["info"].fails[""] = ConnectError("it hung up", transient=True)
        began = office.now + HOUR
        for news in ({FAILED}, set(), set()):
            outcome = office.one_pass()
            assert (outcome.news, outcome.failing_since, outcome.failed_before) == (news, began, news == set())
        office.sources["info"].fails.clear()
        outcome = office.one_pass()
        assert (outcome.news, outcome.failing_since, outcome.well_again) == (set(), began, True)
        outcome = office.one_pass()
        assert (outcome.failing_since, outcome.well_again) == (None, False)
        assert office.rows("troubles") == {"troubles": []}

    def test_a_clock_that_was_ahead_silences_nothing(self, office):
        """What was said under it counts as said just now: it is said again a day later, and not years."""
        office.sources["info"].fails[""] = ConnectError("it hung up", transient=True)
        news = [office.pass_(hours)[0].news for hours in (365 * 24, -365 * 24, 23, 1, 1)]
        assert news == [{FAILED}, set(), set(), {FAILED}, set()]
        assert office.one_pass().failing_since == office.now - 26 * HOUR

    def test_messages_that_can_not_be_read(self, office):
        office.sources["info"].never.add(("INBOX", 1))
        assert [office.one_pass().news for _ in range(2)] == [{UNREAD}, set()]

    def test_no_sent_mailbox(self, tmp_path):
        office, story = Office(tmp_path), Story()
        story.inbound("anna", "03-02 09:00")
        office.tell(story)
        assert [(o.lacks_sent, o.news) for o in (office.one_pass(), office.one_pass())] == [
            (True, {LACKS_SENT}),
            (True, set()),
        ]
