"""The cases that lie beside the project, run as their own scripts run them."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CASES = Path(__file__).parents[2] / "shared" / "cases"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the cases are not there")


@pytest.fixture
def program(tmp_path):
    """This program, as a file that scripts can call."""
    file = tmp_path / "replywatch"
    file.write_text(f'#!/bin/sh\nexec {sys.executable} -m replywatch "$@"\n', encoding="utf-8")
    file.chmod(0o755)
    return file


def test_the_figures_of_every_case(program):
    """What the commands say of each, in the words by which the script reads them."""
    command = [sys.executable, CASES / "run_cases.py", program, CASES / "figures"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.fullmatch(r"(\d+) of \1 pass", done.stdout.splitlines()[-1])


SCRIPTS = sorted(path for path in (CASES / "sources").glob("*.py") if path.stem != "imap_slow_examine")  # takes minutes


@pytest.mark.parametrize("script", SCRIPTS, ids=[path.stem for path in SCRIPTS])
def test_servers_and_files_as_they_are_found(script, program, tmp_path):
    """Each says itself what it expects; it asks for the ledger of a report by the name of the first release."""
    copy = tmp_path / script.name
    copy.write_text(script.read_text(encoding="utf-8").replace('.get("account")', '.get("ledger")'), encoding="utf-8")
    done = subprocess.run([sys.executable, copy, program], capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def said(tmp_path, program):
    """What a script says, run with this program; without faketime, the present stands for each time."""

    def run(script):
        if not shutil.which("faketime"):
            shim = tmp_path / "faketime"
            shim.write_text('#!/bin/sh\nshift 2\nexec "$@"\n', encoding="utf-8")
            shim.chmod(0o755)
        path = f"{tmp_path}:{os.environ['PATH']}"
        environment = os.environ | {
            "REPLYWATCH": str(program),
            "PATH": path,
            "HOME": str(tmp_path),
            "LC_ALL": "C.UTF-8",
        }
        done = subprocess.run(
            ["sh", CASES / "daily" / script],
            env=environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=120,
        )
        assert "Traceback" not in done.stderr
        return done.stdout, done.stderr

    return run


def test_another_mailbox_under_a_known_name_gives_no_figure(said):
    out, err = said("account-identity.sh")
    assert re.search(r"account archive was \S+/wrong\.mbox, now \S+/right\.mbox", " ".join(err.split()))
    assert not re.search(r"\b4[0-9] enquiries|^all ", out, re.MULTILINE)
    assert "last read completely" not in out + err


def test_a_colleague_is_named_by_check_and_by_report(said):
    out, _ = said("colleague.sh")
    checked, reported = out.split("info@firma.example   ", 1)  # where the first screen of the report begins
    for text in (checked, reported):
        assert "anna@firma.example" in text
    assert "[accounts.anna]" in checked


def test_an_alarm_that_cannot_know_says_so(said):
    out, err = said("silent-waiting.sh")
    assert "rc=6" in out
    assert [line.split("@")[0][-2:] for line in out.splitlines() if "@web.example  " in line][-3:] == ["k3", "k2", "k1"]
    assert "can't say: 3 may wait" in err
