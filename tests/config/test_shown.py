"""The config as it is understood: all of it, in the file's own words, and never a secret."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from replywatch.config.load import parse_config
from replywatch.config.shown import shown
from replywatch.errors import ConfigError
from replywatch.render.config import config_toml

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
BASE = Path("/etc/replywatch")
EVERY_KEY = re.sub(r"^#(?=[a-z_]+ = )", "", EXAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE)
"""The example with all keys that it shows in use."""
OTHER = """
[team]
addresses = ["info@example.com"]
people = ["b@example.net", "a@example.net"]
automatic_senders = ["shop@example.com"]
webforms = ["website@example.com"]
public_lists = ["users@lists.example.com"]
[accounts."büro"]
type = "imap"
host = "localhost"
port = 1143
tls = "none"
ca_file = "ca.pem"
username = "a \\"b\\" ü"
password = { keyring = "replywatch" }
allow_plaintext = true
timeout = "10min"
watched = false
mailboxes = { sent = ["Sent", "Gesendete Objekte"], skip = ["Privat"] }
[accounts."two words"]
type = "imap"
host = "imap.example.com"
username = "u"
[accounts."two words".oauth2]
provider = "custom"
client_id = "c"
flow = "app"
token_url = "https://a.example/t"
device_url = "https://a.example/d"
authorize_url = "https://a.example/a"
scope = "s"
client_secret = { env = "S" }
ca_file = "ca.pem"
[accounts.old]
type = "mbox"
path = "old.mbox"
enabled = false
[store]
path = "mail.db"
[report]
stale_after = "3d"
timezone = "Europe/Vienna"
never_after = "36h"
new_enquiry_after = "90min"
period = "12w"
[privacy]
subjects = false
"""


def toml(config) -> str:
    return "\n".join(config_toml("/etc/replywatch/config.toml", shown(config)))


@pytest.mark.parametrize("text", [OTHER, EVERY_KEY])
def test_what_is_shown_means_the_same_as_what_was_read(text):
    """But for secrets from a command, and providers of tokens whose endpoints are known: those are shown, too."""
    data = tomllib.loads(text)
    for name in ("support", "office", "sales"):
        data["accounts"].pop(name, None)
    config = parse_config(data, BASE, {})
    assert len(config.accounts) >= 3
    assert parse_config(tomllib.loads(toml(config)), Path("/elsewhere"), {}) == config


def known(data: Mapping[str, object], *path: str) -> set[str]:
    """The keys that the loader knows in the table at `path`."""
    table: dict[str, object] = {"nonsense": 1}
    for name in reversed(path):
        table = {name: table}
    merged = dict(data) | {k: {**data.get(k, {}), **v} if isinstance(v, dict) else v for k, v in table.items()}
    with pytest.raises(ConfigError) as caught:
        parse_config(merged, BASE, {})
    (said,) = [p for p in caught.value.problems if "unknown key (known here: " in p]
    return set(re.findall(r"\w+", said.partition("known here: ")[2]))


@pytest.mark.parametrize("section", ["team", "store", "report", "privacy"])
def test_no_key_is_left_out(section):
    data = tomllib.loads(OTHER)
    keys = known(data, section) - {"agents"}  # which has one value, and does nothing
    assert keys
    assert set(shown(parse_config(data, BASE, {}))[section]) == keys


def secrets_of(way: str) -> Iterator[tuple[str, dict[str, object]]]:
    account = '[team]\ndomains = ["example.com"]\n[accounts.a]\ntype = "imap"\nhost = "h.example"\nusername = "u"\n'
    yield f"{account}password = {way}", {"password": ...}
    yield (
        f'{account}oauth2 = {{ provider = "google", client_id = "c", client_secret = {way} }}',
        {"oauth2": {"client_secret": ...}},
    )


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize(
    ("way", "shows"),
    [
        ('"CANARY"', {"in_clear": True}),
        ('{ command = "pass CANARY" }', {"command": "pass …"}),
        ('{ command = ["/bin/pass", "CANARY"] }', {"command": "/bin/pass …"}),
        ('{ command = "/opt/CAN_be_seen" }', {"command": "/opt/CAN_be_seen"}),
        ('{ env = "NAME" }', {"env": "NAME"}),
        ('{ file = "its.password" }', {"file": "/etc/replywatch/its.password"}),
        ('{ keyring = "service" }', {"keyring": "service"}),
    ],
)
def test_of_a_secret_only_where_it_comes_from(way, shows, which):
    text, _ = list(secrets_of(way))[which]
    config = parse_config(tomllib.loads(text), BASE, {"NAME": "CANARY"})
    account = shown(config)["accounts"]["a"]
    assert (account["password"] if not which else account["oauth2"]["client_secret"]) == shows
    assert "CANARY" not in json.dumps(shown(config)) + toml(config)
    assert ("password" in account) == (not which)
