"""What an error says about a package that is missing can be typed as it stands."""

import shlex
import subprocess
import sys
from importlib.metadata import PackageNotFoundError

import pytest

from replywatch.extras import install_command


@pytest.mark.parametrize(("extra", "package"), [("keyring", "keyring"), ("autoconfig", "dnspython")])
def test_the_packages_are_named_and_never_the_project_which_is_on_no_index(extra, package):
    words = shlex.split(install_command(extra))
    assert words[:4] == [sys.executable, "-m", "pip", "install"]
    assert package in {word.partition("=")[0].rstrip(">") for word in words[4:]}
    assert not [word for word in words[4:] if "replywatch" in word or ";" in word]


def test_it_can_be_typed_as_it_stands():
    """All of it is installed already for these tests, so no index is asked."""
    done = subprocess.run(
        ["sh", "-c", f"{install_command('keyring')} --no-index --no-deps"], capture_output=True, check=False, text=True
    )
    assert (done.returncode, "keyring" in done.stdout) == (0, True), done.stderr


def test_run_from_its_source_alone(monkeypatch):
    def unknown(_):
        raise PackageNotFoundError

    monkeypatch.setattr("importlib.metadata.requires", unknown)
    assert shlex.split(install_command("keyring"))[-1] == ".[keyring]"
