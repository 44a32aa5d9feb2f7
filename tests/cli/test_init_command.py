"""`replywatch init` as people run it: by options, by answers, on a terminal."""

import os
import re
import sqlite3
import subprocess
from contextlib import closing
from email.utils import formatdate

import pytest

from planted import Program, plant_dovecot, unfolded
from replywatch.app.setup.init import write_private
from replywatch.config.load import load_config
from replywatch.config.model import Secret, Tls
from replywatch.config.providers import PROVIDERS
from replywatch.errors import ReplywatchError
from replywatch.store.database import Database
from servers.certificates import Authority
from servers.dovecot import Delivery
from story import Story, at


@pytest.fixture
def program(tmp_path):
    made = Program(tmp_path)
    made.environment |= {
        "TZ": "Europe/Vienna",
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_DATA_HOME": str(tmp_path / "data"),
    }
    return made


def init(program, *words, answers=None, code=0):
    """stderr of a run that is given these lines as answers; without them nobody answers."""
    with program.start("init", *words, stdin=subprocess.PIPE) as child:
        out, err = child.communicate("".join(f"{a}\n" for a in answers or ()), timeout=60)
    assert (child.returncode, out) == (code, ""), err
    assert "Traceback" not in err
    return err


USUAL = "config/replywatch/config.toml"


def config_of(program, name=USUAL):
    return load_config(program.folder / name, {})


OWN = ("--address", "info@firma.example", "--host", "imap.firma.example")


class TestOptions:
    def test_what_has_to_be_said(self, program):
        err = init(program, *OWN, "--password-env", "MAIL_PASSWORD", "--yes")
        config = config_of(program)
        (account,) = config.accounts
        assert (account.name, account.host, account.port, account.tls) == ("info-firma", OWN[3], 993, Tls.IMPLICIT)
        assert (account.username, account.password) == ("info@firma.example", Secret(env="MAIL_PASSWORD"))
        assert (config.team.addresses, config.team.domains) == (("info@firma.example",), ("firma.example",))
        assert str(config.report.timezone) == "Europe/Vienna"
        assert (program.folder / USUAL).stat().st_mode & 0o777 == 0o600
        steps = err[err.index("Next:") :].splitlines()[1:]
        assert [step.split("#")[0].strip() for step in steps] == [
            "export MAIL_PASSWORD=…",
            "replywatch check",
            "replywatch poll",
            "replywatch report",
        ]

    def test_everything(self, program):
        words = ("--port", "1143", "--tls", "starttls", "--username", "m0123", "--timezone", "Europe/Berlin")
        team = ("--domain", "firma.example", "--domain", "*.firma.example", "--also", "Eva@gmx.de")
        init(program, *OWN, *words, *team, "--password-command", "pass show x", "-o", "a/b.toml", "-y")
        config = config_of(program, "a/b.toml")
        (account,) = config.accounts
        assert (account.port, account.tls, account.username) == (1143, Tls.STARTTLS, "m0123")
        assert account.password == Secret(command="pass show x")
        assert (config.team.addresses, config.team.people) == (("info@firma.example",), {"eva@gmx.de"})
        assert config.team.domains == ("firma.example", "*.firma.example")
        assert str(config.report.timezone) == "Europe/Berlin"

    @pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.key)
    def test_a_provider_by_name(self, program, provider):
        host = ("--host", provider.host_example) if provider.host_example else ()
        client = ("--client-id", "1-2") if provider.oauth2_only else ()
        err = init(program, "--address", OWN[1], "--provider", provider.key, *host, *client, "--yes")
        assert config_of(program).accounts[0].host == (provider.host_for("firma.example") or provider.host_example)
        assert provider.note in " ".join(err.split())

    def test_a_provider_by_address(self, program):
        init(program, "--address", "firma@gmail.com", "--also", "eva@web.de", "--yes")
        config = config_of(program)
        assert config.accounts[0].host == "imap.gmail.com"
        assert config.team.domains == (), "other users of gmail.com are no colleagues"
        assert (config.team.addresses, config.team.people) == (("firma@gmail.com",), {"eva@web.de"})

    def test_icloud_takes_the_local_part(self, program):
        init(program, "--address", "firma@icloud.com", "--yes")
        assert config_of(program).accounts[0].username == "firma"

    def test_microsoft_wants_a_client_and_a_login(self, program):
        err = init(program, "--address", OWN[1], "--provider", "microsoft365", "--client-id", "1-2", "--yes")
        assert "It takes no passwords" in err
        assert "replywatch login info-firma" in err
        (account,) = config_of(program).accounts
        assert (account.oauth2.client_id, account.oauth2.provider) == ("1-2", "microsoft")

    @pytest.mark.parametrize(
        ("words", "text"),
        [
            ([], "--client-id is needed with --yes"),
            (["--client-id", "1-2", "--password-env", "PW"], "Microsoft takes no passwords"),
        ],
    )
    def test_microsoft_without_a_client(self, program, words, text):
        err = program.fails("init", "--address", OWN[1], "--provider", "microsoft365", *words, "--yes", code=2)
        assert text in err
        assert list(program.folder.iterdir()) == []

    @pytest.mark.parametrize(
        "words",
        [
            OWN,
            (*OWN, "--port", "1143", "--tls", "starttls"),
            ("--address", OWN[1], "--provider", "microsoft365", "--client-id", "1-2"),
        ],
    )
    def test_the_colleague_that_it_shows_is_at_the_same_server(self, program, words):
        init(program, *words, "--yes")
        path = program.folder / USUAL
        before, colleague, after = re.split(
            r"(?=^#\[accounts\.anna\])|(?<=^#watched = false\n)", path.read_text(), flags=re.MULTILINE
        )
        path.write_text(before + re.sub("^#", "", colleague, flags=re.MULTILINE) + after)
        own, anna = config_of(program).accounts
        assert (anna.host, anna.port, anna.tls, anna.oauth2) == (own.host, own.port, own.tls, own.oauth2)
        assert (anna.username, anna.watched) == ("anna@example.com", False)

    @pytest.mark.parametrize(
        ("address", "name"),
        [
            ("info@firma.example", "info-firma"),
            ("info+büro.süd@firma.example", "info-buero-sued-firma"),
            ("kontakt@müller.example", "kontakt-mueller"),
            ("info@xn--mller-kva.example", "info-mueller"),
            ("zażółć@čaj.example", "zazo-c-caj"),
            ("info@日本.example", "info"),
            ("日@日本.example", "mailbox"),
            ("a'b@mail.firma.example", "a-b-mail"),
        ],
    )
    def test_an_account_name_that_toml_takes_bare(self, program, address, name):
        init(program, "--address", address, "--host", OWN[3], "--yes")
        (account,) = config_of(program).accounts
        assert account.name == name
        assert account.password.file == program.folder / "config/replywatch" / f"{name}.password"

    def test_password_in_a_file(self, program):
        err = init(program, *OWN, "--password-file", "my secret", "--yes")
        file = program.folder / "config/replywatch/my secret"
        assert config_of(program).accounts[0].password.file == file
        assert f"chmod 600 '{file}'" in err
        file.write_text("x\n")
        assert "chmod" not in init(program, *OWN, "--password-file", str(file), "--yes", "-o", "b.toml")

    def test_a_password_file_that_is_there_where_one_stands(self, program):
        (program.folder / "my secret").write_text("x\n")
        init(program, *OWN, "--password-file", "my secret", "--yes")
        assert config_of(program).accounts[0].password.file == program.folder / "my secret"
        init(program, *OWN, "--password-file", "my secret", "--yes", "--here")
        assert 'file = "my secret"' in (program.folder / "replywatch.toml").read_text()

    def test_password_in_the_keyring(self, program):
        err = init(program, *OWN, "--password-keyring", "rw", "--yes")
        assert "keyring set rw info@firma.example" in err

    def test_password_in_clear(self, program):
        err = init(program, *OWN, "--password-clear", "--yes", answers=['p"w'])
        assert config_of(program).accounts[0].password == Secret(literal='p"w')
        assert 'p"w' not in err

    @pytest.mark.parametrize(
        ("words", "says"),
        [
            ((), "--address is needed with --yes"),
            (("--address", "info"), "'info' is not an address such as info@example.com"),
            (("--address", OWN[1]), "--provider or --host is needed with --yes"),
            (("--address", OWN[1], "--provider", "gmial"), "the provider 'gmial' is not known"),
            (("--address", OWN[1], "--host", "imaps://x"), "'imaps://x' is not the name of a server"),
            (("--address", OWN[1], "--provider", "all-inkl"), "--host is needed"),
            ((*OWN, "--domain", "gmail.com"), "anybody can have an address at gmail.com"),
            ((*OWN, "--domain", "b.de a@b"), "'a@b' is not a domain"),
            ((*OWN, "--timezone", "Europe/Berlim"), "did you mean Europe/Berlin?"),
            ((*OWN, "--password-env", "A", "--password-file", "b"), "from one place only"),
            ((*OWN, "--password-clear"), "there is no password"),
            ((*OWN, "--username", " "), "something has to be said"),
            ((*OWN, "--password-command", "pass 'x"), "a quotation mark is not closed"),
        ],
    )
    def test_mistakes(self, program, words, says):
        err = init(program, *words, "--yes", code=2)
        assert says in unfolded(err)
        assert list(program.folder.iterdir()) == []


class TestAnswers:
    def test_of_a_pipe(self, program):
        answers = ["nonsense", OWN[1], "", "inos", "IONOS", "", "env", "", "", "eva@gmx.de", "Europe/Berlin", "", ""]
        err = init(program, answers=answers)
        config = config_of(program)
        assert "'nonsense' is not an address" in err
        assert "did you mean ionos?" in err
        assert config.accounts[0].host == "imap.ionos.de"
        assert config.accounts[0].password == Secret(env="REPLYWATCH_INFO_FIRMA_PASSWORD")
        assert (config.team.addresses, config.team.people) == ((OWN[1],), {"eva@gmx.de"})

    @pytest.mark.parametrize("address", ["info@firma", "info@localhost", "info", "@firma.example", "info@", "a b@c.de"])
    def test_what_is_no_address_is_asked_for_again(self, program, address):
        err = init(program, "--host", OWN[3], answers=[address, OWN[1], *[""] * 20])
        assert f"{address!r} is not an address" in err
        assert config_of(program).team.addresses == (OWN[1],)

    @pytest.mark.parametrize(
        ("answers", "expected"),
        [
            (["imap.firma.example", "", "", ""], ("imap.firma.example", 993, Tls.IMPLICIT)),
            (["IMAP.Firma.example:10993", "", ""], ("imap.firma.example", 10993, Tls.IMPLICIT)),
            (["localhost:10993", "", ""], ("localhost", 10993, Tls.IMPLICIT)),
            (["localhost", "", "", ""], ("localhost", 993, Tls.IMPLICIT)),
            (["[::1]:993", "", ""], ("::1", 993, Tls.IMPLICIT)),
            (["[::1]", "1143", "starttls", ""], ("::1", 1143, Tls.STARTTLS)),
            (["::1", "", "", ""], ("::1", 993, Tls.IMPLICIT)),
            (["127.0.0.1:1143", "none"], ("127.0.0.1", 1143, Tls.NONE)),
            (["192.0.2.7", "143", "", ""], ("192.0.2.7", 143, Tls.STARTTLS)),
            (["imap.firma.example:", "imap.firma.example:143", "", ""], ("imap.firma.example", 143, Tls.STARTTLS)),
            (["h.example:0", "h.example:70000", "h.example:x", "h.example:1", "", ""], ("h.example", 1, Tls.IMPLICIT)),
            (["[imap.firma.example]", "::1:993x", "h.example", "-1", "77", "", ""], ("h.example", 77, Tls.IMPLICIT)),
            (["h.example", "", "none", "tls", "starttls", ""], ("h.example", 993, Tls.STARTTLS)),
            (["imap.gmail.com"], ("imap.gmail.com", 993, Tls.IMPLICIT)),
        ],
    )
    def test_a_server_instead_of_a_provider(self, program, answers, expected):
        init(program, answers=[OWN[1], "n", *answers, *[""] * 7])
        (account,) = config_of(program).accounts
        assert (account.host, account.port, account.tls) == expected

    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            (("--host", "localhost:10993"), ("localhost", 10993)),
            (("--host", "[::1]:10993"), ("::1", 10993)),
            (("--host", "localhost:10993", "--port", "10993"), ("localhost", 10993)),
            (("--host", "localhost", "--tls", "starttls"), ("localhost", 143)),
        ],
    )
    def test_by_option(self, program, words, expected):
        init(program, *OWN[:2], *words, "--yes")
        (account,) = config_of(program).accounts
        assert (account.host, account.port) == expected

    def test_two_ports(self, program):
        err = init(program, *OWN[:2], "--host", "h.example:1", "--port", "2", "--yes", code=2)
        assert "--host says port 1, and --port 2" in err

    def test_an_authority(self, program):
        (program.folder / "ca.pem").write_bytes(Authority().certificate)
        (program.folder / "no.pem").write_text("nothing\n")
        answers = [OWN[1], "n", "h.example:993", "", "missing.pem", "no.pem", "ca.pem", *[""] * 7]
        err = init(program, answers=answers)
        assert "missing.pem can't be used" in err
        assert "no.pem can't be used" in err
        assert config_of(program).accounts[0].ca_file == program.folder / "ca.pem"
        init(program, *OWN, "--ca-file", "ca.pem", "--yes", "-o", "elsewhere/x.toml")
        assert config_of(program, "elsewhere/x.toml").accounts[0].ca_file == program.folder / "ca.pem"

    def test_nobody_answers(self, program):
        err = init(program, code=2)
        assert "nobody answers the questions" in err
        assert "--yes" in err

    def test_microsoft_is_asked_for_a_client(self, program):
        init(program, "--address", "firma@outlook.com", answers=["", "1-2", "", "", "", ""])
        assert config_of(program).accounts[0].oauth2.client_id == "1-2"

    def test_no_to_a_password_in_clear(self, program):
        err = init(program, *OWN, "--port", "993", "--tls", "implicit", answers=["", "", "clear", "n"], code=2)
        assert "Do you want that?" in err
        assert list(program.folder.iterdir()) == []

    def test_no_to_all_of_it(self, program):
        err = init(program, "--address", "firma@gmail.com", answers=["", "", "", "", "", "", "n"], code=1)
        assert "no config was written, as you said" in err
        assert list(program.folder.iterdir()) == []

    def test_the_summary_shows_every_answer(self, program):
        (program.folder / "ca.pem").write_bytes(Authority().certificate)
        said = ("--port", "1143", "--tls", "starttls", "--ca-file", "ca.pem", "--username", "m0123")
        ours = ("--domain", "firma.example", "--also", "eva@gmx.de", "--colleague", "anna@firma.example")
        words = (*OWN, *said, *ours, "--password-env", "PW", "--timezone", "Asia/Tokyo", "-o", "x.toml")
        err = init(program, *words, answers=["anna", "y"])
        shown = " ".join(err[err.index("  Address") : err.index("Write it?")].split())
        for text in (
            *("info@firma.example", "imap.firma.example, port 1143, STARTTLS", f"authority {program.folder}/ca.pem"),
            *("m0123, password from the variable PW; not tried", "everybody at firma.example; eva@gmx.de"),
            *("anna@firma.example (not read yet): imap.firma.example, anna", "Asia/Tokyo", f"{program.folder}/x.toml"),
            f"{program.folder}/data/replywatch/info-firma-example.sqlite3",
        ):
            assert text in shown


class TestGoingBack:
    @pytest.mark.parametrize("word", ["<", "back", " BACK "])
    def test_to_the_question_before(self, program, word):
        answers = ["falsch@firma.example", word, OWN[1], *[""] * 20]
        err = init(program, "--host", OWN[3], answers=answers)
        assert config_of(program).team.addresses == (OWN[1],)
        assert err.count("< goes back") == 1

    def test_as_far_as_one_likes(self, program):
        answers = [OWN[1], "n", "ionos", "<", "<", "<", "info@other.example", "n", "strato", *[""] * 20]
        init(program, answers=answers)
        config = config_of(program)
        assert (config.team.addresses, config.team.domains) == (("info@other.example",), ("other.example",))
        assert (config.accounts[0].name, config.accounts[0].host) == ("info-other", "imap.strato.de")

    def test_what_was_typed_before_is_the_default(self, program):
        """User name and variable are typed; who goes back to the user name presses Enter for both."""
        answers = ["m0123", "env", "MINE", "<", "<", "<", "", "", "", *[""] * 20]
        err = init(program, *OWN, "--port", "993", "--tls", "implicit", "--ca-file", "", answers=answers)
        (account,) = config_of(program).accounts
        assert (account.username, account.password) == ("m0123", Secret(env="MINE"))
        assert "User name for the login [m0123]" in err

    def test_but_not_a_default_that_followed_from_another_answer(self, program):
        answers = [OWN[1], "", "<", "<", "info@other.example", *[""] * 20]
        init(program, "--provider", "ionos", answers=answers)
        assert config_of(program).accounts[0].username == "info@other.example"

    def test_from_the_first_question(self, program):
        init(program, "--host", OWN[3], answers=["<", "<", OWN[1], *[""] * 20])
        assert config_of(program).team.addresses == (OWN[1],)

    def test_from_the_summary(self, program):
        answers = [*[""] * 6, "<", "Asia/Tokyo", ""]
        init(program, "--address", "firma@gmail.com", answers=answers)
        assert str(config_of(program).report.timezone) == "Asia/Tokyo"

    def test_what_was_said_is_not_said_again(self, program):
        err = init(program, answers=["firma@gmail.com", "", "file", "<", "env", *[""] * 20])
        assert err.count("It takes an app password only") == 1


class TestColleagues:
    """A table for each who answers from a mailbox of his own, which a poll reads as soon as there is a password."""

    TWO = ("--colleague", "anna@firma.example", "--colleague", "Tom.Süd@firma.example")

    def test_those_whose_password_is_there_are_read(self, program):
        program.environment["REPLYWATCH_ANNA_PASSWORD"] = "x"
        err = init(program, *OWN, *self.TWO, "--password-env", "MAIL", "--yes")
        own, anna = config_of(program).accounts
        assert (own.watched, anna.watched) == (True, False)
        assert (anna.name, anna.username, anna.host) == ("anna", "anna@firma.example", OWN[3])
        assert anna.password == Secret(env="REPLYWATCH_ANNA_PASSWORD")
        assert "tom.süd@firma.example is not read yet" in err
        assert "anna@firma.example is not" not in err

    @pytest.mark.parametrize(
        "way", [("--password-file", "pw"), ("--password-keyring", "rw"), ("--password-command", "pass a")]
    )
    def test_the_table_of_another_is_a_comment_that_can_be_used(self, program, way):
        init(program, *OWN, *self.TWO, *way, "--port", "77", "--yes")
        path = program.folder / USUAL
        assert [a.name for a in config_of(program).accounts] == ["info-firma"]
        text = path.read_text()
        assert "# anna@firma.example is not read yet" in text
        assert max(map(len, text.splitlines())) <= 120
        table = text[text.index("#[accounts.anna]") :]
        path.write_text(text.replace(lines := table[: table.index("\n\n")], lines.replace("#", "")))
        _, anna = config_of(program).accounts
        assert (anna.name, anna.port, anna.watched, anna.enabled) == ("anna", 77, False, True)

    def test_no_keyring_is_opened_where_nobody_is_asked(self, program):
        """It could ask for a password of its own."""
        package = program.folder / "keyring"
        package.mkdir()
        (package / "__init__.py").write_text("def get_password(*_):\n    open('opened', 'w').close()\n    return 'x'\n")
        (package / "errors.py").write_text("class KeyringError(Exception):\n    pass\n")
        init(program, *OWN, *self.TWO, "--password-keyring", "rw", "--yes")
        assert not (program.folder / "opened").exists()
        assert len(config_of(program).accounts) == 1

    def test_at_other_domains_they_are_ours_and_elsewhere(self, program):
        answers = ["anna@gmx.de, eva@partner.example", "mail.partner.example:993", *[""] * 20]
        program.environment |= {"REPLYWATCH_ANNA_PASSWORD": "x", "REPLYWATCH_EVA_PASSWORD": "x"}
        said = ("--port", "77", "--tls", "implicit", "--ca-file", "", "--username", "info", "--password-env", "PW")
        init(program, *OWN, *said, answers=["", *answers])
        config = config_of(program)
        assert config.team.people == {"anna@gmx.de", "eva@partner.example"}
        _, anna, eva = config.accounts
        assert (anna.host, anna.port, anna.username) == ("imap.gmx.net", 993, "anna@gmx.de")
        assert (eva.host, eva.port, eva.username) == ("mail.partner.example", 993, "eva@partner.example")

    def test_the_shared_address_is_no_colleague(self, program):
        err = init(program, *OWN, "--colleague", OWN[1], "--yes", code=2)
        assert "is the shared address itself" in err

    def test_two_of_one_name(self, program):
        program.environment |= {"REPLYWATCH_ANNA_PASSWORD": "x", "REPLYWATCH_ANNA_2_PASSWORD": "x"}
        both = ("--colleague", "anna@firma.example", "--colleague", "anna@gmx.de")
        init(program, *OWN, *both, "--password-env", "PW", "--yes")
        assert [a.name for a in config_of(program).accounts] == ["info-firma", "anna", "anna-2"]

    def test_with_tokens_too(self, program):
        words = ("--address", OWN[1], "--provider", "microsoft365", "--client-id", "1-2")
        err = init(program, *words, "--colleague", "anna@firma.example", "--yes")
        _, anna = config_of(program).accounts
        assert anna.oauth2.client_id == "1-2"
        assert "replywatch login anna" in err


class TestTimeZone:
    """That of the region is proposed; UTC is never taken without a word."""

    @pytest.mark.parametrize(
        ("tz", "address", "locale", "expected"),
        [
            ("Europe/Vienna", "info@firma.de", "C", "Europe/Vienna"),
            ("UTC", "info@firma.de", "en_US.UTF-8", "Europe/Berlin"),
            ("Etc/UTC", "info@firma.com", "de_AT.UTF-8", "Europe/Vienna"),
        ],
    )
    def test_unasked(self, program, tz, address, locale, expected):
        program.environment |= {"TZ": tz, "LC_ALL": locale}
        init(program, "--address", address, "--host", OWN[3], "--yes")
        assert str(config_of(program).report.timezone) == expected

    def test_where_nothing_tells_it_is_said(self, program):
        program.environment["TZ"] = "UTC"
        err = init(program, *OWN, "--yes")
        assert "Its days begin in UTC, since nothing tells where you are" in err

    def test_where_nothing_tells_it_has_to_be_answered(self, program):
        program.environment["TZ"] = "UTC"
        answers = ["", "", "", "", "", "", "Berlin", "Europe/Berlin", ""]
        err = init(program, "--address", "firma@gmail.com", answers=answers)
        assert "Time zone, such as Europe/Berlin" in err
        assert str(config_of(program).report.timezone) == "Europe/Berlin"


class TestPlaces:
    @pytest.fixture
    def there(self, program):
        """Where the config is going to lie."""
        path = program.folder / USUAL
        path.parent.mkdir(parents=True)
        return path

    def test_it_lies_where_every_command_finds_it(self, program, tmp_path):
        err = init(program, *OWN, "--yes")
        assert f"Wrote {program.folder / USUAL}; only you may read it." in err
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        usual, program.folder = program.folder / USUAL, elsewhere
        assert str(usual) in program.run("check", "--verbose").stdout

    def test_or_here(self, program):
        err = init(program, *OWN, "--yes", "--here")
        assert config_of(program, "replywatch.toml").accounts
        assert "  replywatch poll\n" in err
        assert not (program.folder / USUAL).exists()

    def test_here_and_elsewhere_make_no_sense(self, program):
        assert "Leave out one of them" in init(program, *OWN, "--yes", "--here", "-o", "x.toml", code=2)

    def test_where_another_one_is_found_first_it_has_to_be_named(self, program):
        init(program, *OWN, "--yes", "--here")
        err = init(program, *OWN, "--yes")
        assert f"  replywatch poll --config {program.folder / USUAL}\n" in err

    def test_a_config_is_never_overwritten(self, program, there):
        there.write_text("mine")
        err = init(program, *OWN, "--yes", code=2)
        assert "config.toml is there already and stays as it is" in unfolded(err)
        assert "--output" in err
        assert there.read_text() == "mine"

    def test_nor_a_link_to_nowhere(self, program, there):
        there.symlink_to("elsewhere")
        init(program, *OWN, "--yes", code=2)
        assert not (there.parent / "elsewhere").exists()

    def test_nor_one_that_comes_while_questions_are_asked(self, program, there):
        with program.start("init", "--host", OWN[3], stdin=subprocess.PIPE) as child:
            asked = child.stderr.read(len("Enter"))
            there.write_text("mine")
            _, err = child.communicate("info@firma.example\n" + "\n" * 20, timeout=60)
        assert asked == "Enter"
        assert (child.returncode, "is there already" in err) == (2, True), err
        assert there.read_text() == "mine"

    def test_nor_one_that_comes_in_the_last_moment(self, tmp_path):
        path = tmp_path / "x.toml"
        path.symlink_to("elsewhere")
        with pytest.raises(ReplywatchError, match="File exists"):
            write_private(path, "new")
        assert not (tmp_path / "elsewhere").exists()

    @pytest.mark.parametrize("umask", [0, 0o022])
    def test_it_and_new_folders_are_its_owners_alone(self, program, umask):
        old = os.umask(umask)
        try:
            init(program, *OWN, "--password-clear", "--yes", "-o", "a/b/c.toml", answers=["secret"])
        finally:
            os.umask(old)
        modes = [(program.folder / p).stat().st_mode & 0o777 for p in ("a", "a/b", "a/b/c.toml")]
        assert modes == [0o700, 0o700, 0o600]

    @pytest.mark.parametrize("way", ["output", "config", "environment"])
    def test_where_it_is_wanted(self, program, way):
        words = {"output": ("-o", "x.toml"), "config": ("--config", "x.toml"), "environment": ()}[way]
        if way == "environment":
            program.environment["REPLYWATCH_CONFIG"] = "x.toml"
        err = init(program, *OWN, *words, "--yes")
        assert config_of(program, "x.toml").accounts
        needed = "" if way == "environment" else " --config x.toml"
        assert f"  replywatch poll{needed}\n" in err

    def test_a_place_that_cannot_be_written(self, program):
        (program.folder / "file").touch()
        err = init(program, *OWN, "--yes", "-o", "file/x.toml", code=1)
        assert "can't be written" in err


def letter(sender, to, prefix=""):
    """A mail of an hour of its own: answers leave later."""
    when = at("2024-03-04 10:30" if prefix else "2024-03-04 09:00")
    lines = (f"From: {sender}", f"To: {to}", f"Subject: {prefix}Anfrage", f"Date: {formatdate(when)}")
    return Delivery("\r\n".join((*lines, f"Message-ID: <{prefix.strip(': ')}{sender}>", "", "x")).encode(), when)


class TestStores:
    """Two configs never count each other's mail, whichever was made and polled first."""

    TEAMS = ("info@firma.example", "info@other.example")

    @pytest.fixture
    def mailboxes(self, program, dovecot_server):
        """A user for each team, with one answered enquiry and one who waits, each under the team's own names."""
        users = []
        for address in self.TEAMS:
            team = address.partition("@")[2].partition(".")[0]
            users.append(user := dovecot_server.new_user())
            user.fill("INBOX", [letter(f"{team}-{name}@web.example", address) for name in ("anna", "will")])
            user.fill("Sent", [letter(address, f"{team}-anna@web.example", "Re: ")])
        program.environment["SSL_CERT_FILE"] = str(dovecot_server.ca_file)
        (program.folder / "pw").write_text(f"{dovecot_server.PASSWORD}\n")
        (program.folder / "pw").chmod(0o600)
        return users

    def made(self, program, user, address, *place):
        server = ("--host", f"{user.server.GOOD}:{user.server.tls_port}", "--username", user.name)
        init(program, "--address", address, *server, "--password-file", "pw", "--yes", *place)

    def contacts(self, program, *config):
        return {row["contact"] for row in program.lines("export", *config)}

    @pytest.mark.parametrize(
        "places", [((), ("-o", "b.toml")), (("-o", "b.toml"), ()), (("--here",), ("-o", "b.toml"))]
    )
    @pytest.mark.parametrize("polled_between", [True, False])
    def test_reports_are_disjoint(self, program, mailboxes, places, polled_between):
        configs = [
            ("--config", place[-1]) if place[0:1] == ("-o",) else ("--config", "replywatch.toml") for place in places
        ]
        usual = ("--config", str(program.folder / USUAL))
        configs = [config if place else usual for config, place in zip(configs, places, strict=True)]
        for user, address, place, config in zip(mailboxes, self.TEAMS, places, configs, strict=True):
            self.made(program, user, address, *place)
            if polled_between:
                program.output("poll", *config)
        for config in configs * (not polled_between):
            program.output("poll", *config)
        first, second = (self.contacts(program, *config) for config in configs)
        assert {c.partition("-")[0] for c in first} == {"firma"}
        assert {c.partition("-")[0] for c in second} == {"other"}
        assert len(first) == len(second) == 2
        assert len(list((program.folder / "data/replywatch").glob("*.sqlite3"))) == 2

    def test_nor_does_one_that_takes_the_place_of_another(self, program, mailboxes):
        usual = program.folder / USUAL
        self.made(program, mailboxes[0], self.TEAMS[0])
        program.output("poll")
        usual.rename(usual.with_name("old.toml"))
        self.made(program, mailboxes[1], self.TEAMS[1])
        program.output("poll")
        assert {c.partition("-")[0] for c in self.contacts(program)} == {"other"}
        assert config_of(program).store_path.name == "info-other-example.sqlite3"

    def test_the_same_account_gets_its_store_again(self, program):
        """Nothing of what was read, marked and erased is lost where a config is made anew."""
        store = program.folder / "data/replywatch/replywatch.sqlite3"
        with Database(store, create=True) as database:
            database.execute(
                "INSERT INTO accounts (name, kind, host, login) VALUES ('info-firma', 'imap', ?, ?)", [OWN[3], OWN[1]]
            )
        init(program, *OWN, "--yes")
        assert "[store]" not in (program.folder / USUAL).read_text()
        init(program, *OWN, "--username", "m0123", "--yes", "-o", "b.toml")
        assert config_of(program, "b.toml").store_path != store

    @pytest.mark.parametrize("content", [b"no database", b"SQLite format 3\0 and nonsense" * 100])
    def test_one_that_cannot_be_opened_is_left_alone(self, program, content):
        store = program.folder / "data/replywatch/replywatch.sqlite3"
        store.parent.mkdir(parents=True)
        store.write_bytes(content)
        init(program, *OWN, "--yes")
        assert config_of(program).store_path == store.with_name("info-firma-example.sqlite3")
        assert store.read_bytes() == content
        assert [path.name for path in store.parent.iterdir()] == [store.name]

    def test_nor_is_one_of_an_older_release_brought_up_to_date(self, program):
        store = program.folder / "data/replywatch/replywatch.sqlite3"
        store.parent.mkdir(parents=True)
        with closing(sqlite3.connect(store)) as connection:
            connection.execute("CREATE TABLE accounts (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT")
        before = store.read_bytes()
        init(program, *OWN, "--yes")
        assert config_of(program).store_path != store
        assert store.read_bytes() == before


def test_what_it_wrote_is_checked_polled_and_reported_at_once(program, dovecot_user):
    story = Story()
    story.reply(story.inbound("anna", "2024-03-04 09:00"), "2024-03-04 09:30")
    plant_dovecot(story, dovecot_user)
    server = dovecot_user.server
    (program.folder / "pw").write_text(f"{server.PASSWORD}\n")
    (program.folder / "pw").chmod(0o600)
    words = ("--address", "info@example.com", "--host", f"{server.GOOD}:{server.tls_port}", "--ca-file")
    login = ("--username", dovecot_user.name, "--password-file", "pw")
    err = init(program, *words, str(server.ca_file), *login, "--yes", "--try")
    assert "The login works. 2 mailboxes: INBOX (1), Sent (1)." in " ".join(err.split())
    program.output("check")
    program.output("poll")
    assert program.json("report", "--since", "all")["totals"]["answered"] == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--password-env", "WRONG"), "refuse"),
        (("--password-env", "UNSET"), "UNSET is not set"),
        (("--password-env", "RIGHT", "--port", "1"), "refuses connections"),
    ],
)
def test_a_try_that_fails_writes_nothing(program, dovecot_user, words, says):
    server = dovecot_user.server
    program.environment |= {"WRONG": "wrong", "RIGHT": server.PASSWORD}
    where = ("--host", server.GOOD) if "--port" in words else ("--host", f"{server.GOOD}:{server.tls_port}")
    login = ("--ca-file", str(server.ca_file), "--username", dovecot_user.name)
    err = init(program, *OWN[:2], *where, *login, *words, "--yes", "--try", code=1)
    assert says in err
    assert list(program.folder.iterdir()) == []


def test_check_goes_on_from_there(program):
    """The first thing that is said after `init` is the password that is missing, and how to set it."""
    init(program, *OWN, "--yes")
    done = program.run("check")
    assert done.returncode == 1
    words = " ".join(done.stdout.split())
    assert "info-firma.password can't be read: No such file" in words
    assert "Its first line is to be the password. Then: chmod 600" in words
