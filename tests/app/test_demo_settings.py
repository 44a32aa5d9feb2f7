"""The config of a kept demo: the program's own loader takes it."""

import stat
import tomllib
from pathlib import Path

import pytest

from replywatch.config.load import load_config
from replywatch.config.model import ImapAccount, Tls
from replywatch.demo.cast import COMPANY
from replywatch.demo.settings import CONFIG_FILE, demo_config, write_password


@pytest.mark.parametrize("folder", ["demo", 'de"mo', "dé mo", "de\\mo"])
def test_the_loader_takes_it(tmp_path: Path, folder: str):
    home = tmp_path / folder
    home.mkdir()
    file = home / CONFIG_FILE
    file.write_text(demo_config(COMPANY, home, port=14_300, username="info"), encoding="utf-8")
    write_password(home, "geheim")
    config = load_config(file, {})
    (account,) = config.accounts
    assert isinstance(account, ImapAccount)
    assert (account.host, account.port, account.tls, account.username) == ("127.0.0.1", 14_300, Tls.NONE, "info")
    assert account.password.file is not None
    assert account.password.file.read_text() == "geheim\n"
    assert config.store_path.parent == home
    assert config.team.addresses == ("info@brandt-tischlerei.example",)
    assert config.team.webforms == {"website@brandt-tischlerei.example"}
    assert config.team.has_domain("brandt-tischlerei.example")


def test_no_password_stands_in_it(tmp_path: Path):
    tables = tomllib.loads(demo_config(COMPANY, tmp_path, port=1, username="info"))
    assert tables["accounts"]["info"]["password"] == {"file": str(tmp_path / "password")}


def test_the_password_is_for_the_owner_alone(tmp_path: Path):
    old = tmp_path / "password"
    old.write_text("an old one, and open to others")
    old.chmod(0o644)
    write_password(tmp_path, "new")
    assert old.read_text() == "new\n"
    assert stat.S_IMODE(old.stat().st_mode) == 0o600
