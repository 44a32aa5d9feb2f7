"""A mailbox that is listed and can't be opened: all else is read, and what may lie there is said, never guessed."""

from dataclasses import replace

import pytest

from office import Office, Watched
from replywatch.app.checking.mailboxes import mailbox_findings
from replywatch.app.deriving.accounts import drop
from replywatch.app.polling.poll import poll
from replywatch.app.progress import Silent
from replywatch.app.reporting.status import status
from replywatch.app.reporting.waiting import WaitingQuery, waiting
from replywatch.config.model import ImapAccount, MaildirAccount
from replywatch.domain.mailboxes.roles import Roles
from replywatch.domain.messages import Role
from replywatch.domain.results.finding import Severity
from replywatch.domain.results.polled import Trouble, UnopenedMailbox
from replywatch.domain.results.waiting import Verdict
from replywatch.domain.results.warning import Code
from replywatch.errors import MailboxError
from replywatch.store.database import Database
from replywatch.store.unopened import Unopened
from story import HOUR, Box, Story

DENIED = MailboxError("[NOPERM] not for you", "look")
GONE = MailboxError("[NONEXISTENT] no such mailbox", "look", absent=True)
IN_USE = MailboxError("[INUSE] locked", "look", transient=True)
BROKEN = MailboxError("[SERVERBUG] internal error", "look", transient=True, stumbled=True)


class Shutting(Watched):
    """Refuses STATUS as well as EXAMINE of the mailboxes that are to fail."""

    stateless = False
    """Refuses STATUS of all mailboxes."""
    refused = 0

    def __enter__(self):
        return self

    def open(self, name, known):
        self.stateless, before = False, self.stateless
        try:
            return super().open(name, known)
        finally:
            self.stateless = before

    def status(self, name, known):
        if self.stateless or name in self.fails:
            self.refused += 1
            raise self.fails.get(name, DENIED)
        return super().status(name, known)


def letters():
    """Nora was never answered, Anna was, Will waits; a supplier's mail was filed under Kunden."""
    story = Story()
    nora = story.inbound("nora", "01-10 09:00")
    story.outbound("xaver", "01-05 09:00")
    anna = story.inbound("anna", "03-02 09:00")
    story.reply(anna, "03-02 10:30")
    story.inbound("will", "03-19 09:00")
    story.inbound("olga", "03-01 09:00", mailbox="Kunden")
    assert nora
    return story


@pytest.fixture
def office(tmp_path):
    office = Office(tmp_path)
    office.sources = {name: Shutting() for name in office.sources}
    office.story = letters()
    office.tell(office.story)
    return office


def add(office, name, error, attributes=()):
    source = office.sources["info"]
    source.boxes.setdefault(name, Box())
    source.attributes[name] = attributes
    source.fails[name] = error


def standings(office):
    return sorted(office.exchanges_at().values())


def codes(office):
    return [warning.code for warning in office.report().warnings]


ALL = ["answered", "never", "never", "waiting"]
"""Where the four enquiries stand with everything read: Anna; Nora and Olga; Will."""


# A mailbox of which nothing was ever read


@pytest.mark.parametrize("error", [DENIED, BROKEN, MailboxError("says no UIDVALIDITY", "look")], ids=str)
@pytest.mark.parametrize("name", ["Kalender", "", ".dovecot.sieve", "Papierkorb", "Spam"])
def test_it_holds_nothing_back_and_is_named(office, name, error):
    add(office, name, error)
    outcome = office.one_pass()
    assert outcome.error is None
    assert outcome.unopened == (UnopenedMailbox(name, is_hole=False, why=error.text),)
    assert outcome.news == {Trouble.UNOPENED}
    assert standings(office) == ALL
    assert office.report().as_of == office.now
    assert codes(office) == []
    later = office.one_pass()
    assert (later.error, later.news, later.unopened) == (None, frozenset(), outcome.unopened)


def test_several_of_them(office):
    for name in ("Kalender", "Kontakte", ""):
        add(office, name, DENIED)
    assert [m.mailbox for m in office.one_pass().unopened] == ["", "Kalender", "Kontakte"]
    assert standings(office) == ALL
    del office.sources["info"].fails["Kontakte"]
    outcome = office.one_pass()
    assert ([m.mailbox for m in outcome.unopened], outcome.news) == (["", "Kalender"], {Trouble.UNOPENED})


HOLES = [
    ("Sent Items", ()),
    ("Gesendet", ("\\sent",)),
    ("Archiv", ()),
    ("Ablage", ("\\archive",)),
    ("Archiv/2024", ()),
]


@pytest.mark.parametrize(("name", "attributes"), HOLES, ids=str)
def test_sent_mail_or_an_archive_leaves_a_hole(office, name, attributes):
    """Although another mailbox with sent mail is read: the answer may lie in either."""
    add(office, name, DENIED, attributes)
    outcome = office.one_pass()
    assert outcome.error is None
    assert outcome.unopened == (UnopenedMailbox(name, is_hole=True, why=DENIED.text),)
    assert standings(office) == ["answered", "unknown", "unknown", "unknown"]
    assert office.report().as_of == office.now
    (warning,) = office.report().warnings
    assert (warning.code, warning.account) == (Code.MAILBOXES_UNOPENED, "info")
    assert warning.values == {"unopened": [{"mailbox": name, "last_read_at": None}], "more": 0}
    (account,) = office.report().coverage.accounts
    assert account.covered_to is None


def test_the_only_mailbox_with_sent_mail(office):
    office.sources["info"].fails["Sent"] = DENIED
    outcome = office.one_pass()
    assert (outcome.error, outcome.lacks_sent) == (None, False)
    assert standings(office) == ["unknown"] * 4
    assert codes(office) == [Code.MAILBOXES_UNOPENED]


def test_once_the_config_leaves_it_out_all_is_known_without_another_pass(office):
    add(office, "Archiv", DENIED)
    office.pass_()
    (account,) = office.config.accounts
    office.config = replace(office.config, accounts=(replace(account, roles=Roles((("Archiv", Role.SKIP),))),))
    assert standings(office) == ALL
    assert codes(office) == []
    assert office.one_pass().unopened == ()
    assert standings(office) == ALL


def test_sent_mail_of_another_user_leaves_none(office):
    add(office, "user/eva/Sent", DENIED)
    office.sources["info"].others = ("user/eva/Sent",)
    assert [m.is_hole for m in office.one_pass().unopened] == [False]
    assert standings(office) == ALL


def test_it_opens_at_last(office):
    office.sources["info"].fails["Sent"] = DENIED
    office.pass_()
    del office.sources["info"].fails["Sent"]
    outcome = office.one_pass()
    assert (outcome.unopened, outcome.messages) == ((), 2)
    assert standings(office) == ALL
    assert codes(office) == []
    office.pass_()
    assert office.rows_of("SELECT * FROM unopened") == []


# A mailbox that was read before


@pytest.mark.parametrize("error", [DENIED, BROKEN], ids=str)
@pytest.mark.parametrize("name", ["Sent", "Kunden"])
def test_what_was_read_stays_and_what_came_since_is_unknown(office, name, error):
    office.pass_()
    read_to = office.now
    office.tell_again = office.story.inbound("zoe", "03-20 13:30")
    office.sources["info"].deliver(office.tell_again, office.tell_again.places[0])
    before = office.rows("locations")["locations"]
    office.sources["info"].fails[name] = error
    outcome = office.one_pass()
    assert (outcome.error, outcome.messages) == (None, 1)
    assert [(m.mailbox, m.is_hole) for m in outcome.unopened] == [(name, True)]
    report = office.report()
    assert report.as_of == office.now > read_to
    assert standings(office) == ["answered", "never", "never", "unknown", "unknown"]
    (account,) = report.coverage.accounts
    assert account.covered_to == read_to
    (warning,) = report.warnings
    assert warning.values == {"unopened": [{"mailbox": name, "last_read_at": read_to}], "more": 0}
    assert [row for row in office.rows("locations")["locations"] if row in before] == before, "nothing is missed"
    office.pass_()
    (warning,) = office.report().warnings
    assert warning.values["unopened"][0]["last_read_at"] == read_to
    del office.sources["info"].fails[name]
    office.pass_()
    assert (standings(office), codes(office)) == ([*ALL, "waiting"], [])


def test_figures_of_a_moment_before_the_hole_are_as_they_were(office):
    office.pass_()
    office.sources["info"].fails["Sent"] = DENIED
    office.pass_()
    office.pass_()
    assert [row.count for row in office.report(as_of="2024-03-20 12:30").buckets if row.bucket.key == "unknown"] == [0]


def test_an_alarm_cannot_say(office):
    """Nobody is known to wait; but who wrote to Kunden since then is not seen."""
    reply = office.story.reply(office.story.mails[4], "03-19 10:00")
    office.sources["info"].deliver(reply, reply.places[0])

    def verdict():
        return waiting(office.config, WaitingQuery(), office.now, Silent()).verdict(turns=True)

    office.pass_()
    assert verdict() is Verdict.FINE
    office.sources["info"].fails["Kunden"] = DENIED
    office.pass_()
    assert verdict() is Verdict.CANT_SAY
    assert status(office.config, office.now).is_stale
    del office.sources["info"].fails["Kunden"]
    office.pass_()
    assert verdict() is Verdict.FINE


def test_a_hole_counts_whatever_other_accounts_cover(tmp_path):
    office = Office(tmp_path, ImapAccount("info"), ImapAccount("eva"))
    office.sources = {name: Shutting() for name in office.sources}
    story = letters()
    story.outbound("xaver", "01-04 09:00", account="eva")
    office.tell(story)
    office.pass_()
    assert standings(office) == ALL
    office.sources["eva"].fails["Sent"] = DENIED
    office.pass_()
    assert standings(office) == ["answered", "never", "never", "unknown"]
    info, eva = office.config.accounts
    office.config = replace(office.config, accounts=(info, replace(eva, enabled=False)))
    assert standings(office) == ALL, "who is not polled any more covers what was covered, and holds nothing back"


def test_it_is_over_only_once_it_was_read_to_its_end(office):
    """It opens again and can't be searched: the pass that ended with the hole is still the last one."""
    office.pass_()
    source = office.sources["info"]
    source.fails["Sent"] = DENIED
    reply = office.story.reply(office.story.mails[4], "03-20 13:30")
    source.deliver(reply, reply.places[0])
    office.pass_()
    assert standings(office) == ["answered", "never", "never", "unknown"]
    del source.fails["Sent"]
    uids, source.uids = source.uids, _refusing
    assert office.one_pass().error.text == "can't be searched"
    assert standings(office) == ["answered", "never", "never", "unknown"]
    source.uids = uids
    office.pass_()
    assert standings(office) == ["answered", "answered", "never", "never"]


def _refusing(first, last):
    raise MailboxError("can't be searched", "look")


def test_a_report_between_a_pass_and_its_derivation_is_of_the_pass_before(office):
    """Until all accounts are read and derived, figures are of an earlier moment, and the hole is in them."""
    office.pass_()
    source = office.sources["info"]
    source.fails["Sent"] = DENIED
    office.pass_()
    with Database(office.config.store_path) as database:
        (derived,) = database.rows("SELECT last_pass FROM derivation")
    del source.fails["Sent"]
    office.pass_()
    assert codes(office) == []
    with Database(office.config.store_path) as database, database.transaction():
        database.execute("UPDATE derivation SET last_pass = ?", list(derived))
        assert [row.listing.name for row in Unopened(database).mailboxes()] == ["Sent"]
        assert Unopened(database).mailboxes(derived=False) == []


# What may pass, and what has to be there


def test_what_may_pass_is_waited_for_a_day(office):
    office.pass_()
    as_of = office.now
    office.sources["info"].fails["Kunden"] = IN_USE
    for _ in range(24):
        outcome = office.one_pass()
        assert outcome.error.text == IN_USE.text
        assert outcome.unopened == ()
        assert office.report().as_of == as_of
    outcome = office.one_pass()
    assert (outcome.error, [m.mailbox for m in outcome.unopened]) == (None, ["Kunden"])
    assert office.report().as_of == office.now
    assert office.report().coverage.accounts[0].covered_to == as_of
    del office.sources["info"].fails["Kunden"]
    assert office.one_pass().unopened == ()
    office.sources["info"].fails["Kunden"] = IN_USE
    assert office.one_pass().error.text == IN_USE.text, "another day begins"


@pytest.mark.parametrize("error", [DENIED, GONE, BROKEN], ids=str)
def test_without_the_inbox_there_are_no_figures(office, error):
    office.pass_()
    as_of = office.now
    office.sources["info"].fails["INBOX"] = error
    for _ in range(30):
        outcome = office.one_pass()
        assert (outcome.error.text, outcome.unopened) == (error.text, ())
    assert office.report().as_of == as_of
    assert codes(office)[-1] is Code.LAST_ATTEMPT_FAILED


def test_a_mailbox_that_the_config_gives_the_role_of_the_inbox(office):
    (account,) = office.config.accounts
    office.config = replace(office.config, accounts=(replace(account, roles=Roles((("Kunden", Role.INBOX),))),))
    office.sources["info"].fails["Kunden"] = DENIED
    assert office.one_pass().error.text == DENIED.text


def test_files_that_cannot_be_read_are_for_their_owner_to_mend(tmp_path):
    office = Office(tmp_path, MaildirAccount("info", path=tmp_path))
    office.sources = {"info": Shutting()}
    office.tell(letters())
    office.sources["info"].fails["Kunden"] = DENIED
    assert office.one_pass().error.text == DENIED.text


def test_a_mailbox_whose_state_is_refused_is_opened(office):
    office.pass_()
    office.sources["info"].stateless = True
    mail = office.story.inbound("zoe", "03-20 13:30")
    office.sources["info"].deliver(mail, mail.places[0])
    outcome = office.one_pass()
    assert (outcome.error, outcome.messages, outcome.unopened) == (None, 1, ())
    assert office.sources["info"].refused == 3


# A mailbox that is not there, whatever the list says


def test_what_is_not_there_and_never_was_is_no_matter(office):
    add(office, "Kunden/alt", GONE)
    outcome = office.one_pass()
    assert (outcome.error, outcome.unopened, outcome.news) == (None, (), frozenset())
    assert standings(office) == ALL
    assert codes(office) == []


def test_what_is_not_there_any_more_is_gone_as_if_it_were_not_listed(office):
    office.pass_()
    add(office, "Kunden", GONE)
    gone = "SELECT count(*) FROM locations WHERE gone IS NOT NULL"
    assert office.one_pass().error is None
    assert office.rows_of(gone) == [(0,)]
    assert office.one_pass().error is None
    assert office.rows_of(gone) == [(1,)]
    assert (standings(office), codes(office)) == (ALL, [])


def test_sent_mail_that_is_no_longer_there_is_an_error_as_ever(office):
    office.pass_()
    add(office, "Sent", GONE)
    assert "with the sent mail is no longer there" in office.one_pass().error.text
    add(office, "Gesendet", GONE)
    assert "with the sent mail is no longer there" in office.one_pass().error.text


def test_a_mailbox_that_the_config_names_and_that_is_not_there(office):
    (account,) = office.config.accounts
    office.config = replace(office.config, accounts=(replace(account, roles=Roles((("Ablage", Role.ARCHIVE),))),))
    add(office, "Ablage", GONE)
    assert "no mailbox 'Ablage', which the config names" in office.one_pass().error.text


def test_an_account_that_lists_a_sent_mailbox_which_is_not_there_lacks_one(office):
    source = office.sources["info"]
    source.boxes["Gesendet"] = source.boxes.pop("Sent")
    source.fails["Gesendet"] = GONE
    assert office.one_pass().lacks_sent


def test_what_status_says(office):
    add(office, "Kalender", DENIED)
    office.pass_()
    (account,) = status(office.config, office.now).accounts
    assert (account.state, account.unopened) == ("fine", ("Kalender",))


def test_each_pass_asks_for_it_once(office):
    add(office, "Kalender", DENIED)
    office.pass_()
    office.sources["info"].asked.clear()
    poll(office.config, lambda a: office.sources[a.name], lambda: office.now + HOUR, Silent())
    assert office.sources["info"].asked == [("open", "Kalender")]


@pytest.mark.parametrize("how", ["not there", "not listed"])
def test_a_hole_ends_where_its_mailbox_does(office, how):
    office.pass_()
    office.sources["info"].fails["Kunden"] = DENIED
    office.pass_()
    assert codes(office) == [Code.MAILBOXES_UNOPENED]
    if how == "not there":
        office.sources["info"].fails["Kunden"] = GONE
    else:
        del office.sources["info"].boxes["Kunden"]
    assert office.one_pass().unopened == ()
    assert (standings(office), codes(office)) == (ALL, [])


# What check says


def checked(office, **roles):
    """(severity, code) of all that `check` finds about mailboxes, but for those that open."""
    (account,) = office.config.accounts
    account = replace(account, roles=Roles(tuple((name, Role(role)) for name, role in roles.items())))
    return [(f.severity, f.code) for f in mailbox_findings(account, office.sources["info"]) if f.code != "mailbox"]


CHECKED = [
    ("Kalender", DENIED, {}, [(Severity.WARNING, "mailbox_unopened")]),
    ("Gesendet", DENIED, {}, [(Severity.ERROR, "mailbox_unopened")]),
    ("Archiv", DENIED, {}, [(Severity.ERROR, "mailbox_unopened")]),
    ("Archiv", DENIED, {"Archiv": "skip"}, [(Severity.OK, "mailbox_skipped")]),
    ("Kalender", GONE, {}, [(Severity.OK, "mailbox_not_there")]),
    ("Ablage", GONE, {"Ablage": "archive"}, [(Severity.OK, "mailbox_not_there"), (Severity.ERROR, "mailbox_absent")]),
    ("INBOX", GONE, {}, [(Severity.ERROR, "failed")]),
    ("INBOX", DENIED, {}, [(Severity.ERROR, "failed")]),
]


@pytest.mark.parametrize(("name", "error", "roles", "expected"), CHECKED)
def test_what_check_says(office, name, error, roles, expected):
    add(office, name, error)
    assert checked(office, **roles) == expected


def test_check_opens_what_a_poll_would_open(office):
    office.sources["info"].stateless = True
    assert checked(office) == []
    assert sorted(office.sources["info"].asked) == [("open", "INBOX"), ("open", "Kunden"), ("open", "Sent")]


def test_it_goes_with_its_account(office):
    office.pass_()
    office.sources["info"].fails["Sent"] = DENIED
    office.pass_()
    drop(office.config, "info", office.now, Silent())
    assert office.rows_of("SELECT * FROM unopened") == []
