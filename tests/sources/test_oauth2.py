"""The ways to a token, against a provider on loopback: what a person does, and what goes wrong."""

from __future__ import annotations

import dataclasses
import socket
import ssl
import threading
import time
import traceback
import urllib.error
import urllib.request
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest

from replywatch.errors import CertificateError, ConnectError, LoginError
from replywatch.sources.oauth2 import loopback
from replywatch.sources.oauth2.endpoint import OAuth2Settings, RefusalError
from replywatch.sources.oauth2.flows import (
    DeviceCode,
    device_code,
    renewed,
    token_of_app,
    token_of_browser,
    token_of_device,
)
from replywatch.sources.oauth2.loopback import Loopback
from replywatch.sources.oauth2.token import Token
from servers.provider import Provider, Said, refusal, says

NOW = 1_700_000_000
PATIENT = 20


@pytest.fixture
def settings(provider, tmp_path):
    return OAuth2Settings(
        Provider.CLIENT,
        f"{provider.url}/token",
        scope="mail offline_access",
        device_url=f"{provider.url}/device",
        authorize_url=f"{provider.url}/authorize",
        ca_file=tmp_path / "ca.pem",
    )


class Time:
    """A clock that only sleeping moves; `then` is what happens while somebody sleeps."""

    def __init__(self) -> None:
        self.now = float(NOW)
        self.slept: list[float] = []
        self.then = dict[int, object]()

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)
        if action := self.then.get(len(self.slept)):
            action()


class TestRenewing:
    def test_the_new_refresh_token_counts(self, provider, settings):
        first = provider.log_in("anna")
        token = renewed(settings, Token(first["access_token"], 0, first["refresh_token"]), NOW)
        assert token.expires_at == NOW + 3600
        assert token.refresh not in ("", first["refresh_token"])
        assert renewed(settings, token, NOW).access != token.access

    def test_the_old_one_stays_where_none_is_issued(self, provider, settings):
        provider.rotates = False
        first = provider.log_in("anna")
        assert renewed(settings, Token("", 0, first["refresh_token"]), NOW).refresh == first["refresh_token"]

    def test_the_clients_secret_goes_with_it(self, provider, settings):
        provider.wants_secret = True
        old = Token("", 0, provider.log_in("anna")["refresh_token"])
        with pytest.raises(RefusalError, match="AADSTS7000218"):
            renewed(settings, old, NOW)
        assert renewed(dataclasses.replace(settings, client_secret=Provider.SECRET), old, NOW).access

    def test_a_login_that_was_taken_back(self, provider, settings):
        old = Token("", 0, provider.log_in("anna")["refresh_token"])
        provider.revoke("anna")
        with pytest.raises(RefusalError) as caught:
            renewed(settings, old, NOW)
        assert caught.value.code == "invalid_grant"
        assert not [s for s in provider.issued if s in "".join(traceback.format_exception(caught.value))]


class TestApp:
    def test_token(self, provider, settings):
        token = token_of_app(dataclasses.replace(settings, client_secret=Provider.SECRET), NOW)
        assert (token.expires_at, token.refresh) == (NOW + 3600, "")
        assert provider.asked() == [
            {
                "grant_type": "client_credentials",
                "client_id": Provider.CLIENT,
                "client_secret": Provider.SECRET,
                "scope": "mail offline_access",
            }
        ]

    def test_wrong_secret(self, settings):
        with pytest.raises(RefusalError) as caught:
            token_of_app(dataclasses.replace(settings, client_secret="wrong"), NOW)
        assert caught.value.code == "invalid_client"


class TestDeviceCode:
    def test_what_is_shown(self, provider, settings):
        code = device_code(settings)
        assert (code.url, code.interval, code.seconds) == ("https://login.example/device", 5, 900)
        assert code.user_code.startswith("WDJB-")
        assert code.device_code not in repr(code)
        assert provider.asked("/device") == [{"client_id": Provider.CLIENT, "scope": "mail offline_access"}]

    @pytest.mark.parametrize(
        ("changes", "interval", "seconds"),
        [
            ({}, 5, 1800),
            ({"interval": 7, "expires_in": "60"}, 7, 60),
            ({"interval": 0, "expires_in": 0}, 5, 1800),
            ({"interval": -1, "expires_in": None}, 5, 1800),
            ({"interval": 1e-9}, 1, 1800),
            ({"interval": 10**9, "expires_in": 10**9}, 60, 1800),
            ({"interval": [1], "expires_in": {"a": 1}}, 5, 1800),
            ({"interval": "nan", "expires_in": "inf"}, 5, 1800),
            ({"verification_uri": None, "verification_url": "https://www.google.com/device"}, 5, 1800),
        ],
        ids=range(9),
    )
    def test_times(self, provider, settings, changes, interval, seconds):
        usual = {"device_code": "d", "user_code": "u", "verification_uri": "https://a.example"}
        provider.answer_next("/device", says(usual | changes))
        code = device_code(settings)
        assert (code.interval, code.seconds) == (interval, seconds)

    @pytest.mark.parametrize(
        "changes",
        [
            {"verification_uri": "http://a.example"},
            {"verification_uri": "javascript:alert(1)"},
            {"verification_uri": "https://a.example/\x1b[2J"},
            {"verification_uri": "https://a.example/ and type rm -rf"},
            {"verification_uri": "https://\u202egro.example"},
            {"verification_uri": "https://a.example/" + "x" * 3000},
            {"verification_uri": 5},
            {"user_code": "a\x1b]0;x\x07"},
            {"user_code": "a\nb"},
            {"user_code": "u" * 101},
            {"user_code": ""},
            {"user_code": None},
            {"device_code": None},
            {"device_code": 5},
        ],
        ids=range(14),
    )
    def test_nothing_to_show(self, provider, settings, changes):
        usual = {"device_code": "d", "user_code": "u", "verification_uri": "https://a.example"}
        provider.answer_next("/device", says(usual | changes))
        with pytest.raises(ConnectError, match="nothing like a code"):
            device_code(settings)


class TestDevice:
    CODE = DeviceCode("https://a.example", "u", "device", 5, 60)

    def test_once_it_is_typed(self, provider, settings):
        time, code = Time(), device_code(settings)
        time.then[3] = lambda: provider.approve(code.user_code, "anna")
        token = token_of_device(settings, code, time.sleep, time.clock)
        assert time.slept == [5, 5, 5]
        assert token.expires_at == NOW + 15 + 3600
        assert token.refresh

    def test_slower_if_asked_to(self, provider, settings):
        slow, pending = refusal("slow_down"), refusal("authorization_pending")
        provider.answer_next("/token", pending, slow, pending, slow, says({"access_token": "a"}))
        time = Time()
        assert token_of_device(settings, self.CODE, time.sleep, time.clock).access == "a"
        assert time.slept == [5, 5, 10, 10, 15]

    def test_slower_after_a_time_out(self, provider, settings):
        provider.answer_next("/token", Said(503), Said(200, b"garbage"), says({"access_token": "a"}))
        time = Time()
        assert token_of_device(settings, self.CODE, time.sleep, time.clock).access == "a"
        assert time.slept == [5, 10, 15]

    def test_google_says_pending_with_a_status_of_its_own(self, provider, settings):
        pending = Said(428, b'{"error": "authorization_pending", "error_description": "Precondition Required"}')
        provider.answer_next("/token", pending, says({"access_token": "a"}))
        time = Time()
        assert token_of_device(settings, self.CODE, time.sleep, time.clock).access == "a"

    def test_refused_by_the_person(self, provider, settings):
        time, code = Time(), device_code(settings)
        provider.deny(code.user_code)
        with pytest.raises(LoginError, match="refused in the browser"):
            token_of_device(settings, code, time.sleep, time.clock)

    @pytest.mark.parametrize("answer", ["expired_token", "code_expired"])
    def test_too_late_says_the_provider(self, provider, settings, answer):
        provider.answer_next("/token", refusal(answer))
        with pytest.raises(LoginError, match="not typed in time"):
            token_of_device(settings, self.CODE, *vars_of(Time()))

    def test_too_late_by_the_clock(self, provider, settings):
        provider.answer_next("/token", *[refusal("authorization_pending")] * 20)
        time = Time()
        with pytest.raises(LoginError, match="not typed in time"):
            token_of_device(settings, self.CODE, time.sleep, time.clock)
        assert sum(time.slept) == 60
        assert len(provider.asked()) == 12

    def test_slow_down_for_ever(self, provider, settings):
        provider.answer_next("/token", *[refusal("slow_down")] * 20)
        with pytest.raises(LoginError, match="not typed in time"):
            token_of_device(settings, self.CODE, *vars_of(Time()))

    def test_a_client_that_may_not(self, provider, settings):
        provider.answer_next("/token", refusal("unauthorized_client", "no device flow"))
        with pytest.raises(RefusalError) as caught:
            token_of_device(settings, self.CODE, *vars_of(Time()))
        assert caught.value.code == "unauthorized_client"

    def test_a_wrong_certificate_is_no_time_out(self, settings):
        with pytest.raises(CertificateError):
            token_of_device(dataclasses.replace(settings, ca_file=None), self.CODE, *vars_of(Time()))


def vars_of(time: Time):
    return time.sleep, time.clock


class Browser:
    """A browser that trusts our authority: does what a person does, in a thread of its own, once shown an address."""

    def __init__(self, settings: OAuth2Settings, user: str = "anna", visits=None) -> None:
        self._context = ssl.create_default_context(cafile=settings.ca_file)
        self._user = user
        self._visits = visits
        self._thread: threading.Thread | None = None
        self.address = ""
        self.statuses: list[int] = []

    def show(self, address: str) -> None:
        self.address = address
        self._thread = threading.Thread(target=self._log_in)
        self._thread.start()

    def visit(self, address: str) -> None:
        try:
            with urllib.request.urlopen(address, timeout=PATIENT, context=self._context) as page:
                self.statuses.append(page.status)
        except urllib.error.HTTPError as error:
            with error:
                self.statuses.append(error.code)

    def close(self) -> None:
        if self._thread:
            self._thread.join()

    def _log_in(self) -> None:
        asked = {k: v[0] for k, v in parse_qs(urlsplit(self.address).query).items()}
        for address in self._visits(asked) if self._visits else [f"{self.address}&login_as={self._user}"]:
            self.visit(address)


@dataclasses.dataclass
class Pasted:
    """A browser on another machine, and the address that a person brings from there."""

    address: str
    url: str = "http://127.0.0.1:1"
    state: str = "s"

    def receive(self) -> str:
        return self.address


def log_in(settings: OAuth2Settings, browser: Browser, seconds: float = PATIENT) -> Token:
    with Loopback(settings.redirect_host, seconds) as visited:
        try:
            return token_of_browser(settings, visited, browser.show, lambda: NOW)
        finally:
            browser.close()


def drip(visitor):
    """Say octet after octet; raises `ConnectionError` once nobody listens any more."""
    for _ in range(1000):
        visitor.sendall(b"x")
        time.sleep(0.01)


class TestBrowser:
    def test_logged_in(self, provider, settings):
        browser = Browser(settings)
        token = log_in(settings, browser)
        assert (token.expires_at, bool(token.refresh)) == (NOW + 3600, True)
        asked = dict(parse_qsl(urlsplit(browser.address).query))
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert asked["scope"] == "mail offline_access"
        assert asked["redirect_uri"].startswith("http://127.0.0.1:")
        assert len(asked["state"]) > 40
        assert len(provider.asked()[0]["code_verifier"]) == 64
        assert provider.asked()[0]["code_verifier"] not in browser.address
        assert browser.statuses == [200]

    def test_a_browser_that_is_quicker_than_we(self, settings):
        """Some programs that open a browser return when it is closed: the visit is over before anybody waits for it."""
        browser = Browser(settings)

        def show(address: str) -> None:
            browser.show(address)
            browser.close()

        with Loopback(settings.redirect_host, PATIENT) as visited:
            assert token_of_browser(settings, visited, show, lambda: NOW).access

    def test_each_login_has_secrets_of_its_own(self, provider, settings):
        first, second = Browser(settings), Browser(settings)
        log_in(settings, first)
        log_in(settings, second)
        for field in ("state", "code_challenge"):
            assert parse_qs(urlsplit(first.address).query)[field] != parse_qs(urlsplit(second.address).query)[field]

    def test_what_a_provider_wants_besides(self, settings):
        browser = Browser(settings)
        log_in(dataclasses.replace(settings, authorize_extra=(("prompt", "consent"),)), browser)
        assert "prompt=consent" in browser.address

    def test_strangers_are_turned_away(self, settings):
        """Another page, or another program, can make the browser call on us; it doesn't know the state."""

        def visits(asked):
            back = asked["redirect_uri"]
            yield f"{back}/favicon.ico"
            yield f"{back}/?code=stolen&state=guessed"
            yield f"{back}/?code=stolen"
            yield f"{back}/?error=access_denied&state="
            yield f"{back}/?code=stolen&state={asked['state']}&state=x"
            yield f"{settings.authorize_url}?{urlencode(asked)}&login_as=anna"

        browser = Browser(settings, visits=visits)
        assert log_in(settings, browser).access
        assert browser.statuses == [404, 404, 404, 404, 404, 200]

    @pytest.mark.parametrize(
        ("answer", "text"),
        [
            ("error=access_denied", "the login was refused in the browser"),
            ("error=server_error&error_description=Out%20of%20order", "did not let you in: server_error: Out of order"),
            ("error=x%1b]0;evil%07", "did not let you in: x ]0;evil"),
            ("nothing=here", "did not let you in"),
        ],
    )
    def test_the_browser_comes_back_without(self, settings, answer, text):
        browser = Browser(settings, visits=lambda asked: [f"{asked['redirect_uri']}/?{answer}&state={asked['state']}"])
        with pytest.raises(LoginError) as caught:
            log_in(settings, browser)
        assert text in caught.value.text
        assert caught.value.text.isprintable()

    @pytest.mark.parametrize("pasted", ["http://[x?code=SECRET&state=s", "http://a\u2100b/?code=SECRET&state=s"])
    def test_what_comes_back_is_no_address(self, settings, pasted):
        """A person may paste anything, also half of it."""
        with pytest.raises(LoginError, match="no address") as caught:
            token_of_browser(settings, Pasted(pasted), lambda _: None, lambda: NOW)
        assert "SECRET" not in "".join(traceback.format_exception(caught.value))

    def test_a_provider_on_this_machine_without_tls(self, settings):
        """The config takes it, so the browser is sent there; the library alone would not."""
        shown: list[str] = []
        settings = dataclasses.replace(settings, authorize_url="http://localhost:8080/authorize?realm=office")
        with pytest.raises(LoginError):
            token_of_browser(settings, Pasted("http://127.0.0.1:1/?error=access_denied&state=s"), shown.append, vars)
        assert shown[0].startswith("http://localhost:8080/authorize?realm=office&response_type=code&")

    def test_a_code_that_is_not_ours(self, provider, settings):
        """Whoever can read the address can't use the code: the verifier never left the program (RFC 7636)."""
        browser = Browser(
            settings, visits=lambda asked: [f"{asked['redirect_uri']}/?code=other&state={asked['state']}"]
        )
        with pytest.raises(RefusalError) as caught:
            log_in(settings, browser)
        assert caught.value.code == "invalid_grant"

    def test_nobody_comes_back(self, settings):
        with pytest.raises(LoginError, match="no browser came back") as caught:
            log_in(settings, Browser(settings, visits=lambda _: []), seconds=0.05)
        assert "--paste" in caught.value.hint

    def test_the_port_is_free_again(self, settings):
        with Loopback("127.0.0.1", 1) as visited:
            url = visited.url
        with pytest.raises(urllib.error.URLError):
            urllib.request.urlopen(url, timeout=PATIENT)

    @pytest.mark.parametrize(
        "said", [b"", b"GET /?state=", b"GET / HTTP/1.1\r\nHost: "], ids=["nothing", "line", "fields"]
    )
    def test_a_visitor_who_drips_is_sent_away(self, said, monkeypatch):
        """However often an octet comes: the time is that of the whole visit."""
        monkeypatch.setattr(loopback, "_VISIT_SECONDS", 0.2)
        with Loopback("127.0.0.1", 1) as visited:
            address = urlsplit(visited.url)
            with socket.create_connection((address.hostname, address.port)) as visitor:
                visitor.sendall(said)
                with pytest.raises(ConnectionError):
                    drip(visitor)
        assert not [thread for thread in threading.enumerate() if "process_request" in thread.name]
