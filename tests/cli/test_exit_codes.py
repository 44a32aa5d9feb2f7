"""Every exit code that is documented, each provoked; and which of several counts."""

import signal
import time
from pathlib import Path

import pytest

from planted import Program, maildir_account, plant_maildir
from replywatch.store.lock import writing
from story import DAY, HOUR, Story


def office_at(folder, *, sent=True, waits=6 * HOUR):
    """Somebody has waited for so many seconds."""
    now = int(time.time())
    story = Story()
    if sent:
        story.outbound("xaver", now - 60 * DAY)
    story.inbound("anna", now - waits)
    program = Program(folder, accounts={"info": maildir_account()})
    plant_maildir(story, folder / "mail")
    program.output("poll")
    return program


@pytest.fixture
def office(tmp_path):
    return office_at(tmp_path)


ALARM = ("waiting", "--older-than", "4h", "--fail")


def another_account(office, **keys):
    office.configure({"info": maildir_account(), "anna": maildir_account(**keys)})


def test_0_fine(office):
    assert office.call("waiting", "--older-than", "3d", "--fail").returncode == 0


def test_1_failed(office):
    (office.folder / "mail").rename(office.folder / "away")
    assert office.call("poll").returncode == 1


def test_2_usage(office):
    assert office.call("report", "--since", "soon").returncode == 2


def test_2_config(office):
    (office.folder / "replywatch.toml").write_text("[team", encoding="utf-8")
    assert office.call(*ALARM).returncode == 2


def test_2_an_account_that_is_another_one(office):
    office.configure({"info": maildir_account(path="else")})
    assert office.call(*ALARM).returncode == 2


def test_3_part_of_the_accounts(office):
    another_account(office, path="nowhere")
    assert office.call("poll").returncode == 3


def test_4_a_breach(office):
    assert office.call(*ALARM).returncode == 4


def test_5_another_poll_is_at_work(office):
    with writing(office.store):
        assert office.call("poll").returncode == 5


def test_6_nobody_can_say(tmp_path):
    assert office_at(tmp_path, sent=False).call(*ALARM).returncode == 6


def test_6_the_figures_have_warnings(tmp_path):
    assert office_at(tmp_path, sent=False).call("report", "--fail-on-warning").returncode == 6


def test_6_the_mail_is_stale(office):
    another_account(office, path="nowhere")
    assert office.call("status", "--fail").returncode == 6


def test_70_a_bug(office, monkeypatch):
    def bug(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr("replywatch.app.reporting.report.make_report", bug)
    assert office.call("report").returncode == 70


@pytest.mark.parametrize(("signal_number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)])
def test_130_and_143_interrupted_and_stopped(office, signal_number, code):
    """A poll that waits for a password."""
    command = ["sh", "-c", "touch asked; sleep 60"]
    office.configure(
        {"slow": {"type": "imap", "host": "127.0.0.1", "username": "info", "password": {"command": command}}}
    )
    child = office.start("poll")
    end = time.monotonic() + 30
    while not (office.folder / "asked").exists():
        assert time.monotonic() < end
        time.sleep(0.02)
    child.send_signal(signal_number)
    child.communicate(timeout=20)
    assert child.returncode == code


def test_a_breach_counts_before_what_cant_be_said(office):
    """4 before 6: somebody is known to wait, whatever else isn't known."""
    another_account(office, path="nowhere")
    assert office.call("poll").returncode == 3
    assert office.call(*ALARM).returncode == 4
    assert office.call("waiting", "--older-than", "3d", "--fail").returncode == 6


def test_a_mistake_counts_before_all(office):
    another_account(office, path="nowhere")
    office.call("poll")
    assert office.call(*ALARM, "--older-than", "soon").returncode == 2


def test_an_account_that_is_another_one_counts_less_than_mail_that_was_read(office):
    """3 before 2, where others were read: the poll did its work."""
    another_account(office, path="second")
    (office.folder / "mail").rename(office.folder / "second")
    assert office.call("poll").returncode == 3


def test_without_fail_all_is_said_and_nothing_fails(tmp_path):
    office = office_at(tmp_path, sent=False)
    for command in ("report", "waiting", "list", "status"):
        assert office.call(command).returncode == 0


def test_a_full_disk_is_1(office):
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        assert office.run("report", stdout=full).returncode == 1
