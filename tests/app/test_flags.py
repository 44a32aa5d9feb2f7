"""Flags that come and go under the same UID: what becomes of a wait, whatever holds the mail."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import pytest

from office import Office
from replywatch.app.polling.flags import Plan, plan_look
from replywatch.app.polling.poll import poll
from replywatch.app.progress import Silent
from replywatch.config.model import ImapAccount, MaildirAccount, MboxAccount
from replywatch.domain.mailboxes.fetched import MailboxState
from replywatch.errors import ConnectError
from replywatch.sources.imap.source import ImapSettings, ImapSource
from replywatch.sources.imap.stamps import STAMP_ITEMS
from replywatch.sources.local.maildir import MaildirSettings, MaildirSource
from replywatch.sources.local.mbox import MboxSettings, MboxSource
from replywatch.store.facts import Epoch
from servers.honest import Honest
from servers.scripted import ScriptedServer
from story import DAY, HOUR, Mail, Story, at, cases

NOW = at("03-20 12:00")


def letters() -> tuple[Story, Mail, Mail]:
    """Anna and Nora wait, Will was answered."""
    story = Story()
    anna = story.inbound("anna", "03-18 09:00", subject="Oak")
    nora = story.inbound("nora", "03-19 09:00", subject="Pine")
    story.reply(story.inbound("will", "03-17 09:00", subject="A table"), "03-17 11:00")
    return story, anna, nora


class OnServer:
    """An honest server over IMAP."""

    account = ImapAccount("info")

    def __init__(self, folder: Path, *, condstore: bool) -> None:
        self.honest = Honest()
        self.honest.condstore = condstore

    def put(self, story: Story) -> None:
        for mail in story.mails:
            place = mail.places[0]
            self.honest.put(place.mailbox, mail.raw(place), place.internal_date)

    def flag(self, number: int, *flags: str) -> None:
        self.honest.boxes["INBOX"].letters[number].flags = f"({' '.join(flags)})".encode()

    @contextmanager
    def source(self) -> Iterator[ImapSource]:
        with ScriptedServer(self.honest.answers()) as server:
            yield ImapSource(ImapSettings(server.host, "anna", "hidden", server.port, "none"))


class InMaildir:
    """A Maildir; flags are letters in names of files."""

    LETTERS: ClassVar = {"\\Deleted": "T", "\\Draft": "D", "\\Answered": "R", "\\Seen": "S"}

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "mail"
        self.account = MaildirAccount("info", path=self.folder)

    def put(self, story: Story) -> None:
        for mail in story.mails:
            box = self.folder / ("" if mail.places[0].mailbox == "INBOX" else ".Sent")
            for part in ("cur", "new"):
                (box / part).mkdir(parents=True, exist_ok=True)
            path = box / "cur" / f"{mail.when}.host:2,S"
            path.write_bytes(mail.raw(mail.places[0]) + b"x\n")
            os.utime(path, (mail.when, mail.when))
        self.names = [f"{mail.when}.host" for mail in story.mails if mail.places[0].mailbox == "INBOX"]

    def flag(self, number: int, *flags: str) -> None:
        (path,) = (self.folder / "cur").glob(f"{self.names[number - 1]}:*")
        letters = "".join(sorted(self.LETTERS[flag] for flag in flags))
        path.rename(path.with_name(f"{self.names[number - 1]}:2,{letters}"))

    @contextmanager
    def source(self) -> Iterator[MaildirSource]:
        yield MaildirSource(MaildirSettings(self.folder))


class InMbox:
    """Mbox files, in which a program overwrites what it notes of a message."""

    def __init__(self, folder: Path, field: str) -> None:
        self.folder = folder / "mail"
        self.folder.mkdir()
        self.account = MboxAccount("info", path=self.folder)
        self.field = field

    def note(self, *flags: str) -> bytes:
        if self.field == "X-Mozilla-Status":
            return b"X-Mozilla-Status: %04X" % (0x0002 if "\\Answered" in flags else 0x0001)
        letters = {"\\Deleted": "D", "\\Draft": "T", "\\Answered": "A"}
        return b"X-Status: " + "".join(letters[flag] for flag in flags).ljust(4).encode()

    def put(self, story: Story) -> None:
        for name in ("INBOX", "Sent"):
            mails = [mail for mail in story.mails if mail.places[0].mailbox == name]
            raws = (self.note() + b"\n" + mail.raw(mail.places[0]).replace(b"\r\n", b"\n") for mail in mails)
            content = b"".join(b"From - Fri Mar 20 09:00:00 2026\n" + raw + b"text\n\n" for raw in raws)
            (self.folder / name).write_bytes(content)

    def flag(self, number: int, *flags: str) -> None:
        path = self.folder / "INBOX"
        parts = path.read_bytes().split(b"From - Fri")
        field, rest = parts[number].split(b"\n", 1)[1].split(b"\n", 1)
        parts[number] = parts[number].replace(field, self.note(*flags))
        assert len(field) == len(self.note(*flags)), rest
        path.write_bytes(b"From - Fri".join(parts))

    @contextmanager
    def source(self) -> Iterator[MboxSource]:
        yield MboxSource(MboxSettings(self.folder))


HOLDERS = {
    "a server that counts changes": lambda folder: OnServer(folder, condstore=True),
    "a server that does not": lambda folder: OnServer(folder, condstore=False),
    "a Maildir": InMaildir,
    "an mbox": lambda folder: InMbox(folder, "X-Status"),
    "an mbox of Thunderbird": lambda folder: InMbox(folder, "X-Mozilla-Status"),
}
JUNK = ("$Junk", "Junk")
BEARS = {
    "a Maildir": ("\\Deleted", "\\Draft", "\\Answered"),
    "an mbox": ("\\Deleted", "\\Draft", "\\Answered"),
    "an mbox of Thunderbird": ("\\Answered",),
}
SERVERS_BEAR = ("\\Deleted", "\\Draft", "\\Answered", *JUNK)


class Desk(Office):
    """Somebody who polls what a holder holds."""

    def __init__(self, folder: Path, holder: OnServer | InMaildir | InMbox) -> None:
        super().__init__(folder, holder.account)
        self.holder = holder

    def pass_(self, hours: int = 1) -> None:
        self.now += hours * HOUR
        with self.holder.source() as source:
            (outcome,) = poll(self.config, lambda _: source, lambda: self.now, Silent())
        assert outcome.error is None

    def standing(self) -> dict[object, object]:
        """What became of each enquiry, whatever moment figures speak of: of mbox files that is the newest mail."""
        answered = "CASE WHEN coalesce(answered_at, answered_before) IS NULL THEN 'waiting' ELSE 'answered' END"
        return dict(self.rows_of(f"SELECT message_id, {answered} FROM exchanges"))

    def dispositions(self) -> dict[object, object]:
        return dict(self.rows_of("SELECT message_id, disposition FROM judgements"))


def furnished(folder: Path, name: str) -> tuple[Desk, Mail, Mail]:
    holder = HOLDERS[name](folder)
    story, anna, nora = letters()
    holder.put(story)
    desk = Desk(folder, holder)
    desk.pass_()
    return desk, anna, nora


@pytest.mark.parametrize(("name", "flag"), [(name, flag) for name in HOLDERS for flag in BEARS.get(name, SERVERS_BEAR)])
def test_a_flag_comes_and_goes(tmp_path, name, flag):
    desk, anna, nora = furnished(tmp_path, name)
    before, judged = desk.standing(), desk.dispositions()
    assert (before[anna.message_id], before[nora.message_id]) == ("waiting", "waiting")
    desk.holder.flag(1, flag)
    for _ in range(2):
        desk.pass_()
        standing = desk.standing()
        assert standing.pop(nora.message_id) == "waiting"
        expected = "answered" if flag == "\\Answered" else None
        assert standing.get(anna.message_id) == expected
        disposition = {"\\Answered": "counted", "\\Draft": None}.get(flag, "set_aside")
        assert desk.dispositions().get(anna.message_id) == disposition
    derived = desk.rows("judgements", "exchanges", "evidence")
    desk.derive_anew()
    assert desk.rows("judgements", "exchanges", "evidence") == derived
    desk.holder.flag(1)
    desk.pass_()
    if flag == "\\Answered":
        assert desk.standing()[anna.message_id] == "answered", "missed once"
        desk.pass_()
    assert (desk.standing(), desk.dispositions()) == (before, judged)


@pytest.mark.parametrize("name", HOLDERS)
def test_the_bounds_of_an_answer_whose_flag_went_and_came_again(tmp_path, name):
    desk, _, _ = furnished(tmp_path, name)
    for _ in range(2):
        desk.pass_()
        since = desk.now
        desk.holder.flag(1, "\\Answered")
        desk.pass_()
        found = desk.rows_of("SELECT unanswered_at, answered_at FROM locations WHERE answered_at IS NOT NULL")
        assert found == [(since, desk.now)]
        desk.holder.flag(1)
        for _ in range(2):
            desk.pass_()
        assert desk.rows_of("SELECT count(*) FROM locations WHERE answered_at IS NOT NULL") == [(0,)]


def test_called_no_junk_after_all(tmp_path):
    desk, anna, _ = furnished(tmp_path, "a server that does not")
    for flags, disposition in ((("$Junk",), "set_aside"), (("$Junk", "NonJunk"), "counted"), (("Junk",), "set_aside")):
        desk.holder.flag(1, *flags)
        desk.pass_()
        assert desk.dispositions()[anna.message_id] == disposition


def test_deleted_and_then_expunged(tmp_path):
    """What a place that is gone said last holds: it was thrown away."""
    desk, anna, _ = furnished(tmp_path, "a server that does not")
    desk.holder.flag(1, "\\Deleted")
    desk.pass_()
    del desk.holder.honest.boxes["INBOX"].letters[1]
    for _ in range(3):
        desk.pass_()
        assert desk.dispositions()[anna.message_id] == "set_aside"
    assert desk.rows_of("SELECT flags FROM locations WHERE gone IS NOT NULL") == [("\\Deleted",)]


def test_answered_and_then_moved_away(tmp_path):
    desk, anna, _ = furnished(tmp_path, "a server that does not")
    desk.holder.flag(1, "\\Answered")
    desk.pass_()
    del desk.holder.honest.boxes["INBOX"].letters[1]
    for _ in range(4):
        desk.pass_()
        assert desk.exchanges_at()[anna.message_id] == "answered_time_unknown"


def test_nobody_waits_there_and_flags_change_unseen(tmp_path):
    """A day later at the latest the flags are looked at."""
    desk, anna, nora = furnished(tmp_path, "a server that does not")
    for number in (1, 2):
        desk.holder.flag(number, "\\Deleted")
    desk.pass_()
    desk.pass_()
    assert not {anna.message_id, nora.message_id} & desk.exchanges_at().keys()
    desk.holder.flag(1)
    desk.pass_()
    assert desk.dispositions()[anna.message_id] == "set_aside"
    desk.pass_(hours=24)
    assert desk.exchanges_at()[anna.message_id] == "waiting"


def said_to(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The commands about flags of the passes to come."""
    asked: list[str] = []
    ask = desk.holder.honest.answers()

    def noted(verb):
        def answer(arguments: str):
            if not arguments.endswith(STAMP_ITEMS):
                asked.append(f"{verb} {arguments}")
            return ask[verb](arguments)

        return answer

    answers = ask | {verb: noted(verb) for verb in ("UID SEARCH", "UID FETCH")}
    monkeypatch.setattr(desk.holder.honest, "answers", lambda: answers)
    return asked


def test_what_is_asked_of_a_server_that_counts_changes(tmp_path, monkeypatch):
    desk, _, _ = furnished(tmp_path, "a server that counts changes")
    asked = said_to(desk, monkeypatch)
    desk.pass_()
    assert asked == []
    desk.holder.flag(1, "\\Seen")
    desk.pass_()
    assert asked == ["UID FETCH 1:3 (UID FLAGS) (CHANGEDSINCE 2)"]
    asked.clear()
    desk.pass_(hours=24)
    flags = ("ANSWERED", "DELETED", "DRAFT")
    assert [a for a in asked if " 1:3 " in a] == [f"UID SEARCH UID 1:3 {flag}" for flag in flags]


def test_what_is_asked_of_a_server_that_does_not(tmp_path, monkeypatch):
    desk, _, _ = furnished(tmp_path, "a server that does not")
    asked = said_to(desk, monkeypatch)
    flags = ["ANSWERED", "DELETED", "DRAFT"]
    desk.pass_()
    assert asked == [f"UID SEARCH UID 1:3 {flag}" for flag in flags]
    asked.clear()
    desk.holder.flag(2, "Junk", "$Label1")
    desk.pass_()
    assert asked == [f"UID SEARCH UID 1:3 {flag}" for flag in [*flags, "KEYWORD Junk"]], "EXAMINE names it"
    asked.clear()
    monkeypatch.setattr(
        type(desk.holder.honest.boxes["INBOX"]), "applicable", b"\\Answered \\Flagged \\Deleted \\Seen \\Draft"
    )
    desk.holder.flag(2)
    desk.pass_()
    searches = [f"UID SEARCH UID 1:3 {flag}" for flag in [*flags, "KEYWORD Junk"]]
    assert asked == [*searches, "UID SEARCH UID 1:4294967295", *searches, "UID SEARCH UID 2:2"], (
        "one was known to bear it; and it is gone, as a server says that finds all, from a message that is there"
    )


def answering(criterion: str, said: bytes):
    """What is said to the searches for some criterion, in place of the truth."""
    return lambda call, answer: said if call.verb == "UID SEARCH" and criterion in call.arguments else answer


def test_a_server_that_does_not_tell_says_nothing_of_when(tmp_path):
    """The answer may have come before it was asked in vain."""
    desk, anna, _ = furnished(tmp_path, "a server that does not")
    looked = desk.now
    desk.holder.flag(1, "\\Answered")
    for said in (b"TAG NO not that\r\n", b"TAG BAD what?\r\n"):
        desk.holder.honest.falsify = answering("ANSWERED", said)
        desk.pass_()
        assert desk.exchanges_at()[anna.message_id] == "waiting"
    desk.holder.honest.falsify = None
    desk.pass_()
    assert desk.rows_of("SELECT unanswered_at, answered_at FROM locations WHERE answered_at IS NOT NULL") == [
        (looked, desk.now)
    ]


def test_what_no_search_tells_is_told_by_what_changed(tmp_path):
    desk, anna, nora = furnished(tmp_path, "a server that counts changes")
    desk.holder.flag(1, "\\Answered")
    desk.holder.flag(2, "\\Deleted")
    every = b"* SEARCH 1 2 3\r\nTAG OK done\r\n"
    desk.holder.honest.falsify = lambda call, answer: (
        every if call.verb == "UID SEARCH" and call.arguments.endswith(("ANSWERED", "DELETED", "DRAFT")) else answer
    )
    desk.pass_(hours=24)
    assert desk.exchanges_at()[anna.message_id] == "answered_time_unknown"
    assert desk.dispositions()[nora.message_id] == "set_aside"


def test_a_pass_that_breaks_off_is_no_second_look(tmp_path):
    """Only where a pass came to its end an answer that the next one misses is gone."""
    desk, anna, _ = furnished(tmp_path, "a server that does not")
    desk.holder.flag(1, "\\Answered")
    desk.pass_()
    desk.holder.flag(1)
    honest = desk.holder.honest
    for _ in range(3):
        desk.now += HOUR
        honest.falsify = lambda call, answer: b"* BYE\r\n" if call.mailbox == "Sent" and call.verb != "LIST" else answer
        with desk.holder.source() as source:
            (outcome,) = poll(desk.config, lambda _: source, lambda: desk.now, Silent())
        assert isinstance(outcome.error, ConnectError)
        assert desk.rows_of("SELECT count(*) FROM locations WHERE answered_at IS NOT NULL") == [(1,)]
    honest.falsify = None
    for left in (1, 0):
        desk.pass_()
        assert desk.rows_of("SELECT count(*) FROM locations WHERE answered_at IS NOT NULL") == [(left,)]
    assert desk.exchanges_at()[anna.message_id] == "waiting"


def known(modseq: int | None, **said: object) -> Epoch:
    usual = {"scanned_to": 10, "complete": True, "reconciled_at": NOW, "fields_version": 9, "flags_read_at": NOW - HOUR}
    return Epoch(1, 1, state=MailboxState(7, 11, 10, modseq), **(usual | said))  # type: ignore[arg-type]


NOTHING, ALL_LABELS = Plan(changes=False, since=9, search=False), Plan(changes=True, since=None, search=False)
CHANGES, SEARCH = Plan(changes=True, since=7, search=False), Plan(changes=False, since=None, search=True)
CAREFUL = Plan(changes=False, since=7, search=True)


@cases(
    *("before", "modseq", "labels", "whole", "expected"),
    rows=[
        ("nothing changed", known(9), 9, False, False, NOTHING),
        ("something changed", known(7), 9, False, False, CHANGES),
        ("changes are not counted", known(None), None, False, False, SEARCH),
        ("changes are counted for the first time", known(None), 9, False, False, SEARCH),
        ("changes are no longer counted", known(7), None, False, False, SEARCH),
        ("they were counted back", known(10), 9, False, False, SEARCH),
        ("the list is compared", known(7), 9, False, True, CAREFUL),
        ("something is in doubt", known(7, in_doubt=True), 9, False, False, CAREFUL),
        ("all flags were read a day ago", known(7, flags_read_at=NOW - DAY), 9, False, False, CAREFUL),
        ("all flags were read a second less ago", known(7, flags_read_at=NOW - DAY + 1), 9, False, False, CHANGES),
        ("flags were never read", known(7, flags_read_at=None), 9, False, False, CAREFUL),
        ("labels, and nothing changed", known(9), 9, True, False, NOTHING),
        ("labels, and something changed", known(7), 9, True, False, CHANGES),
        ("labels were never read", known(None), 9, True, False, ALL_LABELS),
        ("labels, and they were counted back", known(10), 9, True, False, ALL_LABELS),
        ("labels, and the list is compared", known(7), 9, True, True, Plan(changes=True, since=7, search=True)),
        ("labels, and the list is compared for nothing", known(9), 9, True, True,
         Plan(changes=False, since=9, search=True)),
        ("labels without a count", known(7), None, True, False, SEARCH),
    ],
)  # fmt: skip
def test_what_to_ask(before, modseq, labels, whole, expected):
    state = MailboxState(7, 11, 10, modseq)
    assert plan_look(before, state, NOW, has_labels=labels, whole=whole) == expected
