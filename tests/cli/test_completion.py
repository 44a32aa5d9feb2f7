"""The Tab key, in the shells themselves: typed at a terminal of theirs, as far as it is there."""

import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import time

import pytest

from needs import need
from planted import Program, maildir_account
from replywatch.cli.main import COMMANDS

SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], 'eval "$(replywatch completion bash)"'),
    "zsh": (["zsh", "-f", "-i"], 'autoload -Uz compinit; compinit -u; eval "$(replywatch completion zsh)"'),
    "fish": (["fish", "--no-config", "-i"], "replywatch completion fish | source"),
}
HOME_KEY, END_KEY, TAB = "\x01", "\x05", "\t"
PATIENCE = 60
"""Seconds after which a shell is taken for dead."""


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """A folder with a config and files, and `replywatch` on the path."""
    folder = tmp_path_factory.mktemp("office")
    program = Program(folder)
    program.configure(
        accounts={name: maildir_account() for name in ("info", "sales-eu", '"two words"', '"$(touch ran)"')}
    )
    (folder / "other.toml").write_text(
        (folder / "replywatch.toml").read_text().replace("accounts.info", "accounts.zeta")
    )
    (folder / "broken.toml").write_text("[accounts\n")
    (folder / "letter.eml").write_text("")
    (folder / "a-folder").mkdir()
    (folder / "bin").mkdir()
    launcher = folder / "bin" / "replywatch"
    launcher.write_text(f'#!/bin/sh\nexec {sys.executable} -m replywatch "$@"\n')
    launcher.chmod(0o755)
    program.environment |= {"PATH": f"{launcher.parent}:{os.environ['PATH']}", "PS1": "> ", "TERM": "vt100"}
    return program


def typed(office, shell, line):
    """The words of a command line, after all of `line` was typed in a terminal of the shell, and Enter pressed."""
    argv, setting_up = SHELLS[shell]
    need("" if shutil.which(shell) else f"there is no {shell}")
    child, terminal = pty.fork()
    if not child:
        os.chdir(office.folder)
        os.execvpe(argv[0], argv, office.environment)
    # what is typed before a shell is ready waits for it; the words are printed instead of run
    keys = f"{setting_up}\n{line}{HOME_KEY}printf '<%s>' {END_KEY}; echo; echo THE-''END\n"
    shown = b""
    try:
        os.write(terminal, keys.encode())
        until = time.monotonic() + PATIENCE
        while b"\nTHE-END" not in shown and select.select([terminal], [], [], max(0, until - time.monotonic()))[0]:
            shown += os.read(terminal, 65536)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(terminal)
    text = shown.decode(errors="replace")
    assert "\nTHE-END" in text, text
    assert "Traceback" not in text
    printed = text.rpartition("\nTHE-END")[0].rstrip().rpartition("\n")[2]
    assert "<replywatch>" in printed, text
    return printed[printed.index("<replywatch>") + 1 : printed.rindex(">")].split("><")[1:]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("wai", ["waiting"]),
        ("report --min", ["report", "--min-match"]),
        ("report --format js", ["report", "--format", "json"]),
        ("mark x --kind news", ["mark", "x", "--kind", "newsletter"]),
        ("check inf", ["check", "info"]),
        ("check info sal", ["check", "info", "sales-eu"]),
        ("poll sal", ["poll", "sales-eu"]),
        ("check two", ["check", "two words"]),
        ("check two\\ w", ["check", "two words"]),
        ("login sa", ["login", "sales-eu"]),
        ("--config other.toml check ze", ["--config", "other.toml", "check", "zeta"]),
        ("check --config other.toml ze", ["check", "--config", "other.toml", "zeta"]),
        ("check --config broken.toml inf", ["check", "--config", "broken.toml", "inf"]),
        ("check --config none.toml inf", ["check", "--config", "none.toml", "inf"]),
        ("report --config oth", ["report", "--config", "other.toml"]),
        ("explain lett", ["explain", "letter.eml"]),
        ("config ex", ["config", "example"]),
        ("config show --for", ["config", "show", "--format"]),
        ("help wai", ["help", "waiting"]),
        ("help config ex", ["help", "config", "example"]),
        ("completion zs", ["completion", "zsh"]),
        ("nonsense wai", ["nonsense", "wai"]),
        ("help nonsense wai", ["help", "nonsense", "wai"]),
        ("help report wai", ["help", "report", "wai"]),
    ],
)
def test_what_tab_makes_of_a_line(office, shell, line, words):
    assert typed(office, shell, f"replywatch {line}{TAB}") == words


@pytest.mark.parametrize("shell", SHELLS)
def test_a_value_behind_an_equals_sign(office, shell):
    assert typed(office, shell, f"replywatch report --format=js{TAB}") == ["report", "--format=json"]


@pytest.mark.parametrize("shell", SHELLS)
def test_a_name_is_never_run(office, shell):
    assert typed(office, shell, f"replywatch check \\${TAB}") == ["check", "$(touch ran)"]
    assert not (office.folder / "ran").exists()


def test_fish_shows_what_a_word_means_to_its_end(office):
    need("" if shutil.which("fish") else "there is no fish")
    script = "replywatch completion fish | source; complete --do-complete 'replywatch poll --eve'"
    argv = ["fish", "--no-config", "-c", script]
    done = subprocess.run(argv, cwd=office.folder, env=office.environment, capture_output=True, text=True, check=True)
    assert done.stdout == "--every\tGo on until stopped, with a pass every 5m, 90min or 1h.\n"


def asked(office, *words, python=()):
    """What the program answers to bash that asks what could stand after `words`."""
    environment = office.environment | {
        "_REPLYWATCH_COMPLETE": "bash_complete",
        "COMP_WORDS": "\n".join(["replywatch", *words]),
        "COMP_CWORD": str(len(words)),
    }
    return subprocess.run(
        [sys.executable, *(python or ("-m", "replywatch"))],
        cwd=office.folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_all_commands_are_offered_and_none_is_loaded(office):
    code = (
        "import sys\nfrom replywatch.cli.main import run\nrun()\n"
        "print(*sorted(m for m in sys.modules if m.startswith('replywatch.')), file=sys.stderr)"
    )
    done = asked(office, "", python=("-c", code))
    offered = [line.partition(",")[2] for line in done.stdout.splitlines()]
    assert offered == list(COMMANDS)
    assert done.stderr.split() == sorted(
        f"replywatch.{name}"
        for name in ("cli", "cli.completion", "cli.main", "cli.options", "cli.stopping", "cli.streams", "errors")
    )


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (("check", ""), ["info", "sales-eu", r"two\\ words", r"\\$\\(touch\\ ran\\)"]),
        (("check", "info", "two words", ""), ["sales-eu", r"\\$\\(touch\\ ran\\)"]),
        (("poll", "info", "sales-eu", ""), [r"two\\ words", r"\\$\\(touch\\ ran\\)"]),
        (("login", "info", ""), []),
        (("--config", "other.toml", "login", "z"), ["zeta"]),
    ],
)
def test_names_that_were_not_said_yet(office, words, names):
    words = [word.replace(" ", "\\ ") for word in words]
    assert [line.partition(",")[2] for line in asked(office, *words).stdout.splitlines() if line] == names


@pytest.mark.parametrize(
    "words", [("check", ""), ("report", "--since", ""), ("--config", "broken.toml", "check", ""), ("--", ""), ("x", "")]
)
def test_nothing_is_ever_said_beside(office, words):
    assert asked(office, *words).stderr == ""


def test_a_bug_says_nothing_in_the_middle_of_a_line(office):
    code = "import sys\nfrom replywatch.cli import main, options\ndel options._account_names\nsys.exit(main.run())"
    done = asked(office, "check", "", python=("-c", code))
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
