"""What a mailbox is for."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replywatch.domain.mailboxes import names
from replywatch.domain.mailboxes.fetched import EXCHANGE, Listing
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
        ("postponed-msgs", SKIP),  # Alpine
        ("interrupted-mail", SKIP),
        ("postponed", SKIP),  # mutt
        ("Mustandid", SKIP),
        ("Кошче", TRASH),
        ("Šiukšliadėžė", TRASH),
        ("สแปม", JUNK),
        ("已发邮件", SENT),
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
    tables = [*map(names.listed, names.NAMES.values()), names.ALL_MAIL, names.GMAIL_VIEWS, names.CHATS, names.EXCHANGE]
    counted = Counter(name for table in tables for name in table)
    assert [name for name, times in counted.items() if times > 1] == []


@given(st.text(), st.sampled_from(["", "/", "."]), st.lists(st.text()))
def test_any_name_has_a_role(name, delimiter, attributes):
    assert role_of(name, delimiter, attributes) in Role


@given(st.sampled_from(sorted(names.ROLE_OF_NAME)), st.sampled_from([str.upper, str.title, str]))
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
        ("Entwürfe", (), {}, SKIP, ("unsent", "")),
        ("Postausgang", (), {}, SKIP, ("unsent", "")),
        ("[Gmail]/Markiert", (), {}, SKIP, ("view", "")),
        ("virtual", (), {}, SKIP, ("view", "")),
        ("virtual/All", (), {}, SKIP, ("below", "virtual")),
        ("[Gmail]/Chats", (), {}, SKIP, ("chats", "")),
        ("Kalender", (EXCHANGE,), {}, SKIP, ("no-mail", "")),
        ("Kalender/Feiertage", (EXCHANGE,), {}, SKIP, ("below", "Kalender")),
    ],
)
def test_what_told_the_role(name, attributes, said, role, because):
    roles, listing, (rule, value) = Roles(tuple(said.items())), Listing(name, "/", attributes), because
    assert (roles.of(listing), roles.reason(listing)) == (role, Because(f"role.{rule}", value=value))


# Files, whose names were made by programs


@pytest.mark.parametrize(
    ("name", "delimiter", "role"),
    [
        # OfflineIMAP and mirrors of servers that divide names by a dot
        ("INBOX", "/", INBOX),
        ("INBOX.Sent", "/", SENT),
        ("INBOX.Junk", "/", JUNK),
        ("INBOX.Sent.2024", "/", SENT),
        ("INBOX.Kunden", "/", FOLDER),
        ("INBOX.Kunden.Trash", "/", TRASH),
        ("INBOX.Trash.Sent", "/", TRASH),  # thrown away, whatever it is called
        ("INBOX.Entwürfe", "/", SKIP),
        ("[Gmail].Trash", "/", TRASH),
        ("[Gmail].Sent Mail", "/", SENT),
        ("[Gmail].All Mail", "/", ARCHIVE),
        ("[Gmail].Starred", "/", SKIP),
        ("[Gmail].Chats", "/", SKIP),
        ("[Google Mail].Spam", "/", JUNK),
        ("[Gmail].Kunden", "/", FOLDER),
        ("Trash.Old", "/", TRASH),
        ("Sent.2024", "/", SENT),
        ("Sent.2024.Q1", "/", SENT),
        ("Archiv.2023", "/", ARCHIVE),
        ("Entwürfe.alt", "/", SKIP),
        ("Kunden.Gesendet", "/", SENT),
        ("virtual.All", "/", SKIP),
        ("Sent.2024", "", SENT),  # an mbox file alone
        ("INBOX.Junk", "", JUNK),
        # isync that was told to flatten names with another sign
        ("INBOX_Junk", "/", JUNK),
        ("[Gmail]_Trash", "/", TRASH),
        ("[Gmail]-Sent Mail", "/", SENT),
        ("INBOX~Drafts~old", "/", SKIP),
        ("[Google Mail]+Starred", "/", SKIP),
        ("INBOX_Junk_E-Mail", "/", JUNK),
        ("INBOX_Kunden", "/", FOLDER),
        ("Inbox old", "/", FOLDER),
        ("INBOXtrash", "/", FOLDER),
        ("INBOX (Trash", "/", FOLDER),
        ("Alter_Trash", "/", FOLDER),
        # a mirror below a folder
        ("work/INBOX.Junk", "/", JUNK),
        ("work/[Gmail].Trash", "/", TRASH),
        ("work/[Gmail].Important", "/", SKIP),
        ("work/[Gmail]/Chats", "/", SKIP),
        ("Archiv/INBOX.Trash", "/", TRASH),  # nearer than the archive
        ("Trash/INBOX.Sent", "/", TRASH),
        ("Sent.2024/Kunden", "/", SENT),
        # folders beside a mailbox, in names that earlier releases stored as they stand
        ("Trash.sbd/Old", "/", TRASH),
        ("trash.directory/alt", "/", TRASH),
        ("Sent.mbox/mbox", "/", SENT),
        # Maildir++ tells that a dot divides
        ("INBOX.Junk", ".", JUNK),
        ("Trash.example.com", ".", TRASH),
        # names that people gave
        ("a.b", "/", FOLDER),
        ("Kunden.2024", "/", FOLDER),
        ("Meier.GmbH", "/", FOLDER),
        ("Dr. Trash", "/", FOLDER),  # a sentence, no hierarchy
        ("Trash .Old", "/", FOLDER),
        ("Trash..Old", "/", FOLDER),
        (".Trash", "/", FOLDER),
        ("Trash.", "/", FOLDER),
        ("Sent 1.2.2024", "/", FOLDER),
        ("junk.example.com", "/", FOLDER),  # a customer's, by the name of his domain
        ("archive.org", "/", FOLDER),
        ("sent.io", "/", FOLDER),
        ("papierkorb.de", "", FOLDER),
        ("Kunden/trash.net", "/", FOLDER),
        ("Trash/example.com", "/", TRASH),
        ("INBOX.Trash.de", "/", TRASH),  # below INBOX a dot divides for sure
        ("[Gmail].Trash.de", "/", TRASH),
    ],
)
def test_a_dot_may_divide_names_of_files(name, delimiter, role):
    listing = Listing(name, delimiter)
    assert Roles(on_disk=True).of(listing) is role


@pytest.mark.parametrize("name", ["INBOX.Junk", "[Gmail].Trash", "Trash.Old", "Sent.2024"])
def test_a_dot_divides_at_a_server_that_tells_no_delimiter_and_at_no_other(name):
    assert Roles().of(Listing(name, "")) is Roles(on_disk=True).of(Listing(name, "/")) is not FOLDER
    assert Roles().of(Listing(name, "/")) is FOLDER


@pytest.mark.parametrize(
    ("name", "said", "role"),
    [
        ("INBOX.Ablage", {"INBOX.Ablage": TRASH}, TRASH),
        ("INBOX.Ablage.2024", {"INBOX.Ablage": TRASH}, TRASH),
        ("Ablage.2024", {"Ablage": TRASH}, TRASH),
        ("Ablage/INBOX.Sent", {"Ablage": SKIP}, SKIP),
        ("Trash.Old", {"Trash.Old": INBOX}, INBOX),
        ("Trash.Old.Older", {"Trash.Old": INBOX}, FOLDER),
        ("INBOX.Ablage", {"INBOX/Ablage": TRASH}, FOLDER),  # names as they are shown
    ],
)
def test_the_config_names_mailboxes_of_files_as_they_are_shown(name, said, role):
    roles = Roles(tuple(said.items()), on_disk=True)
    assert roles.of(Listing(name, "/")) is role
    assert (roles.missing([Listing(name, "/")]) == []) is (role is not FOLDER or "Trash.Old" in said)


def test_no_name_of_a_table_has_a_dot():
    """Else dividing at dots would take such a name apart before anybody looked for it."""
    assert [name for name in names.ROLE_OF_NAME if "." in name] == []


# Gmail's chats, and what Exchange lists beside mail


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("[Gmail]/Chats", SKIP),
        ("[Google Mail]/Chats", SKIP),
        ("[Gmail]/Чаты", SKIP),
        ("[Gmail]/Tous les chats", SKIP),
        ("[Gmail]/Chats/2024", SKIP),
        ("Chats", FOLDER),
        ("Kunden/Chat", FOLDER),
        ("[Gmail]/Kunden/Chats", FOLDER),
    ],
)
def test_chats_are_gmails_alone(name, role):
    assert role_of(name, "/", ()) is role


@pytest.mark.parametrize(
    ("name", "role"),
    [
        *(
            (name, SKIP)
            for name in ("Calendar", "Contacts", "Tasks", "Notes", "Journal", "Conversation History", "RSS Feeds",
                         "RSS Subscriptions", "Sync Issues", "Kalender", "Kontakte", "Aufgaben", "Notizen", "RSS-Feeds",
                         "Aufgezeichnete Unterhaltungen", "Synchronisierungsprobleme", "Calendrier", "Tâches",
                         "Calendario", "Agenda", "Taken", "Kalendarz", "Kalendář", "Календарь", "予定表", "日历",
                         "calendar", "KALENDER")
        ),
        ("Calendar/Birthdays", SKIP),
        ("Sync Issues/Server Failures", SKIP),
        ("Contacts/Sent", SKIP),
        ("INBOX/Kontakte", FOLDER),  # somebody made it, of mail
        ("Kunden/Notes", FOLDER),
        ("Kontakte Messe", FOLDER),
        ("Sent Items", SENT),
    ],
)  # fmt: skip
def test_what_is_no_mail_at_exchange(name, role):
    assert role_of(name, "/", (EXCHANGE,)) is role
    if role is SKIP:
        assert role_of(name, "/", ()) in (FOLDER, SENT)  # elsewhere it may be a mailbox of mail


def test_the_config_can_have_them_read_all_the_same():
    assert role_of("Kontakte", "/", (EXCHANGE,), {"Kontakte": INBOX}) is INBOX
    assert role_of("Kontakte/Messe", "/", (EXCHANGE,), {"Kontakte": INBOX}) is FOLDER


@pytest.mark.parametrize(
    ("name", "attributes", "said", "on_disk", "whole"),
    [
        ("[Gmail]/Alle Nachrichten", ("\\All",), {}, False, True),
        ("Qwertz", ("\\all", "\\noinferiors"), {}, False, True),
        ("All Mail", (), {}, False, True),  # Proton, without the attribute
        ("Folders/All Mail", (), {}, False, True),
        ("[Gmail].All Mail", (), {}, True, True),
        ("[Gmail].All Mail", (), {}, False, False),
        ("All Mail/2024", (), {}, False, False),
        ("All Mail", ("\\Sent",), {}, False, False),
        ("All Mail", (), {"All Mail": FOLDER}, False, False),
        ("All Mail", (), {"All Mail": ARCHIVE}, False, True),
        ("Trash/All Mail", (), {}, False, False),
        ("Archive", ("\\Archive",), {}, False, False),
        ("Archiv", (), {}, False, False),
        ("INBOX", (), {}, False, False),
    ],
)
def test_all_mail(name, attributes, said, on_disk, whole):
    roles = Roles(tuple(said.items()), on_disk=on_disk)
    assert roles.is_all_mail(Listing(name, "/", attributes)) is whole
