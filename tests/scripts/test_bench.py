"""Every benchmark runs, on next to no mail: what it measures at full size is for `make bench`."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from needs import need
from servers import dovecot
from story import cases

ROOT = Path(__file__).parents[2]


def output(*words, program="run.py"):
    words = [sys.executable, ROOT / "bench" / program, *words]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


SECTIONS = [
    (
        "the first poll",
        "wire",
        [r"First poll of 40 messages over IMAP", r" +match +[\d,]+", r"Second poll.*: [\d,]+ ms"],
    ),
    ("drips", "drip", [r"  LIST +[\d.]+ s +[\d.]+ times", r"  LOGOUT +[\d.]+ s"]),
    ("memory", "memory", [r"  IMAP, 40 messages +\d+ MB", r"  IMAP, 200 messages +\d+ MB", r"  mbox, 200 messages"]),
    ("reports", "report", [r"  demo: .* \d+", r"  derived: match +[\d.]+", r"  report --since all, 60 messages +\d+"]),
    ("start-up", "startup", [r"  --help +\d+", r"  report +\d+", r"  waiting +\d+ .*sqlite3"]),
    ("matching without ids", "matching", [r"Replies found without ids(, in|: skipped)"]),
]


@cases("section", "lines", rows=SECTIONS)
def test_runs(section, lines):
    if section in ("wire", "memory"):
        need(dovecot.missing())
    printed = output("--only", section, "--messages", "40", "--rounds", "1", "--large", "60")
    assert [line for line in lines if not re.search(f"^{line}", printed, re.MULTILINE)] == []


def test_none_is_left_out():
    assert f"some of {','.join(section for _, section, _ in SECTIONS)}" in output("--help").replace("\n", "")


def test_a_section_that_is_none_is_refused():
    with pytest.raises(AssertionError, match="there is no section wires"):
        output("--only", "wires")


def test_two_checkouts_are_compared(tmp_path):
    need(dovecot.missing())
    for name, source in ((".venv", sys.prefix), ("src", ROOT / "src")):
        (tmp_path / name).symlink_to(source)
    (tmp_path / "again").symlink_to(tmp_path)
    printed = output(tmp_path, tmp_path / "again", "--rounds", "1", "--messages", "20", program="compare.py")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in printed.splitlines()]
    found = {row[0]: row[1:] for row in rows if len(row) > 1}
    assert re.fullmatch(r"\d+, of \d+ that could be", found["arrows between rooms"][0])
    assert found["longest file"] == 2 * [found["longest file"][0]]
    assert found["domain/judging"] == 2 * [found["domain/judging"][0]]
    assert re.fullmatch(r"[\d,]+ ms", found["first poll of 20"][0])
    assert float(found["`replywatch report`"][3]) > 0
    assert found["store, octets a message"][2] == "1.000"
