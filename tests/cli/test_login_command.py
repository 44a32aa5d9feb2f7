"""`replywatch login`, then `poll` and `check`, against Dovecot and a provider whose tokens it takes."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
import textwrap
import threading
from urllib.parse import parse_qsl, urlsplit

import pytest

from planted import Program, dovecot_account, maildir_account, plant_dovecot, terminate
from servers.provider import Provider, refusal
from story import Story


@pytest.fixture
def provider(dovecot_server, monkeypatch):
    monkeypatch.setattr(dovecot_server.provider, "interval", 1)
    return dovecot_server.provider


@pytest.fixture
def user(dovecot_user):
    story = Story()
    anna = story.inbound("anna", "2024-03-01 09:00")
    story.reply(anna, "2024-03-01 10:00")
    plant_dovecot(story, dovecot_user)
    return dovecot_user


def oauth2_account(user, **client: object) -> dict[str, object]:
    provider, ca_file = user.server.provider, str(user.server.ca_file)
    usual = {
        "provider": "custom",
        "client_id": Provider.CLIENT,
        "token_url": f"{provider.url}/token",
        "device_url": f"{provider.url}/device",
        "ca_file": ca_file,
    }
    account = dovecot_account(user, oauth2={key: value for key, value in (usual | client).items() if value})
    del account["password"]
    return account


def browser_account(user) -> dict[str, object]:
    return oauth2_account(user, device_url="", authorize_url=f"{user.server.provider.url}/authorize")


@pytest.fixture
def office(tmp_path, user):
    return Program(tmp_path, accounts={"info": oauth2_account(user)})


def token_files(office) -> list:
    return sorted((office.folder / ".local/state/replywatch/tokens").glob("*.json"))


def log_in(office, provider, person: str, account: str = "info", *words: str) -> str:
    """`person` types the code; what the command says."""
    with office.start("login", account, *words) as child:
        said = ""
        while not (code := re.search(r"^ +(\S+)$", said, re.MULTILINE)):
            line = child.stderr.readline()
            assert line, said
            said += line
        provider.approve(code[1], person)
        out, rest = child.communicate(timeout=60)
    assert (child.returncode, out) == (0, ""), said + rest
    return said + rest


def all_that_is_left(office) -> bytes:
    """Everything on disk but the tokens' own files."""
    paths = [path for path in office.folder.rglob("*") if path.is_file() and path not in token_files(office)]
    return b"".join(path.read_bytes() for path in paths)


class Outputs:
    """What was said by all runs."""

    def __init__(self, office) -> None:
        self.office = office
        self.said = ""

    def run(self, *words: str, code: int = 0) -> str:
        with self.office.start(*words) as child:
            out, err = child.communicate(timeout=60)
        assert child.returncode == code, err
        self.said += out + err
        return out + err


class TestFromLoginToPoll:
    def test_with_a_code(self, office, provider, user):
        said = log_in(office, provider, user.name)
        assert "Open https://login.example/device in a browser" in said
        assert "info: logged in. The tokens are kept in " in said
        assert office.run("poll").stderr == "info: 2 new messages, 2 mailboxes\n"
        (file,) = token_files(office)
        assert oct(file.stat().st_mode & 0o777) == "0o600"
        assert oct(file.parent.stat().st_mode & 0o777) == "0o700"

    def test_with_a_browser(self, office, provider, user):
        office.configure({"info": browser_account(user)})
        script = office.folder / "browser"
        script.write_text(
            textwrap.dedent(f"""\
                #!{sys.executable}
                import pathlib, ssl, sys, urllib.request
                pathlib.Path("opened").write_text(sys.argv[1])
                context = ssl.create_default_context(cafile={str(user.server.ca_file)!r})
                urllib.request.urlopen(sys.argv[1] + "&login_as={user.name}", context=context).close()
            """)
        )
        script.chmod(0o700)
        office.environment["BROWSER"] = str(script)
        done = office.run("login", "info")
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        address = (office.folder / "opened").read_text()
        assert address in done.stderr
        assert not [secret for secret in provider.issued if secret in done.stderr]
        assert provider.asked()[-1]["code_verifier"] not in done.stderr + address
        assert office.run("poll").returncode == 0

    def test_with_a_browser_on_another_machine(self, office, provider, user):
        office.configure({"info": browser_account(user)})
        with office.start("login", "info", "--paste", stdin=subprocess.PIPE) as child:
            while not (line := child.stderr.readline()).startswith("https://"):
                assert line
            fields = dict(parse_qsl(urlsplit(line.strip()).query))
            landed = provider.answer("/authorize", fields | {"login_as": user.name})
            out, err = child.communicate(dict(landed.headers)["Location"] + "\n", timeout=60)
        assert (child.returncode, out) == (0, ""), err
        assert fields["redirect_uri"] == "http://127.0.0.1:49321"
        assert office.run("poll").returncode == 0

    def test_the_poll_renews(self, office, provider, user):
        log_in(office, provider, user.name)
        before = token_files(office)[0].read_bytes()
        provider.expire(user.name)
        assert office.run("poll").returncode == 0
        assert token_files(office)[0].read_bytes() != before

    def test_a_login_that_was_taken_back(self, office, provider, user):
        log_in(office, provider, user.name)
        assert office.run("poll").returncode == 0
        provider.revoke(user.name)
        done = office.run("poll")
        assert done.returncode == 1
        assert done.stderr.startswith(f"info: failed: the login of {user.name} at 127.0.0.1:{provider.port} has ended:")
        assert "Log in: replywatch login info." in done.stderr
        log_in(office, provider, user.name)
        assert office.run("poll").returncode == 0

    def test_the_other_accounts_are_read(self, office, user, provider):
        (office.folder / "mail" / "cur").mkdir(parents=True)
        office.configure({"info": oauth2_account(user), "local": maildir_account()})
        done = office.run("poll", "--quiet")
        assert done.returncode == 3
        assert "info: failed: nobody has logged in" in done.stderr

    def test_a_shared_mailbox(self, office, provider, user, dovecot_server):
        member = dovecot_server.new_user("member").name
        log_in(office, provider, member)
        done = office.run("poll")
        assert f"takes no token of 127.0.0.1:{provider.port} for {user.name}" in done.stderr
        provider.lends[member] = user.name
        assert "left alone until" in office.run("poll").stderr, "nobody can know what was changed at the provider"
        assert office.run("poll", "--now").stderr.endswith(": 2 new messages, 2 mailboxes\n")

    def test_an_app(self, office, provider, user, monkeypatch):
        secret = {"client_secret": Provider.SECRET, "device_url": "", "flow": "app"}
        office.configure({"info": oauth2_account(user, **secret)})
        monkeypatch.setitem(provider.lends, f"app:{Provider.CLIENT}", user.name)
        assert office.run("poll").stderr == "info: 2 new messages, 2 mailboxes\n"
        assert token_files(office) == []
        assert "as an app" in office.output("check", "--verbose")
        assert "logs in as an app" in office.fails("login", "info", code=2)


class TestCheck:
    def test_says_how_the_login_stands(self, office, provider, user):
        done = office.call("check")
        assert done.returncode == 1
        assert "error    info, token: OAuth2 at 127.0.0.1:" in done.stdout
        assert "replywatch login info" in done.stdout
        log_in(office, provider, user.name)
        out = office.output("check", "--verbose")
        assert re.search(r"  ok       token +OAuth2 at 127\.0\.0\.1:\d+; valid until", out)
        assert "  ok       login        user" in out

    def test_a_file_that_others_can_read(self, office, provider, user):
        log_in(office, provider, user.name)
        token_files(office)[0].chmod(0o644)
        done = office.call("check")
        assert done.returncode == 1
        assert "others can read the tokens" in " ".join(done.stdout.split())
        assert "others can read the tokens" in office.run("poll").stderr


class TestForget:
    def test_the_tokens_go(self, office, provider, user):
        log_in(office, provider, user.name)
        done = office.run("login", "--forget", "info")
        assert (done.returncode, done.stderr) == (0, "info: its tokens are removed.\n")
        assert token_files(office) == []
        assert office.run("login", "--forget", "info").stderr == "info: there were no tokens.\n"

    def test_where_to_take_the_login_back(self, office, user):
        account = oauth2_account(user)
        account["oauth2"] = {"provider": "microsoft", "client_id": "1"}
        office.configure({"info": account})
        assert "Take it back there: https://myapps.microsoft.com" in office.run("login", "--forget", "info").stderr


class TestRefusals:
    @pytest.mark.parametrize(
        ("words", "text"),
        [
            (["ifno"], "there is no account 'ifno' in the config"),
            (["local"], "account 'local' has no oauth2 table"),
            (["--forget", "local"], "account 'local' has no oauth2 table"),
            (["info", "--paste"], "--paste is for logins with a browser"),
        ],
    )
    def test_words_that_make_no_sense(self, office, user, words, text):
        office.configure({"info": oauth2_account(user), "local": maildir_account()})
        assert text in office.fails("login", *words, code=2)

    def test_a_client_that_nobody_knows(self, office, user):
        office.configure({"info": oauth2_account(user, client_id="unknown")})
        err = office.fails("login", "info", code=1)
        assert "refuses the client of accounts.info.oauth2: invalid_client" in err

    def test_a_login_that_the_provider_cuts_short(self, office, provider, user):
        provider.answer_next("/token", refusal("invalid_grant", "AADSTS50076: use multi-factor authentication"))
        err = office.fails("login", "info", code=1)
        assert f"127.0.0.1:{provider.port} did not let you in: invalid_grant: AADSTS50076" in err
        assert token_files(office) == []

    def test_nobody_pastes(self, office, user):
        office.configure({"info": browser_account(user)})
        assert "nobody pasted an address" in office.fails("login", "info", "--paste", code=2, stdin=subprocess.DEVNULL)

    def test_what_is_pasted_is_another_address(self, office, user):
        office.configure({"info": browser_account(user)})
        with office.start("login", "info", "--paste", stdin=subprocess.PIPE) as child:
            _, err = child.communicate("https://example.com/?code=x&state=y\n", timeout=60)
        assert child.returncode == 1
        assert "did not let you in: mismatching_state" in err


def test_no_output_and_no_file_but_the_tokens_own_holds_a_secret(office, provider, user, monkeypatch):
    """All that runs say, also with --debug and when they fail, and all that they leave behind."""
    monkeypatch.setattr(provider, "wants_secret", True)
    office.configure({"info": oauth2_account(user, client_secret=Provider.SECRET)})
    outputs = Outputs(office)
    outputs.said += log_in(office, provider, user.name, "info", "--debug")
    for words in (["poll", "--debug"], ["check", "--debug"], ["check", "--format", "json"], ["report", "--debug"]):
        outputs.run(*words)
    provider.expire(user.name)
    outputs.run("poll", "--debug")
    provider.revoke(user.name)
    outputs.run("poll", "--debug", code=1)
    outputs.run("check", "--debug", code=1)
    provider.answer_next("/token", lambda connection: connection.close())
    outputs.run("poll", "--debug", code=1)
    assert Provider.SECRET in {fields.get("client_secret") for fields in provider.asked()}
    (office.folder / "replywatch.toml").unlink()  # where the person put the client's secret
    secrets = [*provider.issued, Provider.SECRET]
    parts = {secret[:40] for secret in secrets}
    left = all_that_is_left(office)
    assert not [part for part in parts if part in outputs.said or part.encode() in left]
    assert any(part.encode() in token_files(office)[0].read_bytes() for part in parts), "tokens are looked for"


def test_sigterm_while_the_provider_is_asked_for_a_token(office, provider, user):
    log_in(office, provider, user.name)
    before = token_files(office)[0].read_bytes()
    reached = threading.Event()

    def silent(connection):
        reached.set()
        with contextlib.suppress(OSError):
            connection.recv(1)  # until the client goes away

    provider.expire(user.name)
    provider.answer_next("/token", silent)
    with office.start("poll", "--every", "5m") as child:
        try:
            assert reached.wait(30)
            terminate(child)
            assert child.communicate(timeout=12) == ("", "Stopped.\n")
        finally:
            child.kill()
    assert child.returncode == 0
    assert token_files(office)[0].read_bytes() == before
    assert office.run("poll").returncode == 0, "the lock is free, and the login lasts"
