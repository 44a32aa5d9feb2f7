"""The small cases of shared/cases, derived with subjects and without: not one figure may differ."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import replace
from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from replywatch.app.polling.poll import poll
from replywatch.app.polling.sources import open_source
from replywatch.app.progress import Silent
from replywatch.config.load import load_config
from replywatch.config.model import PrivacySettings
from replywatch.store.database import Database
from story import at

CASES = Path(__file__).parents[2].parent / "shared/cases/figures"
FOLDERS = sorted(folder.parent for folder in CASES.glob("*/messages"))
ROWS = (
    "SELECT message_id, kind, rule, direction, disposition, contact, rung, clock FROM judgements ORDER BY message_id",
    """SELECT message_id, levels, contact, ordinal, messages, arrived_at, answered_at, reply_message_id, matched_by,
        acknowledged_at, answered_before, bounced_reply_message_id, put_away FROM exchanges
        ORDER BY message_id, levels""",
)
LABELS = frozenset(
    re.findall(
        r"\w+",
        "re fwd (no subject) (the subject without its label) automatic reply auto thanks for your message"
        " postmaster notify invitation day accepted updated read deleted report domain recall failure notice"
        " permanent retry delivery status undeliverable mail delay undelivered delayed",
    )
)
"""All words that may stand where a subject was."""
NUMBER = re.compile(r"#[0-9a-f]{12}\b|~[a-p]{12}\b")


def told(headers: Iterable[bytes]) -> set[str]:
    """The words in the subjects and topics of these headers that are neither of a label nor of a number."""
    found: set[str] = set()
    for header in headers:
        parsed = message_from_bytes(header)
        for field in (*parsed.get_all("Subject", ()), *parsed.get_all("Thread-Topic", ())):
            text = str(make_header(decode_header(field))).lower()
            found.update(re.findall(r"[^\W\d_]{2,}", NUMBER.sub(" ", text)))
    return found - LABELS


def build(folder: Path, mail: Path) -> None:
    """The mailboxes of a case as a Maildir."""
    for mailbox in (folder / "messages").iterdir():
        box = mail if mailbox.name == "INBOX" else mail / f".{mailbox.name}"
        for sub in ("cur", "new", "tmp"):
            (box / sub).mkdir(parents=True, exist_ok=True)
        for number, file in enumerate(sorted(mailbox.glob("*.eml"))):
            parsed = message_from_bytes(file.read_bytes())
            told = (parsed.get("Received") or "").rpartition(";")[2].strip() or str(parsed["Date"])
            when = parsedate_to_datetime(told).timestamp()
            path = box / "cur" / f"{int(when)}.{number}.host:2,{'RS' if file.name.endswith('.flags-R.eml') else 'S'}"
            path.write_bytes(file.read_bytes())
            os.utime(path, (when, when))


@pytest.mark.skipif(not FOLDERS, reason="the cases are not beside the checkout")
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_no_figure_differs_without_subjects(folder: Path, tmp_path: Path) -> None:
    mail, written = tmp_path / "mail", tmp_path / "replywatch.toml"
    build(folder, mail)
    text = (folder / "config.toml").read_text(encoding="utf-8")
    written.write_text(
        text.replace("{MAIL}", str(mail)).replace("{STORE}", str(tmp_path / "store.db")), encoding="utf-8"
    )
    config = load_config(written, {})
    found = []
    for subjects in (True, False):
        judged = replace(config, privacy=PrivacySettings(subjects=subjects))
        assert [outcome.error for outcome in poll(judged, open_source, lambda: at("06-01 12:00"), Silent())] == [None]
        with Database(config.store_path) as database:
            found.append([list(database.rows(query)) for query in ROWS])
            words = told(row[0] for row in database.rows("SELECT header FROM messages"))
        assert bool(words) is subjects, words
    assert found[0] == found[1]
    assert found[0][0]
