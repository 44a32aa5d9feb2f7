"""The words of every finding, to the letter."""

from zoneinfo import ZoneInfo

from replywatch.domain.mailboxes.unread import UnreadFile, Why
from replywatch.domain.messages import Because, Role
from replywatch.domain.results.finding import Finding, Severity
from replywatch.render.findings import PHRASES, finding_words
from replywatch.render.locale import Locale
from story import DAY, MINUTE, at

EVENING = at("2024-03-20 23:30")
"""In Berlin it is the next day."""
CERTIFICATE = {"server": "imap.example.com:993", "version": "TLSv1.3", "valid_until": EVENING, "days_left": 9}
SPAN = {"inbox_from": EVENING - 40 * DAY, "inbox_to": EVENING, "sent_from": EVENING - DAY, "sent_to": EVENING}
CLOCK = {"seconds": 20 * MINUTE, "messages": 10}
MAILBOX = {"mailbox": "Kunden", "role": Role.SENT, "messages": 1, "of_other_user": False, "read_in": ""}
BY_NAME = Because("role.name")
ROLES = (("Privat", Role.SKIP), ("…", Role.SENT))
NOT_WATCHED = {"counted": 5, "seen": 10, "counts": [{"address": "b@b", "count": 5}], "addresses": ("a@b", "b@b")}
COUNTS = [{"address": "eva@beispiel.de", "count": 3}, {"address": "max@gmail.com", "count": 2}]
FORMS = [
    {"address": "web@example.com", "count": 5, "people": 4},
    {"address": "f@host.example", "count": 9, "people": 9},
]
UNSURE = {"unsure": 12, "seen": 20, "mixed": False, "on_server": True}
ARCHIVED = UNSURE | {"place": "archive", "mixed": True, "on_server": False}
LIKELY = (
    {"address": "eva@beispiel.de", "toml": '[accounts.eva]\nusername = "e{v}a"\nwatched = false'},
    {"address": "max@beispiel.de", "toml": "[accounts.max]"},
)
TEAM = {"addresses": (), "domains": (), "people": ()}
FINDINGS = [
    ("failed", {"text": "it is {broken}", "hint": "Mend {it}."}),
    ("config", {"path": "/home/anna/replywatch.toml"}),
    ("store", {"path": "/home/anna/mail.db"}),
    ("store_not_made_yet", {"path": "/home/anna/mail.db"}),
    ("store_open_to_others", {"path": "mail.db", "command": "chmod 600 'my mail.db' 'my mail.db-wal'"}),
    ("team", TEAM | {"addresses": ("info@example.com", "shop@example.com"), "domains": ("example.com", "*.b.example")}),
    ("team", TEAM | {"domains": ("example.com",)}),
    ("team", TEAM | {"addresses": ("info@example.com",)}),
    (
        "team",
        TEAM | {"addresses": ("info@example.com",), "domains": ("b.example",), "people": ("eva@gmx.de", "x@gmx.de")},
    ),
    ("team_open_domain", {"domain": "gmx.de"}),
    ("answers_unseen", {"conversations": 12, "mailboxes": LIKELY, "more": 2}),
    ("answers_unseen", {"conversations": 1, "mailboxes": (), "more": 0}),
    ("answers_to_missing", {"count": 10}),
    ("answers_to_missing", {"count": 1}),
    ("password_in_environment", {"name": "PASSWORD"}),
    ("password_from_command", {}),
    ("password_in_file", {"path": "/etc/password"}),
    ("password_in_keyring", {"service": "replywatch"}),
    ("password_in_config", {}),
    ("token_of_app", {"issuer": "Microsoft"}),
    ("not_logged_in", {"issuer": "Microsoft"}),
    ("token_renewed", {"issuer": "Microsoft", "valid_until": EVENING}),
    ("token_ends", {"issuer": "Microsoft", "valid_until": None}),
    ("token_ended", {"issuer": "Microsoft", "valid_until": EVENING}),
    ("path", {"path": "/home/anna/mail"}),
    ("login", {"username": "info@example.com"}),
    ("capabilities", {"has": ("CONDSTORE", "QRESYNC"), "lacks": ("OBJECTID", "X-GM-EXT-1")}),
    ("capabilities", {"has": (), "lacks": ("OBJECTID",)}),
    ("capabilities", {"has": ("OBJECTID",), "lacks": ()}),
    ("certificate", CERTIFICATE),
    ("certificate_expires", CERTIFICATE),
    ("read_only_not_said", {"mailboxes": ("INBOX", "Sent")}),
    ("no_tls", {"server": "imap.example.com:143"}),
    ("no_tls_here", {"server": "127.0.0.1:143"}),
    ("mailbox", MAILBOX | {"because": BY_NAME}),
    ("mailbox", MAILBOX | {"because": Because("role.below", value="{x}"), "messages": 12_345}),
    ("mailbox", MAILBOX | {"because": Because("role.config"), "messages": 0, "of_other_user": True}),
    ("mailbox", MAILBOX | {"because": Because("role.none"), "read_in": "[Gmail]/All"}),
    ("mailbox_skipped", {"mailbox": "Kunden", "because": Because("role.special-use", value="\\drafts")}),
    ("mailbox_skipped", {"mailbox": "Kunden", "because": Because("role.unreadable")}),
    ("mailbox_skipped", {"mailbox": "Kunden", "because": Because("role.unsent")}),
    ("mailbox_skipped", {"mailbox": "Kunden", "because": Because("role.view")}),
    ("mailbox_skipped", {"mailbox": "Kunden", "because": Because("role.chats")}),
    ("mailbox_skipped", {"mailbox": "Kunden", "because": Because("role.no-mail")}),
    ("mailbox_unopened", {"error": "[NOPERM] n{o}", "is_hole": True, "roles": (*ROLES, ("Kun'den", Role.SKIP))}),
    ("mailbox_unopened", {"error": "[NOPERM] n{o}", "is_hole": False, "roles": (("", Role.SKIP),)}),
    ("mailbox_not_there", {"mailbox": "Kun{d}en"}),
    ("mailbox_absent", {"mailbox": "Kun'den", "roles": ROLES}),
    ("account_changed", {"was": "info@a.example at imap.a.example", "now": "/mail/{x}"}),
    ("messages_odd", {"said": "the server sends no headers"}),
    ("unread_files", {"files": (UnreadFile("Sent.gz", Why.PACKED, "gzip"), UnreadFile("{x}", Why.SINGLE))}),
    ("much_missing", {"mailbox": "INBOX", "since": EVENING}),
    ("fields_asked", {"asked": 20_000, "messages": 123_456}),
    ("read_only", {"mailboxes": ("INBOX", "Sent")}),
    ("mail", {"mailboxes": 1, "messages": 1, "since": None}),
    ("mail", {"mailboxes": 8, "messages": 1292, "since": EVENING}),
    ("sent_by_label", {"mailbox": "[Gmail]/All"}),
    ("no_sent_mailbox", {"likely": ("Kunden", "{Alt}"), "roles": ROLES}),
    ("no_sent_mailbox", {"likely": (), "roles": ROLES}),
    ("sent_empty", {"mailboxes": ("Sent", "Gesendet"), "roles": ROLES}),
    ("both_directions", {"ours": 7, "seen": 20}),
    ("one_direction", {"seen": 20}),
    ("senders", {"ours": 20, "seen": 20}),
    ("senders_not_ours", {"ours": 15, "seen": 20, "counts": COUNTS, "more": 0, "people": (), "domains": ("a.de",)}),
    ("senders_not_ours", {"ours": 15, "seen": 20, "counts": COUNTS, "more": 3, "people": ("a@b",), "domains": ()}),
    ("span", SPAN),
    ("sent_begins_late", SPAN),
    ("nothing_sent_lately", SPAN),
    ("inbox_clock", CLOCK | {"seconds": 2}),
    ("inbox_clock_off", CLOCK),
    ("inbox_clock_not_believed", CLOCK | {"seconds": -400 * DAY}),
    ("sent_clock", CLOCK | {"seconds": 0}),
    ("sent_clock_off", CLOCK | {"seconds": -20 * MINUTE}),
    ("sent_clock_not_believed", CLOCK | {"seconds": 2 * DAY}),
    ("sent_before_written", CLOCK | {"seconds": -360 * MINUTE}),
    ("clocks_unsure", UNSURE | {"place": "INBOX", "reason": "arrival_received"}),
    ("clocks_unsure", UNSURE | {"place": "Sent", "reason": "answer_date"}),
    ("clocks_unsure", UNSURE | {"place": "Sent", "reason": "answer_internaldate"}),
    ("clocks_unsure", ARCHIVED | {"reason": "arrival_date"}),
    ("clocks_unsure", ARCHIVED | {"reason": "answer_date"}),
    ("addresses", {"counted": 10, "seen": 10}),
    ("addresses_not_watched", NOT_WATCHED | {"more": 0, "people": ()}),
    ("addresses_not_watched", NOT_WATCHED | {"more": 2, "people": ("a@gmx.de",)}),
    ("webforms", {"forms": FORMS, "webforms": ('a"b@c', "d@e")}),
]


def test_words(golden):
    locale = Locale(ZoneInfo("Europe/Berlin"))
    shown = ""
    for code, values in FINDINGS:
        words = finding_words(Finding(Severity.OK, "info desk", "topic", code, values), locale)
        shown += f"{code}\n  {words.what}\n" + "".join(f"    {line}\n" for line in words.hint.splitlines())
    golden("findings.txt", shown)


def test_every_code_is_here():
    assert {code for code, _ in FINDINGS} == set(PHRASES)
