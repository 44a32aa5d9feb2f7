"""The brake on wrong passwords: remembered in the store, for every poll that follows, until something changes."""

import os
from dataclasses import replace

import pytest

from office import Office
from replywatch.app.polling.poll import Choice, poll
from replywatch.app.polling.rests import AFTER_REFUSAL, SHORTEST_AFTER_REFUSAL, Rests
from replywatch.app.progress import Silent
from replywatch.app.tokens import token_file
from replywatch.config.model import Flow, ImapAccount, OAuth2, Secret, Tls
from replywatch.domain.results.polled import Status
from replywatch.errors import CertificateError, ConnectError, LoginError, MailboxError, SecretError
from replywatch.sources.oauth2.token import Token
from story import HOUR, Story

REFUSED = LoginError("imap.example.com:993 refused the login of info", "Check `password`.")
INFO = ImapAccount("info", host="imap.example.com", username="info", password=Secret(env="INFO"))
EVA = replace(INFO, name="eva", username="eva")


class Bureau(Office):
    """An office of which each poll is a process of its own: nothing but the store remembers anything."""

    def __init__(self, folder, account=INFO, *others):
        super().__init__(folder, account, *others)
        path = folder / "replywatch.toml"
        path.write_text("# the config")
        self.config = replace(self.config, path=path)

    def fail(self, error, name="info"):
        self.sources[name].fails = {"": error} if error else {}

    def poll(self, later=60, **choice):
        self.now += later
        self.tried = []

        def open_source(account):
            self.tried.append(account.name)
            return self.sources[account.name]

        return poll(self.config, open_source, lambda: self.now, Silent(), choice=Choice(**choice))

    def one(self, later=60, **choice):
        (outcome,) = self.poll(later, **choice)
        return outcome

    def use(self, *accounts):
        self.config = replace(self.config, accounts=accounts)


@pytest.fixture
def bureau(tmp_path):
    return Bureau(tmp_path)


class TestHowLong:
    @pytest.mark.parametrize(
        ("error", "seconds"),
        [
            (REFUSED, AFTER_REFUSAL),
            (LoginError("too many failed logins", retry_after=900), 900),
            (LoginError("too many failed logins", retry_after=2), SHORTEST_AFTER_REFUSAL),
            (LoginError("locked", retry_after=86_400), 86_400),
            (ConnectError("throttled", transient=True, retry_after=299.91), 300),
            (MailboxError("in use", transient=True, retry_after=299.91), 300),
        ],
        ids=lambda value: getattr(value, "text", value),
    )
    def test_to_the_second(self, bureau, error, seconds):
        bureau.fail(error)
        first = bureau.one()
        assert (first.status, first.error, first.left_alone_until) == (Status.FAILED, error, bureau.now + seconds)
        until = bureau.now + seconds
        assert bureau.one(1).status is Status.LEFT_ALONE
        assert bureau.tried == []
        assert bureau.one(seconds - 2).status is Status.LEFT_ALONE
        again = bureau.one(1)
        assert (again.status, bureau.now, bureau.tried) == (Status.FAILED, until, ["info"])
        assert again.left_alone_until == until + seconds

    @pytest.mark.parametrize(
        "error",
        [None, CertificateError("expired"), SecretError("not set"), ConnectError("down", transient=True)],
        ids=repr,
    )
    def test_nothing_else(self, bureau, error):
        bureau.fail(error)
        assert bureau.one().left_alone_until is None
        bureau.one()
        assert bureau.tried == ["info"]

    def test_what_is_said_of_it_meanwhile(self, bureau):
        bureau.fail(REFUSED)
        until = bureau.one().left_alone_until
        outcome = bureau.one()
        assert (type(outcome.error), outcome.error.text, outcome.error.kind) == (LoginError, REFUSED.text, "login")
        assert (outcome.left_alone_until, outcome.messages, outcome.mailboxes) == (until, 0, 0)

    def test_passes_and_what_they_say_are_as_they_were(self, bureau):
        """Being left alone is no pass: warnings speak of the refused login, and figures of the last complete pass."""
        bureau.one()
        bureau.fail(REFUSED)
        bureau.one()
        passes = bureau.rows_of("SELECT * FROM passes")
        bureau.one()
        assert bureau.rows_of("SELECT * FROM passes") == passes
        assert passes[-1][-1] == REFUSED.text

    def test_a_clock_that_was_ahead_brakes_nobody_for_years(self, bureau):
        bureau.fail(REFUSED)
        bureau.one(365 * 24 * HOUR)
        bureau.one(-365 * 24 * HOUR)
        assert bureau.tried == ["info"]


class TestWhom:
    def test_others_are_read(self, tmp_path):
        bureau = Bureau(tmp_path, INFO, EVA)
        story = Story()
        story.inbound("anna", "03-18 09:00")
        bureau.tell(story)
        bureau.fail(REFUSED, "eva")
        bureau.poll()
        info, eva = bureau.poll()
        assert bureau.tried == ["info"]
        assert (info.status, eva.status) == (Status.OK, Status.LEFT_ALONE)

    def test_whoever_insists_tries_and_the_brake_begins_anew(self, bureau):
        bureau.fail(REFUSED)
        bureau.one()
        assert bureau.one(insists=True).left_alone_until == bureau.now + AFTER_REFUSAL
        assert bureau.tried == ["info"]
        assert bureau.one().status is Status.LEFT_ALONE

    def test_it_is_over_once_the_account_was_read(self, bureau):
        bureau.fail(REFUSED)
        bureau.one()
        bureau.fail(None)
        assert bureau.one(insists=True).status is Status.OK
        assert bureau.one().status is Status.OK

    def test_another_trouble_takes_its_place(self, bureau):
        bureau.fail(REFUSED)
        bureau.one()
        bureau.fail(ConnectError("down", transient=True))
        assert bureau.one(insists=True).left_alone_until is None
        assert bureau.one().error.text == "down"


class TestChanges:
    @pytest.mark.parametrize(
        "change",
        [
            {"host": "imap.example.org"},
            {"port": 143},
            {"tls": Tls.STARTTLS},
            {"username": "info@example.com"},
            {"password": Secret(env="OTHER")},
            {"password": Secret(keyring="replywatch")},
            {"password": Secret(literal="x")},
            {"password": Secret(), "oauth2": OAuth2("custom", "c", Flow.APP, "https://a.example/token")},
        ],
        ids=str,
    )
    def test_of_what_is_tried_end_it(self, bureau, change):
        bureau.fail(REFUSED)
        bureau.one()
        bureau.use(replace(INFO, **change))
        assert bureau.one().status is Status.FAILED
        assert bureau.tried == ["info"]

    def test_of_anything_else_do_not(self, bureau):
        bureau.fail(REFUSED)
        bureau.one()
        bureau.use(replace(INFO, watched=False))
        assert bureau.one().status is Status.LEFT_ALONE

    def test_of_the_password_do_not_concern_a_server_that_asked_for_time(self, bureau):
        bureau.fail(ConnectError("throttled", retry_after=600.0))
        bureau.one()
        bureau.use(replace(INFO, password=Secret(env="OTHER")))
        assert bureau.one().status is Status.LEFT_ALONE
        bureau.use(replace(INFO, host="imap.example.org"))
        assert bureau.one().status is Status.FAILED

    @pytest.mark.parametrize("kind", ["password", "client secret"])
    def test_of_the_file_of_a(self, bureau, tmp_path, kind):
        file = tmp_path / "secret"
        file.write_text("wrong")
        secret = Secret(file=file)
        app = OAuth2("custom", "c", Flow.APP, "https://a.example/token", client_secret=secret)
        bureau.use(replace(INFO, password=secret) if kind == "password" else replace(INFO, oauth2=app))
        self.changes(bureau, file)

    @pytest.mark.parametrize("secret", [Secret(literal="wrong"), Secret(command="printf wrong")], ids=repr)
    def test_of_the_config_where_the_password_may_stand_in_it(self, bureau, secret):
        bureau.use(replace(INFO, password=secret))
        self.changes(bureau, bureau.config.path)

    def changes(self, bureau, file):
        bureau.fail(REFUSED)
        bureau.one()
        assert bureau.one().status is Status.LEFT_ALONE
        was = file.stat()
        file.write_text("right")
        os.utime(file, ns=(was.st_atime_ns, was.st_mtime_ns + 1))
        assert bureau.one().status is Status.FAILED
        assert bureau.one().status is Status.LEFT_ALONE

    def test_of_the_config_that_another_account_stands_in(self, bureau):
        """A password that comes from the environment is the same, whatever was written into the file."""
        bureau.fail(REFUSED)
        bureau.one()
        bureau.config.path.write_text("# longer than it was")
        assert bureau.one().status is Status.LEFT_ALONE

    def test_that_come_while_the_pass_is_under_way_are_seen(self, bureau):
        """What was tried is what stood there when the config was read."""
        bureau.use(replace(INFO, password=Secret(literal="wrong")))
        rests = Rests(bureau.config)
        before = rests.tried(bureau.config.accounts[0])
        bureau.config.path.write_text("# corrected meanwhile")
        assert rests.tried(bureau.config.accounts[0]) == before
        assert Rests(bureau.config).tried(bureau.config.accounts[0]) != before

    def test_a_file_that_is_gone(self, bureau, tmp_path):
        bureau.use(replace(INFO, password=Secret(file=tmp_path / "no")))
        bureau.fail(REFUSED)
        bureau.one()
        assert bureau.one().status is Status.LEFT_ALONE


class TestLoggedInAgain:
    """Who does what the error says should not have to wait."""

    @pytest.fixture
    def account(self, tmp_path, monkeypatch):
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.delenv("XDG_STATE_HOME", raising=False)
        oauth2 = OAuth2("custom", "client", Flow.DEVICE, "https://login.example/token", "mail")
        return ImapAccount("info", host="imap.example.com", username="info@example.com", oauth2=oauth2)

    def log_in(self, account):
        file = token_file(account, account.oauth2)
        with file.locked():
            file.write(Token("access", None, "refresh"))

    @pytest.mark.parametrize("before", [False, True])
    def test_ends_it(self, bureau, account, before):
        if before:
            self.log_in(account)
        bureau.use(account)
        bureau.fail(LoginError("the login has ended"))
        bureau.one()
        assert bureau.one().status is Status.LEFT_ALONE
        self.log_in(account)
        assert bureau.one().status is Status.FAILED

    def test_does_not_end_what_a_server_asked_for(self, bureau, account):
        bureau.use(account)
        bureau.fail(ConnectError("throttled", retry_after=299.91))
        bureau.one()
        self.log_in(account)
        assert bureau.one().status is Status.LEFT_ALONE

    def test_is_no_matter_of_an_app(self, bureau, account):
        app = replace(account, oauth2=replace(account.oauth2, flow=Flow.APP))
        bureau.use(app)
        bureau.fail(REFUSED)
        bureau.one()
        self.log_in(app)
        assert bureau.one().status is Status.LEFT_ALONE


class TestNoPassword:
    """What is remembered is the same for every password, so none can be guessed from it."""

    @pytest.mark.parametrize("words", ["hunter2", "printf hunter2", ("printf", "hunter2")], ids=str)
    @pytest.mark.parametrize("name", ["literal", "command"])
    def test_neither_in_clear_nor_by_a_command(self, bureau, name, words):
        rests = Rests(bureau.config)
        first, second = (replace(INFO, password=Secret(**{name: value})) for value in (words, "another"))
        assert rests.tried(first) == rests.tried(second)

    def test_nor_from_a_file(self, bureau, tmp_path):
        file = tmp_path / "secret"
        account = replace(INFO, password=Secret(file=file))
        digests = set()
        for password in ("hunter2", "swordfi"):
            file.write_text(password)
            os.utime(file, (1, 1))
            digests.add(Rests(bureau.config).tried(account))
        assert len(digests) == 1

    def test_nor_from_the_environment(self, bureau, monkeypatch):
        digests = set()
        for password in ("hunter2", "swordfish"):
            monkeypatch.setenv("INFO", password)
            digests.add(Rests(bureau.config).tried(INFO))
        assert len(digests) == 1
