"""Messages taken out of the store for good: which ones, what goes with them, and that no byte of them stays.

What stays is that there is something at a place (else every poll would fetch it again), and digests of the erased
messages, by which a copy that turns up elsewhere is known and left alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator

from replywatch.domain.messages import RUNG_BITS, Answered, Rung
from replywatch.domain.results.extent import Extent
from replywatch.store.database import Database
from replywatch.store.marks import REPLY_OF, Marks
from replywatch.store.schema import DERIVED_TABLES

_CHOSEN = "(SELECT identity FROM temp.chosen)"
_HEADERS = f"(SELECT message FROM readings WHERE identity IN {_CHOSEN})"
_TEXTS = "(SELECT id FROM temp.chosen_texts WHERE place = '{}')"
_LAST_SEEN = "(SELECT max(coalesce(l.internal_date, l.first_seen)) FROM locations l WHERE l.message = r.message)"
"""Stands for the clock of what is judged in no account."""
_GONE = (
    "(SELECT e.mailbox FROM epochs e JOIN locations l ON l.epoch = e.id GROUP BY e.mailbox"
    " HAVING count(*) = count(l.gone))"
)
"""Mailboxes that held mail and hold none any more."""


class Erasure:
    """Chooses messages and erases them; the derived rows have to be up to date, and are gone afterwards."""

    def __init__(self, database: Database) -> None:
        self._db = database
        database.execute("CREATE TEMP TABLE IF NOT EXISTS chosen (identity TEXT PRIMARY KEY)")
        database.execute("DELETE FROM temp.chosen")
        database.execute("CREATE TEMP TABLE IF NOT EXISTS chosen_texts (place TEXT, id INTEGER)")
        database.execute("DELETE FROM temp.chosen_texts")

    # Choosing

    def count(self) -> int:
        """How many headers there are."""
        return int(self._db.value("SELECT count(*) FROM readings"))

    def headers(self) -> Iterator[tuple[str, bytes]]:
        """(identity of the message, header) of everything that was read."""
        yield from self._db.rows("SELECT r.identity, m.header FROM readings r JOIN messages m ON m.id = r.message")

    def names(self) -> list[str]:
        """Names, logins and paths of all accounts, mailboxes that are not gone, labels of what is not chosen."""
        return [
            name
            for (name,) in self._db.rows(
                "SELECT name FROM accounts UNION SELECT coalesce(login, path) FROM accounts WHERE kind IS NOT NULL"
                f" UNION SELECT name FROM mailboxes WHERE id NOT IN {_GONE}"
                " UNION SELECT j.value FROM (SELECT DISTINCT labels FROM locations WHERE labels IS NOT NULL"
                f" AND message NOT IN {_HEADERS}) l CROSS JOIN json_each(l.labels) j"
            )
        ]

    def texts(self) -> list[tuple[str, int, str]]:
        """(table, id, text) of what may name somebody besides mail: errors of passes, mailboxes that are gone."""
        rows = self._db.rows(
            "SELECT 'passes', id, error FROM passes WHERE error IS NOT NULL"
            f" UNION ALL SELECT 'mailboxes', id, name FROM mailboxes WHERE id IN {_GONE}"
        )
        return [(place, number, text) for place, number, text in rows]

    def choose_texts(self, texts: Iterable[tuple[str, int, str]]) -> None:
        """Choose these of `texts` to be replaced."""
        self._db.execute_many("INSERT INTO temp.chosen_texts VALUES (?, ?)", [text[:2] for text in texts])

    def chose_nothing(self) -> bool:
        """Whether nothing was chosen."""
        chosen = "SELECT 1 FROM temp.chosen UNION ALL SELECT 1 FROM temp.chosen_texts"
        return not self._db.value(f"SELECT EXISTS ({chosen})")

    def choose(self, identities: Iterable[str]) -> None:
        """Choose these messages, with all their copies."""
        self._db.execute(
            "INSERT OR IGNORE INTO temp.chosen SELECT value FROM json_each(?)", [json.dumps(list(identities))]
        )

    def choose_before(self, instant: int) -> None:
        """Choose the messages of all conversations whose newest message has its clock before `instant`.

        Messages that are judged in no account (drafts, accounts and mailboxes that the config leaves out) have no
        conversation: of those the mailbox's clock counts, or when they were first seen.
        """
        self._db.execute(
            "WITH newest AS (SELECT conversation, max(clock) AS at FROM judgements GROUP BY conversation)"
            " INSERT OR IGNORE INTO temp.chosen SELECT r.identity FROM readings r"
            " LEFT JOIN judgements j ON j.identity = r.identity LEFT JOIN newest n ON n.conversation = j.conversation"
            f" GROUP BY r.identity HAVING max(coalesce(n.at, {_LAST_SEEN}, 0)) < ?",
            [instant],
        )

    def choose_account(self, account: int) -> None:
        """Choose the messages that lie nowhere but in this account."""
        of_account = "SELECT e.id FROM epochs e JOIN mailboxes b ON b.id = e.mailbox WHERE b.account = ?1"
        lying = "SELECT r.identity FROM locations l JOIN readings r ON r.message = l.message WHERE l.epoch"
        self._db.execute(
            f"INSERT OR IGNORE INTO temp.chosen {lying} IN ({of_account}) EXCEPT {lying} NOT IN ({of_account})",
            [account],
        )

    def extent(self) -> Extent:
        """How much is chosen, and from when to when it is, by the clock as in `choose_before`."""
        row = self._db.row(
            f"SELECT (SELECT count(DISTINCT identity) FROM readings WHERE identity IN {_CHOSEN}),"
            f" (SELECT count(*) FROM locations WHERE message IN {_HEADERS}),"
            " count(DISTINCT conversation), count(DISTINCT CASE WHEN contact <> '' THEN contact_key(contact) END),"
            " (SELECT count(*) FROM temp.chosen_texts), min(clock), max(clock)"
            f" FROM (SELECT j.conversation, j.contact, coalesce(j.clock, {_LAST_SEEN}) AS clock FROM readings r"
            f" LEFT JOIN judgements j ON j.identity = r.identity WHERE r.identity IN {_CHOSEN})"
        )
        return Extent(*(row or ()))

    # Erasing

    def erase(self, now: int, known_by: Callable[[bytes], Iterable[str]]) -> None:
        """Erase what is chosen: headers, what was said of their places, marks; and drop all derived rows.

        `known_by` gives the digests of a header that stay, so that it is known again. All or nothing. An enquiry that
        stays though its reply goes keeps a mark that it was answered then: otherwise it would count as unanswered from
        now on.
        """
        self._db.execute("PRAGMA secure_delete = ON")  # zeroes also what an interrupted run leaves to be compacted
        with self._db.transaction():
            self._keep_answers(now)
            self._keep_coverage()
            self._keep_counts()
            headers = self._db.rows(f"SELECT header FROM messages WHERE id IN {_HEADERS}")
            digests = ((digest,) for (header,) in headers for digest in known_by(header))
            self._db.execute_many("INSERT OR IGNORE INTO erased VALUES (?)", digests)
            self._erase_marks()
            self._db.execute(
                "UPDATE locations SET message = NULL, internal_date = NULL, size = NULL, flags = '', thread = NULL,"
                " unanswered_at = NULL, answered_at = NULL, answer_missed_at = NULL, provider_id = NULL, labels = NULL"
                f" WHERE message IN {_HEADERS}"
            )
            self._db.execute(f"UPDATE passes SET error = 'erased' WHERE id IN {_TEXTS.format('passes')}")
            self._db.execute(f"UPDATE mailboxes SET name = 'erased ' || id WHERE id IN {_TEXTS.format('mailboxes')}")
            self._db.execute("CREATE TEMP TABLE headers AS SELECT message FROM readings WHERE identity IN temp.chosen")
            self._drop_derived()
            self._db.execute("DELETE FROM messages WHERE id IN temp.headers")
            self._db.execute("DROP TABLE temp.headers")

    def drop_account(self, account: int, name: str, now: int) -> int:
        """Erase what is chosen, `choose_account`'s choice, and what is known of the account; drop derived rows.

        All or nothing; its name alone stays, so that the job can be finished by it (`Accounts.forget`). Other than
        after `erase` nothing is remembered: what turns up elsewhere is read like any mail. Says how many messages that
        stay got a mark that they were answered, since what answered them goes.
        """
        self._db.execute("PRAGMA secure_delete = ON")
        mailboxes = "(SELECT id FROM mailboxes WHERE account = ?1)"
        epochs = f"(SELECT id FROM epochs WHERE mailbox IN {mailboxes})"
        with self._db.transaction():
            kept = self._keep_answers(now)
            self._keep_coverage()
            self._keep_counts()
            self._erase_marks()
            self._db.execute("CREATE TEMP TABLE headers (message INTEGER PRIMARY KEY)")
            self._db.execute(f"INSERT INTO temp.headers SELECT message FROM readings WHERE identity IN {_CHOSEN}")
            self._db.execute(
                f"INSERT OR IGNORE INTO temp.headers SELECT message FROM locations WHERE epoch IN {epochs}"
                f" AND message IS NOT NULL EXCEPT SELECT message FROM locations WHERE epoch NOT IN {epochs}",
                [account],
            )
            self._drop_derived()
            for table, key in (("locations", "epoch"), ("quarantine", "epoch")):
                self._db.execute(f"DELETE FROM {table} WHERE {key} IN {epochs}", [account])
            self._db.execute("DELETE FROM messages WHERE id IN temp.headers")
            self._db.execute("DROP TABLE temp.headers")
            for table in ("epochs", "moved_before"):
                self._db.execute(f"DELETE FROM {table} WHERE mailbox IN {mailboxes}", [account])
            for table in ("mailboxes", "passes", "refusals", "troubles"):
                self._db.execute(f"DELETE FROM {table} WHERE account = ?", [account])
            self._db.execute("DELETE FROM covered_since WHERE account = ?", [name])
            self._db.execute(
                "UPDATE accounts SET kind = NULL, host = NULL, login = NULL, path = NULL WHERE id = ?", [account]
            )
        return kept

    def _erase_marks(self) -> None:
        """Erase the marks of what is chosen, and those that point to it."""
        self._db.execute(
            f"DELETE FROM marks WHERE identity IN {_CHOSEN} OR (kind = ? AND value IN {_CHOSEN})", [REPLY_OF]
        )

    def _drop_derived(self) -> None:
        for table in (*DERIVED_TABLES, "pending"):
            self._db.execute(f"DELETE FROM {table}")

    def _keep_answers(self, now: int) -> int:
        """Mark what stays and was answered by what goes, and say how much that is.

        Where a person said what became of a message, that holds, and no reply ever answered it.
        """
        answered = list(
            self._db.rows(
                "SELECT id, answered_at FROM exchanges WHERE levels & ?"
                f" AND reply IN {_CHOSEN} AND id NOT IN {_CHOSEN} ORDER BY id",
                [RUNG_BITS[Rung.SUBJECT]],
            )
        )
        marks = Marks(self._db)
        for identity, answered_at in answered:
            marks.put(identity, Answered(answered_at), now)
        return len(answered)

    def _keep_counts(self) -> None:
        """What mail that goes told of mail that stays: form letters, relays and moves remain some."""
        self._db.execute(f"DELETE FROM counted_before WHERE identity IN {_CHOSEN}")
        self._db.execute(
            "INSERT OR IGNORE INTO counted_before"
            " SELECT r.identity FROM letters l JOIN readings r ON r.message = l.message"
            f" WHERE l.is_form = 1 AND l.subject IN (SELECT subject FROM letters WHERE message IN {_HEADERS})"
            f" AND r.identity NOT IN {_CHOSEN}"
            " UNION SELECT min(r.identity) FROM relays t JOIN readings r ON r.message = t.message"
            f" WHERE t.is_relayed = 1 AND t.sender IN (SELECT sender FROM relays WHERE message IN {_HEADERS})"
            f" AND r.identity NOT IN {_CHOSEN} GROUP BY t.sender"
        )
        self._db.execute(
            "DELETE FROM moved_before WHERE (mailbox, saved_at) IN"
            f" (SELECT mailbox, saved_at FROM late_copies WHERE message IN {_HEADERS})"
        )
        self._db.execute(
            "INSERT OR IGNORE INTO moved_before SELECT mailbox, saved_at FROM late_copies WHERE in_burst = 1"
            f" AND message NOT IN {_HEADERS} AND mailbox IN"
            f" (SELECT mailbox FROM late_copies WHERE in_burst = 1 AND message IN {_HEADERS})"
        )

    def _keep_coverage(self) -> None:
        """What was read stays read: mail that stays has all its replies, however old those that go."""
        self._db.execute(
            "INSERT INTO covered_since SELECT account, in_sent, min(clock) FROM evidence WHERE true GROUP BY 1, 2"
            " ON CONFLICT DO UPDATE SET clock = min(clock, excluded.clock)"
        )
