"""What is installed is whole: data files, manual pages, licences; and it works with nothing else beside."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import venv
from collections import Counter
from importlib.resources import files
from pathlib import Path
from unittest.mock import patch
from zipfile import ZipFile

import pytest

from needs import need
from replywatch import __version__, errors
from replywatch.cli.help import contexts
from replywatch.cli.main import BUG, INTERRUPTED, cli
from replywatch.cli.stopping import STOPPED
from replywatch.domain.mail_providers import is_mail_provider

ROOT = Path(__file__).parents[1]
CONFIG = "config.example.toml"
DATA = f"replywatch-{__version__}.data/data/share/man"
PROVIDERS = "domain/mail_providers.txt"
LICENCES = ("LICENSE", "LICENSE-APACHE", "NOTICE")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Name → content of the files of a wheel."""
    pytest.importorskip("hatchling", reason="make installs it")
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, check=True)
    (file,) = folder.iterdir()
    with ZipFile(file) as found:
        return {name: found.read(name) for name in found.namelist()}


def test_all_that_lies_beside_the_code_is_in_the_wheel(wheel: dict[str, bytes]) -> None:
    source = ROOT / "src"
    beside = {
        path.relative_to(source).as_posix(): path.read_bytes()
        for path in source.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert f"replywatch/{PROVIDERS}" in beside
    assert f"replywatch/{CONFIG}" in beside
    assert {name: content for name, content in wheel.items() if name.startswith("replywatch/")} == beside


def test_the_example_of_a_config_is_the_file_beside_the_project(wheel: dict[str, bytes]) -> None:
    assert wheel[f"replywatch/{CONFIG}"] == (ROOT / CONFIG).read_bytes()


def test_each_command_has_its_manual_page(wheel: dict[str, bytes]) -> None:
    at = f"{DATA}/man1/"
    found = {name.removeprefix(at): text.decode("ascii") for name, text in wheel.items() if name.startswith(at)}
    commands = {context.command_path: context for context in contexts(cli, "replywatch")}
    assert found.keys() == {f"{path.replace(' ', '-')}.1" for path in commands}
    for path, context in commands.items():
        text = found[f"{path.replace(' ', '-')}.1"].replace("\\-", "-")
        options = [name for param in context.command.params for name in param.opts if name.startswith("-")]
        assert [option for option in options if f"\\fB{option}\\fP" not in text] == []
        description = text.partition(".SH DESCRIPTION")[2].partition(".SH OPTIONS")[0]
        assert description.count(".PP") == (context.command.help or "").strip().count("\n\n")
        for example in context.command.examples:  # type: ignore[attr-defined]  # every command has some
            assert example.split()[0] in text.partition(".SH EXAMPLES")[2]


def test_the_page_of_the_config_has_all_its_keys(wheel: dict[str, bytes]) -> None:
    page = wheel[f"{DATA}/man5/replywatch.toml.5"].decode("ascii").replace("\\-", "-")
    example = (ROOT / CONFIG).read_text(encoding="utf-8")
    keys = re.findall(r"(?m)^#?[a-z_]+ = ", example)
    assert len(keys) > 30
    lines = "".join(re.findall(r"(?s)\.EX\n(.*?)\.EE", page))
    assert re.findall(r"(?m)^#?[a-z_]+ = ", lines) == keys
    tables = re.findall(r"(?m)^\[.+\]$", example)
    assert re.findall(r"(?m)^\.SH (\[.+\])$", page) == tables
    said = Counter(re.findall(r"[A-Za-z]{3,}", "".join(re.findall(r"(?m)^# .*\n", example))))
    shown = Counter(re.findall(r"[A-Za-z]{3,}", page))
    assert said - shown == Counter()


def test_mandoc_finds_nothing_wrong_with_the_manual(wheel: dict[str, bytes], tmp_path: Path) -> None:
    need("" if shutil.which("mandoc") else "there is no mandoc")
    pages = [tmp_path / Path(name).name for name in wheel if name.startswith(DATA)]
    for page in pages:
        page.write_bytes(wheel[f"{DATA}/man{page.suffix[1:]}/{page.name}"])
    done = subprocess.run(["mandoc", "-T", "lint", *pages], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_manual_knows_every_exit_code() -> None:
    spec = importlib.util.spec_from_file_location("man_pages", ROOT / "scripts/man_pages.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    with patch.dict(sys.modules, man_pages=module):
        spec.loader.exec_module(module)
    family = [errors.ReplywatchError]
    for kind in family:
        family.extend(kind.__subclasses__())
    assert {0, BUG, INTERRUPTED, STOPPED, *(kind.exit_code for kind in family)} <= module.EXIT_CODES.keys()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment of its own, in which nothing was installed but by the documented command."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder / "venv", with_pip=True)
    command = [folder / "venv/bin/python", "-m", "pip", "install", "-c", ROOT / "constraints.txt", ROOT]
    pinned = dict.fromkeys(("PIP_CONSTRAINT", "PIP_BUILD_CONSTRAINT"), str(ROOT / "constraints.txt"))
    environment = alone(folder) | pinned | {"HOME": str(Path.home())}  # where pip may be told of an index
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    need("pip reaches no package index" if "Could not find a version that satisfies" in done.stderr else "")
    assert done.returncode == 0, done.stderr
    return folder


def alone(folder: Path) -> dict[str, str]:
    """An environment in which nothing of this installation is found."""
    hidden = ("PYTHON", "REPLYWATCH_", "XDG_", "VIRTUAL_ENV", "FORCE_COLOR")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    return kept | {"HOME": str(folder), "PATH": "/usr/bin:/bin"}


def test_the_demo_works_after_the_documented_installation(installed: Path) -> None:
    command = [installed / "venv/bin/replywatch", "demo", "--messages", "60", "--format", "json"]
    done = subprocess.run(command, env=alone(installed), cwd=installed, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["totals"]["exchanges"] > 5


def test_what_lies_beside_the_code_is_found_after_it(installed: Path) -> None:
    for words, shown in ((["config", "example"], (ROOT / CONFIG).read_bytes()), (["completion", "zsh"], b"#compdef")):
        command = [installed / "venv/bin/replywatch", *words]
        done = subprocess.run(command, env=alone(installed), cwd=installed, capture_output=True, check=True)
        assert done.stdout.startswith(shown)
    manual = installed / "venv/share/man"
    assert (manual / "man1/replywatch-report.1").is_file()
    assert (manual / "man5/replywatch.toml.5").is_file()


def test_the_licences_go_with_it(wheel: dict[str, bytes]) -> None:
    for name in LICENCES:
        (found,) = [content for path, content in wheel.items() if path.endswith(f".dist-info/licenses/{name}")]
        assert found == (ROOT / name).read_bytes()
    (metadata,) = [content for path, content in wheel.items() if path.endswith(".dist-info/METADATA")]
    assert b"\nLicense-Expression: MIT AND Apache-2.0 AND ISC\n" in metadata


def test_the_list_of_mail_providers_is_found_where_the_program_looks() -> None:
    text = files("replywatch").joinpath(PROVIDERS).read_text(encoding="ascii")
    listed = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert len(listed) > 4_000
    assert all(map(is_mail_provider, listed))


def test_each_list_that_it_is_made_of_has_its_licence_in_the_notice() -> None:
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    for said in (
        "Apache SpamAssassin",
        "This product includes software developed by the Apache Software Foundation",
        "Copyright © 2017 Kiko Beats",
        "The above copyright notice and this permission notice shall be included",
        "Copyright (c) 2025, Jannis R",
        "the above copyright notice and this permission notice appear in all copies",
    ):
        assert said in " ".join(notice.split())
    assert "Apache License" in (ROOT / "LICENSE-APACHE").read_text(encoding="utf-8")[:200]
