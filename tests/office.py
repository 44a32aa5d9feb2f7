"""A config, sources in memory and a clock: whole passes without a server."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from replywatch.app.deriving.derive import derive
from replywatch.app.polling.poll import poll
from replywatch.app.progress import Silent
from replywatch.app.reporting.query import ReportQuery
from replywatch.app.reporting.report import make_report
from replywatch.app.reporting.view import viewed
from replywatch.config.model import Config, ImapAccount, ReportSettings
from replywatch.errors import ConnectError
from replywatch.store.database import Database
from story import HOUR, FakeSource, Story, at

NOW = at("03-20 12:00")
LATER = at("2046-03-20 12:00")
"""After every pass of every test, so that figures are those of the last pass."""
TABLES = (
    *("accounts", "mailboxes", "epochs", "messages", "locations", "quarantine", "pending", "derivation", "readings"),
    *(
        "keys",
        "id_domains",
        "named_domains",
        "letters",
        "relays",
        "counted_before",
        "late_copies",
        "moved_before",
        "dirty",
        "judgements",
        "exchanges",
        "written",
        "evidence",
    ),
)


def exported(config, query, now=LATER):
    """The exchanges that a query asks for, each as it stands."""
    with viewed(config, query, now, Silent()) as view:
        return list(view.with_later_mail(view.exchanges()))


class Killed(BaseException):
    """The process ends here."""


class Watched(FakeSource):
    """Writes down what is asked of it, and fails on demand."""

    def __init__(self):
        super().__init__()
        self.asked = []
        self.fails = {}
        """Mailbox, or "" for the connection → the error of opening it."""
        self.never = set()
        """(mailbox, UID) that is listed and does not come."""
        self.fetches_left = None
        self.breaks_at = None
        """UID in INBOX at which the connection breaks."""
        self.attributes = {}
        self.others = ()
        """Mailboxes of other users."""

    def __enter__(self):
        if "" in self.fails:
            raise self.fails[""]
        return self

    def mailboxes(self):
        return [
            replace(box, attributes=self.attributes.get(box.name, ()), of_other_user=box.name in self.others)
            for box in super().mailboxes()
        ]

    def open(self, name, known):
        self.asked.append(("open", name))
        self.name = name
        if name in self.fails:
            raise self.fails[name]
        return super().open(name, known)

    def fetch(self, uids):
        self.asked += [("fetch", self.name, uid) for uid in uids]
        for message in super().fetch(uids):
            if (self.name, message.uid) == ("INBOX", self.breaks_at):
                raise ConnectError("The connection broke")
            if self.fetches_left is not None:
                self.fetches_left -= 1
                if self.fetches_left < 0:
                    raise Killed
            if (self.name, message.uid) not in self.never:
                yield message


class Office:
    """A config, sources in memory, and a clock that moves an hour with each pass."""

    def __init__(self, folder, *accounts, **settings):
        accounts = accounts or (ImapAccount("info"),)
        report = ReportSettings(ZoneInfo("UTC"))
        self.config = Config(Story(**settings).team, accounts, report, folder / "store" / "mail.db")
        self.sources = {a.name: Watched() for a in accounts}
        self.now = NOW

    def tell(self, story):
        """Put all mail of a story where it lies."""
        for mail in story.mails:
            for place in mail.places:
                self.sources[place.account].deliver(mail, place)

    def pass_(self, hours=1):
        self.now += hours * HOUR
        for source in self.sources.values():
            source.asked.clear()
        return poll(self.config, lambda a: self.sources[a.name], lambda: self.now, Silent())

    def one_pass(self):
        (outcome,) = self.pass_()
        return outcome

    def derive_anew(self):
        """Drop all derived rows and make them again."""
        with Database(self.config.store_path) as database:
            derive(database, self.config, Silent(), anew=True)

    def report(self, **query):
        return make_report(self.config, ReportQuery(**({"since": "all"} | query)), self.now, Silent())

    def figures(self):
        """What people read of a report, without the moment it speaks of."""
        report = self.report()
        return [(row.bucket.key, row.count) for row in report.buckets if row.count], report.ledger

    def exchanges_at(self):
        found = exported(self.config, ReportQuery(since="all", first_only=False))
        return {s.exchange.message_id: s.status.value for s in found}

    def rows(self, *tables):
        with Database(self.config.store_path) as database:
            return {t: list(database.rows(f"SELECT * FROM {t}")) for t in tables or TABLES}

    def rows_of(self, sql):
        with Database(self.config.store_path) as database:
            return list(database.rows(sql))
