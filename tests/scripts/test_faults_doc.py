"""docs/faults.md is what the table of faults says today."""

import importlib.util
from pathlib import Path

from servers.faults import ROWS

SCRIPT = Path(__file__).parents[2] / "scripts/faults_doc.py"


def test_the_document_is_up_to_date():
    spec = importlib.util.spec_from_file_location("faults_doc", SCRIPT)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    text = script.DOCUMENT.read_text(encoding="utf-8")
    assert text == script.document(), "python scripts/faults_doc.py writes it anew"
    assert all(f"\n| {row.name} | {row.does} | " in text for row in ROWS)
