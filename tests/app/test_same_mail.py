"""UIDs that come to name other mail under the same UIDVALIDITY: a mailbox was restored from a backup."""

from copy import deepcopy
from os import chown
from shutil import copytree, rmtree
from types import SimpleNamespace

import pytest

from office import Killed, Office
from planted import maildir_account, plant_dovecot
from replywatch.app.polling import mailbox as module
from replywatch.app.polling.same_mail import NEWEST, ROUNDS
from replywatch.domain.headers.header import keep_fields
from replywatch.errors import MailboxError
from replywatch.store.facts import Facts
from served import Office as Served
from served import put
from story import HOUR, Story, at, cases


class Restored(Office):
    """An office whose server is set back to an earlier state, and goes on from there."""

    def __init__(self, folder, count=6):
        super().__init__(folder)
        self.story = Story()
        for number in range(count):
            self.story.inbound(f"p{number}", at("03-01 09:00") + number * HOUR)
        self.tell(self.story)
        self.stamped, self.source = [], self.sources["info"]
        plain = self.source.stamps

        def stamps(uids):
            self.stamped.append(list(uids))
            return plain(uids)

        self.source.stamps = stamps
        self.pass_()

    @property
    def inbox(self):
        return self.source.boxes["INBOX"]

    def deliver(self, count, day="19"):
        """So many people write."""
        for number in range(count):
            mail = self.story.inbound(f"q{number}-{day}", at(f"03-{day} 09:00") + number * 60)
            self.source.deliver(mail, mail.places[0])

    def restored(self, lost, new, *, passes=1, hours=1):
        """`lost` messages came after the backup and were read; then it was put back, and `new` ones came.

        The pass after it takes place so many hours later.
        """
        backup = deepcopy(self.source.boxes)
        self.deliver(lost, "18")
        self.pass_()
        self.source.boxes = backup
        self.deliver(new, "19")
        for _ in range(passes):
            self.pass_(hours)

    def fetched(self):
        return [uid for what, *where in self.source.asked if what == "fetch" for uid in where[1:]]

    def live(self):
        """UID → header of what is held to be in INBOX."""
        return dict(
            self.rows_of(
                "SELECT l.uid, m.header FROM locations l JOIN messages m ON m.id = l.message"
                " JOIN epochs e ON e.id = l.epoch JOIN mailboxes b ON b.id = e.mailbox"
                " WHERE b.name = 'INBOX' AND gone IS NULL AND missed_at IS NULL"
            )
        )

    def is_there(self):
        return {uid: keep_fields(message.header) for uid, message in self.inbox.messages.items()}


@pytest.fixture
def office(tmp_path):
    return Restored(tmp_path)


@cases(
    *("lost", "new", "hours"),
    rows=[
        ("as many are new, so that nothing seems changed; once a day it is looked at all the same", 3, 3, 24),
        ("one for one", 1, 1, 24),
        ("more are new", 3, 5, 1),
        ("fewer are new", 5, 2, 1),
    ],
)
def test_what_is_there_now_is_read(office, lost, new, hours):
    """As from a server that never had anything else, but that what is gone was there."""
    office.restored(lost, new, hours=hours)
    assert office.live() == office.is_there()
    assert office.figures()[1].counted == 6 + lost + new, "who wrote what was lost waits still"
    office.pass_()
    assert office.rows_of("SELECT count(*) FROM locations WHERE gone IS NOT NULL") == [(lost,)]
    office.pass_()
    office.pass_()
    assert office.source.asked == [], "it is settled"
    before = office.rows("judgements", "exchanges")
    office.derive_anew()
    assert office.rows("judgements", "exchanges") == before


def test_what_is_still_the_same_is_not_read_again(office):
    office.restored(3, 4)
    assert set(office.fetched()) <= {7, 8, 9, 10}


def test_a_large_mailbox_takes_a_few_commands(tmp_path):
    office = Restored(tmp_path, 3_000)
    office.stamped.clear()
    office.restored(700, 900)
    assert office.live() == office.is_there()
    assert len(office.stamped) <= ROUNDS + 2
    assert min(office.fetched()) > 2_900, "but for the headers that prove it"
    office.stamped.clear()
    office.deliver(1, "20")
    office.pass_()
    assert [len(uids) for uids in office.stamped] == [NEWEST]


def test_the_newest_was_deleted(office):
    """What is not there is no other mail."""
    for uid in (2, 3, 4, 5, 6):
        office.source.expunge("INBOX", uid)
    office.deliver(1)
    office.pass_()
    assert office.fetched() == [7]
    office.pass_()
    assert office.live() == office.is_there()


def test_what_was_lost_and_given_to_others_who_are_deleted_too(office):
    office.restored(6, 8, passes=0)
    for uid in (10, 11, 12):
        office.source.expunge("INBOX", uid)
    office.pass_()
    office.pass_()
    assert office.live() == office.is_there()


def altered(**changes):
    def stamps(source):
        told = source.stamps
        source.stamps = lambda uids: [stamp._replace(**changes) for stamp in told(uids)]

    return stamps


def refused(source):
    def stamps(_):
        raise MailboxError("not that", "Leave it.")

    source.stamps = stamps


@cases(
    "lie",
    rows=[
        ("sizes are others every time", altered(size=77)),
        ("sizes are not said", altered(size=None)),
        ("INTERNALDATE follows the zone of the day", altered(internal_date=at("03-01 10:00"))),
        ("it is not said", altered(internal_date=None)),
        ("of other messages", altered(uid=99)),
        ("nothing is said", lambda source: setattr(source, "stamps", lambda _: ())),
        ("it refuses", refused),
    ],
)
def test_the_header_is_the_proof(office, lie):
    """Nothing but a few headers is asked for, however often a server says something else."""
    lie(office.source)
    for day in ("19", "20"):
        office.deliver(1, day)
        office.pass_()
        assert len(office.fetched()) <= NEWEST + 1
        assert office.rows_of("SELECT count(*) FROM locations WHERE gone IS NOT NULL") == [(0,)]
        assert office.live() == office.is_there()


def test_erased_mail_is_no_proof(office):
    with_none = "UPDATE locations SET message = NULL, internal_date = NULL, size = NULL WHERE uid > 2"
    office.rows_of(with_none)
    office.deliver(1)
    office.pass_()
    assert office.fetched() == [7]


@pytest.mark.parametrize("left", range(8))
def test_killed_while_it_is_read_again(office, left, monkeypatch):
    monkeypatch.setattr(module, "BATCH", 1)
    office.restored(4, 5, passes=0)
    office.source.fetches_left = left
    with pytest.raises(Killed):
        office.pass_()
    office.source.fetches_left = None
    office.pass_()
    assert office.live() == office.is_there()


def test_dovecot_restored_from_a_backup_of_its_files(tmp_path, dovecot_user):
    """With its list of UIDs, as a backup of the whole folder has it."""
    (tmp_path / "office").mkdir()
    office, story = Served(tmp_path / "office", dovecot_user), Story()
    for number in range(6):
        story.inbound(f"p{number}", at("2024-03-10 09:00") + number * HOUR)
    plant_dovecot(story, dovecot_user)
    office.polls(2)
    copytree(dovecot_user.maildir, tmp_path / "backup")
    for number in range(3):
        put(dovecot_user, story.inbound(f"lost{number}", at("2024-03-18 09:00") + number * HOUR))
    office.polls(2)
    lost = office.rows_of("SELECT uid, message FROM locations WHERE uid > 6 ORDER BY uid")
    assert [uid for uid, _ in lost] == [7, 8, 9]
    rmtree(dovecot_user.maildir)
    copytree(tmp_path / "backup", dovecot_user.maildir)
    for path in [dovecot_user.maildir, *dovecot_user.maildir.rglob("*")]:
        chown(path, *dovecot_user.server.owner)
    for number in range(5):
        put(dovecot_user, story.inbound(f"new{number}", at("2024-03-19 09:00") + number * HOUR))
    office.polls(3)
    assert office.rows_of("SELECT count(DISTINCT uidvalidity) FROM epochs WHERE mailbox = 1") == [(1,)]
    live = office.rows_of(
        "SELECT l.uid, m.header FROM locations l JOIN messages m ON m.id = l.message WHERE gone IS NULL ORDER BY l.uid"
    )
    assert [uid for uid, _ in live] == list(range(1, 12))
    assert [f"new{number}@".encode() in header for number, (_, header) in enumerate(live[6:])] == [True] * 5
    assert office.rows_of("SELECT message FROM locations WHERE gone IS NOT NULL ORDER BY message") == [
        (message,) for _, message in lost
    ]
    assert len(office.exchanges_at()) == 14, "who wrote what was lost waits still"


def test_a_server_that_can_not_say_is_asked_once(tmp_path):
    office = Restored(tmp_path)
    asked = []

    def stamps(uids):
        asked.append(list(uids))
        raise MailboxError("not that", "Leave it.")

    office.source.stamps = stamps
    office.deliver(1)
    office.pass_()
    assert len(asked) == 1


def test_files_are_not_asked(tmp_path, monkeypatch):
    """Their UIDs can't come to name other mail: all that is known of them would be looked through for nothing."""
    monkeypatch.setattr(Facts, "spread_stamps", None)
    inbox = tmp_path / "mail" / "cur"
    inbox.mkdir(parents=True)
    office, story = Served(tmp_path, SimpleNamespace(account=maildir_account)), Story()
    for number in range(2):
        mail = story.inbound(f"p{number}", f"03-0{number + 1} 09:00")
        (inbox / f"{mail.when}.host:2,S").write_bytes(mail.raw(mail.places[0]))
        office.polls(1)
        assert office.opened == ["INBOX"]
