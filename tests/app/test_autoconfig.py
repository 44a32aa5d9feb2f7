"""Settings that the net offers: only with TLS, only what was said plainly, and no answer does any harm."""

import pytest
from dns import resolver

from replywatch.app.setup.autoconfig import Settings, look_up, parse_file
from replywatch.config.model import Tls
from replywatch.sources.autoconfig_net import LARGEST, Network
from servers.certificates import Authority
from servers.web import Names, Web, page
from story import cases

DOMAIN = "firma.example"
OWN = f"https://autoconfig.{DOMAIN}/mail/config-v1.1.xml"
WELL_KNOWN = f"https://{DOMAIN}/.well-known/autoconfig/mail/config-v1.1.xml"
MOZILLA = f"https://autoconfig.thunderbird.net/v1.1/{DOMAIN}"
HOSTS = (f"autoconfig.{DOMAIN}", DOMAIN, "autoconfig.thunderbird.net", "other.example")


def server(kind="imap", host="imap.firma.example", port="993", socket="SSL", username="%EMAILADDRESS%"):
    return (
        f'<incomingServer type="{kind}"><hostname>{host}</hostname><port>{port}</port>'
        f"<socketType>{socket}</socketType><username>{username}</username></incomingServer>"
    )


def file(*servers, head='<?xml version="1.0" encoding="UTF-8"?>'):
    inside = "".join(servers)
    return f'{head}<clientConfig version="1.1"><emailProvider id="x">{inside}</emailProvider></clientConfig>'.encode()


@pytest.fixture(scope="module")
def authority():
    return Authority()


@pytest.fixture
def web(authority):
    with Web(HOSTS, authority) as found:
        yield found


@pytest.fixture
def names():
    with Names({}) as found:
        yield found


@pytest.fixture
def network(web, names):
    return Network(web.connect, web.context, names.resolver)


def found(network, address=f"info@{DOMAIN}"):
    return [(s.host, s.port, s.tls, s.username, s.source) for s in look_up(address, network)]


# What a file says

IMAP, WHOLE = "imap.firma.example", "info@firma.example"

FILES = [
    ("TLS from the start", [server()], (IMAP, 993, Tls.IMPLICIT, WHOLE)),
    ("STARTTLS", [server(port="143", socket="STARTTLS")], (IMAP, 143, Tls.STARTTLS, WHOLE)),
    ("without TLS", [server(port="143", socket="plain")], None),
    ("a word that is no kind of TLS", [server(socket="TLSv9")], None),
    ("no word about TLS", [server(socket="")], None),
    ("without TLS first", [server(socket="plain"), server(host="b.example")], ("b.example", 993, Tls.IMPLICIT, WHOLE)),
    ("STARTTLS first", [server(socket="STARTTLS"), server(host="b.example")], ("b.example", 993, Tls.IMPLICIT, WHOLE)),
    ("the first of two", [server(host="a.example"), server(host="b.example")], ("a.example", 993, Tls.IMPLICIT, WHOLE)),
    ("POP3", [server(kind="pop3")], None),
    ("POP3 before IMAP", [server(kind="pop3", host="pop.example"), server()], (IMAP, 993, Tls.IMPLICIT, WHOLE)),
    ("the local part logs in", [server(username="%EMAILLOCALPART%")], (IMAP, 993, Tls.IMPLICIT, "info")),
    ("the domain in the host", [server(host="mail.%EMAILDOMAIN%")], ("mail.firma.example", 993, Tls.IMPLICIT, WHOLE)),
    ("a question in the user name", [server(username="%CUSTOMER%")], (IMAP, 993, Tls.IMPLICIT, None)),
    ("a line break in the user name", [server(username="a\nb")], (IMAP, 993, Tls.IMPLICIT, None)),
    ("ESC in the user name", [server(username="a&#x9b;[31m")], (IMAP, 993, Tls.IMPLICIT, None)),
    ("an endless user name", [server(username="a" * 255)], (IMAP, 993, Tls.IMPLICIT, None)),
    ("letters not of ASCII", [server(host="bücher.example")], ("xn--bcher-kva.example", 993, Tls.IMPLICIT, WHOLE)),
    ("an IP address", [server(host="10.0.0.1")], None),
    ("this machine", [server(host="localhost")], None),
    ("no name", [server(host="imap.example&#10;x")], None),
    ("a scheme", [server(host="http://imap.example")], None),
    ("a port too high", [server(port="65536")], None),
    ("port 0", [server(port="0")], None),
    ("a port of other digits", [server(port="٩٩٣")], None),
    ("no port", [server(port="")], None),
    ("nothing", [], None),
]  # fmt: skip


@cases("servers", "expected", rows=FILES)
def test_what_a_file_says(servers, expected):
    found = parse_file(file(*servers), "info", DOMAIN, "here")
    assert found == (expected and Settings(*expected, "here", proved=True))


BOMB = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "imap.firma.example"><!ENTITY b "&a;&a;&a;">]>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<html><body>Welcome", id="HTML"),
        pytest.param(b"\xff\xfe\x00", id="octets"),
        pytest.param(file(server(), head='<?xml version="1.0" encoding="klingon"?>'), id="no encoding"),
        pytest.param(file(server(), head='<?xml version="1.0" encoding="utf-7"?>'), id="an encoding of several octets"),
        pytest.param(file(server(host="&b;"), head=BOMB), id="entities"),
        pytest.param(file(server(host="&a;"), head=OUTSIDE), id="a file from outside"),
        pytest.param(file(server(), head="<!DOCTYPE x>"), id="a document type"),
        pytest.param(b"<a>" * 80_000, id="open elements"),
        pytest.param(b"<a>" * 30_000 + b"</a>" * 30_000, id="deep elements"),
        pytest.param(file(server())[:-20], id="cut off"),
        pytest.param(file('<incomingServer type="imap"/>'), id="empty"),
    ],
)
def test_hostile_files_say_nothing(hostile):
    assert parse_file(hostile, "info", DOMAIN, "here") is None


# Who is asked


class TestOrder:
    def test_the_domain_itself_goes_first_then_mozilla_then_the_dns(self, web, names, network):
        for url, host in ((OWN, "one"), (WELL_KNOWN, "two"), (MOZILLA, "three")):
            web.answers[url] = page(file(server(host=f"{host}.example")))
        names.zone |= {
            f"_imaps._tcp.{DOMAIN}": ["0 1 993 four.example."],
            f"_imap._tcp.{DOMAIN}": ["0 1 143 five.example."],
        }
        assert [(host, tls.value, source) for host, _, tls, _, source in found(network)] == [
            ("one.example", "implicit", f"autoconfig.{DOMAIN}"),
            ("two.example", "implicit", DOMAIN),
            ("three.example", "implicit", "autoconfig.thunderbird.net"),
            ("four.example", "implicit", f"DNS, _imaps._tcp.{DOMAIN}"),
            ("five.example", "starttls", f"DNS, _imap._tcp.{DOMAIN}"),
        ]
        assert web.asked == [OWN, WELL_KNOWN, MOZILLA]

    def test_nobody_is_asked_further_once_an_answer_is_taken(self, web, names, network):
        web.answers[OWN] = page(file(server()))
        assert next(look_up(f"info@{DOMAIN}", network)).host == "imap.firma.example"
        assert (web.asked, names.asked) == ([OWN], [])

    def test_the_same_server_is_offered_once(self, web, names, network):
        web.answers |= {OWN: page(file(server())), MOZILLA: page(file(server()))}
        names.zone[f"_imaps._tcp.{DOMAIN}"] = ["0 1 993 imap.firma.example."]
        assert len(found(network)) == 1

    def test_nobody_is_told_the_address(self, web, network):
        found(network, f"secret.person@{DOMAIN}")
        assert web.asked
        assert not [url for url in web.asked if "secret" in url]

    def test_only_the_https_port_is_knocked_at(self, web, network):
        assert found(network) == []
        assert {port for _, port in web.tried} == {443}

    @pytest.mark.parametrize("address", ["info@10.0.0.1", "info@", "info@-"])
    def test_what_is_no_domain_is_not_asked_about(self, web, names, network, address):
        assert found(network, address) == []
        assert (web.tried, names.asked) == ([], [])


# HTTPS


def stalls(stream, over):
    stream.write(b"HTTP/1.1 200 OK\r\n")
    stream.flush()
    over.wait(10)


def drips(stream, over):
    """Always a little more, so that no single wait is long."""
    while not over.is_set():
        stream.write(b"X: y\r\n")
        stream.flush()
        over.wait(0.01)


def never_ends(stream, over):
    while not over.is_set():
        stream.write(b"x" * 65536)


HUGE = page(b"").replace(b"Content-Length: 0", b"Content-Length: " + b"9" * 30)
ANSWERS = [
    ("not found", page(file(server()), "404 Not Found")),
    ("an error with a file", page(file(server()), "500 Oops")),
    ("no HTTP", b"* OK IMAP4rev1 ready\r\n"),
    ("nothing", b""),
    ("too long", page(file(server()) + b" " * LARGEST)),
    ("a length beyond all", HUGE),
    ("a chunk beyond all", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"F" * 30 + b"\r\n"),
    ("cut off", page(file(server()))[:-10]),
    ("fields without end", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500),
    ("a line without end", b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000),
    ("only 100 Continue", b"HTTP/1.1 100 Continue\r\n\r\n" * 50),
    ("it never ends", never_ends),
]  # fmt: skip


@cases("answer", rows=ANSWERS)
def test_answers_that_are_none(web, network, answer):
    web.answers[OWN] = answer
    assert network.get(OWN) is None
    assert web.asked == [OWN]


@pytest.mark.parametrize("answer", [stalls, drips])
def test_a_server_that_lets_wait_is_left(web, names, answer):
    web.answers[OWN] = answer
    assert Network(web.connect, web.context, names.resolver, seconds=0.3).get(OWN) is None


def to(url):
    return page(b"", "302 Found", f"Location: {url}")


REDIRECTIONS = [
    ("to another host", to("https://other.example/x.xml"), True),
    ("to a path", to("/x.xml"), False),
    ("to plain http", to("http://other.example/x.xml"), False),
    ("to a file", to("file:///etc/passwd"), False),
    ("with a password", to("https://u:p@other.example/x.xml"), False),
    ("nowhere", page(b"", "302 Found"), False),
    ("to no host", to("https:///x.xml"), False),
    ("to no port", to("https://other.example:x/x.xml"), False),
    ("to an unknown host", to("https://nowhere.example/x.xml"), False),
    ("with a line break", to("https://other.example/x.xml\r\n X: y"), False),
    ("to no name", to(f"https://{'a' * 300}.example/"), False),
    ("in a circle", to(OWN), False),
]


@cases("answer", "followed", rows=REDIRECTIONS)
def test_redirections_lead_to_https_only(web, network, answer, followed):
    web.answers |= {OWN: answer, "https://other.example/x.xml": page(b"here")}
    assert network.get(OWN) == (b"here" if followed else None)
    assert len(web.asked) <= 4
    assert {port for _, port in web.tried} == {443}


def test_a_body_in_chunks_is_put_together(web, network):
    web.answers[OWN] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    assert network.get(OWN) == b"abcde"


@pytest.mark.parametrize("wrong", ["self-signed", "expired", "another host"])
def test_a_certificate_that_is_wrong_ends_it(authority, names, wrong):
    certificate = {
        "self-signed": authority.self_signed(f"autoconfig.{DOMAIN}"),
        "expired": authority.issue(f"autoconfig.{DOMAIN}", expired=True),
        "another host": authority.issue("other.example"),
    }[wrong]
    with Web(HOSTS, authority, certificate) as web:
        web.answers[OWN] = page(file(server()))
        assert Network(web.connect, web.context, names.resolver).get(OWN) is None
        assert web.asked == []


def test_by_default_the_systems_authorities_are_believed(web, names):
    web.answers[OWN] = page(file(server()))
    assert Network(web.connect, None, names.resolver).get(OWN) is None
    assert (web.asked, web.tried) == ([], [(f"autoconfig.{DOMAIN}", 443)])


# DNS

RECORDS = [
    ("one", {"imaps": ["0 1 993 imap.firma.example."]}, [("imap.firma.example", 993, Tls.IMPLICIT)]),
    ("another port", {"imaps": ["0 1 9993 Imap.Firma.example."]}, [("imap.firma.example", 9993, Tls.IMPLICIT)]),
    ("STARTTLS alone", {"imap": ["0 1 143 imap.firma.example."]}, [(IMAP, 143, Tls.STARTTLS)]),
    ("the lower priority", {"imaps": ["5 9 993 b.example.", "1 1 993 a.example."]}, [("a.example", 993, Tls.IMPLICIT)]),
    ("the higher weight", {"imaps": ["1 1 993 b.example.", "1 9 993 a.example."]}, [("a.example", 993, Tls.IMPLICIT)]),
    ("not offered", {"imaps": ["0 0 0 ."], "imap": ["0 0 0 ."]}, []),
    ("STARTTLS only", {"imaps": ["0 0 0 ."], "imap": ["0 1 143 a.example."]}, [("a.example", 143, Tls.STARTTLS)]),
    ("port 0", {"imaps": ["0 1 0 a.example."]}, []),
    ("no name of a host", {"imaps": ["0 1 993 a\\032b.example.", "9 1 993 c.de."]}, [("c.de", 993, Tls.IMPLICIT)]),
    ("ESC in the name", {"imaps": ["0 1 993 \\027.example."]}, []),
    ("one word", {"imaps": ["0 1 993 localhost."]}, []),
    ("an IP address", {"imaps": ["0 1 993 127.0.0.1."]}, []),
    ("a name without records", {"imaps": []}, []),
    ("garbage", {"imaps": ["garbage"], "imap": ["garbage"]}, []),
    ("silence", {"imaps": ["silence"], "imap": ["silence"]}, []),
]  # fmt: skip


@cases("records", "expected", rows=RECORDS)
def test_what_the_dns_says(web, names, records, expected):
    names.zone |= {f"_{service}._tcp.{DOMAIN}": said for service, said in records.items()}
    none = {"garbage", "silence"} & {record for said in records.values() for record in said}
    network = Network(web.connect, web.context, names.resolver, seconds=0.2 if none else 5)
    found = list(look_up(f"info@{DOMAIN}", network))
    assert [(s.host, s.port, s.tls) for s in found] == expected
    assert not [s for s in found if s.proved]
    assert set(names.asked) == {f"_imaps._tcp.{DOMAIN}", f"_imap._tcp.{DOMAIN}"}


@pytest.mark.parametrize(
    ("host", "domain", "foreign"),
    [
        ("firma.example", "firma.example", False),
        ("imap.firma.example", "firma.example", False),
        ("notfirma.example", "firma.example", True),
        ("imap.other.example", "firma.example", True),
        ("example", "firma.example", True),
        ("imap.xn--bcher-kva.example", "bücher.example", False),
    ],
)
def test_a_server_elsewhere_is_foreign(host, domain, foreign):
    assert Settings(host, 993, Tls.IMPLICIT, None, "", proved=False).is_foreign(domain) == foreign


def test_without_a_name_server_there_are_no_records(web, monkeypatch):
    def none():
        raise resolver.NoResolverConfiguration

    monkeypatch.setattr(resolver, "Resolver", none)
    assert Network(web.connect, web.context).services("_imaps._tcp.firma.example") == []
