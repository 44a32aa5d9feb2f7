"""Whether the place of the store can be used; nothing is made or changed there."""

import os

import pytest

from replywatch.errors import StoreError
from replywatch.store.database import Database
from replywatch.store.place import check_place, fields_progress, held_mailboxes


def test_a_store(tmp_path):
    path = tmp_path / "store.sqlite3"
    with Database(path, create=True):
        pass
    before = path.read_bytes(), sorted(tmp_path.iterdir())
    assert check_place(path) is True
    assert (path.read_bytes(), sorted(tmp_path.iterdir())) == before


def test_none_yet(tmp_path):
    assert check_place(tmp_path / "new" / "deeper" / "store.sqlite3") is False
    assert list(tmp_path.iterdir()) == []


def test_what_is_held_in_none_is_nothing(tmp_path):
    path = tmp_path / "s"
    assert held_mailboxes(path, "info") == []
    assert fields_progress(path, "info", ["INBOX"], 2) == (0, 0)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_becomes_one_that_its_owner_alone_reads(tmp_path):
    path = tmp_path / "s"
    path.touch(mode=0o644)
    assert check_place(path) is True
    with Database(path, create=True):
        pass
    assert path.stat().st_mode & 0o777 == 0o600


def test_who_may_read_a_store_is_for_its_owner_to_say(tmp_path):
    path = tmp_path / "s"
    for _ in range(2):
        with Database(path, create=True):
            pass
        path.chmod(0o640)
    assert path.stat().st_mode & 0o777 == 0o640


def test_another_file(tmp_path):
    (tmp_path / "s").write_text("Dear all")
    with pytest.raises(StoreError, match="is no database") as raised:
        check_place(tmp_path / "s")
    assert "REPLYWATCH_DATABASE" in raised.value.hint


def test_a_folder(tmp_path):
    with pytest.raises(StoreError, match="can't be used: Is a directory"):
        check_place(tmp_path)


def test_below_a_file(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="is no folder"):
        check_place(tmp_path / "file" / "store")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_no_permission(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match="can't be written"):
        check_place(tmp_path / "s")
    tmp_path.chmod(0o700)
