"""Mbox files for tests: what is written into them, and what a poll reads there."""

from __future__ import annotations

from pathlib import Path

from replywatch.app.polling.admission import Admission
from replywatch.sources.base import FetchedMessage, MailboxState
from replywatch.sources.local.mbox import MboxSettings, MboxSource

ALL = 1 << 62
ENVELOPE = "From anna@example.org Mon Jan  6 10:00:00 2025\n"


def mail(subject: str, *fields: str, envelope: str = ENVELOPE, body: str = "Hello\n") -> bytes:
    """One message as it stands in an mbox file, with the empty line behind it."""
    header = "".join(f"{field}\n" for field in (*fields, f"Subject: {subject}", "From: anna@example.org"))
    return f"{envelope}{header}\n{body}\n".encode()


def write(folder: Path, *content: bytes, name: str = "info.mbox") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(content))
    return path


def append(path: Path, *content: bytes) -> None:
    with path.open("ab") as file:
        file.write(b"".join(content))


def look(path: Path, known: MailboxState | None = None) -> tuple[MailboxState, list[FetchedMessage]]:
    """One pass as an incremental poll makes it: what came since `known`, cut as it does it."""
    with MboxSource(MboxSettings(path)) as source:
        name = source.mailboxes()[0].name
        state = source.open(name, known)
        assert source.status(name, known) == state
        same_epoch = known is not None and known.uidvalidity == state.uidvalidity
        uids = source.uids(known.uidnext if same_epoch else 1, ALL)
        return state, list(map(Admission.cut, source.fetch(uids)))


def subjects(messages: list[FetchedMessage]) -> list[str]:
    return [line[9:] for m in messages for line in m.header.decode().split("\n") if line.startswith("Subject: ")]
