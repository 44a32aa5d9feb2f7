"""Passwords: every way to one, every way it fails, and none of them tells it."""

import os
import sys
import traceback
from pathlib import Path

import pytest

from replywatch.config import secrets
from replywatch.config.load import parse_config
from replywatch.config.model import ImapAccount, Secret
from replywatch.errors import SecretError
from replywatch.extras import install_command

PASSWORD = "geheim-äöü 1"
WHERE = "accounts.info.password"


def resolve(secret: Secret, **environ: str) -> str:
    return secrets.resolve(
        secret, username="info@example.com", where=WHERE, environ={"PATH": "/usr/bin:/bin", **environ}
    )


def failure(secret: Secret, **environ: str) -> SecretError:
    """The error, after a look that nothing about it shows the password."""
    with pytest.raises(SecretError) as caught:
        resolve(secret, **environ)
    error = caught.value
    shown = "".join(traceback.format_exception(error)) + repr(error) + error.hint
    assert "geheim" not in shown
    assert error.text.startswith(f"{WHERE}: ")
    assert error.exit_code == 1
    return error


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "info password"
    path.write_text(f"{PASSWORD}\nsecond line\n", encoding="utf-8")
    path.chmod(0o600)
    return path


class TestEnvironment:
    def test_found(self):
        assert resolve(Secret(env="INFO"), INFO=PASSWORD) == PASSWORD

    @pytest.mark.parametrize("environ", [{}, {"INFO": ""}])
    def test_unset_or_empty(self, environ):
        error = failure(Secret(env="INFO"), **environ)
        assert error.text == f"{WHERE}: the environment variable INFO is not set"
        assert "export INFO=" in error.hint

    def test_only_the_environment_handed_in_counts(self, monkeypatch):
        monkeypatch.setenv("INFO", PASSWORD)
        failure(Secret(env="INFO"))


class TestCommand:
    def test_text_is_split_as_a_shell_would_and_run_without_one(self):
        assert resolve(Secret(command="printf '%s' 'a  b;$HOME|*'")) == "a  b;$HOME|*"

    def test_a_list_is_run_as_it_stands(self):
        assert resolve(Secret(command=("printf", "%s", "a b"))) == "a b"

    @pytest.mark.parametrize("output", ["geheim\n", "geheim", "geheim\r\n", "geheim\nuser: info\n"])
    def test_the_first_line_counts(self, output):
        assert resolve(Secret(command=python(f"print({output!r}, end='')"))) == "geheim"

    def test_it_gets_the_environment_and_no_input(self):
        code = "import os, sys; print(os.environ['STORE'] + repr(sys.stdin.read()))"
        assert resolve(Secret(command=python(code)), STORE="a") == "a''"

    def test_it_does_not_get_the_secrets_of_others(self):
        code = "import os; print(sorted({'A', 'B', 'STORE'} & os.environ.keys()))"
        secret = Secret(command=python(code), withheld=frozenset({"A", "B", "C"}))
        assert resolve(secret, A="geheim", B="geheim", STORE="x") == "['STORE']"

    def test_what_is_withheld_is_every_variable_of_the_config(self):
        """Of client secrets and of disabled accounts, too; whatever else a command may need stays."""
        client = {"provider": "google", "client_id": "c"}
        server = {"type": "imap", "host": "imap.example.com", "username": "u"}
        accounts = {
            "info": server | {"password": {"command": "pass show info"}},
            "sales": server | {"password": {"env": "SALES"}, "enabled": False},
            "shop": server | {"oauth2": client | {"client_secret": {"env": "CLIENT"}}},
            "mail": server | {"oauth2": client | {"client_secret": {"command": "pass show client"}}},
            "files": {"type": "maildir", "path": "x"},
        }
        config = parse_config({"team": {"domains": ["example.com"]}, "accounts": accounts}, Path("/"), {})
        info, *_, mail, _ = config.accounts
        assert info.password.withheld == mail.oauth2.client_secret.withheld == {"SALES", "CLIENT"}
        assert "SALES" not in repr(info)

    def test_a_failure_keeps_what_was_said_to_itself(self, capfd):
        code = "import sys; print('geheim'); print('geheim', file=sys.stderr); sys.exit(3)"
        error = failure(Secret(command=python(code)))
        assert error.text == f"{WHERE}: {sys.executable} failed with exit status 3"
        assert "by hand" in error.hint
        assert "geheim" not in "".join(capfd.readouterr())

    def test_a_missing_program(self):
        error = failure(Secret(command="no-such-program geheim"))
        assert error.text == f"{WHERE}: no-such-program can't be run: No such file or directory"

    def test_a_slow_one_is_stopped(self, monkeypatch):
        monkeypatch.setattr(secrets, "TIMEOUT", 0.2)
        error = failure(Secret(command=python("import time; time.sleep(60)  # geheim")))
        assert error.text == f"{WHERE}: {sys.executable} has not answered within 0.2 seconds"

    @pytest.mark.parametrize("redirected", ["", ">/dev/null"], ids=["holds the pipe", "lets go of the pipe"])
    def test_a_slow_one_is_stopped_with_all_that_it_started(self, monkeypatch, tmp_path, redirected):
        """A shell that is killed alone leaves its children behind, which go on to hold the pipe."""
        monkeypatch.setattr(secrets, "TIMEOUT", 0.5)
        alive, survived = tmp_path / "alive", tmp_path / "survived"
        os.mkfifo(alive)
        with os.fdopen(os.open(alive, os.O_RDONLY | os.O_NONBLOCK), "rb") as reader:
            child = f"exec 3>'{alive}'; sleep 10; : >'{survived}'"
            failure(Secret(command=("sh", "-c", f'sh -c "{child}" {redirected} & wait')))
            os.set_blocking(reader.fileno(), True)
            assert reader.read() == b"", "all that held its other end are gone"
        assert not survived.exists()

    def test_a_quick_one_that_leaves_something_behind(self):
        """A daemon that an agent starts may live on, but not with our pipe in its hands."""
        assert resolve(Secret(command=("sh", "-c", "sleep 10 >/dev/null & echo geheim"))) == "geheim"

    def test_it_has_no_terminal_to_ask_at(self):
        code = "import os; print(os.getsid(0) == os.getpid())"
        assert resolve(Secret(command=python(code))) == "True"

    def test_the_time_that_a_command_has(self):
        assert secrets.TIMEOUT == 30

    def test_the_whole_time_counts_also_after_the_output(self, monkeypatch):
        monkeypatch.setattr(secrets, "TIMEOUT", 0.5)
        command = "sh -c 'echo geheim; exec >&-; sleep 10'"
        assert "has not answered within" in failure(Secret(command=command)).text

    def test_output_that_is_no_text(self):
        assert "not UTF-8" in failure(Secret(command=("printf", r"geheim\377"))).text

    def test_no_output(self):
        assert failure(Secret(command="true")).text == f"{WHERE}: the password is empty"


class TestFile:
    def test_the_first_line_counts(self, file):
        assert resolve(Secret(file=file)) == PASSWORD

    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
    def test_refused_when_others_can_read_it(self, file, mode):
        file.chmod(mode)
        error = failure(Secret(file=file))
        assert "others can read the password file" in error.text
        assert error.hint == f"Run: chmod 600 '{file}'"

    def test_read_only_is_fine(self, file):
        file.chmod(0o400)
        assert resolve(Secret(file=file)) == PASSWORD

    @pytest.mark.parametrize("mode", [0o600, 0o644])
    def test_of_a_link_the_file_behind_it_counts(self, file, mode):
        link = file.with_name("link")
        link.symlink_to(file)
        file.chmod(mode)
        if mode == 0o600:
            assert resolve(Secret(file=link)) == PASSWORD
        else:
            assert "others can read" in failure(Secret(file=link)).text

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
    def test_refused_when_it_belongs_to_somebody_else(self, file):
        os.chown(file, 65_534, -1)
        error = failure(Secret(file=file))
        assert "belongs to somebody else" in error.text
        assert error.hint.startswith("Run: chown ")

    def test_what_is_no_file_is_not_waited_for(self, tmp_path):
        path = tmp_path / "pipe"
        os.mkfifo(path, 0o600)
        assert "is no ordinary file" in failure(Secret(file=path)).text

    def test_a_nul_in_the_name(self, tmp_path):
        assert "can't be read" in failure(Secret(file=tmp_path / "a\0b")).text

    def test_missing_and_folder(self, tmp_path):
        assert "No such file" in failure(Secret(file=tmp_path / "nothing")).text
        assert "Is a directory" in failure(Secret(file=tmp_path)).text


class TestKeyring:
    @pytest.fixture
    def keyring(self, monkeypatch):
        """The keyring library with a backend that knows one password."""
        keyring = pytest.importorskip("keyring")

        class Backend(keyring.backend.KeyringBackend):
            priority = 1

            def get_password(self, service, username):
                if service == "locked":
                    raise keyring.errors.KeyringLocked("geheim")
                return PASSWORD if (service, username) == ("replywatch", "info@example.com") else None

            def set_password(self, service, username, password):
                raise NotImplementedError

        before = keyring.get_keyring()
        keyring.set_keyring(Backend())
        yield keyring
        keyring.set_keyring(before)

    def test_found(self, keyring):
        assert resolve(Secret(keyring="replywatch")) == PASSWORD

    def test_unknown(self, keyring):
        error = failure(Secret(keyring="my mail"))
        assert error.text == f"{WHERE}: the keyring has no password for info@example.com at my mail"
        assert error.hint == f"Store it: {sys.executable} -m keyring set 'my mail' info@example.com"

    def test_locked(self, keyring):
        assert failure(Secret(keyring="locked")).text == f"{WHERE}: the keyring can't be used (KeyringLocked)"

    def test_not_installed(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "keyring", None)
        error = failure(Secret(keyring="replywatch"))
        assert error.hint == f"Install it: {install_command('keyring')}"


class TestInClear:
    def test_found(self):
        assert resolve(Secret(literal=PASSWORD)) == PASSWORD

    @pytest.mark.parametrize("text", ["geheim\r\nA1 DELETE INBOX", "geheim\n", "geheim\0", "\rgeheim"])
    @pytest.mark.parametrize("way", ["literal", "env"])
    def test_line_breaks_and_nul_are_refused(self, text, way):
        secret = Secret(literal=text) if way == "literal" else Secret(env="INFO")
        assert "line break or a NUL" in failure(secret, INFO=text).text

    def test_never_shown(self):
        account = ImapAccount(name="info", password=Secret(literal="geheim"))
        assert "geheim" not in f"{account} {account!r} {account.password}"
