"""Facts: what sources said. Written in one transaction per batch, together with the cursor; never changed by rules."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from replywatch.domain.headers.fields_version import FIELDS_VERSION
from replywatch.domain.mailboxes.fetched import Changed, FetchedMessage, Listing, MailboxState, Stamp
from replywatch.store.database import Database
from replywatch.store.epochs import tidy
from replywatch.store.flags import Bearer, Look, bearers, end_look, write_flags
from replywatch.store.incoming import Batch, Incoming, add_batch, encode_labels, renew_headers

_STAMPED = "epoch = ?1 AND uid > ?2 AND uid < ?3 AND gone IS NULL AND message IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Epoch:
    """One numbering of a mailbox, and how far it was read."""

    id: int
    mailbox: int
    scanned_to: int
    state: MailboxState
    """What the source said when the mailbox was last opened."""
    complete: bool
    """It was read to its end then, and nothing is left over."""
    reconciled_at: int | None
    """When its whole list was last compared; None: since it was read for the first time never."""
    fields_version: int
    """Of which version of the wanted fields (`domain.headers.fields_version`) its headers are at least."""
    flags_read_at: int | None = None
    """When the flags of all its messages were last read; None: never by this release."""
    in_doubt: bool = False
    """What the last look found of flags is to be looked at once more: an answer was missed, or others changed."""


class Facts:
    """Reads and writes the facts of a store."""

    def __init__(self, database: Database, began: int | None = None) -> None:
        """What servers say of answers counts as of the time when the poll `began`: figures speak of no later moment."""
        self._db = database
        self._began = began

    def identifier(self) -> str:
        """The random id that the store got when it was made: 32 hex digits, the same as long as there is a store."""
        return str(self._db.value("SELECT identifier FROM store"))

    def account(self, name: str) -> int:
        """The id of account `name`, made if new."""
        found = self._db.value("SELECT id FROM accounts WHERE name = ?", [name])
        return int(found) if found else self._db.execute("INSERT INTO accounts (name) VALUES (?)", [name])

    def mailbox(self, account: int, listing: Listing) -> int:
        """The id of a mailbox, made if new.

        What is said of it decides what it is for, and whose: if that changed, its messages are due again. One that was
        read under the name that an earlier release gave it is the same, and has this name from now on.
        """
        attributes = json.dumps(sorted(listing.attributes), ensure_ascii=False)
        found = self._db.row(
            "SELECT id, name, attributes, delimiter, of_other_user FROM mailboxes WHERE account = ? AND name IN (?, ?)"
            " ORDER BY name = ? DESC",
            [account, listing.name, listing.formerly or listing.name, listing.name],
        )
        if found is None:
            return self._db.execute(
                "INSERT INTO mailboxes (account, name, delimiter, attributes, of_other_user) VALUES (?, ?, ?, ?, ?)",
                [account, listing.name, listing.delimiter, attributes, listing.of_other_user],
            )
        mailbox = int(found[0])
        if found[1:] != (listing.name, attributes, listing.delimiter, listing.of_other_user):
            with self._db.transaction():
                self._db.execute(
                    "UPDATE mailboxes SET name = ?, attributes = ?, delimiter = ?, of_other_user = ? WHERE id = ?",
                    [listing.name, attributes, listing.delimiter, listing.of_other_user, mailbox],
                )
                self._db.execute(
                    "INSERT OR IGNORE INTO pending SELECT l.message FROM locations l JOIN epochs e ON e.id = l.epoch"
                    " WHERE e.mailbox = ? AND l.message IS NOT NULL",
                    [mailbox],
                )
        return mailbox

    def mailboxes(self, account: int) -> dict[int, Listing]:
        """Every mailbox of the account that was ever listed, by id, as it was listed last."""
        rows = self._db.rows(
            "SELECT id, name, delimiter, attributes, of_other_user FROM mailboxes WHERE account = ?", [account]
        )
        return {i: Listing(n, d, tuple(json.loads(a)), bool(o)) for i, n, d, a, o in rows}

    def held_mail(self, mailbox: int) -> bool:
        """Whether messages were ever found in this mailbox."""
        sql = "SELECT EXISTS (SELECT 1 FROM locations WHERE epoch IN (SELECT id FROM epochs WHERE mailbox = ?))"
        return bool(self._db.value(sql, [mailbox]))

    def present_epoch(self, mailbox: int) -> Epoch | None:
        """The numbering that was valid when the mailbox was last opened."""
        return self._epoch("e.mailbox = ? AND e.superseded_at IS NULL", [mailbox])

    def epoch(self, mailbox: int, state: MailboxState, now: int) -> Epoch:
        """The epoch of this UIDVALIDITY, made if new; any other of the mailbox is superseded from `now` on."""
        uidvalidity = state.uidvalidity
        with self._db.transaction():
            present = self._db.row(
                "SELECT id FROM epochs WHERE mailbox = ? AND uidvalidity <> ? AND superseded_at IS NULL",
                [mailbox, uidvalidity],
            )
            if present is not None:
                tidy(self._db, mailbox, present[0])
            self._db.execute(
                "UPDATE epochs SET superseded_at = ?, completed_at = NULL, message_count = NULL"
                " WHERE mailbox = ? AND uidvalidity <> ? AND superseded_at IS NULL",
                [now, mailbox, uidvalidity],
            )
            self._db.execute(
                "INSERT INTO epochs (mailbox, uidvalidity, bookmark, fields_version) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (mailbox, uidvalidity) DO UPDATE SET superseded_at = NULL, message_count = NULL,"
                " bookmark = excluded.bookmark",
                [mailbox, uidvalidity, state.bookmark, FIELDS_VERSION],
            )
        found = self._epoch("e.mailbox = ? AND e.uidvalidity = ?", [mailbox, uidvalidity])
        assert found is not None, "it was inserted in the statement above"  # noqa: S101 - says why it can't be
        return found

    def _epoch(self, where: str, values: Sequence[int]) -> Epoch | None:
        row = self._db.row(
            "SELECT id, mailbox, uidvalidity, scanned_to, uidnext, message_count, highestmodseq, bookmark,"
            " reconciled_at, fields_version, flags_read_at, flags_changed_at IS NOT NULL"
            " OR EXISTS (SELECT 1 FROM locations WHERE epoch = e.id AND answer_missed_at IS NOT NULL AND gone IS NULL)"
            f" FROM epochs e WHERE {where}",
            values,
        )
        if row is None:
            return None
        state = MailboxState(row[2], row[4], row[5] or 0, row[6], row[7])
        return Epoch(row[0], row[1], row[3], state, row[5] is not None, row[8], row[9], row[10], bool(row[11]))

    def remembers_erased(self) -> bool:
        """Whether anything was ever erased."""
        return bool(self._db.value("SELECT EXISTS (SELECT 1 FROM erased)"))

    def erased(self, digests: Iterable[str]) -> set[str]:
        """Those of `digests` (`domain.judging.identity.known_by`) by which an erased message is known."""
        sql = "SELECT e.identity FROM json_each(?) j JOIN erased e ON e.identity = j.value"
        return {digest for (digest,) in self._db.rows(sql, [json.dumps(list(digests))])}

    def add_batch(
        self, epoch: int, incoming: Sequence[Incoming], unread: Sequence[int], scanned_to: int, now: int
    ) -> int:
        """Store a batch: headers, places, what could not be read, and the cursor, all or nothing; how many are new."""
        return add_batch(self._db, epoch, Batch(incoming, unread, scanned_to, self._asked(now)), now)

    def uids(self, epoch: int, span: tuple[int, int]) -> list[int]:
        """The UIDs from the first to the last of `span` that are held to be in the mailbox and were read."""
        rows = self._db.rows(
            "SELECT uid FROM locations WHERE epoch = ? AND uid BETWEEN ? AND ? AND gone IS NULL", [epoch, *span]
        )
        return [u for (u,) in rows]

    def quarantined(self, epoch: int) -> list[int]:
        """The UIDs that could not be read so far, ascending."""
        return [u for (u,) in self._db.rows("SELECT uid FROM quarantine WHERE epoch = ? ORDER BY uid", [epoch])]

    def unread(self, account: int) -> int:
        """How many messages of the account could not be read so far."""
        sql = (
            "SELECT count(*) FROM quarantine q JOIN epochs e ON e.id = q.epoch JOIN mailboxes m ON m.id = e.mailbox"
            " WHERE m.account = ? AND e.superseded_at IS NULL"
        )
        return int(self._db.value(sql, [account]))

    def count(self, epoch: int) -> int:
        """How many messages are held to be in the mailbox, those in quarantine included."""
        live = self._db.value("SELECT count(*) FROM locations WHERE epoch = ? AND gone IS NULL", [epoch])
        return int(live) + int(self._db.value("SELECT count(*) FROM quarantine WHERE epoch = ?", [epoch]))

    def finish_mailbox(self, epoch: Epoch, state: MailboxState, now: int) -> None:
        """The mailbox was read to its end: remember how it stood."""
        self._db.execute(
            "UPDATE epochs SET uidnext = ?, message_count = ?, highestmodseq = ?, bookmark = ?, completed_at = ?,"
            " reconciled_at = coalesce(reconciled_at, ?), held_at = NULL WHERE id = ?",
            [state.uidnext, state.exists, state.highestmodseq, state.bookmark, now, now, epoch.id],
        )

    def reconciled(self, epoch: int, now: int) -> None:
        """The whole list of the mailbox was compared with what is known of it."""
        self._db.execute("UPDATE epochs SET reconciled_at = ? WHERE id = ?", [now, epoch])

    def bearers(self, epoch: int, span: tuple[int, int]) -> dict[int, Bearer]:
        """UID → the flags that it bears, of the messages from the first to the last of `span` that are there."""
        return bearers(self._db, epoch, span)

    def flag(self, epoch: int, held: Mapping[int, Bearer], said: Mapping[int, frozenset[str]], look: Look) -> None:
        """UIDs bear these flags now, and no others that tell something; `held` is what they were held to bear."""
        write_flags(self._db, epoch, held, said, look)

    def look(self, account: int, since: int | None, now: int, *, again: bool = False) -> Look:
        """Flags of the account are looked at `now`, and were as they are known `since`; None: nobody knows.

        `again`: what changes is looked at once more.
        """
        return Look(self._asked(now), since, self.last_complete_pass(account), again)

    def end_look(self, epoch: int, highestmodseq: int | None, look: Look, *, searched: bool) -> None:
        """Flags and labels are those of this HIGHESTMODSEQ, or later ones; and all flags were read if `searched`."""
        end_look(self._db, epoch, highestmodseq, look, searched=searched)

    def relabel(self, epoch: int, changed: Iterable[Changed]) -> None:
        """The labels of these messages are others now; of those that are not read, or were erased, none are kept."""
        with self._db.transaction():
            for uid, _, provider_id, labels in changed:
                if labels is None:
                    continue
                values = [epoch, uid, encode_labels(labels)]
                which = "epoch = ?1 AND uid = ?2 AND message IS NOT NULL AND labels IS NOT ?3"
                self._db.execute(f"INSERT OR IGNORE INTO pending SELECT message FROM locations WHERE {which}", values)
                self._db.execute(
                    f"UPDATE locations SET labels = ?3, provider_id = ?4 WHERE {which}", [*values, provider_id]
                )

    def lacking_fields(self, epoch: Epoch, version: int, most: int) -> list[int]:
        """The next UIDs, up to `most`, whose headers were read before the fields of `version` were wanted."""
        rows = self._db.rows(
            "SELECT uid FROM locations WHERE epoch = ?1 AND gone IS NULL AND message IS NOT NULL AND uid <= ?2"
            " AND uid > (SELECT CASE WHEN fields_asked_for = ?3 THEN fields_asked_to ELSE 0 END FROM epochs"
            " WHERE id = ?1) ORDER BY uid LIMIT ?4",
            [epoch.id, epoch.scanned_to, version, most],
        )
        return [u for (u,) in rows]

    def headers(self, epoch: int, uids: Sequence[int]) -> dict[int, bytes]:
        """UID → header, as far as it is stored."""
        sql = (
            "SELECT l.uid, m.header FROM json_each(?) j CROSS JOIN locations l ON l.epoch = ? AND l.uid = j.value"
            " CROSS JOIN messages m ON m.id = l.message"
        )
        return dict(self._db.rows(sql, [json.dumps(list(uids)), epoch]))

    def newest_stamps(self, epoch: int, before: int, most: int) -> dict[int, Stamp]:
        """UID → what was said of it, of the last messages that are held to be there, up to `most` below a UID."""
        rows = self._db.rows(
            f"SELECT uid, internal_date, size FROM locations WHERE {_STAMPED} ORDER BY uid DESC LIMIT ?4",
            [epoch, 0, before, most],
        )
        return {row[0]: Stamp(*row) for row in rows}

    def spread_stamps(self, epoch: int, after: int, before: int, most: int) -> dict[int, Stamp]:
        """The same of messages between two UIDs: the last of them, and others spread evenly."""
        rows = self._db.rows(
            "SELECT uid, internal_date, size FROM (SELECT *, row_number() OVER (ORDER BY uid DESC) - 1 AS number,"
            f" count(*) OVER () AS total FROM locations WHERE {_STAMPED}) WHERE number % ((total + ?4 - 1) / ?4) = 0",
            [epoch, after, before, most],
        )
        return {row[0]: Stamp(*row) for row in rows}

    def go_back(self, epoch: int, scanned_to: int) -> None:
        """Behind this UID nothing counts as read."""
        sql = "UPDATE epochs SET scanned_to = ?, message_count = NULL WHERE id = ?"
        self._db.execute(sql, [scanned_to, epoch])

    def renew(self, epoch: int, headers: Mapping[int, bytes]) -> None:
        """UIDs have other headers now, of the same messages.

        What is known of the place stays. The old header stays, too, without a place: it is a copy that is nowhere.
        """
        with self._db.transaction():
            renew_headers(self._db, epoch, headers)

    def lacking(self, epoch: int, most: int) -> list[int]:
        """The UIDs, up to `most` and the newest, of which the time of arrival in the mailbox or the size is not known.

        Ascending. So is the size of what an earlier release took for a message though it was a stand-in for one.
        """
        rows = self._db.rows(
            "SELECT uid FROM locations WHERE epoch = ? AND gone IS NULL AND message IS NOT NULL"
            " AND (internal_date IS NULL OR size IS NULL) ORDER BY uid DESC LIMIT ?",
            [epoch, most],
        )
        return sorted(u for (u,) in rows)

    def complete(self, epoch: int, fetched: Iterable[Incoming]) -> None:
        """Write down what is said of messages of which it was not known; what is known stays."""
        lacks = (
            "epoch = :epoch AND uid = :uid"
            " AND (internal_date IS NULL AND :date IS NOT NULL OR size IS NULL AND :size IS NOT NULL)"
        )
        rows = [
            {"epoch": epoch, "uid": m.uid, "date": m.internal_date, "size": m.size}
            for m in fetched
            if isinstance(m, FetchedMessage)
        ]
        due = f"INSERT OR IGNORE INTO pending SELECT message FROM locations WHERE {lacks} AND message IS NOT NULL"
        values = "internal_date = coalesce(internal_date, :date), size = coalesce(size, :size)"
        with self._db.transaction():
            self._db.execute_many(due, rows)
            self._db.execute_many(f"UPDATE locations SET {values} WHERE {lacks}", rows)

    def fields_asked_for(self, epoch: int, version: int, asked_to: int) -> None:
        """Up to this UID all were asked for the fields of this version."""
        self._db.execute(
            "UPDATE epochs SET fields_asked_for = ?, fields_asked_to = ? WHERE id = ?", [version, asked_to, epoch]
        )

    def fields_read(self, epoch: int, version: int) -> None:
        """All headers of the epoch have the fields of this version."""
        self._db.execute("UPDATE epochs SET fields_version = ? WHERE id = ?", [version, epoch])

    def unanswered(self, epoch: int, since: int) -> list[int]:
        """The UIDs of the epoch that opened exchanges from `since` on which nobody is known to have answered."""
        rows = self._db.rows(
            "SELECT DISTINCT l.uid FROM exchanges e CROSS JOIN readings r ON r.identity = e.id"
            " CROSS JOIN locations l ON l.message = r.message"
            " WHERE e.answered_at IS NULL AND e.answered_before IS NULL AND e.arrived_at >= ?"
            " AND l.epoch = ? AND l.gone IS NULL AND l.answered_at IS NULL ORDER BY l.uid",
            [since, epoch],
        )
        return [u for (u,) in rows]

    def _asked(self, now: int) -> int:
        """The instant as of which the server says now what flags there are."""
        return now if self._began is None else min(self._began, now)

    def last_complete_pass(self, account: int) -> int | None:
        """The start of the last complete pass over an account, whatever the clock said before."""
        found = self._db.value(
            "SELECT started_at FROM passes WHERE account = ? AND finished_at IS NOT NULL AND error IS NULL"
            " ORDER BY id DESC LIMIT 1",
            [account],
        )
        return None if found is None else int(found)

    def begin_pass(self, account: int, now: int) -> int:
        """The id of a new pass over an account."""
        return self._db.execute("INSERT INTO passes (account, started_at) VALUES (?, ?)", [account, now])

    def end_pass(self, number: int, now: int, error: str | None) -> None:
        """A pass is over; complete if there is no `error`."""
        self._db.execute("UPDATE passes SET finished_at = ?, error = ? WHERE id = ?", [now, error, number])
