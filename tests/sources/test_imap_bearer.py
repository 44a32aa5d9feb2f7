"""Logging in with a token: what goes over the wire, and what a refusal tells, never the token."""

from __future__ import annotations

import base64
import json
import traceback
from collections.abc import Callable

import pytest

from replywatch.errors import ConnectError, LoginError, ReplywatchError
from replywatch.sources.imap.bearer import dialogue
from replywatch.sources.imap.connection import connect
from replywatch.sources.imap.source import ImapSettings, ImapSource
from servers.dovecot import Dovecot, User
from servers.scripted import ScriptedServer

TOKEN = "first-" + "0123456789abcdef" * 250
FRESH = "second-" + "fedcba9876543210" * 250


class Tokens:
    """Gives one token after the other."""

    def __init__(self, *tokens: str) -> None:
        self.left = list(tokens)
        self.given: tuple[str, ...] = ()
        self.refused: list[str] = []

    def token(self, refused: str = "") -> str:
        self.refused.append(refused)
        self.given += (self.left[0],)
        return self.left.pop(0)

    def refusal(self, said: str) -> LoginError:
        return LoginError(f"no token is taken: {said}")


def settings(user: User, tokens: Tokens, **changes: object) -> ImapSettings:
    usual = {"host": Dovecot.GOOD, "username": user.name, "password": "", "port": user.server.port, "tls": "none"}
    return ImapSettings(**(usual | changes), bearer=tokens)


def failure(kind: type[ReplywatchError], wanted: ImapSettings) -> ReplywatchError:
    """The error when connecting; nothing about it or its causes tells a token."""
    with pytest.raises(kind) as caught, ImapSource(wanted):
        pass
    assert isinstance(caught.value, kind)
    told = "".join(traceback.format_exception(caught.value)) + caught.value.hint
    for token in (TOKEN, FRESH):
        assert token[6:40] not in told
        assert base64.b64encode(f"Bearer {token}".encode())[12:60].decode() not in told
    assert caught.value.text.isprintable()
    return caught.value


class TestDovecot:
    def token_of(self, user: User) -> str:
        return user.server.provider.log_in(user.name)["access_token"]

    def test_tls(self, dovecot_user):
        server = dovecot_user.server
        secure = {"port": server.tls_port, "tls": "implicit", "ca_file": server.ca_file}
        with ImapSource(settings(dovecot_user, Tokens(self.token_of(dovecot_user)), **secure)) as source:
            assert source.status("INBOX", None).exists == 0

    def test_starttls_where_plain_logins_are_refused(self, dovecot_user):
        server = dovecot_user.server
        secure = {"host": Dovecot.TLS_FIRST, "tls": "starttls", "ca_file": server.ca_file}
        with ImapSource(settings(dovecot_user, Tokens(self.token_of(dovecot_user)), **secure)) as source:
            assert source.mailboxes()

    def test_no_token_where_the_server_wants_tls(self, dovecot_user):
        tokens = Tokens(self.token_of(dovecot_user))
        error = failure(LoginError, settings(dovecot_user, tokens, host=Dovecot.TLS_FIRST, allow_plaintext=True))
        assert "takes no OAuth2 tokens over this connection" in error.text

    def test_a_token_that_was_refused_is_replaced_once(self, dovecot_user):
        tokens = Tokens("expired-token", self.token_of(dovecot_user))
        with ImapSource(settings(dovecot_user, tokens)) as source:
            assert source.mailboxes()
        assert tokens.refused == ["", "expired-token"]

    def test_two_refusals(self, dovecot_user):
        error = failure(LoginError, settings(dovecot_user, Tokens(TOKEN, FRESH, "never asked for")))
        assert "no token is taken: invalid_token; [AUTHENTICATIONFAILED] Authentication failed." in error.text

    def test_anothers_token(self, dovecot_user, dovecot_server):
        token = self.token_of(dovecot_server.new_user())
        failure(LoginError, settings(dovecot_user, Tokens(token, token)))

    def test_a_shared_mailbox_with_a_members_token(self, dovecot_user, dovecot_server):
        member = dovecot_server.new_user("member").name
        dovecot_server.provider.lends[member] = dovecot_user.name
        token = dovecot_server.provider.log_in(member)["access_token"]
        with ImapSource(settings(dovecot_user, Tokens(token))) as source:
            assert source.mailboxes()

    def test_a_new_connection_asks_for_a_token_again(self, dovecot_user):
        tokens = Tokens(self.token_of(dovecot_user), self.token_of(dovecot_user))
        wanted = settings(dovecot_user, tokens)
        for _ in range(2):
            connect(wanted).shutdown()
        assert tokens.refused == ["", ""]


class Talk:
    """A scripted server's AUTHENTICATE: challenges one after the other, then the end."""

    def __init__(
        self, *challenges: bytes, capabilities: str = "AUTH=XOAUTH2", end: bytes = b"TAG NO failed\r\n"
    ) -> None:
        self.challenges = challenges
        self.capabilities = capabilities
        self.end = end


@pytest.fixture
def serve():
    """A server that offers and refuses tokens as told; `heard` is what a client answers to each challenge."""
    started: list[ScriptedServer] = []

    def start(talk: Talk) -> tuple[ScriptedServer, list[bytes]]:
        heard: list[bytes] = []
        server = AuthServer(talk, heard)
        server.__enter__()
        started.append(server)
        return server, heard

    yield start
    for server in started:
        server.__exit__(None, None, None)


class AuthServer(ScriptedServer):
    """`ScriptedServer` with a conversation in AUTHENTICATE."""

    def __init__(self, talk: Talk, heard: list[bytes]) -> None:
        super().__init__()
        self._talk = talk
        self._heard = heard

    def _serve(self, connection):
        with connection, connection.makefile("rb") as lines:
            try:
                connection.sendall(b"* OK hello\r\n")
                while line := lines.readline():
                    tag, _, command = line.rstrip(b"\r\n").partition(b" ")
                    self.commands.append(command.decode())
                    if command == b"CAPABILITY":
                        connection.sendall(f"* CAPABILITY IMAP4rev1 {self._talk.capabilities}\r\n".encode())
                    if not command.startswith(b"AUTHENTICATE"):
                        connection.sendall(tag + b" OK done\r\n")
                        continue
                    for challenge in (b"", *self._talk.challenges):
                        connection.sendall(b"+ " + challenge + b"\r\n")
                        self._heard.append(lines.readline())
                    connection.sendall(self._talk.end.replace(b"TAG", tag))
                    if b"BYE" in self._talk.end:
                        return
            except OSError:
                return  # the client went away


def to(server: ScriptedServer, tokens: Tokens, **changes: object) -> ImapSettings:
    usual = {"host": "127.0.0.1", "username": "a=b,c@example.com", "password": "", "port": server.port, "tls": "none"}
    return ImapSettings(**(usual | changes), bearer=tokens)


def challenge(value: object) -> bytes:
    return base64.b64encode(json.dumps(value).encode())


Serve = Callable[[Talk], tuple[ScriptedServer, list[bytes]]]


class TestOnTheWire:
    def test_xoauth2_says_the_token_once(self, serve: Serve):
        server, heard = serve(Talk(challenge({"status": "400"})))
        error = failure(LoginError, to(server, Tokens(TOKEN, FRESH)))
        firsts = [f"user=a=b,c@example.com\x01auth=Bearer {token}\x01\x01".encode() for token in (TOKEN, FRESH)]
        assert heard == [base64.b64encode(firsts[0]) + b"\r\n", b"\r\n", base64.b64encode(firsts[1]) + b"\r\n", b"\r\n"]
        assert error.text == "no token is taken: 400; failed"
        assert server.connections == 2

    def test_oauthbearer_is_preferred(self, serve: Serve):
        server, heard = serve(
            Talk(challenge({"status": "invalid_token"}), capabilities="AUTH=XOAUTH2 AUTH=OAUTHBEARER")
        )
        failure(LoginError, to(server, Tokens(TOKEN, FRESH)))
        first = f"n,a=a=3Db=2Cc@example.com,\x01host=127.0.0.1\x01port={server.port}\x01auth=Bearer {TOKEN}\x01\x01"
        assert heard[:2] == [base64.b64encode(first.encode()) + b"\r\n", b"AQ==\r\n"]
        assert server.said("AUTHENTICATE") == ["AUTHENTICATE OAUTHBEARER"] * 2

    def test_no_initial_response(self, serve: Serve):
        server, _ = serve(Talk(capabilities="SASL-IR AUTH=XOAUTH2"))
        failure(LoginError, to(server, Tokens(TOKEN, FRESH)))
        assert server.said("AUTHENTICATE") == ["AUTHENTICATE XOAUTH2"] * 2

    @pytest.mark.parametrize("capabilities", ["", "AUTH=PLAIN LOGINDISABLED", "AUTH=OAUTH"])
    def test_no_way_to_log_in(self, serve: Serve, capabilities):
        server, heard = serve(Talk(capabilities=capabilities))
        assert "takes no OAuth2 tokens" in failure(LoginError, to(server, Tokens(TOKEN))).text
        assert heard == []

    def test_a_server_that_asks_for_ever(self, serve: Serve):
        server, heard = serve(Talk(*[b""] * 50))
        assert "does not end the login" in failure(ConnectError, to(server, Tokens(TOKEN))).text
        assert heard[1:3] == [b"\r\n", b"*\r\n"]

    def test_in_clear_over_the_network(self):
        tokens = Tokens(TOKEN)
        with pytest.raises(ConnectError, match="would get the token over the network in clear"):
            connect(ImapSettings("imap.example.com", "u", "", tls="none", bearer=tokens))
        assert tokens.given == ()

    @pytest.mark.parametrize("username", ["a\r\nb", "a\0b", "a\nb", "a\x01auth=Bearer x"])
    def test_a_username_that_ends_a_field(self, username):
        tokens = Tokens(TOKEN)
        with pytest.raises(LoginError):
            connect(ImapSettings("127.0.0.1", username, "", tls="none", bearer=tokens))
        assert tokens.given == ()


LINE = base64.b64encode(f"user=a=b,c@example.com\x01auth=Bearer {TOKEN}\x01\x01".encode())


@pytest.mark.parametrize(
    ("reason", "end", "told"),
    [
        ({"status": "401", "schemes": "bearer"}, b"TAG NO no\r\n", "401; no"),
        ({"status": 401}, b"TAG NO no\r\n", "401; no"),
        ({"status": "\x1b]0;evil\x07\r\n"}, b"TAG NO no\r\n", "]0;evil; no"),
        ({"status": "x" * 900}, b"TAG NO no\r\n", "x" * 200 + "; no"),
        ({"status": f"bad {TOKEN}"}, b"TAG NO no\r\n", "no"),
        ({"status": f"bad {TOKEN[20:60]}"}, b"TAG NO no\r\n", "no"),
        ({"status": [1]}, b"TAG NO no\r\n", '{"status": [1]}; no'),
        ([1], b"TAG NO no\r\n", "[1]; no"),
        ("text", b"TAG NO no\r\n", '"text"; no'),
        ({"status": "401"}, b"TAG NO bad token " + TOKEN.encode() + b"\r\n", "401"),
        ({"status": "401"}, b"TAG NO bad line " + LINE + b"\r\n", "401"),
        ({"status": "401"}, b"TAG NO bad line " + LINE[:70] + b"\r\n", "401"),
        ({"status": "401"}, b"TAG BAD no\r\n", "401; no"),
    ],
    ids=range(13),
)
def test_what_a_refusal_tells(serve: Serve, reason, end, told):
    server, _ = serve(Talk(challenge(reason), end=end))
    error = failure(LoginError, to(server, Tokens(TOKEN, TOKEN)))
    assert error.text == f"no token is taken: {told}"


@pytest.mark.parametrize("garbage", [b"!", b"eA", b"\xff\xfe", b"x" * 100_000])
def test_challenges_that_make_no_sense(serve: Serve, garbage):
    server, _ = serve(Talk(garbage))
    failure(ReplywatchError, to(server, Tokens(TOKEN, FRESH)))


def test_deep_nesting(serve: Serve):
    server, _ = serve(Talk(base64.b64encode(b"[" * 8000)))
    failure(LoginError, to(server, Tokens(TOKEN, FRESH)))


def test_a_server_that_is_busy_does_not_want_another_token(serve: Serve):
    server, _ = serve(Talk(end=b"TAG NO [LIMIT] too many connections\r\n"))
    tokens = Tokens(TOKEN, FRESH)
    assert "lets nobody in at the moment" in failure(ConnectError, to(server, tokens)).text
    assert tokens.given == (TOKEN,)


def test_a_connection_that_breaks_does_not_want_another_token(serve: Serve):
    server, _ = serve(Talk(end=b"* BYE\r\n"))
    tokens = Tokens(TOKEN, FRESH)
    failure(ConnectError, to(server, tokens))
    assert tokens.given == (TOKEN,)


def test_an_exchange_keeps_the_first_reason():
    talk = dialogue("XOAUTH2", "u", "t", "h", 1)
    assert talk(b"") == b"user=u\x01auth=Bearer t\x01\x01"
    assert talk(b'{"status": "one"}') == b""
    assert talk(b'{"status": "two"}') is None
    assert talk.reason == "one"
