"""Tokens on disk: their owner's alone, whole at any instant, never two writers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from replywatch.errors import SecretError
from replywatch.sources.oauth2.token import Token
from replywatch.sources.oauth2.token_file import TokenFile

OLD, NEW = Token("old-access", 1000, "old-refresh"), Token("new-access", None, "")


@pytest.fixture
def file(tmp_path):
    return TokenFile(tmp_path / "state" / "tokens" / "info.json")


def write(file: TokenFile, token: Token) -> None:
    with file.locked():
        file.write(token)


def mode(path: Path) -> str:
    return oct(path.stat().st_mode & 0o7777)


def failure(file: TokenFile) -> SecretError:
    with pytest.raises(SecretError) as caught:
        file.read()
    assert str(file.path) in caught.value.text
    assert "secret-token" not in f"{caught.value!r} {caught.value.hint}"
    return caught.value


def test_nobody_has_logged_in(file):
    assert file.read() is None
    assert not file.path.parent.exists()


@pytest.mark.parametrize("token", [OLD, NEW])
def test_what_is_written_is_read(file, token):
    write(file, token)
    assert file.read() == token
    write(file, Token("x"))
    assert file.read() == Token("x")


def test_files_and_folders_are_their_owners_alone(file):
    before = os.umask(0)
    try:
        write(file, OLD)
    finally:
        os.umask(before)
    assert {path.name: mode(path) for path in file.path.parent.iterdir()} == {
        "info.json": "0o600",
        "info.json.lock": "0o600",
    }
    assert {mode(folder) for folder in (file.path.parent, file.path.parent.parent)} == {"0o700"}


@pytest.mark.parametrize("bits", [0o640, 0o604, 0o620, 0o602, 0o610])
def test_a_file_that_others_can_open_is_refused(file, bits):
    write(file, Token("secret-token"))
    file.path.chmod(bits)
    error = failure(file)
    assert "others can read" in error.text
    assert f"chmod 600 {file.path}" in error.hint


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"access_token": "secret-token"}',
        b'{"access_token": 1, "expires_at": null, "refresh_token": ""}',
        b'{"access_token": "secret-token", "expires_at": "x", "refresh_token": ""}',
        b'{"access_token": "secret-token", "expires_at": 1, "refresh_token": null}',
    ],
    ids=range(10),
)
def test_a_damaged_file(file, content):
    write(file, OLD)
    file.path.write_bytes(content)
    assert "are damaged" in failure(file).text


def test_a_file_that_is_none(file, tmp_path):
    write(file, OLD)
    target = tmp_path / "elsewhere"
    file.path.rename(target)
    file.path.symlink_to(target)
    failure(file)
    file.path.unlink()
    os.mkfifo(file.path, 0o600)
    assert "are damaged" in failure(file).text


@pytest.mark.parametrize("step", ["fsync", "rename"])
def test_a_process_that_is_killed_leaves_the_old_or_the_new(file, step):
    """Killed before the new file takes the old one's place: the old one counts, and the next writer clears up."""
    write(file, OLD)
    program = (
        "import os, signal, sys; from pathlib import Path\n"
        "from replywatch.sources.oauth2.token import Token\n"
        "from replywatch.sources.oauth2.token_file import TokenFile\n"
        "die = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"{'os.fsync' if step == 'fsync' else 'Path.replace'} = die\n"
        "file = TokenFile(Path(sys.argv[1]))\n"
        "with file.locked(): file.write(Token('new-access'))\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(file.path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert file.read() == OLD
    left = file.path.with_name("info.json.new")
    assert mode(left) == "0o600"
    write(file, NEW)  # the lock went with its holder
    assert file.read() == NEW
    assert not left.exists()


def test_a_full_disk_leaves_the_old(file, monkeypatch):
    write(file, OLD)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(SecretError, match="No space left on device"):
            write(file, NEW)
    assert file.read() == OLD


def test_a_folder_that_can_not_be_made(tmp_path):
    (tmp_path / "state").write_text("a file")
    with pytest.raises(SecretError, match=r"can't be made"), TokenFile(tmp_path / "state" / "x.json").locked():
        pass


@pytest.mark.parametrize(("bits", "refused"), [(0o770, True), (0o702, True), (0o755, False)])
def test_a_folder_that_others_can_write_in(file, bits, refused):
    write(file, OLD)
    file.path.parent.chmod(bits)
    if not refused:
        write(file, NEW)
        return
    with pytest.raises(SecretError, match="others can write in") as caught:
        write(file, NEW)
    assert f"chmod 700 {file.path.parent}" in caught.value.hint
    assert file.read() == OLD


def test_one_at_a_time(file):
    """Who waits for the lock sees what the other wrote."""
    write(file, OLD)
    entered, seen = threading.Event(), []

    def second() -> None:
        entered.set()
        with TokenFile(file.path).locked():
            seen.append(file.read())

    with file.locked():
        thread = threading.Thread(target=second)
        thread.start()
        entered.wait()
        assert not seen
        file.write(NEW)
    thread.join()
    assert seen == [NEW]


def test_removed(file):
    write(file, OLD)
    file.path.with_name("info.json.new").write_text("left by a killed process")
    with file.locked():
        assert file.remove()
        assert not file.remove()
    assert file.read() is None
    assert [path.name for path in file.path.parent.iterdir()] == ["info.json.lock"]


def test_removed_though_others_could_read_it(file):
    write(file, OLD)
    file.path.chmod(0o644)
    with file.locked():
        assert file.remove()


def test_nothing_but_what_is_needed_is_kept(file):
    write(file, OLD)
    assert json.loads(file.path.read_text()) == {
        "access_token": "old-access",
        "expires_at": 1000,
        "refresh_token": "old-refresh",
    }
