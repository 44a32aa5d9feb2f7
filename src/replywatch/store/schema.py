"""The tables, as literal SQL in migrations that are never changed once released.

Facts are what sources said; derived rows can be dropped and made again from them (docs/schema.md). Instants are integer
seconds UTC. `sqlite_utils` is imported where a migration has to run, and only there: reading needs `sqlite3` alone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from sqlite_utils import Database, Migrations

SET = "replywatch"
NAMES = (
    "0001_facts",
    "0002_derived",
    "0003_passes",
    "0004_labels",
    "0005_values",
    "0006_circles",
    "0007_accounts",
    "0008_live",
)
"""The migrations of this release in order; a store with any other is from a newer one."""

DERIVED_TABLES = (
    "readings",
    "keys",
    "id_domains",
    "named_domains",
    "letters",
    "relays",
    "late_copies",
    "dirty",
    "judgements",
    "exchanges",
    "written",
    "evidence",
    "derivation",
)

_FACTS = (
    """CREATE TABLE accounts (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE
    ) STRICT""",
    """CREATE TABLE mailboxes (
        id INTEGER PRIMARY KEY,
        account INTEGER NOT NULL REFERENCES accounts (id),
        name TEXT NOT NULL,
        delimiter TEXT NOT NULL,
        attributes TEXT NOT NULL, -- JSON list of LIST attributes
        UNIQUE (account, name)
    ) STRICT""",
    """CREATE TABLE epochs (
        id INTEGER PRIMARY KEY,
        mailbox INTEGER NOT NULL REFERENCES mailboxes (id),
        uidvalidity INTEGER NOT NULL,
        scanned_to INTEGER NOT NULL DEFAULT 0, -- every UID up to here has a location or is in quarantine
        uidnext INTEGER, -- NULL: the server didn't say
        message_count INTEGER, -- NULL: not read to the end since something changed
        highestmodseq INTEGER, -- NULL: the server has none
        token TEXT NOT NULL DEFAULT '',
        completed_at INTEGER, -- NULL: never read to the end
        superseded_at INTEGER, -- NULL: these are the present UIDs
        UNIQUE (mailbox, uidvalidity)
    ) STRICT""",
    """CREATE TABLE messages (
        id INTEGER PRIMARY KEY,
        digest BLOB NOT NULL UNIQUE,
        header BLOB NOT NULL -- the wanted fields, raw
    ) STRICT""",
    """CREATE TABLE locations (
        epoch INTEGER NOT NULL REFERENCES epochs (id),
        uid INTEGER NOT NULL,
        message INTEGER REFERENCES messages (id), -- NULL: erased; the columns of what was said of it are empty, too
        internal_date INTEGER, -- NULL: unknown or absurd
        size INTEGER, -- NULL: unknown
        flags TEXT NOT NULL, -- separated by blanks, as first seen
        thread TEXT, -- NULL: the provider has no conversation ids
        first_seen INTEGER NOT NULL,
        missed_at INTEGER, -- NULL: there when last looked for
        unanswered_at INTEGER, -- NULL: not seen without the flag \\Answered; else the last pass before it came
        answered_at INTEGER, -- NULL: no flag \\Answered; else when the poll began that saw it first
        gone INTEGER, -- NULL: still there; else when it was missed for the second time
        PRIMARY KEY (epoch, uid)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX locations_by_message ON locations (message)",
    """CREATE TABLE quarantine (
        epoch INTEGER NOT NULL REFERENCES epochs (id),
        uid INTEGER NOT NULL,
        first_seen INTEGER NOT NULL,
        tries INTEGER NOT NULL,
        PRIMARY KEY (epoch, uid)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE passes (
        id INTEGER PRIMARY KEY,
        account INTEGER NOT NULL REFERENCES accounts (id),
        started_at INTEGER NOT NULL,
        finished_at INTEGER, -- NULL: under way, or killed
        error TEXT -- NULL: complete, if finished
    ) STRICT""",
    "CREATE INDEX passes_by_account ON passes (account, started_at)",
    """CREATE TABLE marks (
        id INTEGER PRIMARY KEY,
        identity TEXT NOT NULL, -- of the message it corrects
        made_at INTEGER NOT NULL,
        kind TEXT NOT NULL, -- domain.messages.MarkKind, or 'undo': nothing holds from here on
        value TEXT NOT NULL -- instant, kind, or identity of the message replied to
    ) STRICT""",
    "CREATE INDEX marks_by_identity ON marks (identity)",
    """CREATE TABLE erased (
        identity TEXT PRIMARY KEY -- of a message that must not come back, wherever it is found again
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE covered_since (
        account TEXT NOT NULL, -- its name
        in_sent INTEGER NOT NULL, -- as in evidence
        clock INTEGER NOT NULL, -- of the oldest mail of ours, before something was erased
        PRIMARY KEY (account, in_sent)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE subject_key (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        key BLOB NOT NULL, -- under which hidden subjects got their numbers
        settled INTEGER NOT NULL -- 0: the file is still to be written anew without them
    ) STRICT""",
    "CREATE TABLE pending (message INTEGER PRIMARY KEY REFERENCES messages (id)) STRICT",
)

CLUSTER_TABLES = ("judgements", "exchanges", "written", "evidence")
"""Derived from whole clusters."""

_DERIVED = (
    """CREATE TABLE derivation (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        fingerprint TEXT NOT NULL, -- of the rules and the config that made all derived rows
        last_pass INTEGER NOT NULL -- all that passes up to this one brought is derived; -1: not all is yet
    ) STRICT""",
    """CREATE TABLE readings (
        message INTEGER PRIMARY KEY REFERENCES messages (id),
        cluster INTEGER NOT NULL, -- the smallest message of the cluster
        identity TEXT NOT NULL, -- the same for all copies of a message
        data TEXT NOT NULL -- domain.messages.Reading as JSON
    ) STRICT""",
    "CREATE INDEX readings_by_cluster ON readings (cluster)",
    "CREATE INDEX readings_by_identity ON readings (identity)",
    """CREATE TABLE keys (
        key INTEGER PRIMARY KEY,
        message INTEGER NOT NULL REFERENCES messages (id) -- the first that has it
    ) STRICT""",
    """CREATE TABLE id_domains (
        domain TEXT PRIMARY KEY, -- right side of Message-IDs
        ours INTEGER NOT NULL, -- on how many copies of our mail
        outside INTEGER NOT NULL -- on how many others
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX id_domains_of_ours ON id_domains (domain) WHERE ours > 0 AND outside = 0",
    """CREATE TABLE named_domains (
        domain TEXT NOT NULL, -- right side of an id that the message names
        message INTEGER NOT NULL REFERENCES messages (id),
        PRIMARY KEY (domain, message)
    ) STRICT, WITHOUT ROWID""",
    "CREATE TABLE dirty (cluster INTEGER PRIMARY KEY) STRICT",
    """CREATE TABLE judgements (
        identity TEXT PRIMARY KEY,
        cluster INTEGER NOT NULL,
        conversation TEXT NOT NULL,
        rung TEXT, -- NULL: nothing ties it to another message
        message_id TEXT, -- NULL: it has none
        direction TEXT NOT NULL,
        disposition TEXT NOT NULL,
        kind TEXT NOT NULL,
        rule TEXT NOT NULL,
        because TEXT NOT NULL,
        contact TEXT NOT NULL,
        author TEXT NOT NULL,
        address TEXT NOT NULL,
        clock INTEGER NOT NULL,
        clock_source TEXT NOT NULL,
        clock_sure INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX judgements_by_cluster ON judgements (cluster)",
    "CREATE INDEX judgements_by_clock ON judgements (clock, disposition, kind, cluster)",
    "CREATE INDEX judgements_by_message_id ON judgements (message_id)",
    "CREATE INDEX judgements_of_foreign ON judgements (clock, contact) WHERE disposition = 'foreign'",
    """CREATE TABLE exchanges (
        id TEXT NOT NULL, -- identity of the opening message
        levels INTEGER NOT NULL, -- bits of domain.messages.RUNG_BITS
        cluster INTEGER NOT NULL,
        conversation TEXT NOT NULL,
        ordinal INTEGER NOT NULL,
        address TEXT NOT NULL,
        contact TEXT NOT NULL,
        contact_name TEXT NOT NULL,
        message_id TEXT,
        subject TEXT NOT NULL,
        arrived_at INTEGER NOT NULL,
        arrival_source TEXT NOT NULL,
        arrival_sure INTEGER NOT NULL,
        messages INTEGER NOT NULL,
        acknowledged_at INTEGER, -- NULL: no automatic answer
        answered_at INTEGER, -- NULL: no reply seen
        reply TEXT,
        reply_message_id TEXT,
        answered_by TEXT,
        matched_by TEXT,
        answered_after INTEGER, -- NULL: no evidence of an unseen reply
        answered_before INTEGER,
        ended_at INTEGER, -- NULL: no new enquiry ended it
        marked INTEGER NOT NULL,
        PRIMARY KEY (id, levels)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX exchanges_by_cluster ON exchanges (cluster)",
    """CREATE INDEX exchanges_by_arrival ON exchanges
        (arrived_at, ordinal, levels, answered_at, answered_after, answered_before, acknowledged_at, cluster)""",
    "CREATE INDEX exchanges_open ON exchanges (arrived_at) WHERE answered_at IS NULL AND answered_before IS NULL",
    """CREATE TABLE written (
        contact TEXT NOT NULL, -- somebody outside to whom a person of ours wrote
        sent_at INTEGER NOT NULL,
        identity TEXT NOT NULL,
        conversation TEXT NOT NULL,
        cluster INTEGER NOT NULL,
        PRIMARY KEY (contact, sent_at, identity)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX written_by_cluster ON written (cluster)",
    """CREATE TABLE evidence (
        account TEXT NOT NULL, -- where mail of ours was found
        in_sent INTEGER NOT NULL, -- 1: in a Sent mailbox; 0: in an archive that holds both directions
        clock INTEGER NOT NULL, -- the oldest of the cluster
        cluster INTEGER NOT NULL,
        PRIMARY KEY (account, in_sent, clock, cluster)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX evidence_by_cluster ON evidence (cluster)",
)

_PASSES = (
    "ALTER TABLE mailboxes ADD COLUMN of_other_user INTEGER NOT NULL DEFAULT 0",  # 1: somebody else's (RFC 2342)
    "ALTER TABLE epochs ADD COLUMN reconciled_at INTEGER",  # NULL: the whole list was not compared since 0.1.0
    "ALTER TABLE epochs ADD COLUMN held_at INTEGER",  # NULL: not so much is missing that nothing may be called gone
)

_LABELS = (
    "ALTER TABLE locations ADD COLUMN provider_id TEXT",  # NULL: the provider has no ids of messages
    "ALTER TABLE locations ADD COLUMN labels TEXT",  # JSON list, sorted; NULL: the source has none
    "CREATE INDEX locations_by_provider_id ON locations (provider_id) WHERE provider_id IS NOT NULL",
    # Gmail's mailboxes and Takeout files are looked into once more: nobody asked for their labels so far.
    """UPDATE epochs SET highestmodseq = NULL, token = ''
        WHERE id IN (SELECT epoch FROM locations WHERE thread LIKE 'gmail:%')""",
)


Step: TypeAlias = Callable[[sqlite3.Connection], None]
"""What a migration does that SQL can't."""


def _cut_headers(connection: sqlite3.Connection) -> None:
    """Of the headers of earlier releases no more is kept than of those that come now (docs/decisions/0024)."""
    from replywatch.domain.headers.header import keep_fields  # noqa: PLC0415 - not to open a store, 20 ms
    from replywatch.store.headers import change_headers  # noqa: PLC0415 - the same

    change_headers(connection, keep_fields)


_VALUES_FACTS: tuple[str | Step, ...] = (
    """CREATE TABLE store (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        identifier TEXT NOT NULL -- random; tells this store from any other, whatever becomes of its file
    ) STRICT""",
    "INSERT INTO store VALUES (1, lower(hex(randomblob(16))))",
    "ALTER TABLE epochs RENAME COLUMN token TO bookmark",
    "ALTER TABLE epochs ADD COLUMN fields_version INTEGER NOT NULL DEFAULT 1",  # of all its headers, at least
    "ALTER TABLE epochs ADD COLUMN fields_asked_for INTEGER",  # NULL: nothing was asked anew; else for which version
    "ALTER TABLE epochs ADD COLUMN fields_asked_to INTEGER NOT NULL DEFAULT 0",  # UID up to which that was done
    # All derived rows are made anew: headers are about to become one, and hold less than was read from them.
    *(
        f"DELETE FROM {table}"
        for table in (
            *("keys", "id_domains", "named_domains", "dirty", "judgements", "exchanges", "written", "evidence"),
            *("derivation", "readings", "pending"),
        )
    ),
    _cut_headers,
)
_VALUES_DERIVED: tuple[str, ...] = (
    # Reasons become values; readings, which hold them too, are gone by now.
    "DROP TABLE judgements",
    """CREATE TABLE judgements (
        identity TEXT PRIMARY KEY,
        cluster INTEGER NOT NULL,
        conversation TEXT NOT NULL,
        rung TEXT, -- NULL: nothing ties it to another message
        message_id TEXT, -- NULL: it has none
        direction TEXT NOT NULL,
        disposition TEXT NOT NULL,
        kind TEXT NOT NULL,
        rule TEXT NOT NULL, -- that decided the kind
        field TEXT NOT NULL, -- the header field that shows it; '' if none does
        value TEXT NOT NULL, -- what stands there
        beside TEXT, -- JSON list of further [field, value] that had to be there; NULL: the field alone is enough
        contact TEXT NOT NULL,
        author TEXT NOT NULL,
        address TEXT NOT NULL,
        clock INTEGER NOT NULL,
        clock_source TEXT NOT NULL,
        clock_sure INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX judgements_by_cluster ON judgements (cluster)",
    "CREATE INDEX judgements_by_clock ON judgements (clock, disposition, kind, cluster)",
    "CREATE INDEX judgements_by_message_id ON judgements (message_id)",
    "CREATE INDEX judgements_of_foreign ON judgements (clock, contact) WHERE disposition = 'foreign'",
    # A colleague's address in every exchange, which nothing read.
    "ALTER TABLE exchanges DROP COLUMN answered_by",
)

_CIRCLES: tuple[str, ...] = (
    "ALTER TABLE exchanges ADD COLUMN bounced_reply TEXT",  # NULL: no reply is known to have failed; else its identity
    "ALTER TABLE exchanges ADD COLUMN bounced_reply_message_id TEXT",  # NULL: there is none, or it has no Message-ID
    "ALTER TABLE exchanges ADD COLUMN put_away INTEGER NOT NULL DEFAULT 0",  # 1: counts because it was answered
    """CREATE TABLE letters (
        subject INTEGER NOT NULL, -- digest of the exact subject of a mail of ours that answers nothing
        sent_at INTEGER NOT NULL, -- as Date says
        contact INTEGER, -- digest of the first recipient outside; NULL: it is none any more, others are to be told yet
        message INTEGER NOT NULL REFERENCES messages (id),
        is_form INTEGER, -- 1: so many people got one about that time that it is a form letter; NULL: to be told yet
        PRIMARY KEY (subject, sent_at, message)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX letters_by_message ON letters (message, is_form)",
    "CREATE INDEX letters_to_tell ON letters (subject, sent_at) WHERE is_form IS NULL",
    """CREATE TABLE relays (
        sender INTEGER NOT NULL, -- digest of From of a mail from outside
        reply_to INTEGER NOT NULL, -- digest of Reply-To, another person
        message INTEGER NOT NULL REFERENCES messages (id),
        is_relayed INTEGER, -- 1: other mail of that From has another Reply-To, so it is a relay's; NULL: to be told yet
        PRIMARY KEY (sender, reply_to, message)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX relays_by_message ON relays (message, is_relayed)",
    "CREATE INDEX relays_by_state ON relays (is_relayed, sender)",
    """CREATE TABLE counted_before (
        identity TEXT PRIMARY KEY -- of a form letter or a relay's mail that stays where others like it were erased
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX exchanges_put_away ON exchanges (arrived_at) WHERE put_away",
    "ALTER TABLE judgements ADD COLUMN goes_on INTEGER NOT NULL DEFAULT 0",  # 1: it names mail of ours never seen
    "ALTER TABLE judgements ADD COLUMN answers_missing INTEGER NOT NULL DEFAULT 0",  # 1: ours, to mail never seen
    "CREATE INDEX judgements_going_on ON judgements (clock, conversation) WHERE goes_on",
    "CREATE INDEX judgements_answering_missing ON judgements (clock) WHERE answers_missing",
    "CREATE INDEX judgements_of_ours ON judgements (author, clock) WHERE author <> ''",
    # So that the words can tell why all is derived anew; what there is was derived under rules of an earlier release.
    "ALTER TABLE derivation ADD COLUMN rules_version INTEGER NOT NULL DEFAULT 0",
    """INSERT OR IGNORE INTO derivation (id, fingerprint, last_pass)
        SELECT 1, '', -1 WHERE EXISTS (SELECT 1 FROM messages)""",
    "ALTER TABLE exchanges ADD COLUMN answer_source TEXT",  # NULL: no reply seen, or a mark says when
    "ALTER TABLE exchanges ADD COLUMN answer_sure INTEGER NOT NULL DEFAULT 1",  # 0: nothing confirms when it left
    """CREATE INDEX exchanges_unsure ON exchanges
        (arrived_at, ordinal, levels, cluster, arrival_sure, arrival_source, answer_source)
        WHERE answered_at IS NOT NULL AND (arrival_sure = 0 OR answer_sure = 0)""",
    """CREATE TABLE late_copies (
        message INTEGER NOT NULL REFERENCES messages (id),
        saved_at INTEGER NOT NULL, -- INTERNALDATE, over an hour after Date
        mailbox INTEGER NOT NULL REFERENCES mailboxes (id), -- of a server
        written_at INTEGER NOT NULL, -- Date
        in_burst INTEGER, -- 1: saved together with many others that were written on other days; NULL: to be told yet
        PRIMARY KEY (message, saved_at, mailbox)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX late_copies_by_time ON late_copies (mailbox, saved_at, written_at, in_burst)",
    """CREATE TABLE moved_before (
        mailbox INTEGER NOT NULL REFERENCES mailboxes (id),
        saved_at INTEGER NOT NULL, -- when copies were saved there that were moved, some of which were erased
        PRIMARY KEY (mailbox, saved_at)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX late_copies_to_tell ON late_copies (mailbox, saved_at) WHERE in_burst IS NULL",
    # 1: something that is said of it lay after the last pass; it is derived again after the next
    "ALTER TABLE judgements ADD COLUMN ahead INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX judgements_ahead ON judgements (cluster) WHERE ahead",
)

_ACCOUNTS: tuple[str, ...] = (
    # What an account reads; its name says nothing of it. Nobody knows it before the first poll by this release.
    "ALTER TABLE accounts ADD COLUMN kind TEXT",  # imap, maildir or mbox; NULL: not known yet
    "ALTER TABLE accounts ADD COLUMN host TEXT",  # lower case, without a final dot; NULL: files, or not known yet
    "ALTER TABLE accounts ADD COLUMN login TEXT",  # NULL: files, or not known yet
    "ALTER TABLE accounts ADD COLUMN path TEXT",  # absolute; NULL: a server, or not known yet
    """CREATE TABLE refusals (
        account INTEGER PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE, -- to be left alone
        kind TEXT NOT NULL, -- of the error that its last pass ended with
        settings TEXT NOT NULL, -- digest of what was tried, no password in it; where it is another, the refusal is over
        refused_at INTEGER NOT NULL,
        until INTEGER NOT NULL -- to be left alone up to then
    ) STRICT""",
    """CREATE TABLE troubles (
        account INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        trouble TEXT NOT NULL, -- domain.results.polled.Trouble: what is wrong with it since some pass
        reason TEXT NOT NULL, -- digest of why; where it becomes another, the trouble is said again
        began_at INTEGER NOT NULL,
        said_at INTEGER NOT NULL, -- when it was last said
        PRIMARY KEY (account, trouble)
    ) STRICT, WITHOUT ROWID""",
)


def _ask_for_headers_again(connection: sqlite3.Connection) -> None:
    """What earlier releases took for messages without a header is in quarantine (docs/decisions/0045)."""
    from replywatch.domain.headers.header import has_fields  # noqa: PLC0415 - not to open a store, 20 ms
    from replywatch.store.headers import ask_again  # noqa: PLC0415 - the same

    ask_again(connection, has_fields)


_LIVE: tuple[str | Step, ...] = (
    _ask_for_headers_again,
    # Exchange's stand-in for a message that it can't convert is none: it is asked for again like all that lacks a size.
    """UPDATE locations SET size = NULL WHERE gone IS NULL AND message IN (SELECT id FROM messages
        WHERE instr(header, CAST('Retrieval using the IMAP4 protocol failed' AS BLOB)) > 0)""",
    """CREATE TABLE unopened (
        mailbox INTEGER PRIMARY KEY REFERENCES mailboxes (id) ON DELETE CASCADE, -- listed, and can't be opened
        began_at INTEGER NOT NULL, -- when a pass first found it so
        read_to INTEGER, -- up to then its mail was seen; NULL: it was never opened
        ended INTEGER -- pass that read it again; NULL: it is still so
    ) STRICT""",
    # Flags come and go (docs/decisions/0048). Those that tell nothing are no longer kept, and \Answered is told by
    # answered_at alone. When all flags were last read is not known: the next poll reads them.
    "ALTER TABLE epochs ADD COLUMN flags_read_at INTEGER",  # NULL: never since this column is there
    "ALTER TABLE epochs ADD COLUMN flags_changed_at INTEGER",  # NULL: flags are as they were at the look before
    "ALTER TABLE locations ADD COLUMN answer_missed_at INTEGER",  # NULL: \Answered was there when last looked for
    "CREATE INDEX locations_answer_missed ON locations (epoch) WHERE answer_missed_at IS NOT NULL",
    r"""UPDATE locations SET flags = trim(
        CASE WHEN instr(' ' || lower(flags) || ' ', ' \deleted ') THEN ' \Deleted' ELSE '' END
        || CASE WHEN instr(' ' || lower(flags) || ' ', ' \draft ') THEN ' \Draft' ELSE '' END
        || CASE WHEN instr(' ' || lower(flags) || ' ', ' $junk ') THEN ' $Junk' ELSE '' END
        || CASE WHEN instr(' ' || lower(flags) || ' ', ' junk ') THEN ' Junk' ELSE '' END
        || CASE WHEN instr(' ' || lower(flags) || ' ', ' $notjunk ') THEN ' $NotJunk' ELSE '' END
        || CASE WHEN instr(' ' || lower(flags) || ' ', ' notjunk ') THEN ' NotJunk' ELSE '' END
        || CASE WHEN instr(' ' || lower(flags) || ' ', ' nonjunk ') THEN ' NonJunk' ELSE '' END)
        WHERE flags <> ''""",
)


def migrations() -> Migrations:
    """The migrations of this release, ready to be applied."""
    from sqlite_utils import Migrations  # noqa: PLC0415 - costs 90 ms, and most commands never migrate

    found = Migrations(SET)

    every = (_FACTS, _DERIVED, _PASSES, _LABELS, (*_VALUES_FACTS, *_VALUES_DERIVED), _CIRCLES, _ACCOUNTS, _LIVE)
    for name, statements in zip(NAMES, every, strict=True):
        found(name=name)(_executing(statements))
    return found


def _executing(statements: Sequence[str | Step]) -> Callable[[Database], None]:
    """A migration that does all of `statements`."""

    def execute(db: Database) -> None:
        for statement in statements:
            if isinstance(statement, str):
                db.execute(statement)
            else:
                statement(db.conn)

    return execute
