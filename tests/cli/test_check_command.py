"""`replywatch check` as people run it."""

import json

import pytest

from planted import Program, dovecot_account, maildir_account, plant_dovecot, plant_maildir
from servers.dovecot import Dovecot
from story import Story


def small_story(sent="Sent"):
    story = Story()
    for day in (1, 2, 3):
        anna = story.inbound(f"anna{day}", f"2024-03-0{day} 09:00")
        story.reply(anna, f"2024-03-0{day} 10:00", mailbox=sent)
    return story


@pytest.fixture
def local(tmp_path):
    plant_maildir(small_story(), tmp_path / "mail")
    return Program(tmp_path, accounts={"info": maildir_account()})


@pytest.fixture
def remote(tmp_path, dovecot_user):
    plant_dovecot(small_story(), dovecot_user)
    return Program(tmp_path, accounts={"info": dovecot_account(dovecot_user)})


def test_all_is_well(local, golden_output):
    done = local.run("check")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("All is well: 1 account fine.\n\nok       team: info@example.com; ")
    assert done.stdout.endswith("\n         sent: Sent (3)\n")
    done = local.run("check", "-v")
    _, set_up, account = done.stdout.split("\n\n")  # how the first is wrapped depends on the folder's name
    assert set_up.startswith("set-up\n  ok       config       /")
    golden_output("check_maildir.txt", account.replace(str(local.folder), "/home/anna"))


def test_warnings_alone_are_no_failure(local):
    local.configure({"info": maildir_account()}, team={"addresses": ["info@example.com"], "domains": ["gmx.de"]})
    assert "\nwarning  team: anybody can have an address at gmx.de; " in local.output("check")


def test_an_archive_whose_times_nobody_knows_and_with_a_relay(tmp_path):
    """Constants between the messages, Dates without a zone, and a sender through whom four people write."""
    mails = [
        f"From x Thu Jan  1 00:00:00 1970\nDate: Fri, {number} Mar 2024 09:00:00\nMessage-ID: <{number}@x>\n{fields}\n"
        for number, fields in enumerate(
            [
                *[f"From: kontakt@host.example\nReply-To: v@v{n}.example\nTo: info@example.com\n" for n in range(4)],
                *["From: ben@example.com\nTo: anna@anna.example\n"] * 4,
            ],
            start=1,
        )
    ]
    (tmp_path / "all.mbox").write_text("\n".join(mails), encoding="ascii")
    out = Program(tmp_path, accounts={"info": {"type": "mbox", "path": "all.mbox"}}).output("check")
    assert "all: the clock of 4 of 4 messages from outside is unsure" in " ".join(out.split())
    assert "all: the clock of 4 of 4 messages of yours is unsure" in " ".join(out.split())
    assert 'webforms = ["kontakt@host.example"]' in out
    assert "All is well" not in out
    assert out.startswith("3 warnings; accounts fine: 0 of 1.\n")


def test_against_a_server(remote):
    out = remote.output("check")
    assert ", login user" in out
    assert "  ok       login        user" in remote.output("check", "-v")
    assert Dovecot.PASSWORD not in out
    assert all(len(line) <= 80 for line in out.splitlines() if str(remote.folder) not in line)
    assert not remote.store.parent.exists()


def test_all_accounts_fail(remote, dovecot_user):
    remote.configure({"info": dovecot_account(dovecot_user, password="x")})
    done = remote.run("check")
    assert done.returncode == 1
    assert "\nerror    info, connection: 127.0.0.1:" in done.stdout
    assert "Check `username` and `password`" in done.stdout
    assert done.stderr.startswith("Error: not all is well: info\n")


def test_part_of_the_accounts_fails(remote, dovecot_user):
    good = dovecot_account(dovecot_user)
    remote.configure({"info": good, "eva": good | {"password": "x"}})
    done = remote.run("check")
    assert done.returncode == 3
    assert done.stderr.startswith("Error: not all is well in 1 of 2 accounts: eva\n")
    assert remote.run("check", "info").returncode == 0
    assert remote.run("check", "eva").returncode == 1


def test_a_broken_set_up_is_no_partial_failure(local):
    local.configure({"info": maildir_account()}, store="mail")
    assert local.run("check").returncode == 1


def test_no_sent_mailbox(tmp_path, dovecot_user):
    plant_dovecot(small_story("Postausgang Kunden"), dovecot_user)
    program = Program(tmp_path, accounts={"info": dovecot_account(dovecot_user)})
    done = program.run("check")
    assert done.returncode == 1
    line = 'mailboxes = { sent = ["Postausgang Kunden"] }'
    assert f"  {line}\n" in done.stdout
    config = tmp_path / "replywatch.toml"
    config.write_text(config.read_text().replace("[accounts.info]", f"[accounts.info]\n{line}"))
    assert program.run("check").returncode == 0


def test_json(remote, dovecot_user):
    remote.configure({"info": dovecot_account(dovecot_user, password="x")})
    done = remote.run("check", "--format", "json")
    assert done.returncode == 1
    data = json.loads(done.stdout)
    assert data["schema"] == "replywatch.check/1"
    assert [f["topic"] for f in data["findings"] if f["level"] == "error"] == ["connection"]
    assert {f["account"] for f in data["findings"]} == {"", "info"}


def test_an_account_that_is_not_there(local):
    assert "there is no account 'inof'" in local.fails("check", "inof", code=2)


def test_a_wrong_config_is_said_as_always(local):
    local.configure({"info": maildir_account(watchd=False)})
    assert "did you mean watched?" in local.fails("check", code=2)


def test_mailbox_names_steer_no_terminal(local):
    story = Story()
    story.inbound("anna", "2024-03-02 09:00", mailbox="evil\x1b]0;owned\x07")
    plant_maildir(story, local.folder / "mail")
    out = local.output("check", "-v")
    assert "evil" in out
    assert not set(out) & {"\x1b", "\x07"}
