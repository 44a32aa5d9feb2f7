"""The help of every command, and what a call loads."""

import subprocess
import sys

import pytest

from planted import Program, maildir_account, plant_maildir
from replywatch.cli.main import COMMANDS, run
from story import Story


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help(command, golden_output, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert run([*command.split(), "--help"]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    assert "\nExamples:\n  replywatch " in shown.out
    lines = shown.out.splitlines()
    if command:
        assert "  --config FILE" in shown.out
    examples = lines.index("Examples:")
    assert max(map(len, lines[:examples])) <= 80
    assert max(map(len, lines)) <= 100
    golden_output(f"help{'_' * bool(command)}{command}.txt", shown.out)


@pytest.fixture(scope="module")
def polled(tmp_path_factory):
    program = Program(tmp_path_factory.mktemp("imports"), accounts={"info": maildir_account()})
    story = Story()
    story.outbound("xaver", "2024-01-05 09:00")
    story.inbound("anna", "2024-03-02 09:00")
    plant_maildir(story, program.folder / "mail")
    program.output("poll")
    return program


HEAVY = {"imapclient", "oauthlib", "sqlite_utils", "rich", "keyring", "jsonschema", "pymap"}


@pytest.mark.parametrize(
    ("words", "allowed"),
    [
        ("--help", set()),
        ("--version", set()),
        ("report --help", set()),
        ("report --since all", {"rich"}),
        ("report --since all --format json", set()),
        ("report --format csv", set()),
        ("waiting", set()),
        ("waiting --format json", set()),
        ("export", set()),
        ("explain mail/cur --format jsonl", set()),
        ("explain replywatch.toml", set()),
        ("poll --quiet", set()),
        ("rebuild", set()),
        ("check", set()),
        ("init --address a@b.de --host c.de -o new.toml --yes", set()),
    ],
)
def test_a_command_loads_only_what_it_needs(polled, words, allowed):
    """Start-up time is most of what a small command costs."""
    code = (
        "import sys\nfrom replywatch.cli.main import run\ncode = run(sys.argv[1:])\n"
        "print('LOADED', *sorted({name.partition('.')[0] for name in sys.modules}))\nsys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words.split()],
        cwd=polled.folder,
        env=polled.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "click" in loaded
    assert loaded & HEAVY <= allowed


def test_a_config_is_not_needed_to_judge_files(polled):
    done = polled.run("explain", "mail/cur/none", "--format", "jsonl")
    assert done.returncode == 0
