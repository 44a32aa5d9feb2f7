"""How long a server that drips an octet at a time holds up a session: as a multiple of the time that it is given."""

from __future__ import annotations

import time

from replywatch.errors import SourceError
from replywatch.sources.imap.source import ImapSettings, ImapSource
from replywatch.sources.imap.waiting import Timeouts
from servers.scripted import DRIP, Ending, ScriptedServer

SECONDS = 0.5
"""That the server is given for each answer; a poll gives it 15 to 300."""
VERBS = ("CAPABILITY", "LOGIN", "LIST", "STATUS", "EXAMINE", "UID SEARCH", "UID FETCH", "LOGOUT")


def measure() -> None:
    """Print a line for each command whose answer drips."""
    print(f"An answer that drips, {1 / DRIP:.0f} octets a second for ever, where {SECONDS} s are given")
    for verb in VERBS:
        took = _held_up(verb)
        print(f"  {verb:12}{took:>8.2f} s{took / SECONDS:>8.2f} times what was given")


def _held_up(verb: str) -> float:
    """Seconds until a session ends in which the answer to `verb` drips."""
    with ScriptedServer({verb: lambda _: Ending(b"* OK " + b"still here " * 1000, "dripping")}) as server:
        settings = ImapSettings(server.host, "anna", "x", server.port, "none", timeouts=Timeouts.of(SECONDS))
        began = time.perf_counter()
        try:
            with ImapSource(settings) as source:
                source.mailboxes()
                source.status("INBOX", None)
                source.open("INBOX", None)
                list(source.fetch(source.uids(1, 9)))
        except SourceError:
            pass
        return time.perf_counter() - began
