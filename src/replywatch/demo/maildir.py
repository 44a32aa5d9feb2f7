"""Writes a plan as a Maildir tree, in the "++" layout that mail servers use: INBOX on top, `.Sent` beside it."""

from __future__ import annotations

import os
from pathlib import Path

from replywatch.demo.plan import Plan


def folder_path(root: Path, mailbox: str) -> Path:
    """Where `mailbox` (levels parted by `/`) lies below `root`: INBOX is `root` itself, `A/b` is `.A.b`."""
    return root if mailbox == "INBOX" else root / ("." + mailbox.replace("/", "."))


def folder_name(root: Path, folder: Path) -> str:
    """The mailbox that lies in `folder`; the inverse of `folder_path`."""
    return "INBOX" if folder == root else folder.name[1:].replace(".", "/")


def write_maildir(plan: Plan, root: Path) -> None:
    """Write every copy of every letter below `root`, which must be empty or missing.

    The time of a file is the INTERNALDATE of the message, and file names sort by it, so that UIDs given in the
    order of names are in the order of arrival.

    Raises:
        FileExistsError: There is mail at `root` already.
    """
    for mailbox in plan.mailboxes:
        for part in ("cur", "new", "tmp"):
            (folder_path(root, mailbox) / part).mkdir(parents=True)
    for serial, letter in enumerate(plan.letters):
        for copy in letter.copies:
            name = f"{copy.internal_date:010d}.{serial:06d}.{plan.company.domain}:2,{copy.flags}"
            file = folder_path(root, copy.mailbox) / "cur" / name
            file.write_bytes(copy.content)
            os.utime(file, (copy.internal_date, copy.internal_date))
