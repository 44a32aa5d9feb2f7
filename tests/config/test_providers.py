"""Known providers: what `init` writes for each has to load."""

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from replywatch.config import names
from replywatch.config.another_account import account_like
from replywatch.config.draft import Colleague, Draft, draft_text
from replywatch.config.load import parse_config
from replywatch.config.model import Flow, ImapAccount, OAuth2, Secret, Tls
from replywatch.config.providers import PROVIDERS, by_domain, by_key

EACH = pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.key)


ACCOUNT = ImapAccount("info", host="imap.example.com", username="info@example.com", password=Secret(env="PW"))


def draft(account=ACCOUNT, **keys):
    usual = {"addresses": ("info@example.com",), "domains": ("example.com",), "timezone": "Europe/Berlin"}
    return draft_text(Draft(account=account, **(usual | keys)))


def loaded(account=ACCOUNT, **keys):
    return parse_config(tomllib.loads(draft(account, **keys)), Path("/etc"), {})


@EACH
def test_the_config_loads(provider):
    host = provider.host_for("example.com") or provider.host_example
    (account,) = loaded(replace(ACCOUNT, host=host), provider=provider).accounts
    assert (account.host, account.port, account.tls) == (host, 993, Tls.IMPLICIT)


@EACH
def test_the_note_is_a_comment(provider):
    text = draft(provider=provider)
    comments = " ".join(line.removeprefix("# ") for line in text.splitlines() if line.startswith("# "))
    assert provider.note in comments
    assert max(map(len, text.splitlines())) <= 120


@EACH
def test_hosts_and_domains_are_as_the_loader_wants_them(provider):
    for host in filter(None, (provider.host, provider.own_domain_host, provider.host_example)):
        assert names.host(host) == host
    assert [names.domain(domain) for domain in provider.domains] == list(provider.domains)
    assert provider.host or provider.host_example
    assert provider.note.endswith(".")


@EACH
def test_found_by_key_and_by_domain(provider):
    assert by_key(f" {provider.key.upper()} ") is provider
    assert {by_domain(domain) for domain in provider.domains} <= {provider}


def test_keys_and_domains_are_unique():
    assert len({p.key for p in PROVIDERS}) == len(PROVIDERS)
    domains = [domain for p in PROVIDERS for domain in p.domains]
    assert len(set(domains)) == len(domains)


@pytest.mark.parametrize(
    ("domain", "host"),
    [
        ("gmail.com", "imap.gmail.com"),
        ("googlemail.com", "imap.gmail.com"),
        ("gmx.de", "imap.gmx.net"),
        ("web.de", "imap.web.de"),
        ("t-online.de", "secureimap.t-online.de"),
        ("mailbox.org", "imap.mailbox.org"),
        ("posteo.net", "posteo.de"),
        ("icloud.com", "imap.mail.me.com"),
        ("yahoo.de", "imap.mail.yahoo.com"),
        ("fastmail.com", "imap.fastmail.com"),
        ("zohomail.eu", "imap.zoho.eu"),
        ("outlook.com", "outlook.office365.com"),
    ],
)
def test_addresses_at_a_provider(domain, host):
    assert by_domain(domain).host_for(domain) == host


@pytest.mark.parametrize(
    ("key", "host"),
    [
        ("ionos", "imap.ionos.de"),
        ("strato", "imap.strato.de"),
        ("hetzner", "mail.your-server.de"),
        ("gmail", "imap.gmail.com"),
        ("zoho", "imappro.zoho.eu"),
        ("all-inkl", ""),
    ],
)
def test_a_domain_of_ones_own_at_a_provider(key, host):
    assert by_domain("example.com") is None
    assert by_key(key).host_for("example.com") == host


def test_microsoft_takes_no_passwords():
    (provider,) = [p for p in PROVIDERS if p.oauth2_only]
    assert provider.key == "microsoft365"
    assert "`replywatch login`" in provider.note
    tokens = OAuth2("microsoft", "1-2", Flow.DEVICE, "")
    (account,) = loaded(replace(ACCOUNT, password=Secret(), oauth2=tokens), provider=provider).accounts
    assert (account.oauth2.provider, account.oauth2.client_id, account.password) == ("microsoft", "1-2", Secret())


@pytest.mark.parametrize(
    "secret",
    [
        Secret(env="PW"),
        Secret(command='pass show "mail/info"'),
        Secret(command=("pass", "show", "a b")),
        Secret(keyring="replywatch"),
        Secret(literal='a"b\\c#ü'),
    ],
)
def test_passwords(secret):
    assert loaded(replace(ACCOUNT, password=secret)).accounts[0].password == secret


def test_a_password_file_is_seen_from_the_config():
    account = replace(ACCOUNT, password=Secret(file=Path("info.password")))
    assert loaded(account).accounts[0].password.file == Path("/etc/info.password")


@pytest.mark.parametrize(
    "account",
    [
        replace(ACCOUNT, port=1143, tls=Tls.STARTTLS),
        replace(ACCOUNT, host="::1", port=143, tls=Tls.NONE),
        replace(ACCOUNT, tls=Tls.NONE, port=143, allow_plaintext=True),
        replace(ACCOUNT, ca_file=Path("/etc/my own ca.pem"), watched=False),
    ],
)
def test_what_is_unusual(account):
    assert loaded(account).accounts == (account,)


def test_addresses_at_providers():
    config = loaded(addresses=("a@gmail.com", "b@gmx.de"), domains=())
    assert (config.team.addresses, config.team.domains) == (("a@gmail.com", "b@gmx.de"), ())
    assert str(config.report.timezone) == "Europe/Berlin"


def test_a_store_of_its_own():
    assert loaded(store_path=Path("/data/info-firma.sqlite3")).store_path == Path("/data/info-firma.sqlite3")


@pytest.mark.parametrize(
    "account", [ACCOUNT, replace(ACCOUNT, password=Secret(), oauth2=OAuth2("microsoft", "1", Flow.DEVICE, ""))]
)
def test_colleagues(account):
    """One who can be read has a table; one of whom something is missing has one as a comment."""
    anna = account_like(account, "anna@example.com", {"info"})
    tom = account_like(account, "tom@example.com", {"info"})
    colleagues = (Colleague("anna@example.com", anna), Colleague("tom@example.com", tom, "find it" + " out" * 40))
    text = draft(account, colleagues=colleagues)
    _, first = parse_config(tomllib.loads(text), Path("/etc"), {}).accounts
    assert (first.name, first.username, first.watched) == ("anna", "anna@example.com", False)
    assert max(map(len, text.splitlines())) <= 120
    assert "tom@example.com is not read yet. To change that, find it out" in text
    (table,) = re.findall(r"^#\[accounts\.tom\]\n(?:#.*\n)+", text, re.MULTILINE)
    uncommented = tomllib.loads(table.replace("#", ""))["accounts"]["tom"]
    assert (uncommented["username"], uncommented["watched"]) == ("tom@example.com", False)
