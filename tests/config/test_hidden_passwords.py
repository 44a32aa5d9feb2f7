"""A password that stands where none belongs, such as in the address of a server, is quoted nowhere."""

from pathlib import Path

import pytest

from planted import Program
from replywatch.cli.asking import answers
from replywatch.config import names
from replywatch.config.load import find_config, parse_config
from replywatch.config.table import excerpt
from replywatch.errors import ConfigError, UsageError

SECRET = "geheim-1"
URLS = [
    f"imaps://user:{SECRET}@imap.example.com",
    f"imaps://user:{SECRET}@imap.example.com:993/INBOX",
    f"imaps://user%40example.com:{SECRET}@imap.example.com",
    f"imaps://user:a/{SECRET}?@{SECRET}@imap.example.com",
    f"//user:{SECRET}@imap.example.com",
    f"user:{SECRET}@imap.example.com",
    f"{'x' * 50}:{SECRET}@imap.example.com",
    f"imaps://imap.example.com/?password={SECRET}",
]


@pytest.mark.parametrize("url", URLS)
def test_what_may_be_a_password_is_not_quoted(url):
    assert SECRET not in names.without_secret(url)
    assert SECRET not in excerpt(url)
    assert "example.com" in names.without_secret(url)


@pytest.mark.parametrize(
    "text", ["", "@", "imap.example.com", "info@example.com", "mailto:info@example.com", "a:b", "what?"]
)
def test_anything_else_is(text):
    assert names.without_secret(text) == text


def team(**keys):
    return {"team": {"domains": ["example.com"]} | keys}


def imap(**keys):
    account = {"type": "imap", "host": "imap.example.com", "username": "u", "password": {"env": "P"}}
    return team() | {"accounts": {"info": account | keys}}


PLACES = [
    ("host", lambda url: imap(host=url)),
    ("type", lambda url: imap(type=url)),
    ("tls", lambda url: imap(tls=url)),
    ("provider", lambda url: imap(oauth2={"provider": url}, password=None)),
    ("tenant", lambda url: imap(oauth2={"provider": "microsoft", "client_id": "c", "tenant": url}, password=None)),
    ("token_url", lambda url: imap(oauth2={"provider": "custom", "client_id": "c", "token_url": url}, password=None)),
    ("addresses", lambda url: imap() | team(addresses=[url])),
    ("domains", lambda url: imap() | team(domains=[url])),
    ("unknown key", lambda url: imap(**{url: 1})),
    ("timezone", lambda url: imap() | {"report": {"timezone": url}}),
    ("never_after", lambda url: imap() | {"report": {"never_after": url}}),
]
NO_URLS = [
    ("username", lambda url: imap(username=url)),
    ("mailboxes", lambda url: imap(mailboxes={"sent": [url]})),
    ("ca_file", lambda url: imap(ca_file=url)),
    ("password file", lambda url: imap(password={"file": url})),
    ("path", lambda url: team() | {"accounts": {"info": {"type": "maildir", "path": url}}}),
    ("store", lambda url: imap() | {"store": {"path": url}}),
    ("name of an account", lambda url: team() | {"accounts": {url: {"type": "maildir", "path": "mail"}}}),
]


@pytest.mark.parametrize(
    ("config", "url"),
    [pytest.param(config, url, id=f"{name}: {url}") for name, config in PLACES for url in URLS]
    + [pytest.param(config, url, id=f"{name}: {url}") for name, config in NO_URLS for url in URLS if "://" in url],
)
def test_no_mistake_of_a_config_quotes_it(config, url):
    data = config(url)
    for account in data["accounts"].values():
        if "password" in account and account["password"] is None:
            del account["password"]
    with pytest.raises(ConfigError) as caught:
        parse_config(data, Path("/"), {})
    assert caught.value.problems
    assert SECRET not in "".join((caught.value.text, caught.value.hint, *caught.value.problems))


@pytest.mark.parametrize("url", [url for url in URLS if "://" in url])
def test_nor_do_variables_that_name_a_file(url):
    with pytest.raises(ConfigError) as caught:
        find_config(None, {"REPLYWATCH_CONFIG": url})
    assert SECRET not in caught.value.text
    with pytest.raises(ConfigError) as caught:
        parse_config(imap(), Path("/"), {"REPLYWATCH_DATABASE": url})
    assert SECRET not in "".join(caught.value.problems)


@pytest.mark.parametrize("answer", [answers.address, answers.place, answers.server, answers.provider, answers.domain])
@pytest.mark.parametrize("url", URLS)
def test_nor_do_questions(answer, url):
    with pytest.raises(UsageError) as caught:
        answer(url)
    assert SECRET not in caught.value.text


@pytest.mark.parametrize("command", ["check", "poll", "report", "status", "config show"])
def test_nor_does_any_command(tmp_path, command):
    office = Program(tmp_path)
    office.configure({"info": {"type": "imap", "host": URLS[0], "username": "u", "password": {"env": "P"}}})
    done = office.call(*command.split())
    assert done.returncode == 2
    assert SECRET not in done.stdout + done.stderr
    assert "…@imap.example.com" in done.stderr
