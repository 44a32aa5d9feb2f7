"""What labels say of a place."""

from __future__ import annotations

import pytest

from replywatch.domain.mailboxes.fetched import Listing
from replywatch.domain.mailboxes.labels import Labels, is_view
from replywatch.domain.mailboxes.roles import Roles
from replywatch.domain.messages import Role

INBOX, SENT, ARCHIVE, JUNK, TRASH, FOLDER, SKIP = Role
PLAIN = Labels(Roles(), localized=False)


@pytest.mark.parametrize(
    ("mailbox", "labels", "roles"),
    [
        (ARCHIVE, None, {ARCHIVE}),
        (INBOX, None, {INBOX}),
        (SKIP, None, set()),
        (SKIP, ["\\Inbox"], set()),
        (ARCHIVE, [], {ARCHIVE}),
        (ARCHIVE, ["\\Inbox"], {INBOX}),
        (ARCHIVE, ["\\INBOX"], {INBOX}),
        (ARCHIVE, ["\\Sent"], {SENT}),
        (ARCHIVE, ["\\Inbox", "\\Sent"], {INBOX, SENT}),
        (ARCHIVE, ["\\Important", "\\Starred", "\\Muted"], {ARCHIVE}),
        (ARCHIVE, ["Kunden"], {ARCHIVE}),
        (ARCHIVE, ["Kunden", "\\Sent"], {SENT}),  # people label whole conversations, both directions
        (FOLDER, ["\\Sent"], {SENT}),
        (FOLDER, ["\\Inbox"], {INBOX}),
        (FOLDER, ["Kunden"], {FOLDER}),
        (INBOX, ["\\Sent"], {INBOX, SENT}),  # Gmail leaves out the label of the mailbox that is open
        (SENT, ["\\Inbox"], {INBOX, SENT}),
        (SENT, ["Kunden"], {SENT}),
        (ARCHIVE, ["\\Draft"], set()),
        (ARCHIVE, ["\\Drafts", "\\Inbox"], set()),
        (TRASH, ["\\Draft"], set()),
        (TRASH, ["\\Sent"], {TRASH}),
        (JUNK, ["\\Inbox"], {JUNK}),
        (ARCHIVE, ["\\Trash"], {TRASH}),
        (ARCHIVE, ["\\Spam", "\\Sent"], {JUNK}),
        # Labels that other programs made, as their mailboxes for such mail.
        (ARCHIVE, ["Sent Messages"], {SENT}),
        (ARCHIVE, ["Papierkorb"], {TRASH}),
        (ARCHIVE, ["Papierkorb", "\\Sent"], {TRASH}),
        (ARCHIVE, ["Papierkorb", "\\Inbox"], {INBOX, TRASH}),
        (ARCHIVE, ["Kunden/Papierkorb"], {TRASH}),
        (ARCHIVE, ["Archiv"], {ARCHIVE}),
        (ARCHIVE, ["Entwürfe"], set()),
        (ARCHIVE, ["Entwürfe", "Kunden"], set()),
        (ARCHIVE, ["Entwürfe", "\\Inbox"], {INBOX}),  # the draft of a table, for all we know
        (ARCHIVE, ["Posteingang"], {ARCHIVE}),
        (ARCHIVE, ["\\Chat"], set()),
        (ARCHIVE, ["\\Chats", "\\Inbox"], set()),
        (ARCHIVE, ["Chat", "\\Inbox"], {INBOX}),  # on a server one of people's own
        (ARCHIVE, ["", "\\", "/", "x" * 1000], {ARCHIVE}),
    ],
)
def test_roles(mailbox, labels, roles):
    assert set(PLAIN.roles(mailbox, labels)) == roles
    assert PLAIN.roles(mailbox, labels and [*labels, *labels]) == PLAIN.roles(mailbox, labels)


@pytest.mark.parametrize(
    ("told", "labels", "roles"),
    [
        ({"Privat": SKIP}, ["Privat"], set()),
        ({"Privat": SKIP}, ["Privat", "\\Inbox"], set()),
        ({"Privat": SKIP}, ["Privat/Familie", "\\Inbox"], set()),
        ({"Privat": SKIP}, ["Privates", "\\Inbox"], {INBOX}),
        ({"Entwürfe": SKIP}, ["Entwürfe", "\\Inbox"], set()),
        ({"INBOX": SKIP}, ["\\Inbox", "\\Sent"], set()),
        ({"INBOX": SKIP}, ["\\Sent"], {SENT}),
        ({"Erledigt": TRASH}, ["Erledigt"], {TRASH}),
        ({"Erledigt": TRASH}, ["Erledigt", "\\Inbox"], {INBOX, TRASH}),
        ({"Postausgang Kunden": SENT}, ["Postausgang Kunden"], {SENT}),
        ({"Papierkorb": FOLDER}, ["Papierkorb"], {ARCHIVE}),
        ({"[Gmail]/Gesendet": SKIP}, ["\\Sent"], set()),
        ({"[Google Mail]/Sent Mail": FOLDER}, ["\\Sent"], {FOLDER}),
        ({"Gesendet": SKIP}, ["\\Sent"], {SENT}),
    ],
)
def test_the_config_wins(told, labels, roles):
    assert set(Labels(Roles(tuple(told.items())), localized=False).roles(ARCHIVE, labels)) == roles


@pytest.mark.parametrize(
    ("labels", "roles"),
    [
        ([], {FOLDER}),
        (["Gesendet", "Geöffnet"], {SENT}),
        (["Sent", "Opened", "Category Personal"], {SENT}),
        (["Posteingang", "Wichtig", "Ungelesen"], {INBOX}),
        (["Posteingang", "Gesendet"], {INBOX, SENT}),
        (["Boîte de réception"], {INBOX}),
        (["Papierkorb", "Gesendet", "Geöffnet"], {TRASH}),
        (["Spam"], {JUNK}),
        (["Archiviert", "Kunden"], {FOLDER}),
        (["Entwürfe", "Geöffnet"], set()),
        (["Drafts", "Inbox"], set()),
        (["Brouillons"], set()),
        (["Esborranys"], set()),
        (["임시보관함"], set()),
        (["Draft versions"], {FOLDER}),
        (["Chat"], set()),
        (["Posteingang", "Chat", "Geöffnet"], set()),
        (["chats"], set()),
        (["Чаты"], set()),
        (["Tous les chats"], set()),
        (["Chat mit Kunden"], {FOLDER}),
        (["Kunden/Chat"], {FOLDER}),
        (["Trash.Old", "INBOX.Sent"], {FOLDER}),  # Gmail divides labels, and not by a dot
    ],
)
def test_takeout_names_them_in_the_language_of_the_account(labels, roles):
    assert set(Labels(Roles(on_disk=True), localized=True).roles(FOLDER, labels)) == roles


def test_views_of_all_mail():
    all_, trash, spam, sent = (
        Listing(f"[Gmail]/{n}", "/", (f"\\{n}", "\\hasnochildren")) for n in ("all", "trash", "junk", "sent")
    )
    inbox, label = Listing("INBOX", "/"), Listing("Kunden", "/", ("\\hasnochildren",))
    assert [is_view(box) for box in (all_, trash, spam, sent, inbox, label)] == [False] * 3 + [True] * 3
