"""Where colours go: to terminals, and wherever the environment wants them."""

import os
import pty
import re
import subprocess
import sys

import pytest

from planted import Program, maildir_account, plant_maildir
from story import Story


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    program = Program(tmp_path_factory.mktemp("colours"), accounts={"info": maildir_account()})
    story = Story()
    story.outbound("xaver", "2024-01-05 09:00")
    story.inbound("anna", "2024-03-02 09:00")
    plant_maildir(story, program.folder / "mail")
    program.output("poll")
    for name in ("NO_COLOR", "FORCE_COLOR"):
        program.environment.pop(name, None)
    return program


def written(program, words, environment, *, terminal):
    """What the program writes to a terminal or a pipe."""
    ours, its = pty.openpty() if terminal else os.pipe()
    with subprocess.Popen(
        [sys.executable, "-m", "replywatch", *words],
        cwd=program.folder,
        env=program.environment | {"TERM": "xterm"} | environment,
        stdout=its,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
    ):
        os.close(its)
        found = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # so Linux ends a terminal
                part = b""
            if not part:
                os.close(ours)
                return found
            found += part


@pytest.mark.parametrize("words", [["report", "--since", "all"], ["check"]])
@pytest.mark.parametrize(
    ("environment", "on_terminal", "in_pipe"),
    [
        ({}, True, False),
        ({"NO_COLOR": "1"}, False, False),
        ({"TERM": "dumb"}, False, False),
        ({"FORCE_COLOR": "1"}, True, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, True),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, True, True),
        ({"FORCE_COLOR": "", "NO_COLOR": "1"}, False, False),
    ],
)
def test_colours(program, words, environment, on_terminal, in_pipe):
    for terminal, coloured in ((True, on_terminal), (False, in_pipe)):
        text = written(program, words, environment, terminal=terminal)
        assert len(text) > 100
        assert bool(re.search(rb"\x1b\[(?:\d+;)*[39]\d[;m]", text)) == coloured


@pytest.mark.parametrize("command", ["report", "waiting", "export", "check"])
def test_what_programs_read_never_has_any(program, command):
    text = written(
        program, [command, "--format", {"export": "csv"}.get(command, "json")], {"FORCE_COLOR": "1"}, terminal=False
    )
    assert text
    assert b"\x1b" not in text
