"""The help of every command, and what a call loads."""

import subprocess
import sys

import pytest

from planted import Program, maildir_account, plant_maildir
from replywatch.cli.help import contexts
from replywatch.cli.main import COMMANDS, cli, run
from story import Story

HELPS = {found.command_path.partition(" ")[2]: found.command for found in contexts(cli, "replywatch")}
"""Every command, by its words; "" is the program."""


@pytest.mark.parametrize("command", HELPS)
def test_help(command, golden_output, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert run([*command.split(), "--help"]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    if command:
        assert "  --config FILE" in shown.out
    lines = shown.out.splitlines()
    examples = lines.index("Examples:")
    assert all("replywatch " in line for line in lines[examples + 1 :])
    assert max(map(len, lines)) <= 80, "an example that is broken can't be copied"
    golden_output(f"help{'_' * bool(command)}{command.replace(' ', '_')}.txt", shown.out)
    assert run(["help", *command.split()]) == 0
    assert capsys.readouterr() == shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("help reprot", "there is no command 'reprot'. Did you mean 'report'?"),
        ("help report x", "replywatch report has no commands of its own."),
        ("help config x", "No such command 'x'."),
    ],
)
def test_help_of_what_is_not_there(words, said, capsys):
    assert run(words.split()) == 2
    shown = capsys.readouterr()
    assert said in shown.err
    assert shown.out == ""


def test_all_commands_are_among_them():
    assert HELPS.keys() >= {"", *COMMANDS, "config path"}


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
        ("config show", set()),
        ("config path", set()),
        ("completion zsh", set()),
        ("schema report", set()),
        ("help report", set()),
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
