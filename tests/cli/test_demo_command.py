"""The first thing anybody runs: no config, no network, and the same company each time."""

import json
import re
import shutil

import pytest

from planted import Program


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    program = Program(tmp_path_factory.mktemp("demo"))
    done = program.run("demo", "--messages", "60", "--keep", "kept", "--format", "json")
    assert done.returncode == 0, done.stderr
    return program, done


def test_it_shows_a_report_and_says_how_to_go_on(kept):
    done = kept[1]
    assert json.loads(done.stdout)["totals"]["exchanges"] > 5
    assert done.stderr.strip() == "Kept in kept. Go on with: replywatch waiting --config kept/replywatch.toml"


def test_what_is_kept_is_its_owners_alone(kept):
    folder = kept[0].folder / "kept"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {p.stat().st_mode & 0o777 for p in folder.iterdir() if p.is_file()} == {0o600}


def test_the_commands_that_follow_work(kept):
    program, done = kept
    config = ("--config", "kept/replywatch.toml")
    again = program.json("report", *config, "--since", "all")
    assert again["buckets"] == json.loads(done.stdout)["buckets"]
    assert program.output("waiting", *config).startswith("Waiting for an answer at ")
    first = program.lines("export", *config)[0]
    assert first["id"][:10] in program.output("explain", first["id"], *config)


def test_nothing_is_left_behind_without_keep(tmp_path):
    program = Program(tmp_path)
    done = program.run("demo", "--messages", "40")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.match(r"info@\S+ +all until \d+ \w+ 20\d\d · \d+ enquiries\n", done.stdout)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_in_use_is_left_alone(kept):
    program, _ = kept
    (program.folder / "mine").mkdir()
    (program.folder / "mine" / "letter.txt").write_text("dear diary")
    done = program.run("demo", "--messages", "40", "--keep", "mine")
    assert done.returncode in {1, 2}
    assert "mine" in done.stderr
    assert (program.folder / "mine" / "letter.txt").read_text() == "dear diary"
    shutil.rmtree(program.folder / "mine")
