"""What a mailbox is for."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replywatch.domain.mailboxes import roles
from replywatch.domain.mailboxes.fetched import Listing
from replywatch.domain.mailboxes.roles import Roles
from replywatch.domain.messages import Because, Role

INBOX, SENT, ARCHIVE, JUNK, TRASH, FOLDER, SKIP = Role


def role_of(name, delimiter, attributes, said=()):
    return Roles(tuple(dict(said).items())).of(Listing(name, delimiter, tuple(attributes)))


@pytest.mark.parametrize(
    ("attributes", "role"),
    [
        (("\\Sent",), SENT),
        (("\\HASNOCHILDREN", "\\SENT"), SENT),
        (("\\sent", "\\marked"), SENT),
        (("\\Drafts",), SKIP),
        (("\\Junk",), JUNK),
        (("\\Trash",), TRASH),
        (("\\Archive",), ARCHIVE),
        (("\\All",), ARCHIVE),  # Gmail's All Mail holds both directions
        (("\\Flagged",), SKIP),
        (("\\Important",), SKIP),
        (("\\Noselect",), SKIP),
        (("\\NonExistent", "\\Sent"), SKIP),
        (("\\HasChildren", "\\Subscribed"), FOLDER),
        ((), FOLDER),
    ],
)
def test_special_use(attributes, role):
    assert role_of("Qwertz", "/", attributes) is role


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("INBOX", INBOX),
        ("inbox", INBOX),
        ("Inbox", INBOX),
        ("Archive/INBOX", ARCHIVE),
        ("INBOX/Kunden", FOLDER),
        ("Kunden", FOLDER),
        ("Sent", SENT),
        ("SENT ITEMS", SENT),
        ("Sent Messages", SENT),
        ("sent-mail", SENT),
        ("Sent_Items", SENT),
        ("Gesendet", SENT),
        ("Gesendete Objekte", SENT),
        ("Gesendete Elemente", SENT),
        ("Éléments envoyés", SENT),
        ("E\u0301le\u0301ments envoye\u0301s", SENT),  # decomposed, as macOS writes it
        ("Posta inviata", SENT),
        ("Verzonden items", SENT),
        ("Wysłane", SENT),
        ("Itens Enviados", SENT),
        ("Elementos enviados", SENT),
        ("Skickat", SENT),
        ("Sendt", SENT),
        ("Lähetetyt", SENT),
        ("Odeslaná pošta", SENT),
        ("INBOX/Gesendet", SENT),
        ("[Gmail]/Gesendet", SENT),
        ("[Google Mail]/Sent Mail", SENT),
        ("Nicht gesendet", FOLDER),
        ("Sent by Anna", FOLDER),
        ("Presents", FOLDER),
        ("Drafts", SKIP),
        ("Entwürfe", SKIP),
        ("Brouillons", SKIP),
        ("Outbox", SKIP),
        ("Postausgang", SKIP),
        ("Ausgang", FOLDER),
        ("Trash", TRASH),
        ("Papierkorb", TRASH),
        ("Deleted Items", TRASH),
        ("Corbeille", TRASH),
        ("Spam", JUNK),
        ("Junk-E-Mail", JUNK),
        ("Spam-Beschwerden", FOLDER),
        ("Archiv", ARCHIVE),
        ("Archives", ARCHIVE),
        ("[Gmail]/Alle Nachrichten", ARCHIVE),
        ("[Gmail]/Markiert", SKIP),
        ("[Gmail]/Starred", SKIP),
        ("[Google Mail]/Wichtig", SKIP),
        ("Markiert", FOLDER),
        ("Important", FOLDER),
        ("Virtual/All", SKIP),
        ("virtual/Sent", SKIP),
        ("Virtual", SKIP),
        ("Kunden/Virtual", FOLDER),
        ("Virtuell", FOLDER),
        ("Sent/2024", SENT),
        ("INBOX/Sent/2024/Q1", SENT),
        ("Sent/Kunden/Inbox", SENT),
        ("Gesendet 2024", FOLDER),
        ("Trash/Kunden", TRASH),
        ("Trash/Gesendet", TRASH),  # thrown away, whatever it is called
        ("Spam/Archiv", JUNK),
        ("Archive/2023", ARCHIVE),
        ("Archive/Sent", SENT),
        ("Archive/Papierkorb", TRASH),
        ("Drafts/Alt", SKIP),
        ("", FOLDER),
        ("/", FOLDER),
    ],
)
def test_names(name, role):
    assert role_of(name, "/", ()) is role


@pytest.mark.parametrize(
    ("name", "delimiter", "role"),
    [
        ("INBOX.Sent", ".", SENT),
        ("INBOX.Sent", "/", FOLDER),
        ("virtual.All", ".", SKIP),
        ("Sent", "", SENT),
        ("Sent/2024", "", FOLDER),
        ("Sent\\2024", "\\", SENT),
    ],
)
def test_the_server_says_what_divides_names(name, delimiter, role):
    assert role_of(name, delimiter, ()) is role


@pytest.mark.parametrize(
    ("name", "attributes", "overrides", "role"),
    [
        ("Ausgang", (), {"Ausgang": SENT}, SENT),
        ("Ausgang", (), (("Ausgang", SENT),), SENT),
        ("ausgang", (), {"Ausgang": SENT}, FOLDER),
        ("Ausgang/2024", (), {"Ausgang": SENT}, SENT),
        ("Sent", ("\\Sent",), {"Sent": SKIP}, SKIP),
        ("Sent", ("\\Noselect",), {"Sent": SENT}, SENT),
        ("Inbox", (), {"INBOX": SKIP}, SKIP),
        ("INBOX", (), {"inbox": SKIP}, SKIP),
        ("Privat/Sent", (), {"Privat": SKIP}, SKIP),
        ("Sent/Kunden/2024", (), {"Sent/Kunden": INBOX}, FOLDER),
        ("Drafts", (), {"Drafts": ARCHIVE}, ARCHIVE),
        ("Drafts", ("\\Drafts",), {"Sent": SENT}, SKIP),
    ],
)
def test_the_config_has_the_last_word(name, attributes, overrides, role):
    assert role_of(name, "/", attributes, overrides) is role


def test_special_use_wins_over_the_name():
    assert role_of("Sent", "/", ("\\Archive",)) is ARCHIVE
    assert role_of("Trash/Gesendet", "/", ("\\Sent",)) is SENT


def test_no_name_stands_for_two_roles():
    counted = Counter(name for names in roles._NAMES.values() for name in roles._listed(names))
    assert [name for name, times in counted.items() if times > 1] == []


@given(st.text(), st.sampled_from(["", "/", "."]), st.lists(st.text()))
def test_any_name_has_a_role(name, delimiter, attributes):
    assert role_of(name, delimiter, attributes) in Role


@given(st.sampled_from(sorted(roles._ROLE_OF_NAME)), st.sampled_from([str.upper, str.title, str]))
def test_letter_case_does_not_count(name, change):
    # Python's `casefold` joins what `upper` splits, such as ß; İ has no way back.
    assert role_of(change(name), "/", ()) is role_of(name, "/", ()) or "i̇" in name


def test_absurd_depth_takes_no_time():
    assert role_of("a/" * 50_000, "/", ()) is FOLDER


@pytest.mark.parametrize(
    ("name", "attributes", "said", "role", "because"),
    [
        ("INBOX", (), {}, INBOX, ("name", "")),
        ("Gesendet", (), {}, SENT, ("name", "")),
        ("Gesendet", ("\\Trash",), {}, TRASH, ("special-use", "\\trash")),
        ("Gesendet", ("\\Trash",), {"Gesendet": ARCHIVE}, ARCHIVE, ("config", "")),
        ("Sent/2020", (), {}, SENT, ("below", "Sent")),
        ("A/2020", (), {"A": SENT}, SENT, ("below", "A")),
        ("Trash/Sent", (), {}, TRASH, ("below", "Trash")),
        ("A/2020", (), {"A": INBOX}, FOLDER, ("none", "")),
        ("Kunden", (), {}, FOLDER, ("none", "")),
        ("Kunden", ("\\Noselect",), {}, SKIP, ("unreadable", "")),
    ],
)
def test_what_told_the_role(name, attributes, said, role, because):
    roles, listing, (rule, value) = Roles(tuple(said.items())), Listing(name, "/", attributes), because
    assert (roles.of(listing), roles.reason(listing)) == (role, Because(f"role.{rule}", value=value))
