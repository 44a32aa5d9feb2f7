"""The first thing anybody runs: no config, no network, and the same company each time."""

import json
import re
import shlex
import shutil
import subprocess
import sys

import pytest
from test_poll_command import seen_on_a_terminal

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
    assert re.match(r"\d+ waits? for an answer", program.output("waiting", *config))
    first = program.lines("export", *config)[0]
    assert first["id"][:10] in program.output("explain", first["id"], *config)


def test_nothing_is_left_behind_without_keep(tmp_path):
    program = Program(tmp_path)
    done = program.run("demo", "--messages", "40")
    assert (done.returncode, done.stderr.strip()) == (
        0,
        "Made up, and not kept; to try these commands on it: replywatch demo --keep DIR",
    )
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


LAUNCHER = "import sys, time; time.time = lambda: 1_795_161_600.0; from replywatch.cli.main import run; sys.exit(run())"
"""The program on 2026-11-20 at 9 in the morning."""


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """The demo of that moment, kept; and a way to run commands on it, on a terminal of 80 columns or on none."""
    program = Program(tmp_path_factory.mktemp("company"))

    def run(*words, terminal=False):
        command = [sys.executable, "-c", LAUNCHER, *words]
        if not terminal:
            return subprocess.run(
                command, cwd=program.folder, env=program.environment, capture_output=True, check=True, encoding="utf-8"
            ).stdout
        return seen_on_a_terminal(program, command)[1].replace("\r", "")

    return run, run("demo", "--keep", "kept")


def test_its_first_screen_fits_a_terminal_of_80_by_24(company, golden_output):
    run, first = company
    golden_output("demo_first_screen.txt", first)
    coloured = run("report", "--config", "kept/replywatch.toml", "--since", "all", terminal=True)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == first, "colours apart it is the same on a terminal"
    assert first.count("\n") + len("\nMade up …\n".splitlines()) <= 23


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("report", ()),
        ("report_turn", ("--measure", "turn")),
        ("report_august", ("--since", "2026-08-01", "--until", "2026-08-31")),
        ("report_nothing", ("--since", "2026-11-20")),
        ("report_few", ("--since", "2026-11-17", "--until", "2026-11-17")),
    ],
)
def test_the_first_screens_of_its_reports(company, golden_output, name, words):
    text = company[0]("report", "--config", "kept/replywatch.toml", *words)
    golden_output(f"{name}_first_screen.txt", text)
    assert text.count("\n") <= 23
    assert max(map(len, text.splitlines())) <= 80


def test_all_its_figures_are_in_the_details(company, golden_output):
    golden_output("demo_details.txt", company[0]("report", "--config", "kept/replywatch.toml", "--details"))


def test_the_list_that_a_screen_names_has_as_many_rows_as_it_says(company):
    for words in ((), ("--since", "all"), ("--since", "2026-08-01", "--until", "2026-08-31"), ("--measure", "turn")):
        config = ("--config", "kept/replywatch.toml")
        screen = company[0]("report", *config, *words)
        count = re.search(r"(?:never answered|no further reply) +█*[▏▎▍▌▋▊▉▶]? +(\d+) ", screen)[1]
        if hint := re.search(r"why: explain ([0-9a-f]+)", screen):
            who = re.search(r"Waiting longest .*? (\S+@\S+) ", screen)[1]
            assert who in company[0]("explain", hint[1], *config)
        command = re.search(r"which: (list --bucket never[^·\n]*)", screen)[1]
        assert len(company[0](*shlex.split(command), *config, "--format", "jsonl").splitlines()) == int(count)
