"""`check`, `explain`, `waiting`, `list` and `status` of the demo, at a fixed moment: whole first screens."""

import re
import time

import pytest

from planted import Program
from replywatch import __version__
from replywatch.app.polling.poll import poll
from replywatch.app.polling.sources import open_source
from replywatch.app.progress import Silent
from replywatch.config.load import load_config
from replywatch.demo.company import plan_company
from replywatch.demo.maildir import write_maildir
from replywatch.demo.settings import CONFIG_FILE, MAIL_FOLDER, demo_config, write_password

pytest.importorskip("pymap")

from replywatch.demo.server import ImapServer

NOW = 1_795_161_600
"""2026-11-20T08:00:00Z, as in the documents."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The demo, polled at `NOW`, its server at work still."""
    folder = tmp_path_factory.mktemp("demo")
    plan = plan_company(1, 400, NOW)
    write_maildir(plan, folder / MAIL_FOLDER)
    program = Program(folder)
    with ImapServer(folder / MAIL_FOLDER, plan.company.address) as server:
        write_password(folder, server.password)
        text = demo_config(plan.company, folder, port=server.port, username=server.username)
        (folder / CONFIG_FILE).write_text(text, encoding="utf-8")
        config = load_config(folder / CONFIG_FILE, {})
        assert [outcome.error for outcome in poll(config, open_source, lambda: NOW, Silent())] == [None]
        yield program


def test_check(demo, golden_output):
    text = demo.output("check")
    assert len(text.splitlines()) <= 24
    golden_output("demo_check.txt", re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:10143", text))


@pytest.mark.parametrize("status", ["answered", "waiting", "never"])
def test_explain(demo, golden_output, status):
    row = next(row for row in demo.lines("export") if row["status"] == status and row["ordinal"] == 1)
    text = demo.output("explain", row["id"])
    assert len(text.splitlines()) <= 24
    assert max(map(len, text.splitlines())) <= 80
    golden_output(f"demo_explain_{status}.txt", text)


@pytest.mark.parametrize("words", [("waiting",), ("list", "--bucket", "under_1h")], ids=lambda words: words[0])
def test_lists(demo, golden_output, monkeypatch, words):
    """Two hours after the poll."""
    monkeypatch.setattr(time, "time", lambda: NOW + 7200)
    text = demo.output(*words)
    assert len(text.splitlines()) <= 24
    assert max(map(len, text.splitlines())) <= 80
    golden_output(f"demo_{words[0]}.txt", text)


def test_status(demo, golden_output, monkeypatch):
    monkeypatch.setattr(time, "time", lambda: NOW + 7200)
    text = demo.output("status")
    assert len(text.splitlines()) <= 24
    assert max(len(line) for line in text.splitlines() if str(demo.folder) not in line) <= 80
    text = re.sub(r"[\d.]+ MB", "1.4 MB", text.replace(str(demo.folder), "DEMO"))
    golden_output("demo_status.txt", text.replace(__version__, "VERSION"))
