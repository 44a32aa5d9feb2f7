"""Is everything set up right? Asked of real accounts, each with one thing wrong."""

import re
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from planted import Program, dovecot_account, maildir_account, plant_dovecot, plant_maildir
from replywatch.app.checking.check import check
from replywatch.app.checking.mailboxes import Box
from replywatch.app.checking.samples import NEWEST, look
from replywatch.app.polling.sources import open_source
from replywatch.config.load import load_config
from replywatch.domain.messages import Role
from replywatch.domain.results.finding import Severity
from replywatch.domain.team import Team
from replywatch.errors import UsageError
from said import in_words
from servers.dovecot import Dovecot
from servers.scripted import ScriptedServer
from story import DAY, HOUR, MINUTE, Place, Story, at

NOW = at("2024-03-20 12:00")
OK, WARNING, ERROR = Severity


class Office(Program):
    """A config in a folder, and what `check` finds about it."""

    def check(self, *names, now=NOW):
        config = load_config(self.folder / "replywatch.toml", {})
        self.findings = in_words(check(config, names, open_source, now))
        return self

    def of(self, topic, account="info"):
        return [f for f in self.findings if (f.topic, f.account) == (topic, account)]

    def one(self, topic, account="info"):
        (finding,) = self.of(topic, account)
        return finding

    def worst(self):
        """What is not well: severity and topic of each."""
        return [(f.severity, f.topic) for f in self.findings if f.severity is not OK]


def told(sent="Sent", trace_later=2, saved_later=5):
    """Ten enquiries that were answered; each copy has the trace that delivery leaves."""
    story = Story()
    for number in range(10):
        when = at("2024-03-01 09:00") + number * DAY
        question = story.inbound(f"p{number}", when)
        place = question.places[0]
        received = f"Received: by mx; {_rfc(when)}\n"
        question.places[0] = Place(place.mailbox, place.account, when + trace_later, trace=received)
        answer = story.reply(question, when + HOUR, mailbox=sent)
        answer.places[0] = Place(sent, "info", when + HOUR + saved_later)
    return story


def _rfc(instant):
    return format_datetime(datetime.fromtimestamp(instant, UTC))


@pytest.fixture
def remote(tmp_path, dovecot_user):
    office = Office(tmp_path)

    def plant(story, **keys):
        plant_dovecot(story, dovecot_user)
        office.configure({"info": dovecot_account(dovecot_user, **keys)})
        return office

    return plant


@pytest.fixture
def local(tmp_path):
    office = Office(tmp_path)

    def plant(story, **keys):
        plant_maildir(story, tmp_path / "mail")
        office.configure({"info": maildir_account(**keys)})
        return office

    return plant


class TestServer:
    def test_all_is_well(self, remote, dovecot_user):
        office = remote(told()).check()
        assert office.worst() == []
        assert all(f.hint == "" for f in office.findings)
        port = dovecot_user.server.tls_port
        assert re.fullmatch(
            rf"127\.0\.0\.1:{port}, TLSv1\.[23]; certificate valid until \d{{4}}-\d\d-\d\d, \d+ days left",
            office.one("connection").what,
        )
        assert office.one("login").what == dovecot_user.name
        assert office.one("capabilities").what == "CONDSTORE, QRESYNC, SPECIAL-USE; without OBJECTID, X-GM-EXT-1"
        assert [f.what for f in office.of("mailbox")] == [
            "INBOX: inbox (name), 10 messages",
            "Sent: sent (special-use \\sent), 10 messages",
        ]
        assert office.one("read-only").what == "INBOX, Sent can be opened"
        assert office.one("senders").what == "10 of the newest 10 messages in Sent are from the team"
        assert office.one("span").what == "INBOX from 2024-03-01 to 2024-03-10, Sent from 2024-03-01 to 2024-03-10"
        assert [f.what for f in office.of("clock")] == [
            "INBOX: clock 2 s after the delivering server's (median of 10)",
            "Sent: clock 5 s after the sending computers' (median of 10)",
        ]
        assert office.one("addresses").what == "10 of the newest 10 personal mails here count"

    def test_nothing_is_changed(self, remote, dovecot_user):
        office = remote(told())
        files = dovecot_user.files()
        office.check()
        assert dovecot_user.files() == files, "names hold the flags"
        assert not office.store.parent.exists()

    @pytest.mark.parametrize(
        ("keys", "topic", "what", "hint"),
        [
            ({"password": "wrong"}, "connection", "refused the login of", "Check `username` and `password`"),
            ({"password": {"env": "NOT_SET_7"}}, "password", "NOT_SET_7 is not set", "export NOT_SET_7="),
            ({"password": {"file": "none"}}, "password", "none can't be read", "chmod 600"),
            ({"password": {"command": "/no/such"}}, "password", "/no/such can't be run", "whole path"),
            ({"host": Dovecot.EXPIRED}, "connection", "certificate has expired", "renew"),
            ({"host": Dovecot.WRONG_HOST}, "connection", "is for another host", "`host`"),
            ({"ca_file": ""}, "connection", "is not trusted", "`ca_file`"),
        ],
    )
    def test_no_way_in(self, remote, keys, topic, what, hint):
        office = remote(told(), **keys).check()
        finding = office.one(topic)
        assert (finding.severity, office.findings[-1]) == (ERROR, finding)
        assert what in finding.what
        assert hint in finding.hint
        assert Dovecot.PASSWORD not in repr(office.findings)

    def test_the_password_is_never_shown(self, remote):
        office = remote(told()).check()
        assert office.one("password").what == "in clear in the config"
        assert Dovecot.PASSWORD not in repr(office.findings)

    def test_a_certificate_that_expires_soon(self, remote):
        office = remote(told()).check()
        valid_until = int(re.search(r"(\d+) days left", office.one("connection").what)[1]) * DAY + NOW
        assert office.check(now=valid_until - 20 * DAY).worst() == []
        assert office.check(now=valid_until - 9 * DAY).worst() == [(WARNING, "connection")]
        assert "9 days left" in office.one("connection").what

    def test_without_tls(self, remote, dovecot_user):
        keys = {"tls": "none", "port": dovecot_user.server.port}
        office = remote(told(), **keys).check()
        assert office.one("connection").what.endswith(", without TLS on this machine")
        office.configure({"info": dovecot_account(dovecot_user, **keys, allow_plaintext=True)})
        assert office.check().worst() == [(WARNING, "connection")]

    def test_mailboxes_that_are_not_read(self, remote, dovecot_user):
        dovecot_user.create("Entwürfe", "Kunden", "Kunden/Alt", "Trash/Alt", "Privat")
        office = remote(told(), mailboxes={"skip": ["Privat"]}).check()
        assert [f.what for f in office.of("mailbox")] == [
            "Entwürfe: skipped (unsent mail)",
            "INBOX: inbox (name), 10 messages",
            "Kunden: folder, 0 messages",
            "Kunden/Alt: folder, 0 messages",
            "Privat: skipped (config)",
            "Sent: sent (special-use \\sent), 10 messages",
            "Trash/Alt: trash (below Trash), 0 messages",
        ]
        assert office.worst() == []

    def test_a_mailbox_of_the_config_is_missing(self, remote):
        office = remote(told(), mailboxes={"sent": ["Gesendet"], "skip": ["Sent"]}).check()
        finding = next(f for f in office.of("mailbox") if f.severity is ERROR)
        assert "there is no mailbox 'Gesendet'" in finding.what
        assert finding.hint.splitlines()[1] == '  mailboxes = { skip = ["Sent"], sent = ["…"] }'
        assert office.worst() == [(ERROR, "mailbox"), (ERROR, "sent")]

    def test_an_account_that_fails_stops_no_other(self, remote, dovecot_user):
        office = remote(told())
        good = dovecot_account(dovecot_user)
        office.configure({"bad": good | {"password": "x"}, "info": good, "off": good | {"enabled": False}})
        office.check()
        assert office.worst() == [(ERROR, "connection")]
        assert Counter(f.account for f in office.findings).keys() == {"", "bad", "info"}
        office.check("off", "info")
        assert Counter(f.account for f in office.findings).keys() == {"", "off", "info"}
        assert office.worst() == []
        with pytest.raises(UsageError, match="no account 'inof'"):
            office.check("inof")


class TestSent:
    def test_none_is_found(self, remote, dovecot_user):
        office = remote(told(sent="Postausgang Kunden"))
        dovecot_user.create("Kunden")
        office.check()
        finding = office.one("sent")
        assert (finding.severity, office.worst()) == (ERROR, [(ERROR, "sent")])
        first, second = finding.hint.splitlines()
        assert "There is mail of yours in Postausgang Kunden." in first
        assert "[accounts.info]" in first
        assert second == '  mailboxes = { sent = ["Postausgang Kunden"] }'
        office.configure({"info": dovecot_account(dovecot_user, mailboxes={"sent": ["Postausgang Kunden"]})})
        assert office.check().worst() == []

    def test_none_is_there(self, remote):
        story = Story()
        story.inbound("anna", "2024-03-02 09:00")
        office = remote(story).check()
        assert office.one("sent").hint.splitlines()[1] == '  mailboxes = { sent = ["…"] }'

    def test_empty(self, remote, dovecot_user):
        story = Story()
        story.inbound("anna", "2024-03-02 09:00")
        office = remote(story)
        dovecot_user.create("Sent")
        assert office.check().worst() == [(WARNING, "sent")]
        assert "Sent is empty" in office.one("sent").what

    def test_drafts_are_no_sent_mail(self, remote):
        story = Story()
        story.mail("ben", "2024-03-19 10:00", "will", mailbox="Sent", draft=True)
        assert remote(story).check().worst() == [(WARNING, "sent")]

    def test_begins_late(self, remote):
        story = told()
        story.inbound("early", "2023-06-01 09:00")
        office = remote(story).check()
        assert office.worst() == [(WARNING, "span")]
        assert office.one("span").what.endswith(
            "from 2023-06-01 to 2024-03-10, Sent from 2024-03-01 to 2024-03-10: Sent begins later"
        )

    def test_ends_early(self, remote):
        story = told()
        story.inbound("late", "2024-06-01 09:00")
        office = remote(story).check()
        assert office.worst() == [(WARNING, "span")]
        assert "nothing was sent lately" in office.one("span").what

    def test_an_import_does_not_hide_the_dates(self, remote):
        """All copies stamped with the day of the import; Sent begins a year later all the same."""
        story = told()
        old = story.inbound("early", "2023-01-01 09:00")
        old.places[0] = Place("INBOX", "info", at("2024-03-01 08:00"), trace=f"Received: by mx; {_rfc(old.when)}\n")
        assert (WARNING, "span") in remote(story).check().worst()


class TestTeam:
    def senders(self, remote, *senders):
        story = told()
        for number, sender in enumerate(senders):
            story.mail(sender, at("2024-03-05 10:00") + number * MINUTE, "anna", mailbox="Sent")
        return remote(story).check()

    def test_senders_that_are_not_in_the_team(self, remote):
        office = self.senders(remote, *["eva@beispiel.de"] * 3, *["max@gmail.com"] * 2, "once@other.example")
        finding = office.one("senders")
        assert finding.severity is WARNING
        assert finding.what == (
            "10 of the newest 16 messages in Sent are from the team;"
            " others are from eva@beispiel.de (3), max@gmail.com (2)"
        )
        assert finding.hint.splitlines()[1:] == [
            '  people = ["max@gmail.com"]',
            '  domains = ["example.com", "beispiel.de"]',
        ]

    def test_a_single_stranger_is_no_alias(self, remote):
        assert self.senders(remote, "once@other.example").worst() == []

    def test_hostile_senders(self, remote):
        names = [f'"{chr(8238)}x]\\"\\n"@h{n}.example' for n in range(8) for _ in range(2)]
        office = self.senders(remote, *names)
        assert "3 more" in office.one("senders").what

    def test_shared_addresses_that_are_not_watched(self, remote):
        story = told()
        for number in range(4):
            story.inbound(f"q{number}", "2024-03-05 10:00", to="sales@example.com")
        finding = remote(story).check().one("addresses")
        assert finding.severity is WARNING
        assert finding.what.startswith("10 of the newest 14 personal mails here count; others went to sales@ex")
        assert '  addresses = ["info@example.com", "sales@example.com"]' in finding.hint.splitlines()
        assert "  watched = false" in finding.hint.splitlines()

    @pytest.mark.parametrize("field", ["X-Original-To", "Resent-To", "Delivered-To"])
    def test_shared_addresses_that_only_the_way_here_names(self, remote, field):
        story = told()
        for number in range(4):
            to = {"to": f"q{number}@q.example", "fields": f"{field}: sales@example.com"}
            story.inbound(f"q{number}", "2024-03-05 10:00", **to)
        finding = remote(story).check().one("addresses")
        assert finding.severity is WARNING
        assert "others went to sales@example.com (4)" in finding.what

    def test_without_the_address_of_anybody_often_it_is_said_once_it_is_much(self, remote):
        story = told()
        for number in range(4):
            story.inbound(f"q{number}", "2024-03-05 10:00", to=f"sales{number}@example.com")
        finding = remote(story).check().one("addresses")
        assert (finding.severity, finding.what[:40]) == (WARNING, "10 of the newest 14 personal mails here ")
        story = told()
        story.inbound("q", "2024-03-05 10:00", to="sales@example.com")
        assert remote(story).check().worst() == []

    def test_an_archive_whose_colleagues_private_address_is_watched(self, tmp_path):
        """The list's mail counts nowhere then, and `people` is the way to name her."""
        story = told()
        for mail in story.mails:
            mail.header = mail.header.replace("To: info@example.com", "To: list@example.com")
        office = Office(tmp_path)
        TestFiles.write_mbox(tmp_path, story)
        team = {"addresses": ["anna.private@gmx.de"], "domains": ["example.com"]}
        office.configure({"info": {"type": "mbox", "path": "all.mbox"}}, team=team)
        finding = office.check().one("addresses")
        assert finding.what == (
            "0 of the newest 10 personal mails here count; others went to list@example.com (10), not among the watched"
            " addresses"
        )
        assert finding.hint.splitlines()[:3] == [
            "Watch shared addresses, too, and name colleagues' own under people, in [team]:",
            '  addresses = ["list@example.com"]',
            '  people = ["anna.private@gmx.de"]',
        ]

    def test_as_people_they_go_without_a_word(self, local):
        story = told()
        for number in range(8):
            story.inbound(f"q{number}", "2024-03-05 10:00", to="anna.private@gmx.de")
        office = local(story)
        assert office.check().one("addresses").what == "18 of the newest 18 personal mails here count"
        team = {"addresses": ["info@example.com"], "domains": ["example.com"], "people": ["anna.private@gmx.de"]}
        office.configure({"info": maildir_account()}, team=team)
        finding = office.check().one("addresses")
        assert (finding.severity, finding.what) == (OK, "10 of the newest 18 personal mails here count")

    def test_a_colleagues_own_mailbox(self, remote):
        story = told()
        for number in range(4):
            story.inbound(f"q{number}", "2024-03-05 10:00", to="eva")
        assert remote(story, watched=False).check().worst() == []

    def test_a_domain_that_is_open_to_everybody(self, local):
        office = local(told())
        office.configure({"info": maildir_account()}, team={"addresses": ["i@gmx.de"], "domains": ["gmx.de"]})
        office.check()
        assert (WARNING, "team") in office.worst()
        assert "anybody can have an address at gmx.de" in office.of("team", "")[1].what


class TestClocks:
    @pytest.mark.parametrize(
        ("trace_later", "severity", "says"),
        [
            (299, OK, "4 min after"),
            (301, WARNING, "5 min after"),
            (-20 * MINUTE, WARNING, "20 min before"),
            (400 * DAY, OK, "it is not believed"),
        ],
    )
    def test_of_the_server(self, remote, trace_later, severity, says):
        office = remote(told(trace_later=trace_later)).check()
        inbox = office.of("clock")[0]
        assert (inbox.severity, says in inbox.what) == (severity, True), inbox.what

    @pytest.mark.parametrize(("saved_later", "severity"), [(60, OK), (10 * MINUTE, WARNING), (-10 * MINUTE, WARNING)])
    def test_of_the_senders(self, remote, saved_later, severity):
        assert remote(told(saved_later=saved_later)).check().of("clock")[1].severity is severity

    @pytest.mark.parametrize(
        ("apart", "says"),
        [
            (2 * HOUR, "counts from when it was saved"),
            (-2 * HOUR, "replies count from their Date"),
            (-400 * DAY, "replies count from their Date"),
        ],
    )
    def test_of_senders_so_far_off_that_they_are_not_believed(self, remote, apart, says):
        clock = remote(told(saved_later=apart)).check().of("clock")[1]
        assert (clock.severity, says in clock.what) == (WARNING, True)

    def test_too_few_say_nothing(self, remote):
        story = Story()
        story.outbound("anna", "2024-03-02 09:00")
        assert remote(story).check().of("clock") == []


def moved_on(story, moment, kept=0):
    """The sent mail got this INTERNALDATE, all but the newest `kept`."""
    sent = [place for mail in story.mails for place in mail.places if place.mailbox == "Sent"]
    for mail in story.mails:
        mail.places = [
            replace(p, internal_date=at(moment)) if p in sent[: len(sent) - kept] else p for p in mail.places
        ]
    return story


class TestUnsure:
    """How many clocks nothing confirms, and why."""

    def unsure(self, office):
        return [f for f in office.check().of("clock") if "is unsure" in f.what]

    def test_all_is_well(self, remote):
        assert self.unsure(remote(told())) == []

    def test_moved_at_once(self, remote):
        (found,) = self.unsure(remote(moved_on(told(), "2024-03-15 10:00")))
        assert found.severity is WARNING
        assert found.what.startswith("Sent: the clock of 10 of 10 messages is unsure, most often because nothing confi")
        assert "Their Date counts" in found.hint
        assert "imapsync" in found.hint

    def test_too_few_for_a_move(self, remote):
        (found,) = self.unsure(remote(moved_on(told(), "2024-03-15 10:00", kept=2)))
        assert found.what.startswith(
            "Sent: the clock of 8 of 10 messages is unsure, most often because the reply was s"
        )
        assert "from when they were saved" in found.hint

    def test_the_oldest_alone_say_it_too(self, remote, monkeypatch):
        monkeypatch.setattr("replywatch.app.checking.samples.NEWEST", 4)
        monkeypatch.setattr(look, "__defaults__", (4,))
        (found,) = self.unsure(remote(moved_on(told(), "2024-03-15 10:00", kept=4)))
        assert found.what.startswith("Sent: the clock of 6 of 10")

    def test_mail_of_others_tells_nothing(self, remote):
        """A foreign sender is a warning of its own."""
        story = moved_on(told(), "2024-03-15 10:00")
        for mail in story.mails:
            mail.header = mail.header.replace("ben@example.com", "ben@elsewhere.example")
        office = remote(story)
        assert (self.unsure(office), office.one("senders").severity) == ([], WARNING)

    def test_enquiries_without_received_that_were_imported(self, remote):
        story = told()
        for mail in story.mails[::2]:
            mail.places[0] = replace(mail.places[0], trace="", internal_date=mail.when + 30 * DAY)
        (found,) = self.unsure(remote(story))
        assert found.what.startswith("INBOX: the clock of 10 of 10 messages is unsure, most often because nothing but ")


def without_times(story):
    """The same mail after an archive lost its times: no Received, no INTERNALDATE, and no zone in Date."""
    for mail in story.mails:
        mail.header = re.sub(r"(?m)^(Date: .*) [+-]\d{4}(\r?)$", r"\1\2", mail.header)
        mail.places = [replace(place, trace="", internal_date=1) for place in mail.places]
    return story


class TestFiles:
    def test_maildir(self, local):
        office = local(told()).check()
        assert office.worst() == []
        assert office.one("path").what == str(office.folder / "mail")
        assert office.one("senders").what == "10 of the newest 10 messages in Sent are from the team"
        assert office.of("password") == office.of("login") == []

    @pytest.mark.parametrize("later", [0, 40 * MINUTE, -5 * HOUR, 30 * DAY])
    def test_the_time_of_a_file_is_no_clock(self, local, later):
        """Whenever a program wrote it (mbsync takes the moment of the sync), nothing is said of it."""
        story = told()
        for mail in story.mails:
            mail.places[0] = replace(mail.places[0], internal_date=mail.when + later)
        office = local(story).check()
        assert office.worst() == []
        assert office.of("clock") == []

    def test_it_is_not_there(self, local):
        office = local(told(), path="nowhere").check()
        assert office.worst() == [(ERROR, "path")]
        assert office.one("path").hint

    @staticmethod
    def write_mbox(folder, story, separated="Fri Mar  1 09:00:00 2024"):
        with (folder / "all.mbox").open("wb") as out:
            for mail in story.mails:
                out.write(b"From x %b\n" % separated.encode() + mail.raw(mail.places[0]) + b"x\n\n")

    def mbox(self, folder, story, **said):
        self.write_mbox(folder, story, **said)
        office = Office(folder)
        office.configure({"info": {"type": "mbox", "path": "all.mbox"}})
        return office.check()

    def test_mbox_with_both_directions(self, tmp_path):
        office = self.mbox(tmp_path, told())
        assert office.worst() == []
        assert office.one("sent").what == "both directions: 10 of 20 messages are from the team"

    def test_mbox_whose_times_nobody_knows(self, tmp_path):
        """Its separators are constants, its Dates lack the zone: each direction has a word of its own."""
        office = self.mbox(tmp_path, without_times(told()), separated="Thu Jan  1 00:00:00 1970")
        assert office.worst() == [(WARNING, "clock"), (WARNING, "clock")]
        arrived, left = office.of("clock")
        assert arrived.what.startswith("all: the clock of 10 of 10 messages from outside is unsure, most often because")
        assert left.what.startswith("all: the clock of 10 of 10 messages of yours is unsure, most often because")
        assert left.hint == "Their Date counts.", "there is no INTERNALDATE that a move could keep"

    @pytest.mark.parametrize(("mailboxes", "named"), [(["Kunden"], "Kunden"), (["Kunden", "Alt"], "info")])
    def test_maildir_without_roles_whose_times_nobody_knows(self, local, mailboxes, named):
        story = without_times(told())
        for number, mail in enumerate(story.mails):
            mail.places = [replace(mail.places[0], mailbox=mailboxes[number // 2 % len(mailboxes)], internal_date=1)]
        assert [f.what.partition(":")[0] for f in local(story).check().of("clock")] == [named, named]

    def test_files_with_roles_are_named_by_them(self, local):
        found = [f.what.partition(" is unsure")[0] for f in local(without_times(told())).check().of("clock")]
        assert found == [f"{place}: the clock of 10 of 10 messages" for place in ("INBOX", "Sent")]

    @pytest.mark.parametrize("people", [4, 1])
    def test_mbox_with_a_relay(self, tmp_path, people):
        """Several people write through it; with one it is a person who gave another address."""
        story = told()
        for number in range(4):
            visitor = f"v{number % people}@v{number % people}.example"
            story.inbound("kontakt@host.example", at("2024-03-05 10:00") + number * HOUR, fields=f"Reply-To: {visitor}")
        office = self.mbox(tmp_path, story)
        assert [topic for _, topic in office.worst() if topic != "clock"] == ["webforms"] * (people > 1)
        if people > 1:
            assert "kontakt@host.example (4 from 4 people)" in office.one("webforms").what

    def test_mbox_with_one_direction(self, tmp_path):
        story = Story()
        story.inbound("anna", "2024-03-02 09:00")
        assert self.mbox(tmp_path, story).worst() == [(WARNING, "sent")]

    @pytest.fixture
    def polled(self, local):
        """An office whose store has a few dozen pages and no journal."""
        office = local(told())
        office.output("poll")
        assert office.check().worst() == []
        assert office.one("store", "").what == str(office.store)
        return office

    @pytest.mark.parametrize(
        ("spoil", "said"),
        [
            (lambda octets: octets[:4096] + b"\xff" * (len(octets) - 4096), "is damaged"),
            (lambda octets: octets[: len(octets) // 8192 * 4096], "is damaged"),
            (lambda octets: octets[:100] + b"\xff" * 3996 + octets[4096:], "is damaged"),
            (lambda octets: b"x" * 16 + octets[16:], "is no database"),
            (lambda octets: octets[:16] + b"\xff" * 84 + octets[100:], "is damaged or is no SQLite database"),
        ],
        ids=["every page but the first", "half of it", "the tables' names", "other magic", "the header"],
    )
    def test_a_damaged_store_is_said_once(self, polled, spoil, said):
        spoiled = spoil(polled.store.read_bytes())
        polled.store.write_bytes(spoiled)
        assert polled.check().worst() == [(ERROR, "store")]
        assert said in polled.one("store", "").what
        assert polled.store.read_bytes() == spoiled

    @pytest.mark.parametrize(
        ("sql", "said"),
        [
            ("INSERT INTO _sqlite_migrations VALUES (99, 'replywatch', '0099_later', '2031-01-01')", "newer release"),
            ("DROP TABLE _sqlite_migrations", "some other program"),
            ("DROP TABLE judgements", "no such table"),
        ],
    )
    def test_a_store_that_waiting_does_not_mend(self, polled, sql, said):
        with closing(sqlite3.connect(polled.store)) as connection, connection:
            connection.execute(sql)
        assert polled.check().worst() == [(ERROR, "store")]
        assert said in polled.one("store", "").what

    @pytest.mark.parametrize("spoiled", [False, True])
    def test_a_store_that_is_written_just_now(self, polled, spoiled):
        """Its file alone may be half of a change, even where it looks damaged: the journal has the rest."""
        with closing(sqlite3.connect(polled.store)) as connection:
            connection.execute("CREATE TABLE being_written (x)")
            connection.commit()
            if spoiled:
                octets = polled.store.read_bytes()
                polled.store.write_bytes(octets[:4096] + b"\xff" * (len(octets) - 4096))
            assert polled.store.with_name("mail.db-wal").stat().st_size
            assert polled.check().worst() == []

    def test_a_store_in_which_nothing_can_be_read_yet(self, polled):
        with closing(sqlite3.connect(polled.store)) as connection, connection:
            connection.execute("DELETE FROM _sqlite_migrations WHERE name = '0006_circles'")
        assert polled.check().worst() == [], "the next command brings it up to date"
        polled.store.write_bytes(b"")
        assert polled.check().worst() == [], "a first poll was killed at once"
        polled.store.unlink()
        assert polled.check().one("store", "").code == "store_not_made_yet"
        assert polled.worst() == []

    @pytest.mark.parametrize(
        ("mode", "beside"), [(0o640, ()), (0o604, ()), (0o620, ()), (0o600, ("-wal",)), (0o644, ("-shm", "-wal"))]
    )
    def test_others_can_read_the_store(self, polled, mode, beside):
        files = [polled.store] * bool(mode & 0o77)
        for end in sorted(beside, reverse=True):
            files.append(polled.store.with_name(f"mail.db{end}"))
            files[-1].touch(0o644)
        polled.store.chmod(mode)
        assert polled.check().worst() == [(ERROR, "store")]
        _, line = polled.of("store", "")
        assert line.hint == f"Run: chmod 600 {' '.join(map(str, files))}"
        for file in files:
            file.chmod(0o600)
        assert polled.check().worst() == []

    def test_the_store_cannot_be_used(self, local):
        office = local(told())
        office.store.parent.mkdir()
        office.store.write_text("this is no database")
        office.check()
        assert office.worst() == [(ERROR, "store")]
        assert office.store.read_text() == "this is no database"


class TestSamples:
    """Which messages are looked at, on servers that number sparsely or don't say."""

    def ask(self, uids, uidnext, tmp_path):
        def search(arguments):
            low, high = map(int, re.search(r"UID (\d+):(\d+)", arguments).groups())
            found = " ".join(str(u) for u in uids if low <= u <= high)
            return f"* SEARCH {found}\r\nTAG OK done\r\n".encode()

        def fetch(arguments):
            wanted = [u for part in arguments.split()[0].split(",") for u in _span(part)]
            asked.update(wanted)
            return b"TAG OK done\r\n"

        asked = set()
        said = b"* OK [UIDNEXT %d]\r\n" % uidnext if uidnext else b""
        examine = b"* %d EXISTS\r\n* OK [UIDVALIDITY 7]\r\n%bTAG OK [READ-ONLY] done\r\n" % (len(uids), said)
        with ScriptedServer({"EXAMINE": examine, "UID SEARCH": search, "UID FETCH": fetch}) as server:
            office = Office(tmp_path)
            account = {"type": "imap", "host": server.host, "port": server.port, "tls": "none"}
            office.configure({"info": account | {"username": "u", "password": "geheim-1"}})
            (account,) = load_config(tmp_path / "replywatch.toml", {}).accounts
            with open_source(account) as source:
                look(source, [Box("INBOX", Role.INBOX, len(uids))], Team())
            return asked, len(server.said("UID SEARCH"))

    @pytest.mark.parametrize("uidnext", [4_000_000_000, None])
    def test_sparse_numbers(self, tmp_path, uidnext):
        uids = [*range(1, 50_000_000, 10_000_000), *range(3_000_000_000, 3_100_000_000, 250_000)]
        asked, searches = self.ask(uids, uidnext, tmp_path)
        assert asked == {*uids[:10], *uids[-NEWEST:]}
        assert searches < 40

    def test_few_messages(self, tmp_path):
        assert self.ask([5, 9], 10, tmp_path)[0] == {5, 9}

    def test_a_mailbox_that_cannot_be_opened(self, tmp_path):
        with ScriptedServer({"EXAMINE": b"TAG NO permission denied\r\n"}) as server:
            office = Office(tmp_path)
            account = {"type": "imap", "host": server.host, "port": server.port, "tls": "none"}
            office.configure({"info": account | {"username": "u", "password": "geheim-1"}})
            office.check()
        assert office.worst() == [(ERROR, "mailbox"), (ERROR, "sent")]
        assert "permission denied" in office.one("mailbox").what


class TestDialects:
    """Servers that say less than they should: `check` finds out what a poll would."""

    @pytest.fixture
    def found(self, tmp_path):
        def check(**answers):
            listed = b'* LIST () "/" INBOX\r\n* LIST () "/" "Sent Items"\r\nTAG OK done\r\n'
            examine = b"* 0 EXISTS\r\n* OK [UIDVALIDITY 7]\r\n* OK [UIDNEXT 4]\r\nTAG OK [READ-ONLY] done\r\n"
            said = {"LIST": listed, "EXAMINE": examine, "UID SEARCH": b"* SEARCH\r\nTAG OK done\r\n"} | answers
            with ScriptedServer(said) as server:
                office = Office(tmp_path)
                account = {"type": "imap", "host": server.host, "port": server.port, "tls": "none"}
                office.configure({"info": account | {"username": "u", "password": "geheim-1"}})
                return office.check()

        return check

    @pytest.mark.parametrize("status", [b"* STATUS x ()\r\nTAG OK done\r\n", b"TAG NO no\r\n", b"TAG BAD what?\r\n"])
    def test_status_says_nothing(self, found, status):
        office = found(STATUS=status)
        assert [finding.what for finding in office.of("mailbox")] == [
            "INBOX: inbox (name), 0 messages",
            "Sent Items: sent (name), 0 messages",
        ]
        assert ERROR not in {finding.severity for finding in office.findings}

    def test_a_mailbox_is_opened_and_nobody_says_that_it_is_read_only(self, found):
        examine = b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7]\r\n* OK [UIDNEXT 4]\r\nTAG OK done\r\n"
        office = found(EXAMINE=examine)
        (warning,) = [finding for finding in office.of("read-only") if finding.severity is WARNING]
        assert warning.what == "INBOX, Sent Items: the server does not say that it opens read-only"
        assert "no command ever leaves that could change anything" in warning.hint
        assert next(f.what for f in office.of("read-only")) == "INBOX, Sent Items can be opened"

    def test_where_it_is_said_there_is_nothing_to_warn_of(self, found):
        assert [finding.severity for finding in found().of("read-only")] in ([], [OK])

    def test_a_line_of_the_list_that_can_not_be_read(self, found):
        listed = b'* LIST () "/" INBOX\r\n* LIST () "/" Sent\r\n* LIST () "/" "Kunden\r\nTAG OK done\r\n'
        office = found(LIST=listed)
        (warning,) = [finding for finding in office.of("mailbox") if finding.severity is WARNING]
        assert 'lists a mailbox in a way that can\'t be read: () "/" "Kunden' in warning.what
        assert len(office.of("mailbox")) == 3


def _span(part):
    low, _, high = part.partition(":")
    return range(int(low), int(high or low) + 1)
