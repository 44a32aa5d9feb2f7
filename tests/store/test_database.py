"""The file under the store: made, migrated, refused, written all or nothing."""

import errno
import fcntl
import os
import sqlite3
from contextlib import ExitStack, closing

import pytest
import sqlite_utils

from older import take_back
from replywatch.errors import LockedError, StoreError, UnreadyStoreError, UnusableStoreError
from replywatch.store import lock, schema
from replywatch.store.database import Database
from replywatch.store.facts import Facts
from replywatch.store.lock import writing


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep" / "er" / "mail.db"


def tables(path):
    with closing(sqlite3.connect(path)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def migrations(path):
    with closing(sqlite3.connect(path)) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM _sqlite_migrations ORDER BY id")]


class TestOpening:
    @pytest.mark.parametrize("umask", [0, 0o022, 0o077])
    def test_made_for_its_owner_alone(self, tmp_path, umask):
        """Store, journal and lock, and every folder that had to be made, whatever the umask."""
        tmp_path.chmod(0o755)
        path = tmp_path / "deep" / "er" / "mail.db"
        old = os.umask(umask)
        try:
            with Database(path, create=True) as database, writing(path):
                database.execute("INSERT INTO accounts (name) VALUES ('info')")
                database.compact()
                database.execute("INSERT INTO accounts (name) VALUES ('sales')")
                modes = {p.name: p.stat().st_mode & 0o777 for p in path.parent.iterdir()}
        finally:
            os.umask(old)
        assert modes == dict.fromkeys(("mail.db", "mail.db-wal", "mail.db-shm", "mail.db.lock"), 0o600)
        assert [p.stat().st_mode & 0o777 for p in (*path.parents,)[:3]] == [0o700, 0o700, 0o755]

    def test_written_anew_no_page_holds_what_its_memory_held_before(self, path):
        """SQLite may fill the rest of a page with old memory unless told not to; some builds are told, some aren't."""
        with Database(path, create=True) as database:
            database.execute("PRAGMA secure_delete = OFF")
            database.compact()
            assert database.value("PRAGMA secure_delete") == 1

    def test_made_with_all_tables(self, path):
        with Database(path, create=True):
            pass
        assert migrations(path) == list(schema.NAMES)
        assert {"messages", "locations", "exchanges", *schema.DERIVED_TABLES} <= tables(path)

    def test_every_table_is_strict(self, path):
        with Database(path, create=True) as database:
            for name, sql in database.rows("SELECT name, sql FROM sqlite_master WHERE type = 'table'"):
                if not name.startswith(("sqlite_", "_sqlite")):
                    assert "STRICT" in sql, name
            assert database.value("PRAGMA foreign_keys") == 1
            assert database.value("PRAGMA journal_mode") == "wal"

    def test_not_made_by_looking(self, path):
        with pytest.raises(StoreError, match="there is no store"), Database(path):
            pass
        assert not path.exists()

    def test_an_empty_file_is_migrated(self, tmp_path):
        path = tmp_path / "empty.db"
        path.touch()
        with pytest.raises(StoreError, match="there is no store"), Database(path):
            pass
        with Database(path, create=True) as database:
            assert database.value("SELECT count(*) FROM messages") == 0
        assert migrations(path) == list(schema.NAMES)

    @pytest.mark.parametrize("applied", range(1, len(schema.NAMES)))
    def test_an_older_store_is_brought_up_to_date(self, tmp_path, applied):
        """A process that was killed between two migrations leaves just that, too."""
        path = tmp_path / "old.db"
        database = sqlite_utils.Database(path)
        schema.migrations().apply(database, stop_before=schema.NAMES[applied])
        database.close()
        assert migrations(path) == list(schema.NAMES[:applied])
        with Database(path):
            pass
        assert migrations(path) == list(schema.NAMES)

    def test_a_migration_that_fails_leaves_nothing_of_itself(self, tmp_path, monkeypatch):
        path = tmp_path / "mail.db"
        with monkeypatch.context() as patch:
            patch.setattr(schema, "_FACTS", (*schema._FACTS, "CREATE TABLE broken ("))
            with pytest.raises(StoreError), Database(path, create=True):
                pass
        assert "accounts" not in tables(path)
        with Database(path):
            pass
        assert migrations(path) == list(schema.NAMES)

    def test_of_a_newer_release(self, path):
        with Database(path, create=True) as database:
            database.execute("INSERT INTO _sqlite_migrations VALUES (99, 'replywatch', '0099_later', '2031')")
        with pytest.raises(StoreError, match="newer release"), Database(path, create=True):
            pass

    @pytest.mark.parametrize("create", [True, False])
    @pytest.mark.parametrize("content", [b"x" * 5000, b"SQLite format 3\0" + b"\xff" * 5000])
    def test_garbage_stays_as_it_is(self, tmp_path, content, create):
        path = tmp_path / "mail.db"
        path.write_bytes(content)
        with pytest.raises(StoreError, match="damaged") as caught, Database(path, create=create):
            pass
        assert "Nothing was changed" in caught.value.hint
        assert path.read_bytes() == content

    def test_what_can_not_be_opened_is_let_go(self, tmp_path):
        """Its connection is closed at once, not whenever the garbage is collected."""
        path = tmp_path / "mail.db"
        path.write_bytes(b"garbage" * 1000)
        database = Database(path, create=True)
        with pytest.raises(StoreError), database:
            pass
        assert database._connection is not None
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            database._connection.execute("SELECT 1")

    def test_where_nothing_can_be_written(self, path, monkeypatch):
        """It is read without the files that SQLite would put beside it, unless a journal lies there."""
        with Database(path, create=True) as database:
            database.execute("INSERT INTO accounts (name) VALUES ('info')")
        monkeypatch.setattr(os, "access", lambda *_: False)
        with Database(path) as reader:
            assert reader.value("SELECT name FROM accounts") == "info"
            with pytest.raises(StoreError, match="read-only"):
                reader.execute("DELETE FROM accounts")
            assert sorted(p.name for p in path.parent.iterdir()) == [path.name, f"{path.name}.lock"]
        with closing(sqlite3.connect(path)) as writer:
            writer.execute("UPDATE accounts SET name = 'sales'")
            writer.commit()
            with Database(path) as reader:
                assert reader.value("SELECT name FROM accounts") == "sales", "it stands in the journal"

    def test_where_nothing_can_be_written_but_somebody_does(self, path, monkeypatch):
        """Without the journal's index nobody could tell the old state from the new one."""
        with Database(path, create=True):
            pass
        monkeypatch.setattr(os, "access", lambda *_: False)

        def write():
            with closing(sqlite3.connect(path)) as writer:
                writer.execute("INSERT INTO accounts (name) VALUES ('info')")
                writer.commit()
            os.utime(path, (1, 1))  # the clock of a file system may tick slowly

        with pytest.raises(StoreError, match="written while it was read") as caught, Database(path):
            write()
        assert "again" in caught.value.hint

    def test_of_another_program(self, tmp_path):
        path = tmp_path / "other.db"
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE bookmarks (url TEXT)")
        with pytest.raises(StoreError, match="some other program"), Database(path, create=True):
            pass
        assert tables(path) == {"bookmarks"}

    def test_not_open(self, path):
        with pytest.raises(StoreError, match="not open"):
            Database(path).value("SELECT 1")


class TestUpgrade:
    """An older store is brought up to date under the lock, by whoever opens it first."""

    @pytest.fixture
    def old(self, path):
        """A store that lacks the last two migrations."""
        with Database(path, create=True):
            pass
        take_back(path, schema.NAMES[-2])
        return path

    @pytest.fixture
    def naps(self, monkeypatch):
        """While somebody waits for the lock: a list of deeds, one a nap, and a clock that only naps move."""
        deeds, clock = [], [0.0]

        def sleep(seconds):
            clock[0] += seconds
            if deeds:
                deeds.pop(0)()

        monkeypatch.setattr(lock.time, "sleep", sleep)
        monkeypatch.setattr(lock.time, "monotonic", lambda: clock[0])
        return deeds, clock

    @pytest.fixture
    def busy(self, path):
        """Somebody holds the lock, until this is closed."""
        with ExitStack() as stack:
            path.parent.mkdir(parents=True, exist_ok=True)
            stack.enter_context(writing(path))
            yield stack

    @staticmethod
    def migrate(path):
        """What the one who holds the lock does."""
        store = sqlite_utils.Database(path)
        schema.migrations().apply(store)
        store.close()

    def test_it_is_waited_for_the_lock(self, old, busy, naps):
        naps[0][:] = [lambda: None, lambda: None, busy.close]
        with Database(old):
            pass
        assert naps[0] == []
        assert migrations(old) == list(schema.NAMES)

    def test_or_for_the_one_who_brings_it_up_to_date(self, old, busy, naps):
        """The lock may be held much longer than that takes: by a poll."""
        naps[0][:] = [lambda: self.migrate(old)]
        with Database(old) as database:
            assert database.value("SELECT count(*) FROM messages") == 0
        assert naps[0] == []

    def test_but_not_for_ever(self, old, busy, naps):
        with pytest.raises(LockedError, match="not in the form of this release yet") as caught, Database(old):
            pass
        assert lock.PATIENCE <= naps[1][0] < lock.PATIENCE + 1
        assert "Wait" in caught.value.hint
        assert migrations(old) == list(schema.NAMES[:-2])

    def test_what_is_up_to_date_is_opened_at_once(self, path, naps):
        with Database(path, create=True), writing(path), Database(path), Database(path, create=True):
            pass
        assert naps[1] == [0.0]

    @pytest.mark.parametrize("create", [True, False])
    def test_half_made_it_is_not_seen(self, path, busy, naps, create):
        """Between two migrations of somebody who makes it, and before the first."""
        store = sqlite_utils.Database(path)
        schema.migrations().ensure_migrations_table(store)
        naps[0][:] = [lambda n=name: schema.migrations().apply(store, stop_before=n) for name in schema.NAMES[1:]]
        naps[0].append(lambda: self.migrate(path))
        with Database(path, create=create) as database:
            assert tables(path) >= {"messages", *schema.DERIVED_TABLES}
            assert database.value("SELECT count(*) FROM messages") == 0
        assert naps[0] == []
        store.close()

    def test_nobody_else_makes_one(self, path, busy, naps):
        with pytest.raises(LockedError), Database(path, create=True):
            pass
        assert path.read_bytes() == b"", "an empty file is no store"

    @pytest.mark.parametrize("what", ["folder", "file"])
    def test_where_it_may_not_be_written(self, old, monkeypatch, what):
        octets = old.read_bytes()
        forbidden = old.parent if what == "folder" else old
        monkeypatch.setattr(os, "access", lambda path, _: path != forbidden)
        with pytest.raises(StoreError, match="older release, and may not be written here") as caught, Database(old):
            pass
        assert "Its owner has to open it once" in caught.value.hint
        assert (caught.value.exit_code, old.read_bytes()) == (1, octets)

    def test_its_name_is_random_and_stays(self, old, tmp_path):
        def name(path):
            with Database(path, create=True) as database:
                return Facts(database).identifier()

        names = [name(path) for path in (old, old, tmp_path / "other.db")]
        assert names[0] == names[1] != names[2]
        assert {len(bytes.fromhex(found)) for found in names} == {16}


class TestTransactions:
    def test_all_or_nothing(self, path):
        class Sudden(BaseException):
            pass

        def half(database):
            with database.transaction():
                database.execute("INSERT INTO accounts (name) VALUES ('info')")
                raise Sudden

        with Database(path, create=True) as database:
            with pytest.raises(Sudden):
                half(database)
            assert list(database.rows("SELECT * FROM accounts")) == []
            with database.transaction():
                database.execute("INSERT INTO accounts (name) VALUES ('info')")
            assert list(database.rows("SELECT name FROM accounts")) == [("info",)]

    def test_closing_undoes_what_is_not_committed(self, path):
        with Database(path, create=True) as database:
            database.execute("BEGIN")
            database.execute("INSERT INTO accounts (name) VALUES ('info')")
        with Database(path) as database:
            assert database.row("SELECT * FROM accounts") is None

    def test_readers_see_the_state_before(self, path):
        with Database(path, create=True) as database, Database(path) as reader, database.transaction():
            database.execute("INSERT INTO accounts (name) VALUES ('info')")
            assert reader.value("SELECT count(*) FROM accounts") == 0

    def test_rules_of_the_tables_are_told_as_faults_of_the_store(self, path):
        with Database(path, create=True) as database, pytest.raises(StoreError, match="reported"):
            database.execute("INSERT INTO mailboxes (account, name, delimiter, attributes) VALUES (7, 'x', '', '[]')")


class TestLock:
    def test_one_at_a_time(self, path):
        with writing(path), pytest.raises(LockedError), writing(path):
            pass
        with writing(path):
            pass

    def test_it_is_no_store(self, path):
        with writing(path):
            assert not path.exists()

    def test_free_after_its_holder_was_killed(self, path):
        child = os.fork()
        if child == 0:
            with writing(path):
                os.kill(os.getpid(), 9)
        os.waitpid(child, 0)
        with writing(path):
            pass

    def test_no_folder_can_be_made(self, tmp_path):
        (tmp_path / "file").touch()
        with pytest.raises(StoreError, match="lock"), writing(tmp_path / "file" / "mail.db"):
            pass

    def test_a_folder_without_locks(self, path, monkeypatch):
        """As on some network folders."""
        handles = []

        def no_locks(handle, _):
            handles.append(handle)
            raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

        monkeypatch.setattr(fcntl, "flock", no_locks)
        with pytest.raises(StoreError, match="can't be locked: No locks available"), writing(path):
            pass
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(handles[0])


class TestUntouched:
    """Read as if nobody wrote, without a trace beside it."""

    def test_nothing_is_left_beside_it(self, tmp_path):
        path = tmp_path / "s"
        with Database(path, create=True) as database:
            database.execute("INSERT INTO accounts (name) VALUES ('info')")
        before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
        with Database(path, untouched=True) as database:
            assert database.value("SELECT name FROM accounts") == "info"
            assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before
        assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before

    def test_one_of_an_earlier_release_stays_as_it_is(self, tmp_path):
        path = tmp_path / "s"
        store = sqlite_utils.Database(path)
        schema.migrations().apply(store, stop_before=schema.NAMES[-1])
        store.close()
        before = path.read_bytes()
        with pytest.raises(StoreError, match="older release"), Database(path, untouched=True):
            pass
        assert path.read_bytes() == before

    def test_what_is_written_meanwhile_can_not_be_trusted(self, tmp_path):
        path = tmp_path / "s"
        with Database(path, create=True):
            pass
        with pytest.raises(StoreError, match="was written while it was read"), Database(path, untouched=True):
            os.utime(path, ns=(1, 1))

    def test_what_looks_damaged_because_it_is_written_is_not_called_damaged(self, tmp_path):
        path = tmp_path / "s"
        with Database(path, create=True) as database:
            database.execute("INSERT INTO accounts (name) VALUES ('info')")
        half = path.read_bytes()[:4096] + b"\xff" * (path.stat().st_size - 4096)

        def read_while_it_is_written(database):
            path.write_bytes(half)
            os.utime(path, ns=(1, 1))
            database.value("SELECT name FROM accounts")

        with pytest.raises(UnreadyStoreError, match="was written while"), Database(path, untouched=True) as database:
            read_while_it_is_written(database)
        with pytest.raises(UnusableStoreError, match="is damaged"), Database(path, untouched=True) as database:
            database.value("SELECT name FROM accounts")

    def test_there_has_to_be_one(self, tmp_path):
        with pytest.raises(StoreError, match="there is no store"), Database(tmp_path / "s", untouched=True):
            pass
        assert list(tmp_path.iterdir()) == []
