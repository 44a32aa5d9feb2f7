"""The `oauth2` table: what each provider needs, what it is asked with, and what is refused."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from replywatch.config.load import load_config, parse_config
from replywatch.config.model import Flow, ImapAccount, OAuth2, Secret
from replywatch.errors import ConfigError

BASE = Path("/etc/replywatch")
ENTRA = "https://login.microsoftonline.com"
CUSTOM = 'provider = "custom", client_id = "c", token_url = "https://a.example/t"'


def text(table: str, extra: str = "") -> str:
    return (
        '[team]\ndomains = ["example.com"]\n[accounts.x]\ntype = "imap"\nhost = "imap.example.com"\n'
        f'username = "info@example.com"\noauth2 = {{ {table} }}\n{extra}'
    )


def read(table: str) -> OAuth2:
    (account,) = parse_config(tomllib.loads(text(table)), BASE, {}).accounts
    assert isinstance(account, ImapAccount)
    assert account.password == Secret()
    assert account.oauth2
    return account.oauth2


def problems(table: str, extra: str = "") -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse_config(tomllib.loads(text(table, extra)), BASE, {})
    return [line.removeprefix("accounts.x.") for line in caught.value.problems]


class TestWhatIsRead:
    def test_microsoft(self):
        found = read('provider = "microsoft", client_id = "1-2"')
        assert (found.flow, found.client_id, found.client_secret) == (Flow.DEVICE, "1-2", None)
        assert found.token_url == f"{ENTRA}/common/oauth2/v2.0/token"
        assert found.device_url == f"{ENTRA}/common/oauth2/v2.0/devicecode"
        assert found.authorize_url == f"{ENTRA}/common/oauth2/v2.0/authorize"
        assert found.scope == "https://outlook.office.com/IMAP.AccessAsUser.All offline_access"

    @pytest.mark.parametrize("tenant", ["example.onmicrosoft.com", "72f988bf-86f1-41af-91ab-2d7cd011db47", "consumers"])
    def test_a_tenant_of_ones_own(self, tenant):
        found = read(f'provider = "microsoft", client_id = "1", tenant = "{tenant}", flow = "browser"')
        assert found.token_url == f"{ENTRA}/{tenant}/oauth2/v2.0/token"
        assert (found.flow, found.redirect_host) == (Flow.BROWSER, "localhost")

    def test_an_app_of_microsoft(self):
        found = read(
            'provider = "microsoft", client_id = "1", tenant = "a.example", flow = "app", client_secret = { env = "S" }'
        )
        assert (found.flow, found.client_secret) == (Flow.APP, Secret(env="S"))
        assert found.scope == "https://outlook.office365.com/.default"

    def test_google(self):
        found = read('provider = "google", client_id = "1.apps", client_secret = { file = "g" }')
        assert (found.flow, found.scope, found.redirect_host) == (Flow.BROWSER, "https://mail.google.com/", "127.0.0.1")
        assert found.client_secret == Secret(file=BASE / "g")
        assert dict(found.authorize_extra)["access_type"] == "offline"

    def test_custom(self):
        found = read(f'{CUSTOM}, device_url = "https://a.example/d", scope = "mail", ca_file = "ca.pem"')
        assert (found.flow, found.token_url, found.device_url) == (
            Flow.DEVICE,
            "https://a.example/t",
            "https://a.example/d",
        )
        assert (found.scope, found.ca_file, found.authorize_extra) == ("mail", BASE / "ca.pem", ())

    def test_custom_with_a_browser(self):
        assert read(f'{CUSTOM}, authorize_url = "https://a.example/a"').flow is Flow.BROWSER
        both = f'{CUSTOM}, authorize_url = "https://a.example/a", device_url = "https://a.example/d"'
        assert read(both).flow is Flow.DEVICE
        assert read(f'{both}, flow = "browser"').flow is Flow.BROWSER

    @pytest.mark.parametrize("url", ["http://127.0.0.1:8080/t", "http://localhost/t", "http://[::1]:1/t"])
    def test_in_clear_on_this_machine(self, url):
        assert read(f'provider = "custom", client_id = "c", token_url = "{url}", device_url = "{url}"').token_url == url


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("", ["oauth2.provider: is missing"]),
        ('provider = "gmail"', ['oauth2.provider: must be one of microsoft, google, custom, not "gmail"']),
        ('provider = "microsoft"', ["oauth2.client_id: is missing"]),
        ('provider = "microsoft", client_id = "a b"', ["oauth2.client_id: must be letters"]),
        ('provider = "microsoft", client_id = "1", tenant = "../x"', ["oauth2.tenant: must be a directory's id"]),
        ('provider = "microsoft", client_id = "1", tenant = "a/b?c"', ["oauth2.tenant: must be a directory's id"]),
        ('provider = "microsoft", client_id = "1", flow = "password"', ["oauth2.flow: must be one of device, browser"]),
        (
            'provider = "microsoft", client_id = "1", flow = "app"',
            ["oauth2.tenant: must name your own", "oauth2.client_secret: is missing"],
        ),
        ('provider = "microsoft", client_id = "1", scope = "mail"', ["oauth2.scope: unknown key"]),
        (
            'provider = "microsoft", client_id = "1", client_secret = 5',
            ["oauth2.client_secret: must be text in quotes"],
        ),
        ('provider = "google", client_id = "1"', ["oauth2.client_secret: is missing: Google"]),
        (
            'provider = "google", client_id = "1", client_secret = "s", flow = "device"',
            ['oauth2.flow: Google gives no access to mail by "device"'],
        ),
        ('provider = "google", client_id = "1", client_secret = "s", tenant = "t"', ["oauth2.tenant: unknown key"]),
        ('provider = "google", client_id = "1", client_secret = {}', ["oauth2.client_secret: must name exactly one"]),
        ('provider = "custom", client_id = "c"', ["oauth2.token_url: is missing", "oauth2.device_url: is missing"]),
        (f'{CUSTOM}, flow = "browser"', ["oauth2.authorize_url: is missing"]),
        (f'{CUSTOM}, flow = "app"', ["oauth2.client_secret: is missing"]),
        (f'{CUSTOM}, device_url = "http://a.example/d"', ["oauth2.device_url: must begin with https://"]),
        (f'{CUSTOM}, device_url = "http://127.0.0.1.example/d"', ["oauth2.device_url: must begin with https://"]),
        (f'{CUSTOM}, device_url = "ftp://localhost/d"', ["oauth2.device_url: must begin with https://"]),
        (f'{CUSTOM}, device_url = "a.example/d"', ["oauth2.device_url: must be an address"]),
        (f'{CUSTOM}, device_url = "https://"', ["oauth2.device_url: must be an address"]),
        (f'{CUSTOM}, device_url = "https://[/d"', ["oauth2.device_url: must be an address"]),
        (f'{CUSTOM}, device_url = "https://a.example:x/d"', ["oauth2.device_url: must be an address"]),
        (f'{CUSTOM}, device_url = "https://a.example/ d"', ["oauth2.device_url: must be an address"]),
        (f'{CUSTOM}, device_url = "https://a.example/d#x"', ["oauth2.device_url: must be an address"]),
        (f'{CUSTOM}, device_url = "https://a.example/\\r\\nX: y"', ["oauth2.device_url: must not hold line breaks"]),
        (f'{CUSTOM}, device_url = "https://a.example/\\u0000"', ["oauth2.device_url: must not hold line breaks"]),
        (f'{CUSTOM}, device_url = "https://a.example/d", tenant = "t"', ["oauth2.tenant: unknown key"]),
    ],
)
def test_problems(table, expected):
    found = problems(table)
    assert len(found) == len(expected), found
    assert all(line.startswith(start) for line, start in zip(found, expected, strict=True)), found


def test_a_password_in_an_address_is_not_shown():
    (found,) = problems(f'{CUSTOM}, device_url = "https://me:s3cret@a.example/d"')
    assert "s3cret" not in found


def test_not_beside_a_password():
    (found,) = problems('provider = "microsoft", client_id = "1"', 'password = "p"')
    assert found == "oauth2: takes the place of the password: only one of them can be given"


def test_no_table():
    bad = text("").replace("oauth2 = {  }", "oauth2 = 5")
    with pytest.raises(ConfigError) as caught:
        parse_config(tomllib.loads(bad), BASE, {})
    assert caught.value.problems[0] == "accounts.x.oauth2: must be a table, not a whole number"


def test_not_for_mail_on_this_machine():
    with pytest.raises(ConfigError) as caught:
        parse_config(tomllib.loads('[accounts.x]\ntype = "maildir"\npath = "m"\noauth2 = {}'), BASE, {})
    assert any("accounts.x.oauth2: unknown key" in problem for problem in caught.value.problems)


@pytest.mark.parametrize(("mode", "refused"), [(0o644, True), (0o600, False)])
def test_a_clients_secret_in_clear_wants_a_closed_file(tmp_path, mode, refused):
    path = tmp_path / "replywatch.toml"
    path.write_text(text('provider = "google", client_id = "1", client_secret = "geheim"'))
    path.chmod(mode)
    if not refused:
        assert "geheim" not in repr(load_config(path, {}))
        return
    with pytest.raises(ConfigError) as caught:
        load_config(path, {})
    assert "others can read it" in caught.value.problems[0]
