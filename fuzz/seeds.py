"""What fuzzing starts from: every text that the tests of a subject hold is a case of it."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
LONGEST = 4096
"""Octets of a seed; longer ones teach nothing and cost time."""

_UID, _SIZE = b"UID 7", b"RFC822.SIZE 1000"
_DATE = b'INTERNALDATE " 1-Jan-2024 09:00:00 +0100"'
_HEADER = b"BODY[HEADER.FIELDS (FROM TO)] {12}\r\nSubject: x\r\n"
_GMAIL = b"X-GM-MSGID 1278455344230334866 X-GM-THRID 1278455344230334865"

SOURCES = {
    "header": ("domain/test_headers.py", "domain/test_classify.py", "domain/test_parties.py"),
    "addresses": ("domain/test_addresses.py", "domain/test_headers.py"),
    "dates": ("domain/test_dates.py", "sources/test_imap_fetch.py"),
    "subjects": (
        "domain/test_subjects.py",
        "domain/test_automatic_subjects.py",
        "domain/test_failure_subjects.py",
        "sources/test_folder_names.py",
    ),
    "response": (
        "sources/test_imap_reader.py",
        "sources/test_imap_fetch.py",
        "sources/test_imap_namespace.py",
        "servers/faults.py",
    ),
    "config": ("config/test_load.py",),
    "text": ("render/test_text.py", "render/test_report_csv.py", "cli/test_hostile_mail.py"),
}
"""Target → the files in tests/ whose texts it starts from."""

ANSWERS = [
    b"* 2 FETCH (%s)\r\n" % b" ".join(items)
    for items in (
        (_UID, _DATE, _SIZE, b"FLAGS (\\Seen $Label1)", _HEADER),
        (_GMAIL, b'X-GM-LABELS ("\\\\Sent" Ablage "R&-D" "a\\"b" "&AOQ-")', _UID, _DATE, _SIZE, b"FLAGS ()", _HEADER),
        (_GMAIL, b"X-GM-LABELS ({3}\r\na(b \\Inbox)", _UID, b"FLAGS ()", _DATE, _SIZE, _HEADER),
        (_UID, _DATE, _SIZE, b"FLAGS ()", b"EMAILID (M6d99ac3275bb4e)", b"THREADID (T64b478a75b7ea9)", _HEADER),
        (_UID, _DATE, _SIZE, b"FLAGS ()", b"THREADID (T64b478a75b7ea9)", _HEADER, b"MODSEQ (5)"),
        (_HEADER, _SIZE, b"FLAGS (NIL)", _DATE, _UID, b"THREADID ((x))"),
        (_UID, _DATE, _SIZE, b"FLAGS ()", b'BODY[HEADER.FIELDS (FROM)] "a\\"b"'),
    )
]
"""Whole answers of servers to what is asked of them, which the tests put together from parts."""


def seeds(target: str) -> list[bytes]:
    """The seeds of a target, each once, shortest first."""
    found = {_octets(node.value) for name in SOURCES[target] for node in _constants(ROOT / "tests" / name)}
    if target == "header":
        found |= {b"Subject: " + each for each in found} | {b"From: " + each for each in found}
    if target == "response":
        found.update(ANSWERS, (b"".join(ANSWERS),))
    if target == "config":
        found.add((ROOT / "config.example.toml").read_bytes())
    return sorted((each for each in found if len(each) <= LONGEST), key=lambda each: (len(each), each))


def _constants(path: Path) -> list[ast.Constant]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str | bytes)]


def _octets(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
