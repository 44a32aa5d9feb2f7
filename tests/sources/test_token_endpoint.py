"""Asking for tokens: whatever the endpoint answers ends in a token or in one error that tells no secret."""

from __future__ import annotations

import contextlib
import json
import traceback
from urllib.parse import quote_plus, urlencode

import pytest

from replywatch.errors import CertificateError, ConnectError, ReplywatchError
from replywatch.sources.oauth2.endpoint import OAuth2Settings, RefusalError, ask_for_json, ask_for_token
from servers.certificates import Authority
from servers.provider import Provider, Said, refusal, says

NOW = 1_700_000_000
SECRETS = {"client_secret": "S3cret-of-the-client-0123456789abcdef", "refresh_token": "refresh-9876543210-fedcba-zyxw"}
BODY = urlencode({"grant_type": "refresh_token", "client_id": "me", **SECRETS})


@pytest.fixture
def settings(provider, tmp_path):
    return OAuth2Settings("me", f"{provider.url}/token", ca_file=tmp_path / "ca.pem")


def failure(kind: type[ReplywatchError], settings: OAuth2Settings, body: str = BODY) -> ReplywatchError:
    """The error when asking; nothing about it tells what was sent."""
    with pytest.raises(kind) as caught:
        ask_for_token(settings, body, NOW)
    assert type(caught.value) is kind
    told = "".join(traceback.format_exception(caught.value)) + caught.value.hint
    assert not [secret for secret in SECRETS.values() if secret in told]
    assert caught.value.text.isprintable()
    return caught.value


def with_timeout(settings: OAuth2Settings, seconds: float) -> OAuth2Settings:
    return OAuth2Settings("me", settings.token_url, ca_file=settings.ca_file, timeout=seconds)


@pytest.mark.parametrize(
    ("answer", "expires_at", "refresh"),
    [
        ({"access_token": "a", "expires_in": 3600, "refresh_token": "r"}, NOW + 3600, "r"),
        ({"access_token": "a", "expires_in": "3600"}, NOW + 3600, ""),
        ({"access_token": "a", "expires_in": 3599.9}, NOW + 3599, ""),
        ({"access_token": "a"}, None, ""),
        ({"access_token": "a", "expires_in": None, "refresh_token": None}, None, ""),
        ({"access_token": "a", "expires_in": -5}, NOW, ""),
        ({"access_token": "a", "expires_in": 10**30}, NOW + 10 * 366 * 86_400, ""),
        ({"access_token": "a", "token_type": "bearer", "scope": ["x"], "expires_at": 1}, None, ""),
    ],
)
def test_tokens(provider, settings, answer, expires_at, refresh):
    provider.answer_next("/token", says(answer))
    token = ask_for_token(settings, BODY, NOW)
    assert (token.access, token.expires_at, token.refresh) == ("a", expires_at, refresh)
    assert provider.requests == [("/token", {"grant_type": "refresh_token", "client_id": "me", **SECRETS})]


def test_a_token_that_is_printed_shows_nothing(provider, settings):
    provider.answer_next("/token", says({"access_token": "secret-a", "refresh_token": "secret-r"}))
    assert "secret" not in repr(ask_for_token(settings, BODY, NOW))
    assert "s3cret" not in repr(OAuth2Settings("me", "x", client_secret="s3cret"))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"garbage",
        b"\x00\xff\xfe",
        b"[1, 2]",
        b"5",
        b'"access_token"',
        b"null",
        b"{}",
        b"<html>Welcome to our hotel's wireless network</html>",
        b"[" * 50_000,
        b'{"access_token": ' + b"[" * 50_000,
        b'{"access_token": 1}',
        b'{"access_token": null}',
        b'{"access_token": ""}',
        b'{"access_token": "a b"}',
        b'{"access_token": "a\\r\\nA1 LOGOUT"}',
        b'{"access_token": "a\\u0001user=other"}',
        b'{"access_token": "\xc3\xa4"}',
        b'{"access_token": "\\ud800"}',
        json.dumps({"access_token": "x" * 20_000}).encode(),
        b'{"access_token": "a", "refresh_token": 5}',
        b'{"access_token": "a", "refresh_token": "b\\n"}',
        b'{"access_token": "a", "expires_in": "soon"}',
        b'{"access_token": "a", "expires_in": [1]}',
        b'{"access_token": "a", "expires_in": Infinity}',
        b'{"access_token": "a", "expires_in": NaN}',
        b'{"access_token": "a", "scope": 5}',
        b'{"error": null}',
    ],
    ids=range(28),
)
@pytest.mark.parametrize("status", [200, 400])
def test_answers_that_are_no_tokens(provider, settings, body, status):
    provider.answer_next("/token", Said(status, body))
    error = failure(ConnectError, settings)
    assert f"127.0.0.1:{provider.port} answers with status {status}, but with nothing like a token" in error.text


@pytest.mark.parametrize(
    ("answer", "code", "text"),
    [
        (refusal("invalid_grant", "It was revoked."), "invalid_grant", "invalid_grant: It was revoked."),
        (refusal("authorization_pending"), "authorization_pending", "authorization_pending"),
        (says({"error": "invalid_grant"}), "invalid_grant", "invalid_grant"),
        (refusal("a\x1b]0;evil\x07", "b\r\nc"), "a ]0;evil", "a ]0;evil: b  c"),
        (refusal("e" * 5000, "d" * 5000), "e" * 200, "e" * 200 + ": " + "d" * 200),
        (refusal("no", f"Unknown token {SECRETS['refresh_token']}"), "no", "no"),
        (refusal("no", f"Unknown token {SECRETS['client_secret'][:-5]}…"), "no", "no"),
        (says({"error": ["x"], "error_description": {"a": 1}}), "['x']", "['x']: {'a': 1}"),
    ],
    ids=range(8),
)
def test_refusals(provider, settings, answer, code, text):
    provider.answer_next("/token", answer)
    error = failure(RefusalError, settings)
    assert (error.code, error.text) == (code, text)


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_a_provider_that_is_out_of_order(provider, settings, status):
    provider.answer_next("/token", Said(status, b'{"error": "invalid_grant"}'))
    error = failure(ConnectError, settings)
    assert f"out of order: it answers with status {status}" in error.text
    assert (error.transient, error.retry_after) == (True, None)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("0", 0),
        ("9" * 9, 86_400),
        ("9" * 5000, None),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        ("soon", None),
        ("", None),
        ("Fri, 31 Dec 1999 23:59:59 GMT", None),
    ],
)
def test_a_provider_that_names_a_time(provider, settings, said, seconds):
    provider.answer_next("/token", Said(429, b"", (("Retry-After", said),)))
    error = failure(ConnectError, settings)
    assert (error.transient, error.retry_after) == (True, seconds)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(provider, settings, status):
    provider.answer_next("/token", Said(status, b"", (("Location", f"{provider.url}/elsewhere"),)))
    assert "redirect, which is not followed" in failure(ConnectError, settings).text
    assert [path for path, _ in provider.requests] == ["/token"]


def flood(connection):
    """100 MB, as long as somebody takes them."""
    with contextlib.suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
        for _ in range(100):
            connection.sendall(b"x" * 1_000_000)


@pytest.mark.parametrize("field", ["refresh_token", "client_secret", "code", "code_verifier", "device_code"])
@pytest.mark.parametrize("quoted", [str, quote_plus])
def test_no_secret_of_the_request_is_quoted(provider, settings, field, quoted):
    secret = "4/s3cret+of=9876"
    provider.answer_next("/token", refusal("no", f"Unknown {field}: {quoted(secret)}"))
    error = failure(RefusalError, settings, urlencode({field: secret}))
    assert error.text == "no"


def endless_headers(connection):
    """Headers without end, as long as somebody reads them; each is short, and comes at once."""
    with contextlib.suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.sendall(b"X-Header: x\r\n")


def endless_line(connection):
    with contextlib.suppress(OSError):
        while True:
            connection.sendall(b"x" * 100_000)


def dripping(connection):
    """A body that never ends, though something comes all the time."""
    with contextlib.suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n")
        connection.settimeout(0.02)
        while True:
            connection.sendall(b"x")
            with contextlib.suppress(TimeoutError):
                if not connection.recv(1):  # the client went away
                    return


def silent(connection):
    with contextlib.suppress(OSError):
        connection.recv(1)  # until the client goes away


def hanging_up(connection):
    connection.close()


def cut_short(connection):
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"access')
    connection.close()


@pytest.mark.parametrize(
    ("fault", "text", "transient"),
    [
        (flood, "answered more than 65536 octets", False),
        (endless_headers, "can't be asked for tokens", False),
        (endless_line, "answered more than 65536 octets", False),
        (hanging_up, "can't be asked for tokens", True),
        (cut_short, "can't be asked for tokens", True),
    ],
)
def test_connections_that_go_wrong(provider, settings, fault, text, transient):
    provider.answer_next("/token", fault)
    error = failure(ConnectError, settings)
    assert text in error.text
    assert error.transient == transient


@pytest.mark.parametrize("fault", [silent, dripping])
def test_slow_answers_are_given_up(provider, settings, fault):
    provider.answer_next("/token", fault)
    error = failure(ConnectError, with_timeout(settings, 0.3))
    assert error.text == f"127.0.0.1:{provider.port} did not answer within 0.3 seconds"
    assert error.transient


def test_an_authority_that_is_not_trusted(provider, settings):
    error = failure(CertificateError, OAuth2Settings("me", settings.token_url))
    assert "is not trusted" in error.text
    assert not error.transient
    assert provider.requests == []


def test_a_certificate_for_another_host(tmp_path):
    authority = Authority()
    (tmp_path / "ca.pem").write_bytes(authority.certificate)
    with Provider(authority, "login.example") as elsewhere:
        error = failure(CertificateError, OAuth2Settings("me", f"{elsewhere.url}/token", ca_file=tmp_path / "ca.pem"))
    assert "IP address mismatch" in error.text
    assert elsewhere.requests == []


def test_an_authority_that_can_not_be_read(settings, tmp_path):
    error = failure(CertificateError, OAuth2Settings("me", settings.token_url, ca_file=tmp_path / "no.pem"))
    assert "no.pem can't be used" in error.text


def test_nobody_there(unused_port):
    error = failure(ConnectError, OAuth2Settings("me", f"http://127.0.0.1:{unused_port}/token"))
    assert error.text == f"127.0.0.1:{unused_port} can't be asked for tokens: Connection refused"
    assert error.transient


def test_no_such_host():
    assert failure(ConnectError, OAuth2Settings("me", "https://login.does-not-exist.invalid/token")).transient


def test_in_clear_on_this_machine(provider):
    provider.answer_next("/token", says({"access_token": "a"}))
    assert ask_for_token(OAuth2Settings("me", f"{provider.plain}/token"), BODY, NOW).access == "a"


@pytest.mark.parametrize("body", [b"[]", b"x", b"null", b"[" * 50_000])
def test_json_that_is_no_object(provider: Provider, settings, body):
    provider.answer_next("/device", Said(200, body))
    with pytest.raises(ConnectError):
        ask_for_json(settings, f"{provider.url}/device", {})


def test_a_refusal_in_json(provider, settings):
    provider.answer_next("/device", refusal("invalid_client", "unknown"))
    with pytest.raises(RefusalError) as caught:
        ask_for_json(settings, f"{provider.url}/device", {})
    assert (caught.value.code, caught.value.text) == ("invalid_client", "invalid_client: unknown")
