"""The frame of the command line: help without weight, and the one place where errors end."""

import errno
import importlib.util
import os
import re
import subprocess
import sys
import textwrap
from io import StringIO
from pathlib import Path

import click
import pytest

from replywatch import errors
from replywatch.cli import main, options
from replywatch.cli.main import COMMANDS, Lazy, LazyGroup, cli, run
from replywatch.cli.options import Context, ExampleCommand

MODULE = '''
import sys
import click
from replywatch import errors
from replywatch.cli import options

@click.command(cls=options.ExampleCommand, examples=["replywatch fake --a-very-long-option-name=1 && echo " + "x" * 90])
@click.option("--error")
@options.format_option("table", "json")
@options.common
def fake(context, error, output_format):
    """Do nothing."""
    click.echo(f"{context.config_path} {output_format}")
    if error:
        raise eval(error)

@click.command()
def broken():
    for _ in range(100_000):
        click.echo("line")
'''


@pytest.fixture
def group(tmp_path, monkeypatch):
    """A program with a command `fake`, and `missing`, whose module is not there."""
    (tmp_path / "fake_command.py").write_text(MODULE)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "fake_command", raising=False)
    monkeypatch.delenv("REPLYWATCH_DEBUG", raising=False)
    lazy = {
        "fake": Lazy("fake_command:fake", "Do nothing."),
        "missing": Lazy("no_such_module:missing", "Not there."),
    }
    return LazyGroup("replywatch", lazy=lazy, params=cli.params, callback=cli.callback, examples=["replywatch fake"])


def process(*words: str, **options):
    return subprocess.run(
        [sys.executable, "-m", "replywatch", *words], capture_output=True, text=True, check=False, timeout=60, **options
    )


class TestHelp:
    def test_it_loads_next_to_nothing(self):
        code = textwrap.dedent("""
            import sys
            from replywatch.cli.main import run
            code = run(["--help"])
            heavy = {"imapclient", "imaplib", "sqlite_utils", "sqlite3", "rich", "dateutil", "platformdirs", "tomllib",
                     "replywatch.app", "replywatch.config.load"}
            ours = sorted(name for name in sys.modules if name.startswith("replywatch.cli."))
            print(code, sorted(heavy & set(sys.modules)), ours)
        """)
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
        ours = [f"replywatch.cli.{name}" for name in ("main", "options", "stopping", "streams")]
        assert done.stdout.splitlines()[-1] == f"0 [] {ours}"

    def test_the_list_of_commands(self, capsys):
        assert run(["--help"]) == 0
        shown = capsys.readouterr().out
        listed = re.findall(r"(?m)^(?:  (\w+)  +(\S.*)|(\w[\w ]+):)$", shown.partition("--help")[2])
        told = []
        for name, command in COMMANDS.items():
            told += [("", "", command.heading)] if command.heading else []
            told.append((name, command.summary, ""))
        assert listed == [*told, ("", "", "Examples")]
        assert next(iter(COMMANDS.values())).heading
        assert shown.endswith("Examples:\n  replywatch demo\n  replywatch poll && replywatch report\n")

    def test_without_words_it_helps(self, capsys):
        assert run([]) == 2
        shown = capsys.readouterr()
        assert "Set up:" in shown.err
        assert shown.out == ""

    def test_examples_are_never_wrapped(self, group, capsys):
        assert run(["fake", "--help"], group) == 0
        example = "  replywatch fake --a-very-long-option-name=1 && echo " + "x" * 90
        assert f"\nExamples:\n{example}\n" in capsys.readouterr().out

    def test_the_shared_options_come_last(self, group, capsys):
        run(["fake", "--help"], group)
        assert re.findall(r"(?m)^  (--\w+)", capsys.readouterr().out) == [
            "--error",
            "--format",
            "--config",
            "--debug",
            "--help",
        ]

    def test_version(self, capsys):
        assert run(["--version"]) == 0
        assert re.fullmatch(r"replywatch \d+\.\d+\.\d+\n", capsys.readouterr().out)

    @pytest.mark.parametrize("name", COMMANDS)
    def test_every_command_has_help_with_an_example(self, name, capsys):
        if importlib.util.find_spec(COMMANDS[name].target.partition(":")[0]) is None:
            pytest.skip("this command is not there yet")
        assert run([name, "--help"]) == 0
        shown = capsys.readouterr().out
        assert f"\nExamples:\n  replywatch {name}" in shown
        assert "--config" in shown
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        assert command.name == name


class TestOptions:
    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            (["fake"], "None table"),
            (["--config", "a", "fake"], "a table"),
            (["fake", "--config", "b"], "b table"),
            (["--config", "a", "fake", "--config", "b", "--format", "json"], "b json"),
            (["--debug", "fake"], "None table"),
            (["fake", "--debug"], "None table"),
        ],
    )
    def test_before_and_after_the_command(self, group, capsys, words, expected):
        assert run(words, group) == 0
        assert capsys.readouterr() == (f"{expected}\n", "")

    def test_a_command_on_its_own(self, capsys):
        @click.command(cls=ExampleCommand)
        @options.common
        def alone(context):
            click.echo(repr(context))

        assert run([], alone) == 0
        assert capsys.readouterr().out == f"{Context()!r}\n"

    def test_load_reads_the_config_that_was_named(self, tmp_path, monkeypatch):
        path = tmp_path / "c.toml"
        path.write_text('[team]\ndomains = ["example.com"]\n[accounts.a]\ntype = "mbox"\npath = "a"')
        assert options.load(Context(config_path=path)).path == path
        monkeypatch.setenv("REPLYWATCH_CONFIG", str(path))
        assert options.load(Context()).path == path

    @pytest.mark.parametrize(
        ("environment", "color"),
        [
            ({}, None),
            ({"NO_COLOR": ""}, None),
            ({"NO_COLOR": "1"}, False),
            ({"NO_COLOR": "0"}, False),
            ({"TERM": "dumb"}, False),
            ({"TERM": "xterm"}, None),
            ({"FORCE_COLOR": ""}, None),
            ({"FORCE_COLOR": "0"}, True),
            ({"FORCE_COLOR": "1", "NO_COLOR": "1", "TERM": "dumb"}, True),
        ],
    )
    def test_colours_by_the_environment(self, monkeypatch, environment, color):
        for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        file, terminal = StringIO(), StringIO()
        monkeypatch.setattr(terminal, "isatty", lambda: True)
        assert [options.colours(file), options.colours(terminal)] == [color or False, color is not False]
        seen = []

        @click.command()
        @click.pass_context
        def look(context):
            seen.append(context.color)

        group = LazyGroup("replywatch", lazy={"look": Lazy("colour_probe:look", "")}, callback=cli.callback)
        group.params = cli.params
        probe = type(sys)("colour_probe")
        probe.look = look
        monkeypatch.setitem(sys.modules, "colour_probe", probe)
        assert run(["look"], group) == 0
        assert seen == [color]


class TestUsage:
    @pytest.mark.parametrize(
        ("words", "text"),
        [
            (["reprot"], "there is no command 'reprot'. Did you mean 'report'?"),
            (["xyz"], "there is no command 'xyz'.\n"),
            (["--nothing"], "--nothing"),
        ],
    )
    def test_what_is_not_known(self, capsys, words, text):
        assert run(words) == 2
        shown = capsys.readouterr()
        assert text in shown.err
        assert "Try 'replywatch --help'" in shown.err
        assert shown.out == ""

    def test_a_wrong_option_of_a_command(self, group, capsys):
        assert run(["fake", "--format", "yaml"], group) == 2
        assert "'yaml' is not one of 'table', 'json'" in capsys.readouterr().err


class TestBoundary:
    @pytest.mark.parametrize(
        ("error", "code", "text"),
        [
            ("errors.ReplywatchError('no', 'do')", 1, "Error: no\ndo\n"),
            ("errors.StoreError('no')", 1, "Error: no\n"),
            ("errors.UsageError('no')", 2, "Error: no\n"),
            ("errors.ConfigError('no', 'do', ['a.b: c', 'd: e'])", 2, "Error: no\n  a.b: c\n  d: e\ndo\n"),
            ("errors.PartialFailureError('no')", 3, "Error: no\n"),
            ("errors.BreachError('no')", 4, "Error: no\n"),
            ("errors.LockedError('no')", 5, "Error: no\n"),
            ("KeyboardInterrupt()", 130, "Interrupted.\n"),
            ("click.Abort()", 130, "Interrupted.\n"),
            ("click.ClickException('no')", 1, "Error: no\n"),
            ("click.exceptions.Exit(4)", 4, ""),
        ],
    )
    def test_codes_and_texts(self, group, capsys, error, code, text):
        assert run(["fake", "--error", error], group) == code
        assert capsys.readouterr().err == text

    def test_every_error_has_a_code_of_the_list(self):
        family = [errors.ReplywatchError]
        for kind in family:
            family.extend(kind.__subclasses__())
        assert {kind.exit_code for kind in family} <= {1, 2, 3, 4, 5, 6}

    def test_hostile_text_cannot_steer_the_terminal(self, group, capsys):
        error = r"errors.LoginError('bad \x1b[2J\u202e\x9b\nError: fake', 'do\nthis\x07')"
        assert run(["fake", "--error", error], group) == 1
        assert capsys.readouterr().err == "Error: bad \ufffd[2J\ufffd\ufffd Error: fake\ndo\nthis\ufffd\n"

    def test_nor_can_it_in_a_traceback(self, group, capsys):
        assert run(["--debug", "fake", "--error", r"ValueError('bad \x1b[2J\u202e\x9b')"], group) == 70
        assert "ValueError: bad \ufffd[2J\ufffd\ufffd\n" in capsys.readouterr().err

    def test_a_bug_says_where_but_quotes_nothing(self, group, capsys):
        assert run(["fake", "--error", "ValueError('anna@example.com')"], group) == 70
        shown = capsys.readouterr().err
        assert re.match(
            r"Error: a bug in replywatch stopped it \(ValueError in replywatch/cli/\w+\.py, line \d+\)",
            " ".join(shown.split()),
        )
        assert "--debug" in shown
        assert "anna" not in shown
        assert "Traceback" not in shown

    @pytest.mark.parametrize("columns", [40, 80, 120])
    def test_errors_are_broken_between_words_for_the_terminal(self, group, monkeypatch, capsys, columns):
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setattr("sys.stderr.isatty", lambda: True)
        path, command = "/home/anna/a-long-way/replywatch.toml", "`replywatch report --config try.toml`"
        problem = "team.addresses: must be a list of addresses such as info@example.com and not a text"
        text, hint = f"the config {path} has more than a mistake", f"Look at it with {command} again"
        error = f"errors.ConfigError({text!r}, {hint!r}, [{problem!r}])"
        assert run(["fake", "--error", error], group) == 2
        said = capsys.readouterr().err
        assert all(len(line) <= columns or line.strip() in (path, command) for line in said.splitlines())
        assert path in said
        assert command in said
        assert " ".join(said.split()) == f"Error: {text} {problem} {hint}"
        assert (len(said.splitlines()) > 3) == (columns < 120)

    def test_where_there_is_no_terminal_they_have_80_columns(self, group, monkeypatch, capsys):
        monkeypatch.setenv("COLUMNS", "40")
        assert run(["fake", "--error", f"errors.StoreError('{'word ' * 30}end')"], group) == 1
        assert [len(line) for line in capsys.readouterr().err.splitlines()] == [76, 76, 20]

    def test_what_click_says_is_broken_the_same_way(self, group, capsys):
        assert run(["fake", "--error", f"click.UsageError('{'word ' * 30}end')"], group) == 2
        *_, first, second, last = capsys.readouterr().err.splitlines()
        assert first.startswith("Error: word")
        assert [len(first), len(second), last] == [76, 76, "       word word end"]

    def test_a_module_that_cannot_be_imported_is_a_bug(self, group, capsys):
        assert run(["missing"], group) == 70
        assert "ModuleNotFoundError" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("words", "environment"), [("--debug fake --error", "0"), ("fake --debug --error", "0"), ("fake --error", "1")]
    )
    def test_the_traceback_on_demand(self, group, monkeypatch, capsys, words, environment):
        monkeypatch.setenv("REPLYWATCH_DEBUG", environment)
        for error, code in (("ValueError('why')", 70), ("errors.StoreError('why')", 1)):
            assert run([*words.split(), error], group) == code
            shown = capsys.readouterr().err
            assert shown.startswith("Traceback")
            assert "Error: why" in shown

    def test_a_full_disk_is_no_bug(self, group, capsys):
        assert run(["fake", "--error", f"OSError({errno.ENOSPC}, 'x')"], group) == 1
        assert capsys.readouterr().err == "Error: the disk is full, the output is not complete.\n"
        assert run(["fake", "--error", f"OSError({errno.EACCES}, 'x')"], group) == 70

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
    def test_output_to_a_full_disk(self):
        with Path("/dev/full").open("w") as full:
            done = subprocess.run(
                [sys.executable, "-m", "replywatch", "--help"], stdout=full, stderr=subprocess.PIPE, check=False
            )
        assert (done.returncode, done.stderr) == (1, b"Error: the disk is full, the output is not complete.\n")

    def test_a_reader_that_has_gone_away(self, tmp_path):
        (tmp_path / "fake_command.py").write_text(MODULE)
        code = "import sys, fake_command; from replywatch.cli.main import run; sys.exit(run([], fake_command.broken))"
        with subprocess.Popen(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONPATH": str(tmp_path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as child:
            assert child.stdout is not None
            assert child.stderr is not None
            child.stdout.readline()
            child.stdout.close()
            assert child.stderr.read() == b""
            assert child.wait() == 141


class TestProcess:
    def test_module_and_exit_code(self):
        done = process("reprot")
        assert done.returncode == 2
        assert done.stdout == ""

    def test_arguments_of_the_process_are_the_default(self, monkeypatch, capsys):
        monkeypatch.setattr(sys, "argv", ["replywatch", "--version"])
        assert main.run() == 0
        assert capsys.readouterr().out.startswith("replywatch ")
