"""What is installed is whole: data files beside the code, and the licences of those who made some of them."""

from __future__ import annotations

import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from zipfile import ZipFile

import pytest

from replywatch.domain.mail_providers import is_mail_provider

ROOT = Path(__file__).parents[1]
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
    assert {name: content for name, content in wheel.items() if ".dist-info/" not in name} == beside


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
