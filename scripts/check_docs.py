"""Checks that what the documents show is true: commands and their options, outputs, configs.

A block of code says by the word behind its fence how it is checked:

    sh       commands to type: they exist and take these options and values; some are run
    cron     lines of a crontab, the same
    console  commands behind `$ ` and what they print: run on a demo mailbox at a fixed moment, compared to the letter
    toml     a config or a part of one: it is accepted
    ini      a unit of systemd: what it starts exists and takes these options

Other words (text, json …) are not checked. The examples at the end of every command's `--help` are checked like `sh`.
`--write` puts what the commands of `console` blocks print today into the documents.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from replywatch.cli.help import contexts
from replywatch.cli.main import COMMANDS, cli
from replywatch.config.load import parse_config
from replywatch.errors import ConfigError

ROOT = Path(__file__).parents[1]
NOW = 1_795_161_600
"""The moment of every run, 2026-11-20T08:00:00Z: so a demo is the same each time."""
TRIED = ("report", "waiting", "list", "export", "status")
"""Commands that change nothing: run with the options shown, so that times and periods are checked too."""
OTHER_PROGRAMS = (
    *(
        "cat",
        "cd",
        "chmod",
        "cp",
        "echo",
        "export",
        "git",
        "head",
        "install",
        "jq",
        "mail",
        "mkdir",
        "mv",
        "pip",
        "pipx",
    ),
    *("python3", "rm", "sqlite3", "umask", "useradd", "loginctl", "systemctl"),
)
LAUNCHERS = ("docker", "env", "sudo", "systemd-run")
"""Programs that start another one, whose words follow theirs."""
ENDINGS = (0, 4, 6)
"""Exit codes of a command that did what it should; 4 says that somebody waits, 6 that something can't be said."""

_BLOCK = re.compile(r"^```(?P<word>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_CRON = re.compile(r"(?:\S+[ \t]+){5}(?P<command>.+)")
_SETTING = re.compile(r"\w+=\S*")
_LAUNCHER = """\
#!{python}
import sys, time
sys.path.insert(0, {source!r})
time.time = lambda: {now}.0
from replywatch.cli.main import run
sys.exit(run())
"""


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code in a document."""

    path: Path
    line: int
    word: str
    text: str

    def problem(self, text: str) -> str:
        """`text` with the place in front."""
        return f"{self.path.name}, block at line {self.line}: {text}"


class Stage:
    """A folder in which commands run as a reader would run them: beside the config of a demo, at `NOW`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "demo"
        programs = folder / "bin"
        programs.mkdir()
        launcher = programs / "replywatch"
        launcher.write_text(_LAUNCHER.format(python=sys.executable, source=str(ROOT / "src"), now=NOW))
        launcher.chmod(0o755)
        self._environment = {
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
        }
        made = subprocess.run(
            ["replywatch", "demo", "--keep", self._folder.name],
            cwd=folder,
            env=self._environment,
            check=False,
            capture_output=True,
            text=True,
        )
        if made.returncode:
            sys.exit(f"The demo that the documents are checked against failed:\n{made.stderr}")

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """What `command`, a line for the shell, prints; the code is that of its last program."""
        return subprocess.run(
            ["sh", "-c", command], cwd=self._folder, env=self._environment, check=False, capture_output=True, text=True
        )


def blocks(path: Path) -> Iterator[Block]:
    """The blocks of code in a document."""
    text = path.read_text(encoding="utf-8")
    for found in _BLOCK.finditer(text):
        yield Block(path, text.count("\n", 0, found.start()) + 1, found["word"], found["text"])


def calls(line: str) -> Iterator[list[str]]:
    """The programs that a line for the shell starts, as words; without redirections and variables set in front."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    words: list[str] = []
    target = False
    for token in lexer:
        if set(token) <= set("();|&"):
            yield words
            words = []
        elif set(token) <= set("<>&"):
            target = True
            if words and words[-1].isdigit():  # the 2 of `2>&1`
                words.pop()
        elif target:
            target = False
        elif words or not _SETTING.fullmatch(token):
            words.append(token)
    yield words


def line_problems(line: str, stage: Stage) -> Iterator[str]:
    """What is wrong with the programs that `line` starts."""
    for words in filter(None, calls(line)):
        program = Path(words[0]).name
        if program in LAUNCHERS:
            if told := launched(words):
                yield from replywatch_problems(told, stage)
        elif program == "replywatch":
            yield from replywatch_problems(words[1:], stage)
        elif program == "make":
            yield from make_problems(words[1:])
        elif program not in OTHER_PROGRAMS:
            yield f"the program {program!r} is not known to this check"


def launched(words: Sequence[str]) -> Sequence[str]:
    """What `replywatch` is told by a line that starts it by another program; nothing where it only names it."""
    if words[0] == "docker" and words[1] != "exec":
        return ()
    last = max((i for i, word in enumerate(words) if Path(word).name == "replywatch"), default=len(words))
    return words[last + 1 :]


def make_problems(words: Sequence[str]) -> Iterator[str]:
    """Targets that the Makefile doesn't have."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for word in words:
        if word not in targets and not _SETTING.fullmatch(word):
            yield f"make has no target {word!r}"


def replywatch_problems(words: Sequence[str], stage: Stage) -> Iterator[str]:
    """What our own command line says against `words`."""
    at = next((i for i, word in enumerate(words) if word in COMMANDS), len(words))
    shown = "replywatch " + " ".join(words)
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # of --help and --version
            context = cli.make_context("replywatch", list(words[: at + 1]))
            command = cli.get_command(context, words[at]) if at < len(words) else None
            if command:
                check_words(command, words[at:], context)
            elif words and not words[-1].startswith("-"):
                yield f"{shown}: no such command"
    except click.exceptions.Exit:
        return
    except click.ClickException as error:
        yield f"{shown}: {error.format_message()}"
        return
    if at < len(words) and words[at] in TRIED:
        done = stage.run(shlex.join(["replywatch", *_without_config(words)]))
        if done.returncode not in ENDINGS:
            yield f"{shown}: exit code {done.returncode}: {done.stderr.strip()}"


def check_words(command: click.Command, words: Sequence[str], above: click.Context) -> None:
    """Parse what follows a command's name, the first of `words`, and then the command of a group that it names.

    Raises:
        click.UsageError: something in it is not known.
    """
    name, *rest = words
    context = command.make_context(name, list(rest), parent=above)
    if isinstance(command, click.Group):
        left = command.make_parser(context).parse_args(list(rest))[1]
        _, inner, _ = command.resolve_command(context, left)
        if inner:
            check_words(inner, left, context)


def _without_config(words: Sequence[str]) -> Iterator[str]:
    """`words` without `--config FILE`: on the stage the demo's own is found."""
    left = iter(words)
    for word in left:
        if word == "--config":
            next(left)
        else:
            yield word


def lines_of(block: Block) -> Iterator[str]:
    """The commands of a `sh`, `cron` or `ini` block."""
    if block.word == "ini":
        yield from re.findall(r"^ExecStart=(.*)", block.text, re.MULTILINE)
        return
    for line in block.text.replace("\\\n", " ").splitlines():
        if not line.strip() or line.lstrip().startswith("#") or (block.word == "cron" and _SETTING.fullmatch(line)):
            continue
        if block.word == "cron":
            found = _CRON.fullmatch(line)
            yield found["command"] if found else line
        else:
            yield line


def config_problems(block: Block) -> Iterator[str]:
    """What the loader says against a config; what a part leaves out is put beside it."""
    data: dict[str, object] = {
        "team": {"addresses": ["info@example.com"]},
        "accounts": {"local": {"type": "maildir", "path": "mail"}},
    }
    try:
        parse_config(data | tomllib.loads(block.text), ROOT, {})
    except (tomllib.TOMLDecodeError, ConfigError) as error:
        yield "; ".join(getattr(error, "problems", ())) or str(error)


def played(block: Block, stage: Stage) -> str:
    """The text of a `console` block with what its commands print now, blanks at line ends left out."""
    out = []
    for line in block.text.splitlines():
        if line.startswith("$ "):
            done = stage.run(line[2:])
            printed = done.stdout if done.returncode in ENDINGS else f"exit code {done.returncode}: {done.stderr}"
            out += [line, *(one.rstrip() for one in printed.rstrip().splitlines())]
    return "\n".join(out) + "\n"


def check(block: Block, stage: Stage) -> Iterator[str]:
    """What is wrong with a block."""
    if block.word in ("sh", "cron", "ini"):
        for line in lines_of(block):
            yield from line_problems(line, stage)
    elif block.word == "toml":
        yield from config_problems(block)
    elif block.word == "console":
        for line in block.text.splitlines():
            if line.startswith("$ "):
                yield from line_problems(line[2:], stage)
        if "jq" in block.text and shutil.which("jq") is None:
            print(f"{block.path.name}, line {block.line}: not run, jq is not installed", file=sys.stderr)
        elif (now := played(block, stage)) != block.text:
            change = difflib.unified_diff(block.text.splitlines(), now.splitlines(), "shown", "printed", lineterm="")
            yield "prints something else now (`make readme` writes it anew):\n" + "\n".join(change)


def example_problems(stage: Stage) -> Iterator[str]:
    """What is wrong with the examples in the helps."""
    for context in contexts(cli, "replywatch"):
        for example in getattr(context.command, "examples", ()):
            yield from (f"example of `{context.command_path}`: {p}" for p in line_problems(example, stage))


def rewrite(path: Path, stage: Stage) -> None:
    """Put what the commands of a document print today into it."""
    text = path.read_text(encoding="utf-8")
    for block in blocks(path):
        if block.word == "console":
            text = text.replace(f"```console\n{block.text}```", f"```console\n{played(block, stage)}```")
    path.write_text(text, encoding="utf-8")


def main() -> int:
    """Check all documents, or write their outputs anew; 1 if something is wrong."""
    parser = argparse.ArgumentParser(description="Checks the commands, outputs and configs that the documents show.")
    parser.add_argument("--write", action="store_true", help="write the outputs anew instead of comparing them")
    options = parser.parse_args()
    documents = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
    with tempfile.TemporaryDirectory(prefix="replywatch-docs-") as name:
        stage = Stage(Path(name))
        if options.write:
            for path in documents:
                rewrite(path, stage)
        problems = [b.problem(p) for path in documents for b in blocks(path) for p in check(b, stage)]
        problems += example_problems(stage)
    for problem in problems:
        print(problem)
    print(f"{len(documents)} documents checked, {len(problems)} problems.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
