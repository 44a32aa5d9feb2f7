"""`replywatch init --autoconfig`: nothing is looked up unasked, nothing is taken unseen."""

import sys
from io import StringIO

import pytest

from planted import Program
from replywatch.config.load import load_config
from replywatch.config.model import Tls
from replywatch.sources.autoconfig_net import Network
from servers.certificates import Authority
from servers.web import Names, Web, page

ADDRESS = "info@firma.example"
OWN = "https://autoconfig.firma.example/mail/config-v1.1.xml"
MOZILLA = "https://autoconfig.thunderbird.net/v1.1/firma.example"
WORDS = ("--address", ADDRESS, "--autoconfig", "--timezone", "UTC")
ZONE = ("--timezone", "UTC")


def file(host="imap.firma.example", port=993, socket="SSL", username="%EMAILADDRESS%"):
    return page(
        '<clientConfig version="1.1"><emailProvider id="x"><incomingServer type="imap">'
        f"<hostname>{host}</hostname><port>{port}</port><socketType>{socket}</socketType><username>{username}</username>"
        "</incomingServer></emailProvider></clientConfig>".encode()
    )


@pytest.fixture
def net(monkeypatch):
    """Web and DNS of the domain, in place of the internet."""
    hosts = ("autoconfig.firma.example", "firma.example", "autoconfig.thunderbird.net")
    with Web(hosts, Authority()) as web, Names({}) as names:
        monkeypatch.setattr(
            "replywatch.sources.autoconfig_net.Network", lambda: Network(web.connect, web.context, names.resolver)
        )
        web.zone = names.zone
        web.names = names
        yield web


@pytest.fixture
def program(tmp_path):
    made = Program(tmp_path)
    made.environment |= {"XDG_CONFIG_HOME": str(tmp_path / "config"), "XDG_DATA_HOME": str(tmp_path / "data")}
    return made


@pytest.fixture
def init(program, monkeypatch):
    def run(*words, answers=(), code=0):
        """stderr of a run that is given these lines as answers."""
        monkeypatch.setattr(sys, "stdin", StringIO("".join(f"{answer}\n" for answer in answers)))
        done = program.call("init", *words)
        assert (done.returncode, done.stdout) == (code, ""), done.stderr
        return " ".join(done.stderr.split())

    return run


def account(program):
    (found,) = load_config(program.folder / "config/replywatch/config.toml", {}).accounts
    return found


class TestAsked:
    def test_what_was_found_is_shown_and_taken_after_a_yes(self, program, net, init):
        net.answers[OWN] = file(port=1143, socket="STARTTLS", username="%EMAILLOCALPART%")
        err = init(*WORDS, answers=["y", *[""] * 20])
        assert "autoconfig.firma.example says: imap.firma.example, port 1143, STARTTLS, user name info" in err
        found = account(program)
        assert (found.host, found.port, found.tls) == ("imap.firma.example", 1143, Tls.STARTTLS)
        assert found.username == "info"

    def test_nobody_is_asked_twice_where_somebody_goes_back(self, program, net, init):
        net.answers |= {OWN: file("a.firma.example"), MOZILLA: file("b.firma.example")}
        init(*WORDS, answers=["n", "y", "<", "<", "y", *[""] * 20])
        assert account(program).host == "a.firma.example"
        assert len(net.tried) == len(set(net.tried)) == 3

    def test_after_a_no_the_next_is_shown(self, program, net, init):
        net.answers |= {OWN: file("a.firma.example"), MOZILLA: file("b.firma.example")}
        init(*WORDS, answers=["n", "y", *[""] * 20])
        assert account(program).host == "b.firma.example"

    def test_after_the_last_no_the_questions_go_on(self, program, net, init):
        net.answers[OWN] = file()
        err = init(*WORDS, answers=["n", "ionos", *[""] * 20])
        assert "Nothing else was found." in err
        assert account(program).host == "imap.ionos.de"

    def test_where_nothing_answers_too(self, program, net, init):
        assert "Nothing was found that can be used." in init(*WORDS, answers=["mail.firma.example", *[""] * 20])
        assert account(program).host == "mail.firma.example"

    def test_a_known_server_brings_what_is_known_of_its_provider(self, net, init):
        net.answers[OWN] = file("imap.gmail.com")
        assert "It takes an app password only" in init(*WORDS, answers=["y", *[""] * 20])

    def test_what_is_said_by_option_wins(self, program, net, init):
        net.answers[OWN] = file(port=1993)
        init(*WORDS, "--tls", "starttls", "--username", "x", answers=["y", *[""] * 20])
        found = account(program)
        assert (found.port, found.tls, found.username) == (143, Tls.STARTTLS, "x")


class TestDns:
    """SRV records can be forged (RFC 6186, 6): a server elsewhere is only taken by a person."""

    @pytest.mark.parametrize(
        ("target", "warns"), [("imap.firma.example.", False), ("imap.hoster.example.", True), ("xfirma.example.", True)]
    )
    def test_a_server_elsewhere_is_warned_of(self, program, net, init, target, warns):
        net.zone["_imaps._tcp.firma.example"] = [f"0 1 993 {target}"]
        err = init(*WORDS, answers=["y", *[""] * 20])
        assert ("can be forged" in err) == warns
        assert account(program).host == target.removesuffix(".")

    def test_nor_is_it_taken_with_nobody_to_ask(self, program, net, init):
        net.zone["_imaps._tcp.firma.example"] = ["0 1 993 imap.hoster.example."]
        err = init(*WORDS, "--yes", code=2)
        assert "--host imap.hoster.example" in err
        assert "--provider or --host is needed with --yes" in err
        assert list(program.folder.iterdir()) == []

    def test_one_of_the_domain_is(self, program, net, init):
        net.zone["_imaps._tcp.firma.example"] = ["0 1 993 imap.firma.example."]
        init(*WORDS, "--yes")
        assert account(program).host == "imap.firma.example"

    def test_a_file_may_name_one_elsewhere(self, program, net, init):
        """It came over HTTPS from the domain itself, or from Mozilla."""
        net.answers[MOZILLA] = file("imap.hoster.example")
        init(*WORDS, "--yes")
        assert account(program).host == "imap.hoster.example"


class TestUnasked:
    def quiet(self, net):
        assert (net.tried, net.names.asked) == ([], [])

    def test_with_options_alone(self, net, init):
        init("--address", ADDRESS, "--host", "imap.firma.example", "--yes")
        self.quiet(net)

    def test_without_an_option_nobody_is_asked_and_nothing_looked_up(self, net, init):
        assert "--provider or --host is needed" in init("--address", ADDRESS, "--yes", code=2)
        self.quiet(net)

    def test_the_dialogue_asks_and_the_default_is_no(self, program, net, init):
        net.answers[OWN] = file()
        err = init("--address", ADDRESS, *ZONE, answers=["", "ionos", *[""] * 20])
        assert "Look the mail server up on the internet? [y/N]" in err
        self.quiet(net)
        assert account(program).host == "imap.ionos.de"

    def test_a_yes_looks_it_up(self, program, net, init):
        net.answers[OWN] = file()
        init("--address", ADDRESS, *ZONE, answers=["y", "y", *[""] * 20])
        assert account(program).host == "imap.firma.example"

    @pytest.mark.parametrize("words", [("--address", "firma@gmail.com"), ("--address", ADDRESS, "--provider", "ionos")])
    def test_a_provider_that_is_known_needs_no_lookup(self, net, init, words):
        assert "internet" not in init(*words, *ZONE, answers=[""] * 20)
        self.quiet(net)

    @pytest.mark.parametrize("other", [("--host", "imap.firma.example"), ("--provider", "ionos")])
    def test_both_make_no_sense(self, net, init, other):
        assert "Leave out one of them" in init(*WORDS, *other, "--yes", code=2)
        self.quiet(net)


class TestWithoutThePackages:
    @pytest.fixture(autouse=True)
    def missing(self, monkeypatch):
        monkeypatch.setattr("replywatch.cli.asking.lookup.find_spec", lambda name: None if name == "dns" else object())

    def test_asked_for_they_are_named(self, program, net, init):
        err = init(*WORDS, "--yes", code=2)
        assert "dnspython" in err
        assert "pip install" in err
        assert list(program.folder.iterdir()) == []

    def test_unasked_nothing_is_said_of_it(self, net, init):
        assert "internet" not in init("--address", ADDRESS, *ZONE, answers=["ionos", *[""] * 20])


def test_an_address_that_is_none_is_said_before_anybody_is_asked(net, init):
    assert "is not an address" in init("--address", "info", "--autoconfig", "--yes", code=2)
    assert net.tried == []
