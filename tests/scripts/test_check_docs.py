"""Would the check of the documents see a mistake in them?"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest


class Shell:
    """Stands for the stage: prints what it was told to."""

    def __init__(self, printed="", code=0):
        self.printed, self.code, self.commands = printed, code, []

    def run(self, command):
        self.commands.append(command)
        return subprocess.CompletedProcess(command, self.code, self.printed, "no such day")


def problems(check_docs, word, text, shell=None):
    block = check_docs.Block(Path("README.md"), 1, word, text)
    return list(check_docs.check(block, shell or Shell()))


@pytest.mark.parametrize(
    "line",
    [
        "make demo    # the report",
        "make test PYTHON=python3.13",
        "replywatch poll --quiet && replywatch report --config try.toml",
        "A=1 replywatch export --format csv > out.csv 2>&1",
        "replywatch waiting --older-than 4h --fail > list.txt || cat list.txt",
        "$HOME/.local/bin/replywatch --version",
        "# replywatch nonsense",
        "sudo -u replywatch env A=1 replywatch report --since 'last month'",
        "docker run -d --name replywatch -v ./replywatch:/config:ro replywatch",
        "docker exec replywatch replywatch waiting",
    ],
)
def test_true_commands_pass(check_docs, line):
    assert problems(check_docs, "sh", line + "\n") == []


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("make demonstration", "no target 'demonstration'"),
        ("replywatch repor", "no such command"),
        ("replywatch report --by week", "--by"),
        ("replywatch poll && replywatch report --format xml", "xml"),
        ("replywatch \\\n  waiting --older", "--older"),
        ("replywatch export | jk .", "'jk'"),
        ("replywatch report extra", "extra"),
        ("sudo -u replywatch replywatch reprot", "no such command"),
        ("docker exec replywatch replywatch report --by week", "--by"),
        ("systemd-run --pty -p User=replywatch replywatch chek", "no such command"),
        ("replywatch config pth", "pth"),
        ("replywatch config", "Usage: replywatch config"),
        ("replywatch config path --format xml", "xml"),
        ("replywatch config path extra", "extra"),
    ],
)
def test_wrong_commands_are_found(check_docs, line, says):
    (found,) = problems(check_docs, "sh", line + "\n")
    assert says in found


def test_commands_that_read_are_run_beside_the_demos_config(check_docs):
    shell = Shell(code=2)
    (found,) = problems(check_docs, "sh", "replywatch report --config try.toml --since 31.2.2026\n", shell)
    assert found.endswith("exit code 2: no such day")
    assert shell.commands == ["replywatch report --since 31.2.2026"]


def test_cron_lines_are_checked_behind_their_five_fields(check_docs):
    assert problems(check_docs, "cron", "MAILTO=anna@example.com\n*/5 * * * 1-5  replywatch poll --quiet\n") == []
    (found,) = problems(check_docs, "cron", "*/5 * * * 1-5  replywatch poll --silent\n")
    assert "--silent" in found


def test_units_of_systemd_start_what_there_is(check_docs):
    unit = "[Service]\nExecStart=/usr/bin/env replywatch poll {}\nRestart=on-failure\n"
    assert problems(check_docs, "ini", unit.format("--quiet")) == []
    (found,) = problems(check_docs, "ini", unit.format("--silent"))
    assert "--silent" in found


def test_outputs_are_compared_to_the_letter(check_docs):
    shown = "$ replywatch --version\nreplywatch 1\n"
    assert problems(check_docs, "console", shown, Shell("replywatch 1 \n")) == []
    (found,) = problems(check_docs, "console", shown, Shell("replywatch 2\n"))
    assert "-replywatch 1" in found
    assert "+replywatch 2" in found


def test_configs_are_loaded(check_docs):
    assert problems(check_docs, "toml", '[store]\npath = "s"\n') == []
    (found,) = problems(check_docs, "toml", '[store]\npfad = "s"\n')
    assert "store.pfad" in found


def test_the_program_of_this_checkout_is_run_and_no_installed_one(check_docs, monkeypatch, tmp_path):
    commands = tmp_path / "src/replywatch/cli"
    commands.mkdir(parents=True)
    for folder in (commands.parent, commands):
        (folder / "__init__.py").touch()
    (commands / "main.py").write_text("def run():\n    print('of this checkout')\n")
    monkeypatch.setattr(check_docs, "ROOT", tmp_path)
    folder = tmp_path / "stage"
    (folder / "demo").mkdir(parents=True)
    assert check_docs.Stage(folder).run("replywatch report").stdout == "of this checkout\n"


def test_words_that_are_not_checked(check_docs):
    assert problems(check_docs, "text", "replywatch nonsense\n") == []
