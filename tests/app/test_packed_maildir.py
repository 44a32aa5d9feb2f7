"""A Maildir that a real server keeps packed, read as the files that it is."""

import shutil

import pytest

from replywatch.domain.mailboxes.unread import Why
from served import THREE, Office, three_letters
from servers.child import Delivery

BODY = b"\r\nMany words of no interest.\r\n" * 3_000


@pytest.fixture
def packed(tmp_path, dovecot_server):
    """Says how an office stands whose server packs its mail: polled there, and by the files; with what was not read."""

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
        outcome = office.poll()
        return by_server, (office.exchanges_at(), office.figures()), outcome

    return polled


@pytest.mark.parametrize("packing", ["gz", "bz2"])
def test_it_gives_the_figures_of_the_server(packed, packing):
    by_server, by_files, outcome = packed(packing)
    assert by_files == by_server
    assert by_files[0] == THREE
    assert (outcome.error, outcome.unread, outcome.unread_files) == (None, 0, ())


@pytest.mark.parametrize(("packing", "form"), [("lz4", "lz4"), ("zstd", "zstd")])
def test_what_python_cannot_unpack_is_named(packed, packing, form):
    by_server, _, outcome = packed(packing)
    assert by_server[0] == THREE
    named = {(file.why, file.form) for file in outcome.unread_files}
    assert named in ({(Why.PACKED, form)}, set())
    assert len(outcome.unread_files) == outcome.unread
