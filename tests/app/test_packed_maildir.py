"""A Maildir that a real server keeps packed, read as the files that it is."""

import shutil

import pytest

from replywatch.domain.mailboxes.unread import Why
from served import THREE, Office, three_letters
from servers.child import Delivery

BODY = b"\r\nMany words of no interest.\r\n" * 3_000


@pytest.fixture
def packed(tmp_path, dovecot_server):
    """How an office stands whose server packs its mail; and the office that has yet to read a copy of the files."""

    def polled(packing):
        user = dovecot_server.packing_user(packing)
        user.create("Sent")
        for mail in three_letters().mails:
            (place,) = mail.places
            user.append(place.mailbox, [Delivery(mail.raw(place) + BODY, place.internal_date)])
        content = [content for content, _ in user.files().values()]
        assert len(content) == 5
        assert max(map(len, content)) < len(BODY), "it packs them"
        shutil.copytree(user.maildir, tmp_path / "copy", copy_function=shutil.copy2)
        office = Office(tmp_path, user)
        assert office.poll().error is None
        by_server = office.exchanges_at(), office.figures()
        office.use_accounts(files={"type": "maildir", "path": str(tmp_path / "copy")})
        office.store.unlink()
        return by_server, office

    return polled


@pytest.mark.parametrize("packing", ["gz", "bz2"])
def test_it_gives_the_figures_of_the_server(packed, packing):
    by_server, office = packed(packing)
    outcome = office.poll()
    assert (office.exchanges_at(), office.figures()) == by_server
    assert by_server[0] == THREE
    assert (outcome.error, outcome.unread, outcome.unread_files) == (None, 0, ())


def test_what_python_cannot_unpack_is_named_and_is_no_mail(packed):
    (standings, _), office = packed("lz4")
    assert standings == THREE
    outcome = office.poll()
    assert outcome.error, "nothing could be read"
    assert [(file.why, file.form) for file in outcome.unread_files] == [(Why.PACKED, "lz4")] * 5
    assert (outcome.messages, outcome.unread) == (0, 5)
