"""The config: every key lands where it belongs, every mistake is named, all at once."""

import copy
import re
import tomllib
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replywatch.config.load import find_config, load_config, parse_config
from replywatch.config.model import Config, ImapAccount, MaildirAccount, MboxAccount, PrivacySettings, Secret, Tls
from replywatch.domain.mailboxes.roles import Roles
from replywatch.domain.messages import Role
from replywatch.errors import ConfigError

BASE = Path("/etc/replywatch")
GOOD = """
[team]
domains = ["example.com"]
[accounts.info]
type = "imap"
host = "imap.example.com"
username = "info@example.com"
password = { env = "PASSWORD" }
"""
EXAMPLE = Path(__file__).parents[2] / "config.example.toml"


def read(text: str, **environ: str) -> Config:
    return parse_config(tomllib.loads(text), BASE, environ)


def problems(text: str, **environ: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(text, **environ)
    assert caught.value.exit_code == 2
    return list(caught.value.problems)


def with_account(lines: str, name: str = "x") -> str:
    return f'[team]\ndomains = ["example.com"]\n[accounts.{name}]\n{lines}'


def imap(extra: str = "", without: str = "") -> str:
    lines = {
        "type": 'type = "imap"',
        "host": 'host = "imap.example.com"',
        "username": 'username = "u"',
        "password": 'password = { env = "P" }',
    }
    return with_account("\n".join(line for key, line in lines.items() if key != without) + "\n" + extra)


@pytest.fixture(autouse=True)
def _home(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", "/home/anna")
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)


class TestWhatIsRead:
    def test_smallest_config_has_the_defaults(self):
        config = read(GOOD, TZ="Europe/Vienna")
        (account,) = config.accounts
        assert account == ImapAccount(
            name="info",
            host="imap.example.com",
            port=993,
            tls=Tls.IMPLICIT,
            username="info@example.com",
            password=Secret(env="PASSWORD"),
            watched=True,
            enabled=True,
        )
        assert config.report.timezone == ZoneInfo("Europe/Vienna")
        assert (config.report.never_after, config.report.new_enquiry_after) == (14 * 86400, 30 * 86400)
        assert config.report.period == "90d"
        assert config.store_path == Path("/home/anna/.local/share/replywatch/replywatch.sqlite3")

    def test_every_key(self):
        config = read("""
            [team]
            addresses = ["Info@Example.COM", "info@example.com", "hilfe@xn--mller-kva.de"]
            domains = ["Example.com", "*.Example.org", "MÜLLER.de"]
            automatic_senders = ["Bot@example.com"]
            webforms = ["website@example.com"]
            public_lists = ["users@lists.example.com"]
            people = ["Anna@GMX.de", "anna@gmx.de"]
            [accounts.info]
            type = "imap"
            host = "IMAP.müller.de"
            port = 1143
            tls = "starttls"
            ca_file = "ca.pem"
            username = "info"
            password = { command = ["pass", "show", "show"] }
            mailboxes = { sent = ["Gesendet", "Sent"], skip = ["Privat"] }
            watched = false
            enabled = true
            allow_plaintext = true
            timeout = "10m"
            [accounts.old]
            type = "mbox"
            path = "~/old.mbox"
            enabled = false
            [accounts.local]
            type = "maildir"
            path = "/var/mail/info"
            mailboxes = { archive = ["Archiv"] }
            [store]
            path = "data/mail.sqlite3"
            [report]
            timezone = "Europe/Berlin"
            never_after = "36h"
            new_enquiry_after = "90m"
            period = "30d"
            [privacy]
            agents = "off"
            subjects = false
        """)
        assert config.privacy == PrivacySettings(subjects=False)
        assert config.team.addresses == ("info@example.com", "hilfe@müller.de")
        assert config.team.domains == ("example.com", "*.example.org", "müller.de")
        assert config.team.automatic_senders == {"bot@example.com"}
        assert config.team.webforms == {"website@example.com"}
        assert config.team.public_lists == {"users@lists.example.com"}
        assert config.team.people == {"anna@gmx.de"}
        assert config.accounts == (
            ImapAccount(
                name="info",
                roles=Roles((("Gesendet", Role.SENT), ("Sent", Role.SENT), ("Privat", Role.SKIP))),
                watched=False,
                host="imap.xn--mller-kva.de",
                port=1143,
                tls=Tls.STARTTLS,
                ca_file=BASE / "ca.pem",
                username="info",
                password=Secret(command=("pass", "show", "show")),
                allow_plaintext=True,
                timeout=600,
            ),
            MboxAccount(name="old", enabled=False, path=Path("/home/anna/old.mbox")),
            MaildirAccount(name="local", roles=Roles((("Archiv", Role.ARCHIVE),)), path=Path("/var/mail/info")),
        )
        assert config.store_path == BASE / "data/mail.sqlite3"
        assert config.report.timezone == ZoneInfo("Europe/Berlin")
        assert (config.report.never_after, config.report.new_enquiry_after) == (36 * 3600, 90 * 60)
        assert config.report.period == "30d"

    @pytest.mark.parametrize(
        ("tls", "port"), [('tls = "implicit"', 993), ('tls = "starttls"', 143), ("", 993), ("port = 1", 1)]
    )
    def test_the_port_follows_from_tls(self, tls, port):
        (account,) = read(imap(tls)).accounts
        assert isinstance(account, ImapAccount)
        assert account.port == port

    @pytest.mark.parametrize(
        "lines",
        [
            'host = "localhost"\ntls = "none"',
            'host = "127.0.0.1"\ntls = "none"',
            'host = "::1"\ntls = "none"',
            'host = "imap.example.com"\ntls = "none"\nallow_plaintext = true',
        ],
    )
    def test_no_tls_is_fine_at_home_or_on_demand(self, lines):
        (account,) = read(imap(lines, without="host")).accounts
        assert isinstance(account, ImapAccount)
        assert (account.tls, account.port) == (Tls.NONE, 143)

    @pytest.mark.parametrize(
        ("way", "secret"),
        [
            ('{ env = "A" }', Secret(env="A")),
            ('{ command = "pass show a" }', Secret(command="pass show a")),
            ('{ file = "secret" }', Secret(file=BASE / "secret")),
            ('{ keyring = "replywatch" }', Secret(keyring="replywatch")),
            ('"in clear"', Secret(literal="in clear")),
        ],
    )
    def test_ways_to_a_password(self, way, secret):
        (account,) = read(imap(f"password = {way}", without="password")).accounts
        assert isinstance(account, ImapAccount)
        assert account.password == secret

    def test_an_empty_ca_file_is_none(self):
        (account,) = read(imap('ca_file = ""')).accounts
        assert isinstance(account, ImapAccount)
        assert account.ca_file is None

    def test_the_environment_names_the_store(self):
        text = GOOD + '[store]\npath = "/a"'
        assert read(text, REPLYWATCH_DATABASE="/b").store_path == Path("/b")
        assert read(text, REPLYWATCH_DATABASE="~/b").store_path == Path("/home/anna/b")
        assert read(text, REPLYWATCH_DATABASE="").store_path == Path("/a")


PLAIN_TLS = (
    "accounts.x.tls: without TLS others on the way can read the password and the mail; "
    'use "implicit" or "starttls", or accept it with allow_plaintext = true'
)
NO_TEAM = (
    'team: needs addresses or domains, such as domains = ["example.com"]: without them an answer of yours '
    "can't be told from an enquiry"
)


class TestMistakes:
    @pytest.mark.parametrize(
        ("extra", "expected"),
        [
            ("[acounts.x]", ["acounts: unknown key, did you mean accounts?"]),
            ("[report]\nneverafter = '1d'", ["report.neverafter: unknown key, did you mean never_after?"]),
            ("[store]\nfile = 'x'", ["store.file: unknown key (known here: path)"]),
            ("[store]\npath = 3", ["store.path: must be text in quotes, not a whole number"]),
            ("[store]\npath = ' '", ["store.path: must not be empty"]),
            ('[store]\npath = "a\\u0000b"', ["store.path: must not hold line breaks or other control characters"]),
            ("[store]\npath = '~nobody-here/x'", ['store.path: the home folder in "~nobody-here/x" is not known']),
            ("[report]\nnever_after = '14 days'", ["report.never_after: must be a duration"]),
            ("[report]\nnever_after = '0d'", ["report.never_after: must be a duration"]),
            ("[report]\nnever_after = '-1d'", ["report.never_after: must be a duration"]),
            ("[report]\nnever_after = 14", ["report.never_after: must be text in quotes, not a whole number"]),
            ("[report]\nnew_enquiry_after = '9999999d'", ["report.new_enquiry_after: must be a duration"]),
            (
                "[report]\ntimezone = 'Europe/Berln'",
                ['report.timezone: "Europe/Berln" is not a time zone such as Europe/Berlin, did you mean'],
            ),
            ("[report]\ntimezone = '../x'", ['report.timezone: "../x" is not a time zone such as Europe/Berlin']),
            ("[report]\ntimezone = 'Europe'", ['report.timezone: "Europe" is not a time zone']),
            ("[report]\nperiod = 'x'", ['report.period: must be such as "90d", "12w" or "this year": ']),
            ("[report]\nperiod = ''", ["report.period: must not be empty"]),
            ("[report]\nperiod = '1/2/2026'", ['report.period: must be such as "90d", "12w" or "this year": ']),
            ("report = 1", ["report: must be a table, not a whole number"]),
            ("[business_hours]\nmon = ['09:00-17:00']", ["business_hours: is not supported by this version"]),
            ("[targets]\nfirst = '4h'", ["targets: is not supported by this version"]),
            ("[privacy]\nagents = 'names'", ['privacy.agents: anything but "off" is not supported by this version']),
            ("[privacy]\nsubjects = 'none'", ["privacy.subjects: must be true or false, not text in quotes"]),
            ("[privacy]\nsubject = true", ["privacy.subject: unknown key, did you mean subjects?"]),
        ],
    )
    def test_outside_of_accounts(self, extra, expected):
        text = f"{extra}\n{GOOD}" if extra.startswith("report") else GOOD + extra
        found = problems(text)
        assert len(found) == len(expected)
        assert all(line.startswith(start) for line, start in zip(found, expected, strict=True)), found

    @pytest.mark.parametrize("extra", ["[business_hours]", "[targets]", "[privacy]", "[store]", "[report]"])
    def test_an_empty_section_says_nothing(self, extra):
        assert read(GOOD + extra) == read(GOOD)

    @pytest.mark.parametrize(
        ("team", "expected"),
        [
            ("", [NO_TEAM]),
            ("addresses = []\ndomains = []", [NO_TEAM]),
            ("webforms = ['a@example.com']", [NO_TEAM]),
            ("addresses = 'a@example.com'", ['team.addresses: must be a list such as ["…"], not text in quotes']),
            ("addresses = [1]", ["team.addresses: must be text in quotes, not a whole number"]),
            ("addresses = ['info']", ['team.addresses: "info" is not an address such as info@example.com']),
            ("addresses = ['a b@example.com']", ['team.addresses: "a b@example.com" is not an address']),
            ("addresses = ['Info <i@example.com>']", ['team.addresses: "Info <i@example.com>" is not an address']),
            ("addresses = ['i@*.example.com']", ['team.addresses: "i@*.example.com" is not an address']),
            ("addresses = ['a@b@example.com']", ['team.addresses: "a@b@example.com" is not an address']),
            ("addresses = ['info@']", ['team.addresses: "info@" is not an address']),
            ("people = ['anna']", ['team.people: "anna" is not an address such as info@example.com', NO_TEAM]),
            ("people = ['anna@gmx.de']", [NO_TEAM]),
            ("domains = ['info@example.com']", ['team.domains: "info@example.com" is not a domain such as']),
            ("domains = ['*']", ['team.domains: "*" is not a domain']),
            ("domains = ['*.']", ['team.domains: "*." is not a domain']),
            ("domains = ['a.*.com']", ['team.domains: "a.*.com" is not a domain']),
            ("domains = ['exa mple.com', 'ok.com', '.com']", ['team.domains: "exa mple.com"', 'team.domains: ".com"']),
            ("domains = ['a..b']", ['team.domains: "a..b"']),
            ("domains = ['-a.de']", ['team.domains: "-a.de"']),
            ("domains = ['https://example.com']", ['team.domains: "https://example.com"']),
            ("domain = ['example.com']", [NO_TEAM, "team.domain: unknown key, did you mean domains?"]),
        ],
    )
    def test_of_the_team(self, team, expected):
        found = problems(GOOD.replace('domains = ["example.com"]', team))
        assert len(found) == len(expected)
        assert all(line.startswith(start) for line, start in zip(found, expected, strict=True)), found

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            (with_account(""), ['accounts.x.type: is missing, such as type = "imap"']),
            (with_account('type = "pop3"'), ['accounts.x.type: must be one of imap, maildir, mbox, not "pop3"']),
            (with_account('type = "mbox"'), ['accounts.x.path: is missing, such as path = "~/mail/info.mbox"']),
            (with_account('type = "maildir"'), ['accounts.x.path: is missing, such as path = "~/Maildir"']),
            (
                with_account('type = "mbox"\npath = "a"\nhost = "b"'),
                ["accounts.x.host: unknown key (known here: enabled, mailboxes, path, type, watched)"],
            ),
            (imap('path = "a"'), ["accounts.x.path: unknown key"]),
            (imap("port = 0"), ["accounts.x.port: must be a whole number from 1 to 65535, not 0"]),
            (imap("port = 65536"), ["accounts.x.port: must be a whole number from 1 to 65535, not 65536"]),
            (imap('port = "143"'), ["accounts.x.port: must be a whole number from 1 to 65535, not text in quotes"]),
            (imap("port = true"), ["accounts.x.port: must be a whole number from 1 to 65535, not true or false"]),
            (imap('tls = "ssl"'), ['accounts.x.tls: must be one of implicit, starttls, none, not "ssl"']),
            (imap('tls = "none"'), [PLAIN_TLS]),
            (imap('timeout = "never"'), ['accounts.x.timeout: must be a duration such as "90s" or "5m", at most 3600']),
            (imap('timeout = "0s"'), ["accounts.x.timeout: must be a duration"]),
            (imap('timeout = "61min"'), ["accounts.x.timeout: must be a duration"]),
            (imap("timeout = 60"), ["accounts.x.timeout: must be text in quotes, not a whole number"]),
            (with_account('type = "mbox"\npath = "a"\ntimeout = "5m"'), ["accounts.x.timeout: unknown key"]),
            (imap('watched = "no"'), ["accounts.x.watched: must be true or false, not text in quotes"]),
            (imap("enabled = false"), ["accounts: at least one account has to be enabled"]),
            (imap(without="host"), ['accounts.x.host: is missing, such as host = "imap.example.com"']),
            (imap(without="username"), ["accounts.x.username: is missing"]),
            (imap(without="password"), ["accounts.x.password: is missing"]),
            (imap('host = "imaps://a.b"', without="host"), ["accounts.x.host: must be the name of a server"]),
            (imap('host = "a.b:993"', without="host"), ["accounts.x.host: must be the name of a server"]),
            (imap("password = 1", without="password"), ["accounts.x.password: must be text in quotes or a table"]),
            (imap("password = ''", without="password"), ["accounts.x.password: must not be empty"]),
            (imap("password = {}", without="password"), ["accounts.x.password: must name exactly one of"]),
            (
                imap("password = { env = 'A', file = 'b' }", without="password"),
                ["accounts.x.password: must name exactly one of env, command, file, keyring"],
            ),
            (
                imap("password = { comand = 'A' }", without="password"),
                ["accounts.x.password: must name", "accounts.x.password.comand: unknown key, did you mean command?"],
            ),
            (
                imap("""password = { command = "pass 'show" }""", without="password"),
                ["accounts.x.password.command: a quotation mark is not closed"],
            ),
            (imap("password = { command = [] }", without="password"), ["accounts.x.password.command: must not be"]),
            (imap("mailboxes = { sent = 'Sent' }"), ['accounts.x.mailboxes.sent: must be a list such as ["…"]']),
            (
                imap("mailboxes = { drafts = ['D'] }"),
                ["accounts.x.mailboxes.drafts: unknown key (known here: archive,"],
            ),
            (
                imap("mailboxes = { sent = ['S'], skip = ['S'] }"),
                ['accounts.x.mailboxes.skip: "S" is in accounts.x.mailboxes.sent already'],
            ),
            (
                with_account('type = "mbox"\npath = "a"\n[accounts.X]\ntype = "mbox"\npath = "b"'),
                ["accounts.X: differs from accounts.x in upper and lower case only"],
            ),
            (with_account('type = "mbox"\npath = "a"', '" "'), ['accounts." ": an account needs a name']),
            ('[team]\ndomains = ["a.de"]', ["accounts: at least one account is needed, such as [accounts.info]"]),
            ('[team]\ndomains = ["a.de"]\n[accounts]\ntype = "imap"', ["accounts.type: must be a table, not text"]),
            ('accounts = 1\n[team]\ndomains = ["a.de"]', ["accounts: must be a table, not a whole number"]),
        ],
    )
    def test_of_accounts(self, text, expected):
        found = problems(text)
        assert len(found) == len(expected), found
        assert all(line.startswith(start) for line, start in zip(found, expected, strict=True)), found

    def test_all_at_once_in_the_order_of_the_sections(self):
        assert problems("""
            [team]
            addresses = ["info"]
            [accounts.a]
            type = "imap"
            port = 99999
            [accounts.b]
            type = "mbox"
            [report]
            timezone = "Moon/Base"
            [shop]
        """) == [
            'team.addresses: "info" is not an address such as info@example.com',
            'accounts.a.host: is missing, such as host = "imap.example.com"',
            "accounts.a.port: must be a whole number from 1 to 65535, not 99999",
            'accounts.a.username: is missing, such as username = "info@example.com"',
            'accounts.a.password: is missing, such as password = { env = "REPLYWATCH_PASSWORD" }',
            'accounts.b.path: is missing, such as path = "~/mail/info.mbox"',
            'report.timezone: "Moon/Base" is not a time zone such as Europe/Berlin',
            "shop: unknown key (known here: accounts, business_hours, privacy, report, store, targets, team)",
        ]

    def test_no_password_in_a_problem(self):
        text = imap('pasword = "geheim"\npassword = ["geheim"]', without="password")
        assert "geheim" not in " ".join(problems(text))

    def test_the_data_is_left_as_it_was(self):
        data = tomllib.loads(GOOD)
        before = copy.deepcopy(data)
        parse_config(data, BASE, {})
        assert data == before


KEYS = st.sampled_from([
    "team", "addresses", "domains", "webforms", "accounts", "info", "type", "host", "port", "tls", "username", "path",
    "ca_file", "password", "env", "command", "file", "keyring", "mailboxes", "sent", "skip", "watched", "enabled",
    "store", "report", "timezone", "never_after", "period", "privacy", "agents", "targets", "oauth2", "", "a.b",
])  # fmt: skip
TEXTS = (
    st.sampled_from(["imap", "mbox", "maildir", "none", "a@b.de", "b.de", "*.b.de", "90d", "UTC", "~x", "'"])
    | st.text()
)
VALUES = st.recursive(
    TEXTS | st.integers() | st.booleans() | st.floats() | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=30,
)


@settings(deadline=None)
@given(
    st.dictionaries(KEYS, VALUES)
    | st.fixed_dictionaries(
        {
            "team": st.fixed_dictionaries(
                {"domains": st.just(["b.de"])}, optional={"addresses": VALUES, "webforms": VALUES}
            ),
            "accounts": st.dictionaries(KEYS, st.dictionaries(KEYS, VALUES, max_size=12), min_size=1, max_size=3),
        }
    )
)
def test_whatever_stands_there_is_a_config_or_has_problems(data):
    try:
        found: object = parse_config(data, BASE, {}).accounts
    except ConfigError as error:
        found = error.problems
    assert found


class TestFiles:
    def test_paths_are_seen_from_the_folder_of_the_file(self, tmp_path, monkeypatch):
        path = tmp_path / "etc" / "c.toml"
        path.parent.mkdir()
        path.write_text(GOOD + '[store]\npath = "s.sqlite3"')
        monkeypatch.chdir(tmp_path)
        config = load_config(Path("etc/c.toml"), {})
        assert config.store_path == tmp_path / "etc" / "s.sqlite3"
        assert config.path == Path("etc/c.toml")

    def test_a_byte_order_mark_and_windows_line_ends(self, tmp_path):
        path = tmp_path / "c.toml"
        path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
        assert load_config(path, {}).team.domains == ("example.com",)

    @pytest.mark.parametrize(
        ("content", "text"),
        [
            (b"[team]\naddresses = [", r"is not valid TOML: .*\(at (line 2, column \d+|end of document)\)"),
            (b"x = " + b"[" * 5000, "is not valid TOML: brackets are nested too deeply"),
            (b"x = " + b"9" * 5000, "is not valid TOML: .*digits"),
            (b"[team]\n\nx = 1\nx = 2\n", r"is not valid TOML: team\.x is there twice, again at line 4"),
            (b"[team]\nx = '\xe9'", r"is not UTF-8 text \(at line 2\)"),
        ],
    )
    def test_no_toml(self, tmp_path, content, text):
        path = tmp_path / "c.toml"
        path.write_bytes(content)
        with pytest.raises(ConfigError) as caught:
            load_config(path, {})
        assert re.search(rf"{re.escape(str(path))} {text}", str(caught.value))

    def test_a_missing_file_and_a_folder(self, tmp_path):
        with pytest.raises(ConfigError, match="can't be read: No such file"):
            load_config(tmp_path / "missing.toml", {})
        with pytest.raises(ConfigError, match="can't be read: Is a directory"):
            load_config(tmp_path, {})

    @pytest.mark.parametrize(("mode", "fine"), [(0o600, True), (0o400, True), (0o640, False), (0o604, False)])
    def test_a_password_in_clear_is_nobody_elses_business(self, tmp_path, mode, fine):
        path = tmp_path / "my config.toml"
        path.write_text(imap('password = "geheim"', without="password"))
        path.chmod(mode)
        if fine:
            assert load_config(path, {}).path == path
        else:
            with pytest.raises(ConfigError) as caught:
                load_config(path, {})
            (problem,) = caught.value.problems
            assert problem.endswith(f"run: chmod 600 '{path}'")
            assert "geheim" not in str(caught.value) + problem

    def test_others_may_read_a_config_without_password(self, tmp_path):
        path = tmp_path / "c.toml"
        path.write_text(GOOD)
        path.chmod(0o644)
        assert load_config(path, {}).path == path


class TestFinding:
    @pytest.fixture
    def places(self, tmp_path, monkeypatch):
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
        here = tmp_path / "here"
        here.mkdir()
        monkeypatch.chdir(here)
        there = tmp_path / "config" / "replywatch"
        there.mkdir(parents=True)
        return here / "replywatch.toml", there / "config.toml"

    def test_the_order(self, places):
        for place in places:
            place.touch()
        environ = {"REPLYWATCH_CONFIG": "/from/environment"}
        assert find_config(Path("said"), environ) == Path("said")
        assert find_config(None, environ) == Path("/from/environment")
        assert find_config(None, {"REPLYWATCH_CONFIG": "~/x"}) == Path("/home/anna/x")
        assert find_config(None, {"REPLYWATCH_CONFIG": ""}) == places[0]
        places[0].unlink()
        assert find_config(None, {}) == places[1]

    def test_one_here_that_is_not_used_hides_no_other(self, places):
        """Whoever put it there must not decide which config counts, so the next one is not taken silently either."""
        for place in places:
            place.touch()
        places[0].chmod(0o666)
        with pytest.raises(ConfigError):
            find_config(None, {})

    def test_none_lists_the_places(self, places):
        with pytest.raises(ConfigError) as caught:
            find_config(None, {})
        assert caught.value.exit_code == 2
        assert caught.value.problems == tuple(f"{place} is not there" for place in places)
        assert "--config" in caught.value.hint


class TestExample:
    def test_it_can_be_used_as_it_stands(self):
        config = load_config(EXAMPLE, {})
        assert [(account.name, account.enabled) for account in config.accounts] == [
            ("info", True),
            ("support", True),
            ("office", False),
            ("sales", False),
            ("intranet", False),
            ("anna", True),
            ("local", False),
            ("archive", False),
        ]
        assert [account.name for account in config.accounts if not account.watched] == ["anna"]

    def test_every_line_that_is_commented_out_is_right_too(self):
        text, count = re.subn(r"(?m)^#(?=[a-z])", "", EXAMPLE.read_text())
        assert count == 19
        config = parse_config(tomllib.loads(text), BASE, {})
        assert config.report == read(GOOD + '[report]\ntimezone = "Europe/Berlin"\nstale_after = "1d"').report
        assert ("Gesendete Objekte", Role.SENT) in config.accounts[0].roles.said
