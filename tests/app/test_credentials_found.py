"""What `check` says of passwords and of logins with OAuth2."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from replywatch.app.checking.check import check
from replywatch.app.login.login import login_finding
from replywatch.app.tokens import token_file
from replywatch.config.model import Config, Flow, ImapAccount, OAuth2, ReportSettings, Secret
from replywatch.domain.results.finding import Severity
from replywatch.domain.team import Team
from replywatch.errors import ConnectError
from replywatch.sources.oauth2.token import Token
from said import in_words
from story import HOUR, at, cases

NOW = at("2024-03-20 12:00")
OK, WARNING, ERROR = Severity

PASSWORDS = [
    ("env", Secret(env="MAIL_PASSWORD"), "from the environment variable MAIL_PASSWORD"),
    ("command", Secret(command="pass show mail"), "from a command"),
    ("file", Secret(file=Path("/etc/mail.password")), "from the file /etc/mail.password"),
    ("keyring", Secret(keyring="replywatch"), "from the keyring, service replywatch"),
    ("clear", Secret(literal="geheim-1"), "in clear in the config"),
]
LOGINS = [
    ("nobody", None, ERROR, ": nobody has logged in yet", True),
    ("renewed", Token("a", NOW - HOUR, "r"), OK, "; valid until 2024-03-20 11:00 UTC, then renewed by itself", False),
    ("renewed, no end", Token("a", None, "r"), OK, "; valid, then renewed by itself", False),
    ("ends", Token("a", NOW + 1), WARNING, "; valid until 2024-03-20 12:00 UTC, and nothing renews it", True),
    ("no end", Token("a"), WARNING, "; valid, and nothing renews it", True),
    ("ended", Token("a", NOW), ERROR, "; was valid until 2024-03-20 12:00 UTC, and nothing renews it", True),
]


def account(name="info", **keys):
    return ImapAccount(name, host="imap.example.com", username="info@example.com", **keys)


def login(flow):
    return OAuth2("microsoft", "client", flow, "https://login.example.com/token")


@cases("secret", "what", rows=PASSWORDS)
def test_where_a_password_comes_from(secret, what, tmp_path):
    def unreachable(_):
        raise ConnectError("nobody answers", "")

    class Source:
        __enter__ = unreachable

        def __exit__(self, *_):
            pass

    config = Config(Team(), (account(password=secret),), ReportSettings(ZoneInfo("UTC")), tmp_path / "mail.db")
    found = in_words(check(config, (), lambda _: Source(), NOW))
    assert [f.what for f in found if f.topic == "password"] == [what]
    assert "geheim-1" not in repr(found)


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """Keeps a token for an account that logs in with a code; the account."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))

    def keep(token):
        oauth2 = login(Flow.DEVICE)
        own = account("info desk", oauth2=oauth2)
        if token:
            file = token_file(own, oauth2)
            with file.locked():
                file.write(token)
        return own

    return keep


@cases("token", "severity", "what", "hints", rows=LOGINS)
def test_how_a_login_stands(kept, token, severity, what, hints):
    own = kept(token)
    (found,) = in_words([login_finding(own, own.oauth2, NOW)])
    assert (found.severity, found.what) == (severity, f"OAuth2 at Microsoft{what}")
    assert found.hint == ("Log in: replywatch login 'info desk'." if hints else "")


def test_an_app_needs_no_person():
    oauth2 = login(Flow.APP)
    (found,) = in_words([login_finding(account(oauth2=oauth2), oauth2, NOW)])
    assert (found.severity, found.what) == (OK, "OAuth2 at Microsoft, as an app; a new token for each connection")
