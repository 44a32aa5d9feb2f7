"""The most memory that a first poll holds, over IMAP and from an mbox file: it should not grow with the mailbox."""

from __future__ import annotations

from email.utils import formatdate
from pathlib import Path
from random import Random

from letters import letters
from servers.dovecot import Dovecot
from setting import Place
from wire import account, fill_mailboxes

MBOX_OCTETS = 300_000_000


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
