"""The manual pages: one for each command, out of its help, and replywatch.toml(5), out of the example.

`python scripts/man_pages.py FOLDER` writes them; the wheel gets them when it is built (build_hook.py). They are man(7),
in ASCII, so that every man reads them.
"""

from __future__ import annotations

import inspect
import os
import re
import sys
import time
import tomllib
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from textwrap import wrap
from typing import NamedTuple

import click

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "src"))  # it is not installed yet while its wheel is built

from replywatch.cli import main  # noqa: E402 - found by the line above
from replywatch.cli.help import contexts  # noqa: E402 - the same

NAME = "replywatch"
CONFIG_PAGE = "replywatch.toml"
_ENVIRONMENT = {
    "REPLYWATCH_CONFIG": "The config file, where --config does not name one.",
    "REPLYWATCH_DATABASE": "The store, instead of the one that the config names.",
    "REPLYWATCH_DEBUG": "1 is the same as --debug.",
    "NO_COLOR": "If it is not empty: no colours.",
    "FORCE_COLOR": "If it is not empty: colours even where output goes to no terminal; it wins over NO_COLOR.",
    "TERM": "dumb: no colours.",
}
_FILES = {
    "./replywatch.toml, ~/.config/replywatch/config.toml": "The config; the first that is there counts. On macOS the"
    " latter lies in ~/Library/Application Support/replywatch.",
    "~/.local/share/replywatch/replywatch.sqlite3": "The store, unless the config names another place.",
}
EXIT_CODES = {
    0: "Fine.",
    1: "Failed: the text on standard error says what, where, and what to do.",
    2: "The command or the config is wrong; all mistakes of the config are listed at once.",
    3: "Part of the accounts or mailboxes could not be read, the others were.",
    4: "Somebody waits longer than asked for (--fail).",
    5: "Another poll is at work.",
    6: "It can't be said (--fail, --fail-on-warning): not all mail was read, or too long ago.",
    main.BUG: "A bug in replywatch; --debug shows the traceback.",
    main.INTERRUPTED: "Interrupted with Ctrl-C.",
    143: "Stopped by SIGTERM or SIGHUP before the end; nothing is lost.",
}
_SIGNS = {"\\": r"\e", "-": r"\-", "'": r"\(aq", "`": r"\(ga", "~": r"\(ti", "^": r"\(ha"}
_WIDTH = 78


class Page(NamedTuple):
    """A manual page."""

    name: str
    section: int
    text: str

    @property
    def path(self) -> str:
        """Where it lies below share/man."""
        return f"man{self.section}/{self.name}.{self.section}"


def pages() -> Iterator[Page]:
    """All manual pages: of the program, of each command, of the config."""
    date = _date()
    found = list(contexts(main.cli, NAME))
    for context in found:
        name = context.command_path.replace(" ", "-")
        below = [other for other in found if other.parent is context]
        yield Page(name, 1, _text(_title(name, 1, date), *_command(context, below)))
    example = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    yield Page(CONFIG_PAGE, 5, _text(_title(CONFIG_PAGE, 5, date), *_config(example)))


def _date() -> str:
    """The day of the release in the changelog; before that the day of SOURCE_DATE_EPOCH, else today."""
    version = re.escape(_version())
    dated = re.search(
        rf"^## \[{version}\] - ([\d-]+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    epoch = float(os.environ.get("SOURCE_DATE_EPOCH", time.time()))
    return dated[1] if dated else time.strftime("%Y-%m-%d", time.gmtime(epoch))


def _version() -> str:
    version: str = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    return version


def _title(name: str, section: int, date: str) -> str:
    kind = "User commands" if section == 1 else "File formats"
    return f'.TH {_escaped(name.upper())} {section} "{date}" "{NAME} {_version()}" "{kind}"'


def _command(context: click.Context, below: Iterable[click.Context]) -> Iterator[str]:
    """The sections of a command's page; `below` are the commands of a group."""
    command = context.command
    name = context.command_path.replace(" ", "-")
    yield from _section("NAME", *_filled(f"{name} - {_summary(context).rstrip('.')}"))
    pieces = _escaped(" ".join(command.collect_usage_pieces(context)))
    yield from _section("SYNOPSIS", f"{_bold(context.command_path)} {pieces}")
    yield from _section("DESCRIPTION", *_prose(inspect.cleandoc(command.help or "")))
    records = [p.get_help_record(context) for p in command.get_params(context) if isinstance(p, click.Option)]
    yield from _section("OPTIONS", *_definitions((_option(r[0]), r[1]) for r in records if r))
    yield from _section("COMMANDS", *_commands(below))
    if context.parent is None:
        yield from _section("EXIT STATUS", *_definitions((_bold(str(c)), said) for c, said in EXIT_CODES.items()))
        yield from _section("ENVIRONMENT", *_definitions((_bold(n), said) for n, said in _ENVIRONMENT.items()))
        yield from _section("FILES", *_definitions((_italic(n), said) for n, said in _FILES.items()))
    yield from _section("EXAMPLES", *_literal(getattr(command, "examples", ())))
    others = [(NAME, 1)] * (context.parent is not None) + [(CONFIG_PAGE, 5)]
    yield from _section("SEE ALSO", ",\n".join(f"{_bold(other)}({section})" for other, section in others))


def _commands(contexts: Iterable[click.Context]) -> Iterator[str]:
    """The commands of a group, each with its page, under the headings of the program's own list."""
    for context in contexts:
        lazy = _lazy(context)
        if lazy and lazy.heading:
            yield f".SS {_escaped(lazy.heading)}"
        page = context.command_path.replace(" ", "-")
        yield from _definitions([(f"{_bold(page)}(1)", _summary(context))])


def _summary(context: click.Context) -> str:
    """The one line about a command: that of the program's own list, else the first of its help."""
    lazy = _lazy(context)
    return lazy.summary if lazy else context.command.get_short_help_str(300)


def _lazy(context: click.Context) -> main.Lazy | None:
    """The entry of a command in the program's own list; None if it stands in none, or in that of a group."""
    at_the_top = context.parent is not None and context.parent.parent is None
    return main.COMMANDS[context.info_name or ""] if at_the_top else None


def _config(example: str) -> Iterator[str]:
    """The sections of the config's page: what the example says, with its lines as they stand."""
    yield from _section("NAME", f"{_escaped(CONFIG_PAGE)} \\- the config of {NAME}")
    yield ".SH DESCRIPTION"
    comment: list[str] = []
    lines: list[str] = []
    for line in [*example.splitlines(), ""]:
        said = re.match(r"#(?: |$)(?P<said>.*)", line)
        if lines and (said or not line or line.startswith("[")):
            yield from _literal(lines)
            lines = []
        if said:
            comment.append(said["said"])
            continue
        if table := re.fullmatch(r"\[(.+)\]", line):
            yield f".SH [{_escaped(table[1])}]"
        elif line:
            lines.append(line)
        yield from _prose("\n".join(comment))
        comment = []
    yield from _section("SEE ALSO", f"\\fB{NAME}\\fP(1),\n\\fB{NAME}\\-check\\fP(1),\n\\fB{NAME}\\-config\\fP(1)")


def _section(title: str, *lines: str) -> Iterator[str]:
    """A section; nothing if it is empty."""
    if lines:
        yield f".SH {title}"
        yield from lines


def _prose(text: str) -> Iterator[str]:
    """Paragraphs; lines that are indented stay as they are."""
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        lines = [line for line in paragraph.splitlines() if line != "\b"]  # so click marks lines that stay
        for kept, group in groupby(lines, key=lambda line: line.startswith("  ")):
            found = list(group)
            yield from _literal(found) if kept else [".PP", *_filled(" ".join(found))]


def _definitions(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Terms, typeset already, each with its text."""
    for term, text in rows:
        yield from (".TP", term, *_filled(text))


def _literal(lines: Iterable[str]) -> Iterator[str]:
    """Lines that stay as they are; nothing if there are none."""
    typeset = [_at_start(_escaped(line)) for line in lines]
    if typeset:
        yield from (".PP", ".RS 4", ".EX", *typeset, ".EE", ".RE")


def _option(names: str) -> str:
    """The names of an option in bold, the name of its value in italics."""
    return re.sub(
        r"(?P<option>(?<![\w-])--?\w[\w-]*)|(?P<value>\b[A-Z]{2,}\b)|(?P<rest>.)",
        lambda found: (
            _bold(found[0]) if found["option"] else _italic(found[0]) if found["value"] else _escaped(found[0])
        ),
        names,
    )


def _bold(text: str) -> str:
    return f"\\fB{_escaped(text)}\\fP"


def _italic(text: str) -> str:
    return f"\\fI{_escaped(text)}\\fP"


def _filled(text: str) -> list[str]:
    """`text` in lines that man fills anew."""
    found = wrap(_escaped(text), _WIDTH, break_long_words=False, break_on_hyphens=False)
    return [_at_start(line) for line in found]


def _escaped(text: str) -> str:
    """`text` as man shows it letter by letter, in ASCII."""
    return "".join(_SIGNS.get(char, char if char.isascii() else f"\\[u{ord(char):04X}]") for char in text)


def _at_start(line: str) -> str:
    """`line` so that it is no request."""
    return f"\\&{line}" if line.startswith(".") else line


def _text(*lines: str) -> str:
    """A page; man begins a paragraph after a heading by itself."""
    found: list[str] = []
    for line in lines:
        if line != ".PP" or not found[-1].startswith((".SH", ".SS")):
            found.append(line)
    return "\n".join(found) + "\n"


def write(folder: Path) -> Iterator[Path]:
    """Write all pages below `folder`; their paths, seen from it."""
    for page in pages():
        path = folder / page.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page.text, encoding="ascii")
        yield Path(page.path)


if __name__ == "__main__":
    for written in write(Path(sys.argv[1])):
        print(written)
