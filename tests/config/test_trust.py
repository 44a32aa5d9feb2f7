"""A config that is found in the current folder, and not named, counts only if nobody else can have written it."""

import os

import pytest

from replywatch.config.load import find_config
from replywatch.errors import ConfigError

SOMEBODY = 12_345


@pytest.fixture
def here(tmp_path, monkeypatch):
    """The config of the current folder."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    folder = tmp_path / "here"
    folder.mkdir(mode=0o755)
    monkeypatch.chdir(folder)
    path = folder / "replywatch.toml"
    path.touch()
    path.chmod(0o644)
    return path


@pytest.fixture
def give_away(monkeypatch):
    """Makes a file, or a link, somebody else's: by its owner, or where that needs root, by who we are."""

    def give(path):
        if os.geteuid() == 0:
            os.chown(path, SOMEBODY, -1, follow_symlinks=False)
        else:
            monkeypatch.setattr(os, "geteuid", lambda: SOMEBODY)

    return give


def refused(says, remedy=""):
    """What is refused so, with what mends it; where nothing but naming it does, no other remedy is told."""
    with pytest.raises(ConfigError) as caught:
        find_config(None, {})
    error = caught.value
    assert error.exit_code == 2
    assert "it names commands to run" in error.text
    assert "--config" in error.hint
    (problem,) = [problem for problem in error.problems if says in problem]
    assert problem.endswith(remedy)
    assert bool(remedy) == ("chmod" in f"{problem}{error.hint}")


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o400, 0o755])
def test_ones_own_is_taken(here, mode):
    here.chmod(mode)
    assert find_config(None, {}) == here


def test_roots_is_taken(here, monkeypatch):
    if os.geteuid() != 0:
        pytest.skip("only root has files of root")
    monkeypatch.setattr(os, "geteuid", lambda: SOMEBODY)
    here.parent.chmod(0o755)
    assert find_config(None, {}) == here


def test_another_users_is_refused(here, give_away):
    give_away(here)
    refused("it belongs to another user")


@pytest.mark.parametrize("mode", [0o602, 0o620, 0o664, 0o666, 0o777])
def test_one_that_others_may_write_is_refused(here, mode):
    here.chmod(mode)
    refused(f"others may write it (mode {mode:04o})", "chmod go-w replywatch.toml")
    here.chmod(mode & ~0o022)
    assert find_config(None, {}) == here


def test_one_in_a_folder_in_which_anybody_may_swap_it_is_refused(here):
    here.parent.chmod(0o777)
    refused("anybody may put another file in its place", "chmod o-w .")


@pytest.mark.parametrize("mode", [0o1777, 0o775])
def test_in_a_folder_like_tmp_and_in_a_groups_it_is_taken(here, mode):
    here.parent.chmod(mode)
    assert find_config(None, {}) == here


def test_a_link_of_ones_own_is_followed(here):
    here.rename(here.with_name("mine.toml"))
    here.symlink_to("mine.toml")
    assert find_config(None, {}) == here


def test_a_link_to_what_others_may_write_is_refused(here):
    here.rename(here.with_name("mine.toml"))
    here.with_name("mine.toml").chmod(0o666)
    here.symlink_to("mine.toml")
    refused("others may write it", "chmod go-w replywatch.toml")


def test_somebody_elses_link_is_refused_even_if_it_leads_to_a_file_of_ones_own(here, give_away):
    """In /tmp: a link to something that was downloaded."""
    here.rename(here.with_name("mine.toml"))
    here.symlink_to("mine.toml")
    give_away(here)
    refused("it belongs to another user")


def test_what_is_named_is_not_judged(here, give_away):
    here.chmod(0o666)
    give_away(here)
    assert find_config(here, {}) == here
    assert find_config(None, {"REPLYWATCH_CONFIG": str(here)}) == here
