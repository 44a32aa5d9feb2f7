"""The plan on disk: a Maildir tree whose file times are the arrivals."""

import mailbox
from pathlib import Path

import pytest

from replywatch.demo.company import plan_company
from replywatch.demo.maildir import folder_name, folder_path, write_maildir

PLAN = plan_company(3, 150, 1_770_000_000)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("demo") / "mail"
    write_maildir(PLAN, root)
    return root


@pytest.mark.parametrize(
    ("name", "folder"),
    [("INBOX", "."), ("Sent", ".Sent"), ("INBOX/Kunden", ".INBOX.Kunden"), ("Archiv/2026", ".Archiv.2026")],
)
def test_mailboxes_lie_side_by_side(tmp_path: Path, name: str, folder: str):
    assert folder_path(tmp_path, name) == tmp_path / folder
    assert folder_name(tmp_path, tmp_path / folder) == name


def test_every_copy_is_there_with_its_time_and_flags(root: Path):
    written = []
    for name in PLAN.mailboxes:
        for file in (folder_path(root, name) / "cur").iterdir():
            flags = file.name.partition(":2,")[2]
            written.append((name, int(file.stat().st_mtime), flags, file.read_bytes()))
    planned = [(c.mailbox, c.internal_date, c.flags, c.content) for letter in PLAN.letters for c in letter.copies]
    assert sorted(written) == sorted(planned)


def test_file_names_sort_by_arrival(root: Path):
    for name in PLAN.mailboxes:
        files = sorted((folder_path(root, name) / "cur").iterdir())
        times = [file.stat().st_mtime for file in files]
        assert times == sorted(times)


def test_the_standard_library_reads_it(root: Path):
    box = mailbox.Maildir(root, create=False)
    assert {"Sent", "INBOX.Kunden", "Junk", "Trash"} <= set(box.list_folders())
    inbox = [copy for letter in PLAN.letters for copy in letter.copies if copy.mailbox == "INBOX"]
    assert len(box) == len(inbox)


def test_mail_that_is_there_already_stays(root: Path):
    with pytest.raises(FileExistsError):
        write_maildir(PLAN, root)
