"""What lies in contrib/, and the image: as far as it can be tried without installing it."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from zipfile import ZipFile

import pytest
from test_check_docs import Shell

from needs import need

ROOT = Path(__file__).parents[2]
CONTRIB = ROOT / "contrib"
UNITS = sorted(CONTRIB.glob("systemd/*/*"))
SYSTEM = CONTRIB / "systemd/system/replywatch.service"


def systemd_analyze(runtime, *words):
    need("" if shutil.which("systemd-analyze") else "systemd-analyze is not installed")
    done = subprocess.run(
        ["systemd-analyze", *words],
        env=os.environ | {"XDG_RUNTIME_DIR": str(runtime), "SYSTEMD_COLORS": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("manager", ["system", "user"])
def test_systemd_has_nothing_to_say_against_the_units(manager, tmp_path):
    units = [path for path in UNITS if path.parent.name == manager]
    assert [path.suffix for path in units] == [".service", ".timer"]
    assert systemd_analyze(tmp_path, f"--{manager}", "verify", *map(str, units)) == (0, "")


def test_it_would_have_something_to_say_against_a_mistake(tmp_path):
    broken = tmp_path / "replywatch.service"
    broken.write_text(SYSTEM.read_text().replace("ProtectSystem=strict", "ProtectSystem=srtict"))
    assert "srtict" in systemd_analyze(tmp_path, "--system", "verify", str(broken))[1]


def test_the_system_service_is_hardened(tmp_path):
    words = ("security", "--offline=true", "--threshold=20")
    code, said = systemd_analyze(tmp_path, *words, str(SYSTEM))
    assert code == 0, said
    soft = tmp_path / "replywatch.service"
    soft.write_text(re.sub(r"(?m)^(Protect|Restrict|Capability|System|Private).*\n", "", SYSTEM.read_text()))
    assert systemd_analyze(tmp_path, *words, str(soft))[0] != 0


def test_the_system_service_says_what_has_to_be_said():
    text = SYSTEM.read_text()
    for line in ("User=replywatch", "StateDirectory=replywatch", "NoNewPrivileges=yes", "ProtectSystem=strict"):
        assert f"\n{line}\n" in text
    assert re.search(r"^LoadCredential=info\.password:", text, re.MULTILINE)
    database = re.search(r"^Environment=REPLYWATCH_DATABASE=(.*)", text, re.MULTILINE)
    assert database
    assert database[1].startswith("/var/lib/replywatch/"), "all else is read-only"


def test_commands_by_hand_find_what_the_system_service_finds():
    """Else they look at another store, which is empty: `check` would know nothing of mail that was read."""
    told = set(re.findall(r"^Environment=(.*)", SYSTEM.read_text(), re.MULTILINE))
    document = (ROOT / "docs/cron-and-services.md").read_text()
    commands = re.findall(r"^(?:sudo -u replywatch|systemd-run .*User=replywatch) .*", document, re.MULTILINE)
    assert [line.split()[-1] for line in commands] == ["report", "check"]
    for line in commands:
        missing = {setting.partition("=")[0] for setting in told - set(line.split())}
        assert missing <= (set() if line.endswith(" check") else {"XDG_STATE_HOME"}), line


def test_the_log_that_is_rotated_may_be_written_by_the_system_service(tmp_path):
    """All that no line of the unit names is read-only there."""
    (folder,) = re.findall(r"^/var/log/(\w+)/\*\.log \{$", (CONTRIB / "logrotate").read_text(), re.MULTILINE)
    text = SYSTEM.read_text()
    assert f"\n#LogsDirectory={folder}\n" in text
    with_log = tmp_path / "replywatch.service"
    with_log.write_text(text.replace("\n#LogsDirectory=", "\nLogsDirectory="))
    assert systemd_analyze(tmp_path, "--system", "verify", str(with_log)) == (0, "")


def test_the_user_service_says_how_it_goes_on_without_a_login():
    assert "loginctl enable-linger" in (CONTRIB / "systemd/user/replywatch.service").read_text()


@pytest.mark.parametrize("path", [u for u in UNITS if u.suffix == ".service"], ids=lambda path: path.parent.name)
def test_the_units_start_a_command_that_there_is(check_docs, path):
    text = path.read_text()
    assert "ExecStart=/usr/bin/env replywatch poll " in text
    assert list(check_docs.check(check_docs.Block(path, 1, "ini", text), Shell())) == []


def test_the_crontab_has_commands_that_there_are(check_docs):
    path = CONTRIB / "crontab"
    block = check_docs.Block(path, 1, "cron", path.read_text())
    assert list(check_docs.check(block, Shell())) == []
    lines = list(check_docs.lines_of(block))
    assert len(lines) == 5
    assert not any(re.search(r"(?<!\\)%", line) for line in lines), "cron makes a line break of it"


def instructions(path):
    """(keyword, rest) of each instruction of a Dockerfile."""
    text = re.sub(r"(?m)^#.*\n", "", path.read_text()).replace("\\\n", " ")
    return [tuple(line.split(maxsplit=1)) for line in text.splitlines() if line.strip()]


def last(keyword):
    return [rest for word, rest in instructions(ROOT / "Dockerfile") if word == keyword][-1]


class TestImage:
    def test_begins_with_a_tagged_python(self):
        images = [rest.split()[0] for word, rest in instructions(ROOT / "Dockerfile") if word == "FROM"]
        assert set(images) == {"python:3.13-slim"}

    def test_runs_as_nobody_of_importance(self):
        words = [word for word, _ in instructions(ROOT / "Dockerfile")]
        assert last("USER") == "replywatch"
        assert words.index("USER") > max(i for i, word in enumerate(words) if word == "RUN")

    def test_keeps_its_data_in_volumes(self):
        assert json.loads(last("VOLUME")) == ["/data", "/config"]
        settings = dict(word.split("=", 1) for word in shlex.split(last("ENV")))
        assert settings["REPLYWATCH_DATABASE"].startswith("/data/")
        assert settings["REPLYWATCH_CONFIG"].startswith("/config/")
        assert settings["XDG_STATE_HOME"] == "/data", "tokens outlive the container"

    def test_its_commands_are_there(self, check_docs):
        (program,) = json.loads(last("ENTRYPOINT"))
        check = json.loads(last("HEALTHCHECK").partition("CMD ")[2])
        assert check == ["replywatch", "status", "--fail"]
        for words in (check, [program, *json.loads(last("CMD"))]):
            assert list(check_docs.line_problems(shlex.join(words), Shell())) == []

    def test_what_it_copies_is_enough_to_build_the_package(self, tmp_path):
        pytest.importorskip("hatchling", reason="make installs it")
        context = tmp_path / "context"
        context.mkdir()
        rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
        assert rules[0] == "*", "nothing but what is named"
        for name in (rule[1:] for rule in rules if rule.startswith("!")):
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, context / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, context / name)
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")]
        done = subprocess.run(command, cwd=context, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        (wheel,) = (tmp_path / "dist").iterdir()
        names = ZipFile(wheel).namelist()
        for wanted in ("replywatch/cli/main.py", "replywatch/config.example.toml", "*/share/man/man1/replywatch.1"):
            assert any(fnmatch(name, wanted) for name in names), wanted


def test_the_compose_file_names_what_the_image_has(check_docs):
    text = (CONTRIB / "compose.yaml").read_text()
    for line in ("- data:/data", "- ./replywatch:/config:ro", "read_only: true", 'cap_drop: ["ALL"]'):
        assert line in text
    command = json.loads(re.search(r"command: (\[.*\])", text)[1])
    assert list(check_docs.line_problems(shlex.join(["replywatch", *command]), Shell())) == []
    assert re.search(r"(?m)^  info\.password:\n    file: ", text)
