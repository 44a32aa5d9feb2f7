"""Tokens of accounts: kept, renewed in time and once, and what a person reads where that ends."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from replywatch.app.tokens import bearer, client_settings, token_file
from replywatch.config.model import Flow, ImapAccount, OAuth2, Secret
from replywatch.errors import ConnectError, LoginError, ReplywatchError, SecretError
from replywatch.sources.oauth2.token import Token
from servers.provider import Provider, Said, refusal, says

NOW = 1_700_000_000


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)


@pytest.fixture
def account(provider):
    oauth2 = OAuth2("custom", Provider.CLIENT, Flow.DEVICE, f"{provider.plain}/token", "mail")
    return ImapAccount(name="my info", host="imap.example", username="info@example.com", oauth2=oauth2)


def file_of(account):
    return token_file(account, account.oauth2)


def keep(account, token: Token) -> None:
    with file_of(account).locked():
        file_of(account).write(token)


def logged_in(provider, account, expires_at: int | None = NOW + 3600) -> Token:
    issued = provider.log_in(account.username)
    token = Token(issued["access_token"], expires_at, issued["refresh_token"])
    keep(account, token)
    return token


def tokens_of(account, now: float = NOW):
    return bearer(account, account.oauth2, {}, lambda: now)


def failure(kind: type[ReplywatchError], provider, account, refused: str = "") -> ReplywatchError:
    with pytest.raises(kind) as caught:
        tokens_of(account).token(refused)
    assert not [s for s in provider.issued if s in f"{caught.value.text} {caught.value.hint}"]
    return caught.value


class TestKept:
    def test_a_token_that_lasts_is_used(self, provider, account):
        token = logged_in(provider, account)
        tokens = tokens_of(account)
        assert tokens.token() == token.access
        assert tokens.given == (token.access,)
        assert provider.requests == []

    @pytest.mark.parametrize("left", [119, 0, -9999])
    def test_a_token_that_ends_soon_is_renewed_and_kept(self, provider, account, left):
        token = logged_in(provider, account, NOW + left)
        new = tokens_of(account).token()
        assert new != token.access
        kept = file_of(account).read()
        assert (kept.access, kept.expires_at) == (new, NOW + 3600)
        assert kept.refresh not in ("", token.refresh)
        assert tokens_of(account).token() == new
        assert len(provider.requests) == 1

    def test_a_token_without_an_end_is_used_until_it_is_refused(self, provider, account):
        token = logged_in(provider, account, None)
        assert tokens_of(account, NOW + 10**9).token() == token.access
        assert tokens_of(account).token(token.access) != token.access

    def test_a_token_that_another_process_renewed_is_taken(self, provider, account):
        token = logged_in(provider, account)
        assert tokens_of(account).token("the one before") == token.access
        assert provider.requests == []

    def test_two_processes_renew_once(self, provider, account):
        """The refresh token is good for one use: the second to come would lose the login."""
        logged_in(provider, account, NOW)
        start = threading.Barrier(4)

        def one() -> str:
            start.wait()
            return tokens_of(account).token()

        with ThreadPoolExecutor(4) as pool:
            found = {future.result() for future in [pool.submit(one) for _ in range(4)]}
        assert len(found) == 1
        assert len(provider.asked()) == 1
        assert tokens_of(account, NOW + 7200).token() not in found

    def test_nobody_has_logged_in(self, provider, account):
        error = failure(LoginError, provider, account)
        assert error.text == "nobody has logged in for info@example.com yet"
        assert error.hint == "Log in: replywatch login 'my info'."

    def test_taken_back(self, provider, account):
        logged_in(provider, account, NOW)
        provider.revoke("info@example.com")
        error = failure(LoginError, provider, account)
        place = provider.plain.removeprefix("http://")
        assert error.text.startswith(f"the login of info@example.com at {place} has ended: invalid_grant: AADSTS70000")
        assert error.hint == "It expired or was taken back. Log in: replywatch login 'my info'."

    @pytest.mark.parametrize("code", ["interaction_required", "consent_required", "login_required"])
    def test_a_person_is_wanted(self, provider, account, code):
        logged_in(provider, account, NOW)
        provider.answer_next("/token", refusal(code))
        assert "has ended" in failure(LoginError, provider, account).text

    def test_nothing_renews_it(self, provider, account):
        keep(account, Token("access", NOW))
        error = failure(LoginError, provider, account)
        assert "nothing renews it" in error.text
        assert "offline_access" in error.hint
        assert provider.requests == []

    @pytest.mark.parametrize(
        ("fault", "transient"),
        [(Said(500), True), (Said(200, b"garbage"), False), (refusal("temporarily_unavailable"), True)],
    )
    def test_a_provider_out_of_order_ends_nothing(self, provider, account, fault, transient):
        token = logged_in(provider, account, NOW)
        provider.answer_next("/token", fault)
        assert failure(ConnectError, provider, account).transient == transient
        assert file_of(account).read() == token
        assert tokens_of(account).token()

    @pytest.mark.parametrize("code", ["invalid_client", "unauthorized_client"])
    def test_the_client_is_refused(self, provider, account, code):
        logged_in(provider, account, NOW)
        provider.answer_next("/token", refusal(code, "AADSTS7000222: The client secret has expired"))
        error = failure(LoginError, provider, account)
        assert "refuses the client of accounts.my info.oauth2" in error.text
        assert "AADSTS7000222" in error.text
        assert "`client_secret`" in error.hint

    def test_any_other_no(self, provider, account):
        logged_in(provider, account, NOW)
        provider.answer_next("/token", refusal("invalid_scope", "what is that"))
        assert "issues no token for accounts.my info: invalid_scope: what is that" in (
            failure(LoginError, provider, account).text
        )

    def test_others_could_read_the_file(self, provider, account):
        logged_in(provider, account)
        file_of(account).path.chmod(0o644)
        failure(SecretError, provider, account)
        assert provider.requests == []

    def test_a_disk_that_is_full(self, provider, account, monkeypatch):
        logged_in(provider, account, NOW)

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("os.fsync", full)
        assert "No space left on device" in failure(SecretError, provider, account).text

    def test_what_a_server_says_is_told(self, account):
        error = tokens_of(account).refusal("401")
        assert error.text.startswith("imap.example:993 takes no token of 127.0.0.1:")
        assert error.text.endswith(" for info@example.com: 401")
        assert "shared" in error.hint


class TestApp:
    @pytest.fixture
    def app(self, provider):
        oauth2 = OAuth2(
            "microsoft", Provider.CLIENT, Flow.APP, f"{provider.plain}/token", "s", Secret(literal=Provider.SECRET)
        )
        return ImapAccount(name="info", host="imap.example", username="info@example.com", oauth2=oauth2)

    def test_each_login_has_a_token_of_its_own_and_nothing_is_kept(self, provider, app, tmp_path):
        tokens = tokens_of(app)
        assert tokens.token() != tokens.token(tokens.given[0])
        assert len(tokens.given) == 2
        assert {fields["grant_type"] for fields in provider.asked()} == {"client_credentials"}
        assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "ca.pem"]

    def test_a_secret_that_has_expired(self, provider, app):
        provider.answer_next("/token", refusal("invalid_client", "AADSTS7000222"))
        assert "Microsoft refuses the client" in failure(LoginError, provider, app).text

    def test_no_login_is_asked_of_an_app(self, provider, app):
        provider.answer_next("/token", refusal("invalid_grant"))
        error = failure(LoginError, provider, app)
        assert "replywatch login" not in error.hint

    def test_a_refusal_names_what_is_missing(self, app):
        assert "Add-MailboxPermission" in tokens_of(app).refusal("").hint

    def test_a_token_in_an_answer_is_not_kept(self, provider, app):
        provider.answer_next("/token", says({"access_token": "a", "refresh_token": "r"}))
        assert tokens_of(app).token() == "a"


class TestSettings:
    def test_the_clients_secret_comes_from_where_the_config_says(self, account):
        oauth2 = OAuth2("custom", "c", Flow.DEVICE, "https://a.example/t", client_secret=Secret(env="APP"))
        assert client_settings(account, oauth2, {"APP": "geheim"}).client_secret == "geheim"
        with pytest.raises(SecretError, match=r"accounts\.my info\.oauth2\.client_secret: the environment"):
            client_settings(account, oauth2, {})

    def test_each_login_has_a_file_of_its_own(self, account):
        others = [
            OAuth2("custom", "other", Flow.DEVICE, account.oauth2.token_url, "mail"),
            OAuth2("custom", Provider.CLIENT, Flow.DEVICE, "https://other.example/token", "mail"),
            OAuth2("custom", Provider.CLIENT, Flow.DEVICE, account.oauth2.token_url, "calendar"),
        ]
        paths = {token_file(account, oauth2).path for oauth2 in (account.oauth2, *others)}
        shared = ImapAccount(name="my info", username="support@example.com")
        paths.add(token_file(shared, account.oauth2).path)
        assert len(paths) == 5

    def test_a_username_makes_no_path(self, account):
        odd = ImapAccount(name="x", username="../../etc/passwd\u202e " + "x" * 300)
        path = token_file(odd, account.oauth2).path
        assert path.parent == file_of(account).path.parent
        assert path.name.startswith("etc-passwd-")
        assert len(path.name) < 100
