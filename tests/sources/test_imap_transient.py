"""Which failures of a server are worth another try soon, and which would only do harm."""

import errno
import socket
import ssl

import pytest

from replywatch.errors import CertificateError, ConnectError, LoginError, MailboxError, SourceError
from replywatch.sources.imap.connection import ImapSettings
from replywatch.sources.imap.failures import connect_error
from replywatch.sources.imap.source import ImapSource
from replywatch.sources.imap.waiting import Timeouts
from servers.dovecot import Dovecot
from servers.proxy import Proxy
from servers.scripted import Ending, ScriptedServer

THROTTLED = b"Request is throttled. Suggested Backoff Time: 299910 milliseconds"


def source_of(server, **settings):
    settings = {"timeouts": Timeouts.of(0.3), **settings}
    return ImapSource(ImapSettings(server.host, "anna", "hidden", server.port, "none", **settings))


def failure(work):
    """What another try is worth: kind of the error, whether it may pass, and the time that the server named."""
    with pytest.raises(SourceError) as caught:
        work()
    return type(caught.value), caught.value.transient, caught.value.retry_after


def connecting(server):
    def work():
        with source_of(server):
            pass

    return failure(work)


@pytest.mark.parametrize(
    ("error", "transient"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "refused"), True),
        (ConnectionResetError(errno.ECONNRESET, "reset"), True),
        (BrokenPipeError(errno.EPIPE, "pipe"), True),
        (TimeoutError("timed out"), True),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"), True),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), True),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), True),
        (OSError(errno.EHOSTUNREACH, "No route to host"), True),
        (OSError(errno.ENETDOWN, "Network is down"), True),
        (ssl.SSLEOFError(8, "EOF occurred in violation of protocol"), True),
        (OSError(errno.EACCES, "Permission denied"), False),
        (OSError(errno.EMFILE, "Too many open files"), False),
        (ssl.SSLError(1, "WRONG_VERSION_NUMBER"), False),
        (ssl.SSLCertVerificationError(1, "certificate verify failed"), False),
        (ValueError("label too long"), False),
        (OverflowError("port must be 0-65535"), False),
    ],
    ids=repr,
)
def test_no_connection(error, transient):
    if isinstance(error, ssl.SSLError):
        error.reason = "WRONG_VERSION_NUMBER"
    if isinstance(error, ssl.SSLCertVerificationError):
        error.verify_message, error.verify_code = "expired", 10
    found = connect_error(error, "imap.example.com:993", "implicit", 15)
    assert (found.transient, found.retry_after) == (transient, None)
    assert found.text
    assert found.hint


@pytest.mark.parametrize(
    ("greeting", "transient", "seconds"),
    [
        (b"* BYE [UNAVAILABLE] Server shutting down.\r\n", True, None),
        (b"* BYE Too many connections\r\n", True, None),
        (b"* BYE " + THROTTLED + b"\r\n", True, 299.91),
        (b"* BYE [OVERQUOTA] come back tomorrow\r\n", False, 3600),
        (b"* BYE we do not like you\r\n", False, None),
        (b"220 mail.example.com ESMTP\r\n", False, None),
    ],
)
def test_greetings(greeting, transient, seconds):
    with ScriptedServer({"CAPABILITY": b""}, greeting=greeting) as server:
        assert connecting(server) == (ConnectError, transient, seconds)


@pytest.mark.parametrize(
    ("answer", "transient"),
    [
        (b"TAG NO [LIMIT] CAPABILITY Rate limit hit.\r\n", True),
        (b"TAG NO [UNAVAILABLE] later\r\n", True),
        (b"* BYE [UNAVAILABLE] later\r\n", True),
        (b"TAG NO\r\n", False),
        (b"TAG BAD what?\r\n", False),
    ],
)
@pytest.mark.parametrize("after_login", [False, True])
def test_what_it_can_do_is_not_said(answer, transient, after_login):
    """Yahoo limits how often it is asked."""
    can = b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nTAG OK done\r\n"
    with ScriptedServer() as server:
        server._answers["CAPABILITY"] = lambda _: answer if bool(server.said("LOGIN")) == after_login else can
        found, passes, _ = failure(source_of(server).__enter__)
        assert issubclass(found, ConnectError | MailboxError)
        assert passes == transient
        assert len(server.said("LOGIN")) == after_login


@pytest.mark.parametrize("how", ["closed", "reset"])
def test_no_greeting(how):
    """A server that hangs up without a word may have too much to do."""
    with ScriptedServer() as server, Proxy(server.host, server.port, let_through=0, how=how) as proxy:
        assert connecting(proxy) == (ConnectError, True, None)


def test_a_server_that_never_greets():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port, timeouts = listener.getsockname()[1], Timeouts.of(0.1)
        source = ImapSource(ImapSettings("127.0.0.1", "anna", "hidden", port, "none", timeouts=timeouts))
        assert failure(source.__enter__) == (ConnectError, True, None)


@pytest.mark.parametrize(
    ("answer", "kind", "transient", "seconds"),
    [
        (b"TAG NO [UNAVAILABLE] Temporary authentication failure.\r\n", ConnectError, True, None),
        (b"TAG NO [LIMIT] Maximum number of connections from user+IP exceeded\r\n", ConnectError, True, None),
        (b"TAG NO [ALERT] Too many simultaneous connections. (Failure)\r\n", ConnectError, True, None),
        (b"TAG NO [INUSE] later\r\n", ConnectError, True, None),
        (b"TAG BAD " + THROTTLED + b"\r\n", ConnectError, True, 299.91),
        (b"* BYE " + THROTTLED + b"\r\n", ConnectError, True, 299.91),
        (b"TAG NO [OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)\r\n", ConnectError, False, 3600),
        (b"TAG NO [AUTHENTICATIONFAILED] Authentication failed.\r\n", LoginError, False, None),
        (b"TAG NO LOGIN failed.\r\n", LoginError, False, None),
        (b"TAG NO [LIMIT] Too many failed logins, try again in 15 minutes\r\n", LoginError, False, 900),
        # A connection that ends once the password was sent: some servers hang up on a wrong one.
        (b"* BYE Connection closed. 14\r\n", ConnectError, False, None),
        (b"* BYE [UNAVAILABLE] Too many authentication failures\r\n", ConnectError, False, None),
        (b"", ConnectError, False, None),
        (lambda _: Ending(b"", "reset"), ConnectError, False, None),
        (lambda _: Ending(b"", "stalled"), ConnectError, False, None),
    ],
    ids=lambda value: repr(value)[:60] if isinstance(value, bytes) else None,
)
def test_logins(answer, kind, transient, seconds):
    with ScriptedServer({"LOGIN": answer}) as server:
        assert connecting(server) == (kind, transient, seconds)
        assert len(server.said("LOGIN")) == 1


ANSWERS = [
    # what the server says to a command → of EXAMINE, SEARCH …, and of FETCH; None: no error, other messages are read
    (b"TAG NO [INUSE] Mailbox is locked\r\n", (MailboxError, True, None), (ConnectError, True, None)),
    (b"TAG NO [UNAVAILABLE] later\r\n", (MailboxError, True, None), (ConnectError, True, None)),
    (b"TAG NO [SERVERBUG] Internal error\r\n", (MailboxError, True, None), None),
    (b"TAG NO [LIMIT] Rate limit hit.\r\n", (ConnectError, True, None), (ConnectError, True, None)),
    (b"TAG NO " + THROTTLED + b"\r\n", (ConnectError, True, 299.91), (ConnectError, True, 299.91)),
    (b"TAG NO [OVERQUOTA] bandwidth\r\n", (ConnectError, False, 3600), (ConnectError, False, 3600)),
    (b"TAG NO [NONEXISTENT] no\r\n", (MailboxError, False, None), None),
    (b"TAG BAD what?\r\n", (MailboxError, False, None), None),
    (b"* BYE Server shutting down.\r\n", (ConnectError, True, None), (ConnectError, True, None)),
    (b"* BYE idle for too long\r\n", (ConnectError, True, None), (ConnectError, True, None)),
    (b"", (ConnectError, True, None), (ConnectError, True, None)),
    (lambda _: Ending(b"", "reset"), (ConnectError, True, None), (ConnectError, True, None)),
    (lambda _: Ending(b"", "stalled"), (ConnectError, True, None), (ConnectError, True, None)),
]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [(answer, expected) for answer, expected, _ in ANSWERS],
    ids=[f"{number}" for number in range(len(ANSWERS))],
)
@pytest.mark.parametrize("verb", ["LIST", "STATUS", "EXAMINE", "UID SEARCH"])
def test_commands(verb, answer, expected):
    def work(source):
        source.mailboxes()
        source.status("INBOX", None)
        source.open("INBOX", None)
        source.uids(1, 9)

    with ScriptedServer({verb: answer}) as server, source_of(server) as source:
        if verb == "STATUS" and expected[0] is MailboxError:
            work(source)  # the mailbox is opened instead
        else:
            assert failure(lambda: work(source)) == expected


@pytest.mark.parametrize(
    ("answer", "expected", "text"),
    [
        (b"TAG NO [UNAVAILABLE] hidden\r\n", (MailboxError, True, None), "can't be opened at {}"),
        (b"TAG NO [LIMIT] hidden\r\n", (ConnectError, True, None), "{} closed the connection"),
        (b"TAG NO hidden; retry after 60 seconds\r\n", (MailboxError, False, 60), "can't be opened at {}"),
        (b"TAG NO \r\n", (MailboxError, False, None), "can't be opened at {}"),
    ],
)
def test_it_counts_what_a_server_says_where_it_is_not_shown(answer, expected, text):
    """It quotes the password, or that is an ordinary word."""
    with ScriptedServer({"EXAMINE": answer}) as server, source_of(server) as source:
        errors = []

        def work():
            try:
                source.open("INBOX", None)
            except SourceError as error:
                errors.append(error.text)
                raise

        assert failure(work) == expected
        assert errors[0].endswith(text.format(f"{server.host}:{server.port}"))


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(b"TAG NO [UNAVAILABLE] hidden\r\n", ConnectError), (b"TAG NO hidden is wrong\r\n", LoginError)],
)
def test_logins_where_it_is_not_shown(answer, kind):
    with ScriptedServer({"LOGIN": answer}) as server:
        assert connecting(server) == (kind, kind is ConnectError, None)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [(answer, expected) for answer, _, expected in ANSWERS],
    ids=[f"{number}" for number in range(len(ANSWERS))],
)
def test_fetching(answer, expected):
    """Yahoo says [SERVERBUG] of single messages, for good: they must not keep the others from being read."""
    with ScriptedServer({"UID FETCH": answer}) as server, source_of(server) as source:
        source.open("INBOX", None)
        if expected is None:
            assert list(source.fetch([1, 2, 3])) == []
            assert len(server.said("UID FETCH")) > 1
        else:
            assert failure(lambda: list(source.fetch([1, 2, 3]))) == expected


@pytest.mark.parametrize("host", [Dovecot.SELF_SIGNED, Dovecot.EXPIRED, Dovecot.WRONG_HOST])
def test_certificates(dovecot_server, host):
    settings = ImapSettings(host, "anna", "x", dovecot_server.tls_port, ca_file=dovecot_server.ca_file)
    assert failure(ImapSource(settings).__enter__) == (CertificateError, False, None)


def test_a_real_limit(dovecot_user):
    server = dovecot_user.server
    settings = ImapSettings(
        Dovecot.ONE_CONNECTION, dovecot_user.name, Dovecot.PASSWORD, server.tls_port, ca_file=server.ca_file
    )
    with ImapSource(settings):
        assert failure(ImapSource(settings).__enter__) == (ConnectError, True, None)


def test_a_real_wrong_password(dovecot_user):
    server = dovecot_user.server
    settings = ImapSettings(Dovecot.GOOD, dovecot_user.name, "wrong", server.tls_port, ca_file=server.ca_file)
    assert failure(ImapSource(settings).__enter__) == (LoginError, False, None)


def test_nobody_listens(unused_port):
    source = ImapSource(ImapSettings("127.0.0.1", "anna", "x", unused_port, "none"))
    assert failure(source.__enter__) == (ConnectError, True, None)
