"""What the documents say is true of the code. Commands and outputs they show: scripts/check_docs.py."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import click
import pytest

import replywatch
from replywatch.cli import main, stopping
from replywatch.config.load import parse_config
from replywatch.config.providers import PROVIDERS
from replywatch.config.table import Table
from replywatch.domain.figures.measure import BUCKETS
from replywatch.domain.headers.header import FETCH_FIELDS
from replywatch.domain.messages import Direction, Disposition, Kind, Role, Rung, Status
from replywatch.errors import ReplywatchError
from replywatch.render.report.labels import ROWS
from replywatch.store import marks
from replywatch.store.database import Database

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
DECISIONS = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
PACKAGE = ROOT / "src/replywatch"
CODE = ("src", "tests", "bench", "fuzz", "scripts")
EXAMPLE = ROOT / "config.example.toml"


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8")


def rows_of(text):
    """The cells of the table rows in a Markdown text."""
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in re.findall(r"^\|.*\|$", text, re.MULTILINE)
    ]


class TestGlossary:
    @pytest.mark.parametrize("words", [Direction, Disposition, Kind, Role, Rung, Status])
    def test_has_every_word_of_the_code(self, words):
        known = set(re.findall(r"`([^`]+)`", text_of("docs/glossary.md")))
        assert {word.value for word in words} <= known

    def test_has_every_word_of_a_mark(self):
        known = set(re.findall(r"`([^`]+)`", text_of("docs/glossary.md")))
        assert {marks.ANSWERED, marks.NEEDS_NONE, marks.OF_KIND, marks.REPLY_OF} <= known

    def test_has_every_bucket(self):
        known = set(re.findall(r"`([^`]+)`", text_of("docs/glossary.md")))
        assert {bucket.key for bucket in BUCKETS} <= known

    def test_no_help_uses_a_synonym(self):
        synonyms = [
            word.strip()
            for _, _, *others in rows_of(text_of("docs/glossary.md"))
            for word in re.sub(r"\(.*?\)", "", others[0]).split(",")
            if word.strip() not in ("", "not", "---")
        ]
        assert "ticket" in synonyms
        helps = {name: help_of(command) for name, command in commands()}
        used = [(n, s) for n, text in helps.items() for s in synonyms if re.search(rf"\b{s}s?\b", text, re.IGNORECASE)]
        assert not used


def commands():
    context = click.Context(main.cli, info_name="replywatch")
    return [("", main.cli), *((name, main.cli.get_command(context, name)) for name in main.COMMANDS)]


def help_of(command):
    return command.get_help(click.Context(command, info_name="replywatch", help_option_names=["-h", "--help"]))


class TestReadme:
    def test_first_code_is_the_two_commands(self):
        first = re.search(r"```sh\n(.*?)```", text_of("README.md"), re.DOTALL)
        assert [line.split("#")[0].split() for line in first[1].splitlines()] == [["make", "demo"], ["make", "test"]]

    def test_is_read_in_minutes(self):
        assert text_of("README.md").count("\n") < 250

    def test_leads_to_every_page(self):
        pages = {str(path.relative_to(ROOT)) for path in (ROOT / "docs").glob("*.md")}
        pages |= {path.name for path in ROOT.glob("*.md")} - {"README.md"}
        assert pages - linked("README.md") == set()


def linked(name):
    """The files that a document leads to."""
    return set(re.findall(r"\]\(([^)#:]+)", text_of(name)))


def exit_codes(name):
    """The rows of exit codes in a document, by code."""
    return {int(row[0]): row for row in rows_of(text_of(name).split("| meaning |")[1]) if row[0].isdigit()}


class TestPages:
    def test_every_command_is_named(self):
        assert all(
            re.search(rf"\breplywatch {name}\b|^  {name} ", text_of("docs/commands.md"), re.MULTILINE)
            for name in main.COMMANDS
        )

    def test_every_exit_code_is_told(self):
        errors = [ReplywatchError]
        for error in errors:
            errors += error.__subclasses__()
        raised = {0, main.BUG, main.INTERRUPTED, stopping.STOPPED} | {error.exit_code for error in errors}
        assert set(exit_codes("README.md")) == raised
        assert exit_codes("README.md") == exit_codes("docs/cron-and-services.md")

    def test_every_row_of_the_report_is_told(self):
        shown = [(row[0], row[1]) for row in rows_of(text_of("docs/counting.md")) if len(row) == 3]
        assert [pair for pair in shown if pair[1].startswith("`")] == [(ROWS[b.key], f"`{b.key}`") for b in BUCKETS]

    def test_every_provider_is_named(self):
        known = text_of("docs/providers.md").casefold()
        names = [re.split(r",| \(| Mail| webhosting", provider.name)[0] for provider in PROVIDERS]
        assert [name for name in names if name.casefold() not in known] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_commands_stand_in_blocks_that_are_checked(path):
    """Of an indented line nobody knows what it is; scripts/check_docs.py passes it over."""
    outside = re.sub(r"(?ms)^```.*?^```$", "", path.read_text(encoding="utf-8"))
    assert re.findall(r"(?m)^ {4,}(?:\$ )?replywatch .*", outside) == []


HOPS = [row for row in rows_of(text_of("docs/architecture.md")) if len(row) == 4 and ".py`" in row[1]]


class TestArchitecture:
    def test_has_three_ways(self):
        assert text_of("docs/architecture.md").count("\n| hop |") == 3
        assert len(HOPS) > 30

    @pytest.mark.parametrize(("path", "names"), [row[1:3] for row in HOPS], ids=lambda cell: cell.strip("`"))
    def test_every_hop_is_in_the_file_that_it_names(self, path, names):
        wanted = set(re.findall(r"`([\w.]+)`", names))
        assert wanted
        assert wanted - defined_in(PACKAGE / path.strip("`")) == set()


def defined_in(path):
    """Functions, classes, and methods as `Class.method`, of a file."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef)}
    return found


class TestContributing:
    def test_the_house_has_every_room_and_no_other(self):
        house = text_of("CONTRIBUTING.md").split("## The house")[1].split("## ")[0]
        folders = {str(path.parent.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py")} - {"."}
        assert set(re.findall(r"^ +(\S+)/ ", house, re.MULTILINE)) - {"src/replywatch"} == folders


FILES = [f"/{path.relative_to(ROOT)}" for part in CODE for path in (ROOT / part).rglob("*.py")]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_of_the_code_are_where_a_document_says(path):
    text = re.sub(r"<!--.*?-->", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    named = set(re.findall(r"(?<![\w./])[\w/]+\.py\b", text))
    assert [name for name in named if not any(file.endswith(f"/{name}") for file in FILES)] == []


class TestDecisions:
    def test_are_numbered_without_gaps(self):
        assert [path.name[:4] for path in DECISIONS] == [f"{n:04}" for n in range(1, len(DECISIONS) + 1)]

    def test_index_has_each_with_its_title(self):
        index = [tuple(row) for row in rows_of(text_of("docs/decisions/README.md")) if row[0].startswith("[")]
        assert index == [(f"[{p.name[:4]}]({p.name})", p.read_text().splitlines()[0][8:]) for p in DECISIONS]

    @pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.name[:4])
    def test_have_context_decision_consequences(self, path):
        text = path.read_text()
        assert text.startswith(f"# {path.name[:4]}: ")
        assert re.findall(r"^## (\w+)", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]


def test_schema_is_that_of_a_new_store(tmp_path):
    said = {}
    for part in text_of("docs/schema.md").split("\n### `")[1:]:
        rows = [row for row in rows_of(part) if row[0].startswith("`")]
        said[part.partition("`")[0]] = [
            (row[0].split("`")[1], row[1].split(",")[0], row[1].endswith("null"), "(key)" in row[0]) for row in rows
        ]
    made = {}
    with Database(tmp_path / "store.sqlite3", create=True) as database:
        names = list(database.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '*sqlite_*'"))
        for (name,) in names:
            made[name] = [
                (column, kind, not (needed or key), bool(key))
                for _, column, kind, needed, _, key in database.rows(f"PRAGMA table_info({name})")
            ]
    assert said == made


class TestExampleConfig:
    def test_names_every_key_that_is_read(self, monkeypatch):
        asked = set()
        take = Table.take
        monkeypatch.setattr(Table, "take", lambda self, key: asked.add(key) or take(self, key))
        accounts = [
            {"type": "imap", "host": "h", "username": "u", "password": {"env": "X"}, "mailboxes": {"sent": ["S"]}},
            {"type": "maildir", "path": "m"},
            {"type": "mbox", "path": "m"},
        ]
        clients = [{"provider": provider, "client_id": "c"} for provider in ("microsoft", "google", "custom")]
        clients = [client | {"client_secret": "s", "token_url": "https://a.b"} for client in clients]
        accounts += [{"type": "imap", "host": "h", "username": "u", "oauth2": client} for client in clients]
        clients[0] |= {"tenant": "t.example", "flow": "app"}
        clients[2] |= {"device_url": "https://a.b"}
        for client in clients[:2]:
            del client["token_url"]
        data = {"team": {"domains": ["b.de"]}, "accounts": dict(zip("abcdef", accounts, strict=True))}
        parse_config(data, ROOT, {})
        assert "timezone" in asked
        unsupported = {"business_hours", "targets"}
        shown = EXAMPLE.read_text()
        assert {key for key in asked - unsupported - set("abcdef") if not re.search(rf"\b{key}\b", shown)} == set()

    def test_every_line_that_can_be_used_is_accepted(self):
        text = re.sub(r"^#(\w+ = )", r"\1", EXAMPLE.read_text(), flags=re.MULTILINE)
        assert text.count("\n#") < EXAMPLE.read_text().count("\n#")
        assert parse_config(tomllib.loads(text), ROOT, {}).accounts


def test_changelog_has_the_version():
    version = tomllib.loads(text_of("pyproject.toml"))["project"]["version"]
    assert re.search(rf"^## \[{re.escape(version)}\]", text_of("CHANGELOG.md"), re.MULTILINE)
    assert version == replywatch.__version__, "what reports say of the program that made them"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path):
    links = re.findall(r"\]\(([^)#:]+)[^):]*\)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


class TestPrivacy:
    def test_lists_every_field_that_is_fetched_and_no_other(self):
        part = text_of("docs/privacy.md").split("| fields |")[1].split("\n\n")[0]
        said = re.findall(r"`([^`]+)`", part)
        assert sorted(said) == sorted(FETCH_FIELDS)

    def test_has_both_texts_with_the_same_points(self):
        """The German text has a paragraph for each of the English one."""
        english, german = text_of("docs/privacy.md").split("\n## For ")[1].split("\n## Für ")
        points = [re.findall(r"^> \*\*(.+?)\.\*\*", text, re.MULTILINE) for text in (english, german)]
        assert len(points[0]) == len(points[1]) > 8
        commands = [set(re.findall(r"`(?:replywatch )?(\w+)", text)) - {"subjects"} for text in (english, german)]
        assert commands[0] == commands[1] <= set(main.COMMANDS)
