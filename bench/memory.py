"""The most memory that a first poll holds: it should not grow with the mailbox, nor with what single messages hold."""

from __future__ import annotations

from email.utils import formatdate
from pathlib import Path
from random import Random

from letters import letters
from servers.dovecot import Dovecot
from servers.scripted import Answer, ScriptedServer
from setting import Place
from wire import account, fill_mailboxes

MBOX_OCTETS = 300_000_000
LARGE_SUBJECT = 1_000_000
LARGE_HEADER = 7_900_000
"""Octets; those of a header are just below what is taken of a server."""
SUBJECTS, HEADERS = 1_000, 20
"""How many such messages there are."""


def measure(folder: Path, messages: int, *, imap: bool) -> None:
    """Print the peaks of first polls of `messages` and of five times as many."""
    print("Most memory of a first poll, and its whole time")
    for count in (messages, 5 * messages) if imap else ():
        with Dovecot() as server:
            user = server.new_user()
            fill_mailboxes(user, count)
            _print(f"IMAP, {count:,} messages", Place(folder / f"memory-{count}", account(user)))
    mbox = folder / "all.mbox"
    write_mbox(mbox, 5 * messages, MBOX_OCTETS * messages // 10_000)
    text = f"mbox, {5 * messages:,} messages, {mbox.stat().st_size / 1e6:,.0f} MB"
    _print(text, Place(folder / "memory-mbox", f'type = "mbox"\npath = "{mbox}"'))
    mbox.unlink()
    maildir = folder / "subjects"
    write_maildir(maildir)
    text = f"Maildir, {SUBJECTS:,} subjects of {LARGE_SUBJECT / 1e6:.1f} MB"
    _print(text, Place(folder / "memory-maildir", f'type = "maildir"\npath = "{maildir}"'))
    with ScriptedServer(large_headers()) as scripted:
        text = f"IMAP, {HEADERS:,} headers of {LARGE_HEADER / 1e6:.1f} MB"
        lines = f'type = "imap"\nhost = "{scripted.host}"\nport = {scripted.port}\ntls = "none"\n'
        _print(text, Place(folder / "memory-headers", lines + 'username = "anna"\npassword = "x"'))


def write_maildir(path: Path) -> None:
    """Write a Maildir of mails with large subjects."""
    for name in ("cur", "new", "tmp"):
        (path / name).mkdir(parents=True)
    for number in range(SUBJECTS):
        header = _header(number, b"Subject: " + b"word " * (LARGE_SUBJECT // 5))
        (path / "cur" / f"{1_741_000_000 + number}.M{number}.bench:2,S").write_bytes(header)


def large_headers() -> dict[str, Answer]:
    """The answers of a server whose messages have large headers."""

    def fetch(arguments: str) -> bytes:
        first, _, last = arguments.partition(" ")[0].partition(":")
        found = []
        for uid in range(int(first), int(last or first) + 1):
            header = _header(uid, b"Subject: " + b"word " * (LARGE_HEADER // 5 - 50))
            found.append(
                b'* %d FETCH (UID %d INTERNALDATE "03-Mar-2025 09:00:05 +0100" RFC822.SIZE %d FLAGS ()'
                b" BODY[HEADER.FIELDS (FROM)] {%d}\r\n%s)\r\n" % (uid, uid, LARGE_HEADER * 2, len(header), header)
            )
        return b"".join(found) + b"TAG OK done\r\n"

    numbers = b"* %d EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT %d] x\r\n" % (HEADERS, HEADERS + 1)
    return {
        "EXAMINE": numbers + b"TAG OK [READ-ONLY] done\r\n",
        "UID SEARCH": b"* SEARCH" + b"".join(b" %d" % uid for uid in range(1, HEADERS + 1)) + b"\r\nTAG OK done\r\n",
        "UID FETCH": fetch,
    }


def _header(number: int, more: bytes) -> bytes:
    return (
        b"Date: Mon, 03 Mar 2025 09:00:00 +0100\r\nFrom: c%d@customer.test\r\nTo: info@example.com\r\n"
        b"Message-ID: <%d@customer.test>\r\n%s\r\n\r\n" % (number, number, more)
    )


def write_mbox(path: Path, messages: int, octets: int) -> None:
    """Write an mbox file of about that size: whole headers, and bodies that fill it up."""
    rng = Random(7)  # noqa: S311 - a made-up mailbox
    line = b"Mit freundlichen Gruessen von allen, die hier arbeiten, an alle, die dort lesen.\n"
    with path.open("wb") as file:
        for number, letter in enumerate(letters(messages, seed=1), 1):
            when = formatdate(letter.at).replace(",", "").split()
            asctime = f"{when[0]} {when[2]} {int(when[1]):2} {when[4]} {when[3]}"
            file.write(f"From someone@example.com {asctime}\n".encode())
            file.write(letter.whole(rng).replace(b"\r\n", b"\n"))
            file.write(line * max(0, (octets * number // messages - file.tell()) // len(line)) + b"\n")


def _print(what: str, place: Place) -> None:
    figures = place.child("poll")
    print(f"  {what:40}{figures['peak_mb']:>8.0f} MB{figures['all']:>8.1f} s")
