"""Texts with which servers refuse, as they were seen in the wild, and what they say about trying again."""

import pytest

from replywatch.sources.imap.refusals import AFTER_SPENT, LONGEST, Refusal, is_absent, pause, refusal

LASTING, STUMBLED, DOWN, BUSY, SPENT = Refusal

SAID = [
    # text → what it says, for how many seconds the server wants to be left alone
    # Office 365 and Exchange
    ("Request is throttled. Suggested Backoff Time: 299910 milliseconds", BUSY, 299.91),
    ("Server busy. Suggested Backoff Time: 30000 milliseconds", BUSY, 30),
    ("Server Unavailable. 15", DOWN, None),
    ("LOGIN failed.", LASTING, None),
    ("AUTHENTICATE failed.", LASTING, None),
    # Said of wrong passwords and missing rights as well as of too much traffic.
    ("User is authenticated but not connected.", LASTING, None),
    ("Connection closed. 14", LASTING, None),
    ("Command Error. 12", LASTING, None),
    # Gmail
    ("[ALERT] Too many simultaneous connections. (Failure)", BUSY, None),
    ("[OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)", SPENT, AFTER_SPENT),
    ("[UNAVAILABLE] Temporary System Error", DOWN, None),
    ("Temporary System Error (Failure)", DOWN, None),
    ("[AUTHENTICATIONFAILED] Invalid credentials (Failure)", LASTING, None),
    (
        "[ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833",
        LASTING,
        None,
    ),
    ("[WEBALERT https://accounts.google.com/signin] Web login required. (Failure)", LASTING, None),
    ("Some messages could not be FETCHed (Failure)", LASTING, None),
    # Dovecot
    ("[UNAVAILABLE] Temporary authentication failure. [mail:2026-03-19 09:00:00]", DOWN, None),
    ("[UNAVAILABLE] Internal authentication failure. Refer to server log for more information.", DOWN, None),
    ("[UNAVAILABLE] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=16)", BUSY, None),
    ("[LIMIT] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)", BUSY, None),
    ("Maximum number of connections from user+IP exceeded", BUSY, None),
    ("[SERVERBUG] Internal error occurred. Refer to server log for more information. [2026-03-19]", STUMBLED, None),
    ("[INUSE] Timeout while waiting for lock", DOWN, None),
    ("Server shutting down.", DOWN, None),
    ("[NONEXISTENT] Mailbox doesn't exist: Gone", LASTING, None),
    ("Disconnected for inactivity.", LASTING, None),
    # Cyrus
    ("[INUSE] Mailbox is locked by another session", DOWN, None),
    ("Too many open connections", BUSY, None),
    ("Server too busy, retry later", DOWN, None),
    ("Login failed: authentication failure", LASTING, None),
    ("Mailbox does not exist", LASTING, None),
    # Yahoo
    ("[LIMIT] CAPABILITY Rate limit hit.", BUSY, None),
    ("[UNAVAILABLE] LOGIN Server error - Please try again later", DOWN, None),
    ("[SERVERBUG] UID FETCH Server error - Please try again later", STUMBLED, None),
    ("[AUTHENTICATIONFAILED] LOGIN Invalid credentials", LASTING, None),
    # Wrong passwords, and what comes of them, whatever else is said
    ("[LIMIT] Too many failed login attempts. Try again in 15 minutes", LASTING, 900),
    ("[UNAVAILABLE] Too many authentication failures", LASTING, None),
    ("[AUTHENTICATIONFAILED] Temporary authentication failure", LASTING, None),
    ("Invalid password, please try again later", LASTING, None),
    ("[ALERT] Your account is temporarily locked. Server temporarily unavailable", LASTING, None),
    ("Invalid user name, please try again", LASTING, None),
    # Anything else
    ("", LASTING, None),
    ("No.", LASTING, None),
    ("Too many arguments", LASTING, None),
    ("[LIMITED] no such code", LASTING, None),
]


@pytest.mark.parametrize(("text", "said", "seconds"), SAID, ids=[text[:40] for text, *_ in SAID])
def test_what_servers_say(text, said, seconds):
    assert (refusal(text), pause(text)) == (said, seconds and pytest.approx(seconds))
    assert refusal(text.lower()) == said
    assert refusal(text.upper()) == said


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Suggested Backoff Time: 0 milliseconds", 0),
        ("Suggested Backoff Time: 999999999999 milliseconds", LONGEST),
        ("Suggested Backoff Time: 9999999999999 milliseconds", None),
        ("Suggested Backoff Time: -5 milliseconds", None),
        ("Suggested Backoff Time: soon", None),
        ("retry after 90 seconds", 90),
        ("please wait 2 minutes", 120),
        ("try again in 5 days", None),
        ("mail_max_userip_connections=16 seconds", None),
    ],
)
def test_times_that_are_named(text, seconds):
    assert pause(text) == seconds


def test_what_is_made_of_it():
    assert [r for r in Refusal if r.passes] == [STUMBLED, DOWN, BUSY]
    assert [r for r in Refusal if r.wants_rest] == [BUSY, SPENT]


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("[NONEXISTENT] Mailbox doesn't exist: Kunden", True),
        ("[TRYCREATE] Kunden", True),
        ("Mailbox doesn't exist: Kunden", True),
        ("Mailbox doesn\u2019t exist", True),
        ("Mailbox does not exist", True),
        ("[NONEXISTENT] Unknown Mailbox: Kunden (Failure)", True),
        ("No such folder", True),
        ("Folder not found.", True),
        ("EXAMINE failed: no such mailbox", True),
        # it may be there
        ("[NOPERM] Mailbox doesn't exist", False),
        ("[SERVERBUG] no such mailbox", False),
        ("[UNAVAILABLE] Mailbox does not exist", False),
        ("Mailbox does not exist, or must be subscribed to.", False),
        ("Mailbox doesn't exist: access denied", False),
        ("The folder does not exist, you have no right to it", False),
        ("Mailbox isn't selectable", False),
        ("Permission denied", False),
        ("", False),
        ("[" * 2000, False),
        ("[" + "A" * 2000, False),
    ],
)
def test_what_says_that_there_is_no_such_mailbox(text, absent):
    assert is_absent(text) is absent
