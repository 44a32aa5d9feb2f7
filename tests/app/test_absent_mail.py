"""What mail tells of mail that is nowhere: answers from mailboxes that are not read, mail that was deleted for good.

Which messages tell it is for matching to say; here it is put into the derived rows.
"""

from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from office import Office
from replywatch.app.checking.absent import absent_findings, stored_absent_mail
from replywatch.config.another_account import another_account
from replywatch.config.load import load_config
from replywatch.config.model import ImapAccount, MboxAccount, OAuth2, ReportSettings, Tls
from replywatch.domain.results.absent_mail import AbsentMail
from replywatch.domain.results.warning import Code
from replywatch.store.database import Database
from story import DAY, HOUR, INFO, Story, at, cases

FLOW = "device"


def found_by_check(config, now):
    """What `check` says of it once mail was polled; None if it knows nothing."""
    absent = stored_absent_mail(config, now)
    return None if absent is None else list(absent_findings(absent))


class Told(Office):
    """An office whose mail was read, and what is told of mail that isn't there."""

    def __init__(self, folder, story, *accounts, **settings):
        super().__init__(folder, *accounts, **settings)
        self.story = story
        self.tell(story)
        self.pass_()

    def mark(self, column, *mails):
        with Database(self.config.store_path) as database:
            for mail in mails:
                database.execute(f"UPDATE judgements SET {column} = 1 WHERE identity = ?", [self.story.identity(mail)])

    def likely(self):
        return [mailbox.address for mailbox in self.report().absent.likely]

    def warned(self, **query):
        codes = {Code.ANSWERS_UNSEEN, Code.ANSWERS_TO_MISSING}
        return [(w.code, dict(w.values)) for w in self.report(**query).warnings if w.code in codes]


def asked(story, people, **said):
    """Each of them asks, and goes on a day later."""
    goes_on = []
    for number, who in enumerate(people):
        first = story.inbound(who, at("03-02 09:00") + number * HOUR, subject=f"Oak {number}")
        goes_on.append(story.inbound(who, first.when + DAY, subject=f"Re: Oak {number}", references=first, **said))
    return goes_on


@pytest.fixture
def story():
    story = Story()
    story.outbound("xaver", "01-05 09:00", by="ben")
    return story


def test_nothing_is_said_where_nothing_tells_of_it(tmp_path, story):
    asked(story, ["anna"])
    office = Told(tmp_path, story)
    assert office.report().absent == AbsentMail(0, 0, 0)
    assert office.warned() == []


def test_conversations_are_counted_not_mails(tmp_path, story):
    first, _ = asked(story, ["anna", "carl"], to=(INFO, "eva"))
    again = story.inbound("anna", first.when + HOUR, subject="Re: Oak 0", references=first, to=(INFO, "eva"))
    office = Told(tmp_path, story)
    office.mark("goes_on", first, again)
    assert office.report().absent.answers_unseen == 1
    (warned,) = office.warned()
    assert warned[0] is Code.ANSWERS_UNSEEN
    assert (warned[1]["conversations"], warned[1]["more"]) == (1, 0)
    assert [sorted(mailbox) for mailbox in warned[1]["mailboxes"]] == [["address", "toml"]], "nobody is counted alone"


def test_the_period_and_the_moment_limit_what_is_counted(tmp_path, story):
    mail, other = asked(story, ["anna", "carl"])
    office = Told(tmp_path, story)
    office.mark("goes_on", mail, other)
    for query, count in (
        ({}, 2),
        ({"since": "2026-03-04"}, 0),
        ({"until": "2026-03-02"}, 0),
        ({"as_of": "2026-03-03T09:00"}, 1),
        ({"as_of": "2026-03-03T08:59"}, 0),
    ):
        assert office.report(**query).absent.answers_unseen == count, query


def test_answers_to_mail_that_is_nowhere(tmp_path, story):
    answers = [story.outbound(f"p{n}", f"03-02 1{n}:00", replies=f"gone.{n}@p{n}.example") for n in range(3)]
    story.inbound("anna", "03-02 09:00")
    office = Told(tmp_path, story)
    office.mark("answers_missing", *answers)
    assert office.report().absent == AbsentMail(enquiries=1, answers_unseen=0, answers_to_missing=3)
    assert office.warned() == [(Code.ANSWERS_TO_MISSING, {"count": 3})]
    (finding,) = found_by_check(office.config, office.now)
    assert (finding.code, finding.values) == ("answers_to_missing", {"count": 3})


@cases("enquiries", "said", rows=[("one of a hundred", 100, True), ("one of a hundred and one", 101, False)])
def test_what_can_move_no_figure_is_counted_and_no_word_is_made_of_it(tmp_path, story, enquiries, said):
    people = [story.inbound(f"p{n}", at("03-02 09:00") + n, subject=f"Oak {n}") for n in range(enquiries)]
    answer = story.outbound("zoe", "03-02 10:00", replies="gone@zoe.example")
    office = Told(tmp_path, story)
    office.mark("goes_on", people[0])
    office.mark("answers_missing", answer)
    absent = office.report().absent
    assert (absent.enquiries, absent.answers_unseen, absent.answers_to_missing) == (enquiries, 1, 1)
    assert [code for code, _ in office.warned()] == [Code.ANSWERS_UNSEEN, Code.ANSWERS_TO_MISSING] * said
    assert [f.code for f in found_by_check(office.config, office.now)] == (
        ["answers_unseen", "answers_to_missing"] * said
    )


class TestLikely:
    def test_those_named_most_come_first(self, tmp_path, story):
        often = asked(story, ["anna", "carl"], to=(INFO, "eva"))
        once = asked(story, ["dora"], to=INFO, cc="sales")
        office = Told(tmp_path, story)
        office.mark("goes_on", *often, *once)
        assert office.likely() == ["eva@example.com", "sales@example.com"]

    def test_more_than_five_are_not_all_named(self, tmp_path, story):
        mails = asked(story, ["anna"], to=(INFO, *(f"c{n}@example.com" for n in range(7))))
        office = Told(tmp_path, story)
        office.mark("goes_on", *mails)
        assert office.likely() == [f"c{n}@example.com" for n in range(5)]
        assert office.report().absent.more == 2

    def test_an_address_that_stands_alone_is_read_already(self, tmp_path, story):
        mails = [*asked(story, ["anna"], to=(INFO, "eva", "sales")), *asked(story, ["carl"], to="sales")]
        office = Told(tmp_path, story)
        office.mark("goes_on", *mails)
        assert office.likely() == ["eva@example.com"], "anna asked info@ alone, and carl goes on with sales@ alone"

    def test_where_no_other_is_named_it_may_be_its_own_sent_mail(self, tmp_path, story):
        """Programs keep what is sent in the name of a shared address in another mailbox of that address."""
        mails = asked(story, ["anna"])
        office = Told(tmp_path, story)
        office.mark("goes_on", *mails)
        assert office.likely() == [INFO]

    def test_a_tag_makes_no_other_mailbox(self, tmp_path, story):
        tagged = [f"eva+{tag}@example.com" for tag in ("ticket7f3a9c2e51b04d", "b")]
        mails = [asked(story, [who], to=(INFO, to))[0] for who, to in zip(("anna", "carl"), tagged, strict=True)]
        office = Told(tmp_path, story)
        office.mark("goes_on", *mails)
        assert office.likely() == ["eva@example.com"]

    def test_whom_we_copied_in_is_no_reader_of_that_mail(self, tmp_path, story):
        ours = story.outbound("anna", "03-02 09:00", cc="eva")
        mail = story.inbound("anna", "03-03 09:00", to=("eva", "info"), references=ours, subject="Re: Oak")
        office = Told(tmp_path, story)
        office.mark("goes_on", mail)
        assert office.likely() == ["eva@example.com", INFO], "nothing shows whose of the two is read"

    def test_whose_sent_mail_is_read_is_not_named(self, tmp_path, story):
        mails = asked(story, ["anna"], to=(INFO, "eva", "ben"))
        office = Told(tmp_path, story)
        office.mark("goes_on", *mails)
        assert "ben@example.com" not in office.likely()
        assert "eva@example.com" in office.likely()

    @cases(
        *("mailbox", "account", "read"),
        rows=[
            ("a copy in Sent", "Sent", "info", True),
            ("a copy that she sent to us, too", "INBOX", "info", False),
            ("an archive of an account without Sent", "mail", "old", True),
        ],
    )
    def test_where_her_own_mail_was_found(self, tmp_path, story, mailbox, account, read):
        story.archives = frozenset({"old"})
        story.mail("eva", "02-02 09:00", ("zoe", INFO), mailbox=mailbox, account=account)
        story.outbound("zoe", "02-02 09:00", by="info")
        mails = [*asked(story, ["anna"], to=(INFO, "eva")), *asked(story, ["carl"])]
        office = Told(tmp_path, story, ImapAccount("info"), MboxAccount("old"))
        office.mark("goes_on", *mails)
        assert office.likely() == ([] if read else ["eva@example.com"])

    @cases(
        *("address", "settings", "accounts"),
        rows=[
            ("an account of its own", "eva@example.com", {}, [ImapAccount("eva", username="Eva@example.com")]),
            ("an account that was never read", "eva@example.com", {}, [MboxAccount("eva")]),
            ("a machine", "bot@example.com", {"automatic_senders": ["bot@example.com"]}, []),
            ("a web form", "web@example.com", {"webforms": ["web@example.com"]}, []),
            ("not ours", "eva@elsewhere.example", {}, []),
        ],
    )
    def test_who_is_never_named(self, tmp_path, story, address, settings, accounts):
        mails = [*asked(story, ["anna"], to=(INFO, address)), *asked(story, ["carl"])]
        story.outbound("zoe", "02-02 09:00", by="info")
        office = Told(tmp_path, story, ImapAccount("info"), *accounts, **settings)
        office.mark("goes_on", *mails)
        assert office.likely() == []
        (warned,) = office.warned()
        assert warned[1]["mailboxes"] == []


class TestCheck:
    @pytest.fixture
    def office(self, tmp_path, story):
        mails = [*asked(story, ["anna"], to=(INFO, "eva")), *asked(story, ["carl"])]
        office = Told(tmp_path, story)
        office.mark("goes_on", *mails)
        return office

    def test_the_same_as_the_report(self, office):
        (finding,) = found_by_check(office.config, office.now)
        ((_, warned),) = office.warned()
        assert (finding.severity, finding.account, finding.code) == ("warning", "", "answers_unseen")
        assert finding.values == warned | {"mailboxes": tuple(warned["mailboxes"])}

    def test_all_mail_counts_however_old(self, office):
        assert len(found_by_check(office.config, office.now + 400 * DAY)) == 1
        assert found_by_check(office.config, at("03-02 12:00")) == [], "nobody had written again then"

    def test_the_store_is_left_as_it_is(self, office):
        folder = office.config.store_path.parent
        before = {path.name: path.read_bytes() for path in folder.iterdir()}
        assert len(found_by_check(office.config, office.now)) == 1
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == before

    def test_under_another_config_nothing_is_known_yet(self, office):
        """The mailbox was just added, as the hint says: the next poll reads it."""
        account = ImapAccount("eva", username="eva@example.com")
        config = replace(office.config, accounts=(*office.config.accounts, account))
        assert found_by_check(config, office.now) is None

    def test_without_a_store_nothing_is_known(self, office, tmp_path):
        config = replace(office.config, store_path=tmp_path / "none" / "mail.db")
        assert found_by_check(config, office.now) is None
        assert not (tmp_path / "none").exists()


IMAP = ImapAccount("info", host="mail.example.com", username=INFO)
AZURE = OAuth2("microsoft", "0000-1111", FLOW, "https://login.example/token")


class TestToml:
    @cases(
        *("account", "address", "expected"),
        rows=[
            (
                "a colleague",
                IMAP,
                "Eva.Long@example.com",
                (
                    '[accounts.Eva-Long]\ntype = "imap"\nhost = "mail.example.com"\nusername = "Eva.Long@example.com"\n'
                    'password = { env = "REPLYWATCH_EVA_LONG_PASSWORD" }\nwatched = false'
                ),
            ),
            (
                "a watched address, odd connection, name taken",
                replace(IMAP, port=1143, tls=Tls.STARTTLS, ca_file=Path("/etc/ca.pem"), username="login"),
                "info@example.net",
                (
                    '[accounts.info-2]\ntype = "imap"\nhost = "mail.example.com"\nport = 1143\ntls = "starttls"\n'
                    'ca_file = "/etc/ca.pem"\nusername = "info"\npassword = { env = "REPLYWATCH_INFO_2_PASSWORD" }'
                ),
            ),
            (
                "without TLS",
                replace(IMAP, port=143, tls=Tls.NONE, allow_plaintext=True),
                "eva@example.com",
                (
                    '[accounts.eva]\ntype = "imap"\nhost = "mail.example.com"\ntls = "none"\nallow_plaintext = true\n'
                    'username = "eva@example.com"\npassword = { env = "REPLYWATCH_EVA_PASSWORD" }\nwatched = false'
                ),
            ),
            (
                "tokens",
                replace(IMAP, oauth2=AZURE),
                "日本@example.com",
                (
                    '[accounts.colleague]\ntype = "imap"\nhost = "mail.example.com"\nusername = "日本@example.com"\n'
                    'oauth2 = { provider = "microsoft", client_id = "0000-1111" }\nwatched = false'
                ),
            ),
            (
                "files",
                MboxAccount("info", path=Path("/mail/info")),
                'e"va@example.com',
                '[accounts.e-va]\ntype = "mbox"\npath = "…"\nwatched = false',
            ),
        ],
    )
    def test_a_table_that_the_config_takes(self, tmp_path, account, address, expected):
        office = Office(tmp_path, account, addresses=(INFO, "info@example.net"))
        toml = another_account(office.config, address)
        assert toml == expected
        path = tmp_path / "replywatch.toml"
        path.write_text(f'[team]\naddresses = ["{INFO}"]\n\n{toml}\n\n[report]\ntimezone = "UTC"\n', encoding="utf-8")
        (loaded,) = load_config(path, {}).accounts
        assert loaded.watched == ("watched = false" not in toml)

    def test_it_is_like_the_first_account_that_is_watched_and_read(self, tmp_path):
        accounts = [replace(IMAP, name=name, host=f"{name}.example.com") for name in ("old", "ben", "info")]
        accounts[0], accounts[1] = replace(accounts[0], enabled=False), replace(accounts[1], watched=False)
        config = Office(tmp_path, *accounts).config
        assert 'host = "info.example.com"' in another_account(config, "eva@example.com")
        config = replace(config, accounts=tuple(accounts[:2]), report=ReportSettings(ZoneInfo("UTC")))
        assert 'host = "old.example.com"' in another_account(config, "eva@example.com")


class TestPutAway:
    """What was thrown away or called spam, and counts only because it was answered."""

    def test_each_of_the_figures_that_are_asked_for(self, tmp_path, story):
        first = story.inbound("anna", "03-02 09:00")
        turn = story.answer(story.reply(first, "03-02 10:00"), "03-03 09:00", by="anna")
        story.reply(turn, "03-03 10:00")
        loose = story.inbound("carl", "03-10 09:00", subject="Beech")
        story.outbound("carl", "03-10 10:00", subject="Re: Beech")
        story.inbound("dora", "03-11 09:00", subject="Pine")
        office = Told(tmp_path, story)
        with Database(office.config.store_path) as database:
            ids = [story.identity(mail) for mail in (first, turn, loose)]
            database.execute("UPDATE exchanges SET put_away = 1 WHERE id IN (?, ?, ?)", ids)
        for query, count in (
            ({}, 2),
            ({"first_only": False}, 3),
            ({"since": "2026-03-03"}, 1),
            ({"until": "2026-03-02"}, 1),
            ({"as_of": "2026-03-09"}, 1),
        ):
            assert office.report(**query).put_away == count, query

    def test_none(self, tmp_path, story):
        assert Told(tmp_path, story).report().put_away == 0


class TestTold:
    """From the mail itself: nothing is put into the derived rows by hand."""

    def test_a_colleague_whose_mailbox_is_not_read_and_mail_that_was_deleted_for_good(self, tmp_path, story):
        story.outbound("xaver", "01-06 09:00", by="info")
        for number, who in enumerate(("anna", "carl", "dora")):
            first = story.inbound(who, at("03-02 09:00") + number * HOUR, subject=f"Oak {number}")
            named = (first, f"unseen.{number}@example.com")
            story.inbound(who, first.when + DAY, subject=f"Re: Oak {number}", references=named, to=("eva", INFO))
        story.inbound("flora", "03-03 09:00", subject="Pine")
        story.outbound("zoe", "03-04 09:00", replies="asked@zoe.example", subject="Re: Elm")
        story.outbound("eva", "03-04 10:00", replies="inside@example.com", subject="Re: lunch")
        office = Told(tmp_path, story)
        absent = office.report().absent
        assert (absent.answers_unseen, absent.answers_to_missing) == (3, 1)
        assert office.likely() == ["eva@example.com"]
        assert [code for code, _ in office.warned()] == [Code.ANSWERS_UNSEEN, Code.ANSWERS_TO_MISSING]
        assert [f.code for f in found_by_check(office.config, office.now)] == ["answers_unseen", "answers_to_missing"]

    def test_answered_mail_that_is_there_and_answers_that_were_seen_tell_nothing(self, tmp_path, story):
        first = story.inbound("anna", "03-02 09:00")
        reply = story.reply(first, "03-02 10:00")
        story.answer(reply, "03-03 09:00", by="anna")
        office = Told(tmp_path, story)
        assert office.report().absent == AbsentMail(0, 0, 0)

    def test_as_it_stood_then_what_nobody_had_answered_yet_is_set_aside(self, tmp_path, story):
        """What came later is left out, so that its conversation is looked at anew."""
        first = story.inbound("anna", "03-02 09:00", mailbox="Trash")
        reply = story.reply(first, "03-04 10:00")
        story.answer(reply, "03-10 09:00", by="anna")
        office = Told(tmp_path, story)
        for as_of, count in (("2026-03-03", 0), ("2026-03-05", 1), ("2026-03-12", 1)):
            report = office.report(as_of=as_of)
            assert (report.put_away, report.summary.total) == (count, count), as_of
