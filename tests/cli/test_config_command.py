"""`replywatch config`: what can be said, where it is looked for, and what was understood."""

import json
import tomllib
from pathlib import Path

import pytest

from planted import Program, maildir_account

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
LEAK = "import pathlib; pathlib.Path('ran').touch()"


@pytest.fixture
def program(tmp_path):
    return Program(tmp_path, accounts={"info": maildir_account(), "support": maildir_account(enabled=False)})


def places(shown, what):
    return {place["name"]: (place["path"], place["there"], place["used"]) for place in shown[what]["places"]}


def test_the_example_is_the_file_beside_the_project(tmp_path):
    assert Program(tmp_path).output("config", "example") == EXAMPLE.read_text(encoding="utf-8")


def test_show(program, golden_output):
    shown = program.output("config", "show")
    folder = str(program.folder)
    golden_output("config_show.txt", shown.replace(folder, "/home/anna"))
    whole = program.json("config", "show")
    assert whole["path"] == f"{folder}/replywatch.toml"
    assert whole["config"] == tomllib.loads(shown)


def test_show_neither_prints_nor_asks_for_a_secret(tmp_path):
    program = Program(tmp_path)
    account = {"type": "imap", "host": "h.example", "username": "u", "watched": False}
    program.configure(
        accounts={
            "a": account | {"password": "CANARY"},
            "b": account | {"password": {"command": ["python3", "-c", LEAK, "CANARY"]}},
        }
    )
    for words in (["config", "show"], ["config", "show", "--format", "json"], ["--debug", "config", "show"]):
        done = program.call(*words)
        assert done.returncode == 0
        assert "CANARY" not in done.stdout + done.stderr
        assert "in_clear" in done.stdout
        assert "python3 …" in done.stdout
    assert not (tmp_path / "ran").exists()


def test_show_of_a_config_with_mistakes_lists_them(program):
    path = program.folder / "replywatch.toml"
    path.write_text(path.read_text() + '[nonsense]\nkey = "CANARY"\n')
    error = program.fails("config", "show", code=2)
    assert "nonsense: unknown key" in error
    assert "`replywatch config example` shows every key" in error
    assert "CANARY" not in error


@pytest.mark.parametrize(
    ("words", "environment", "used", "store"),
    [
        ([], {}, "current folder", "[store] path"),
        (["--config", "replywatch.toml"], {}, "--config", "[store] path"),
        ([], {"REPLYWATCH_CONFIG": "~/replywatch.toml"}, "REPLYWATCH_CONFIG", "[store] path"),
        ([], {"REPLYWATCH_DATABASE": "other.db"}, "current folder", "REPLYWATCH_DATABASE"),
        (["--config", "no-store.toml"], {}, "--config", "data folder"),
        (["--config", "no-store.toml"], {"REPLYWATCH_CONFIG": "x"}, "--config", "data folder"),
    ],
)
def test_path_says_which_place_counts(program, words, environment, used, store):
    program.environment |= environment
    text = (program.folder / "replywatch.toml").read_text().replace('[store]\npath = "data/mail.db"', "")
    (program.folder / "no-store.toml").write_text(text)
    shown = program.json("config", "path", *words)
    for what, name in (("config", used), ("store", store)):
        found = places(shown, what)
        assert [place for place, (_, _, counts) in found.items() if counts] == [name]
        assert found[name][0] == shown[what]["path"]
        assert Path(shown[what]["path"]).is_absolute()
    assert list(places(shown, "config")) == ["--config", "REPLYWATCH_CONFIG", "current folder", "config folder"]
    assert list(places(shown, "store")) == ["REPLYWATCH_DATABASE", "[store] path", "data folder"]
    assert places(shown, "config")[used][1]
    assert places(shown, "store")[store][1] is False
    assert not program.store.exists()
    # it is the very config and store that the other commands take
    assert program.json("config", "show", *words)["config"]["store"]["path"] == shown["store"]["path"]


def test_path_in_words(program, golden_output):
    program.store.parent.mkdir()
    program.store.touch()
    shown = program.output("config", "path").replace(str(program.folder), "/home/anna")
    golden_output("config_path.txt", shown)


def test_path_without_a_config(tmp_path):
    program = Program(tmp_path)
    done = program.call("config", "path", "--format", "json")
    shown = json.loads(done.stdout)
    assert done.returncode == 2
    assert "there is no config file" in done.stderr
    assert shown["config"]["path"] is None
    assert places(shown, "config")["current folder"] == (f"{tmp_path}/replywatch.toml", False, False)
    assert shown["store"] == {"path": None, "places": []}


def test_path_of_a_config_that_cannot_be_used(program):
    (program.folder / "bad.toml").write_text("team = 1")
    done = program.call("config", "path", "--config", "bad.toml", "--format", "json")
    shown = json.loads(done.stdout)
    assert done.returncode == 2
    assert "bad.toml has" in done.stderr
    assert shown["config"]["path"] == f"{program.folder}/bad.toml"
    assert shown["store"]["path"] is None


def test_the_option_may_stand_before_the_last_word(program):
    (program.folder / "replywatch.toml").rename(program.folder / "other.toml")
    for words in (
        ["--config", "other.toml", "config", "show"],
        ["config", "--config", "other.toml", "show"],
        ["config", "show", "--config", "other.toml"],
    ):
        assert "accounts.info" in program.output(*words)
