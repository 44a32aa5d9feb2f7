"""An office whose mail lies on a real server, polled as the program polls it, with a clock of its own."""

import re
import sqlite3
from contextlib import closing

from office import exported
from planted import Program
from replywatch.app.polling.poll import poll
from replywatch.app.polling.sources import open_source
from replywatch.app.progress import Silent
from replywatch.app.reporting.query import ReportQuery
from replywatch.app.reporting.report import make_report
from replywatch.config.load import load_config
from story import HOUR, Story, at

NOW = at("2024-03-20 12:00")


class Office(Program):
    """An office on the server, polled in this process, an hour later each time."""

    def __init__(self, folder, user):
        super().__init__(folder)
        self.user = user
        self.now = NOW
        self.opened = []
        self.use()

    def use(self, **keys):
        """One account, with these keys of its own."""
        self.use_accounts(info=self.user.account() | keys)

    def use_accounts(self, **accounts):
        self.configure(accounts)
        self.config = load_config(self.folder / "replywatch.toml", {})

    def poll_all(self):
        self.now += HOUR
        self.opened.clear()

        def source_of(account):
            source = open_source(account)
            really = source.open
            source.open = lambda name, known: (self.opened.append(name), really(name, known))[1]
            return source

        return poll(self.config, source_of, lambda: self.now, Silent())

    def poll(self):
        (outcome,) = self.poll_all()
        return outcome

    def polls(self, times):
        for _ in range(times):
            assert self.poll().error is None

    def report(self):
        return make_report(self.config, ReportQuery(since="all"), self.now, Silent())

    def figures(self):
        report = self.report()
        return [(row.bucket.key, row.count) for row in report.buckets if row.count], report.ledger

    def exchanges_at(self):
        found = exported(self.config, ReportQuery(since="all", first_only=False))
        return {s.exchange.contact.partition("@")[0]: s.status.value for s in found}

    def rows(self):
        """Every row of the store as SQL; passes and the number of the last one left out."""
        with closing(sqlite3.connect(self.store)) as connection:
            return [r for r in connection.iterdump() if not re.match('INSERT INTO "(passes|derivation|_sqlite)', r)]

    def rows_of(self, sql):
        with closing(sqlite3.connect(self.store)) as connection:
            return connection.execute(sql).fetchall()

    def sizes(self):
        """How many rows some tables of facts have."""
        return {t: self.rows_of(f"SELECT count(*) FROM {t}")[0][0] for t in ("epochs", "locations", "messages")}


def three_letters(sent="Sent"):
    """An answered, a waiting and a never answered enquiry."""
    story = Story()
    story.outbound("xaver", "2024-01-05 09:00", mailbox=sent)
    story.inbound("nora", "2024-01-10 09:00")
    answered = story.inbound("anna", "2024-03-02 09:00")
    story.reply(answered, "2024-03-02 10:30", mailbox=sent)
    story.inbound("will", "2024-03-19 09:00")
    return story


THREE = {"nora": "never", "anna": "answered", "will": "waiting"}


def put(user, mail):
    for place in mail.places:
        user.deliver(place.mailbox, mail.raw(place) + b"\r\nx\r\n", place.internal_date)
