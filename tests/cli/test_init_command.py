"""`replywatch init` as people run it: by options, by answers, on a terminal."""

import os
import pty
import re
import subprocess
import sys

import pytest

from planted import Program, plant_dovecot, unfolded
from replywatch.app.setup.init import write_private
from replywatch.config.load import load_config
from replywatch.config.model import Secret, Tls
from replywatch.config.providers import PROVIDERS
from replywatch.errors import ReplywatchError
from story import Story


@pytest.fixture
def program(tmp_path):
    made = Program(tmp_path)
    made.environment["TZ"] = "Europe/Vienna"
    return made


def init(program, *words, answers=None, code=0):
    """stderr of a run that is given these lines as answers; without them nobody answers."""
    with program.start("init", *words, stdin=subprocess.PIPE) as child:
        out, err = child.communicate("".join(f"{a}\n" for a in answers or ()), timeout=60)
    assert (child.returncode, out) == (code, ""), err
    assert "Traceback" not in err
    return err


def config_of(program, name="replywatch.toml"):
    return load_config(program.folder / name, {})


OWN = ("--address", "info@firma.example", "--host", "imap.firma.example")


class TestOptions:
    def test_what_has_to_be_said(self, program):
        err = init(program, *OWN, "--password-env", "MAIL_PASSWORD", "--yes")
        config = config_of(program)
        (account,) = config.accounts
        assert (account.name, account.host, account.port, account.tls) == ("info", OWN[3], 993, Tls.IMPLICIT)
        assert (account.username, account.password) == ("info@firma.example", Secret(env="MAIL_PASSWORD"))
        assert (config.team.addresses, config.team.domains) == (("info@firma.example",), ("firma.example",))
        assert str(config.report.timezone) == "Europe/Vienna"
        assert (program.folder / "replywatch.toml").stat().st_mode & 0o777 == 0o600
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
        assert "replywatch login info" in err
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
        assert not (program.folder / "replywatch.toml").exists()

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
        path = program.folder / "replywatch.toml"
        before, colleague, after = re.split(
            r"(?=^#\[accounts\.anna\])|(?<=^#watched = false\n)", path.read_text(), flags=re.MULTILINE
        )
        path.write_text(before + re.sub("^#", "", colleague, flags=re.MULTILINE) + after)
        own, anna = config_of(program).accounts
        assert (anna.host, anna.port, anna.tls, anna.oauth2) == (own.host, own.port, own.tls, own.oauth2)
        assert (anna.username, anna.watched) == ("anna@example.com", False)

    def test_an_account_name_that_toml_takes_bare(self, program):
        init(program, "--address", "info+büro.süd@firma.example", "--host", OWN[3], "--yes")
        assert config_of(program).accounts[0].name == "info-b-ro-s-d"

    def test_password_in_a_file(self, program):
        err = init(program, *OWN, "--password-file", "my secret", "--yes")
        assert config_of(program).accounts[0].password.file == program.folder / "my secret"
        assert "chmod 600 'my secret'" in err
        (program.folder / "my secret").write_text("x\n")
        assert "chmod" not in init(program, *OWN, "--password-file", "my secret", "--yes", "-o", "b.toml")

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
        answers = ["nonsense", OWN[1], "", "inos", "IONOS", "", "", "eva@gmx.de", "env", "", "Europe/Berlin"]
        err = init(program, answers=answers)
        config = config_of(program)
        assert "'nonsense' is not an address" in err
        assert "did you mean ionos?" in err
        assert config.accounts[0].host == "imap.ionos.de"
        assert config.accounts[0].password == Secret(env="REPLYWATCH_INFO_PASSWORD")
        assert (config.team.addresses, config.team.people) == ((OWN[1],), {"eva@gmx.de"})

    def test_a_server_instead_of_a_provider(self, program):
        init(program, answers=[OWN[1], "n", OWN[3], *[""] * 6])
        assert config_of(program).accounts[0].host == OWN[3]

    def test_nobody_answers(self, program):
        err = init(program, code=2)
        assert "nobody answers the questions" in err
        assert "--yes" in err

    def test_microsoft_is_asked_for_a_client(self, program):
        init(program, "--address", "firma@outlook.com", answers=["", "", "", "1-2", ""])
        assert config_of(program).accounts[0].oauth2.client_id == "1-2"

    def test_no_to_a_password_in_clear(self, program):
        err = init(program, *OWN, answers=["", "", "", "clear", "n"], code=2)
        assert "Do you want that?" in err
        assert list(program.folder.iterdir()) == []

    def test_on_a_terminal_the_password_goes_into_a_file(self, program):
        ours, theirs = pty.openpty()
        with subprocess.Popen(
            [sys.executable, "-m", "replywatch", "init", *OWN, "--timezone", "UTC"],
            cwd=program.folder,
            env=program.environment | {"TERM": "xterm"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,  # or the password would be asked for at the terminal of the tests
        ) as child:
            os.close(theirs)
            seen = b""
            for question, answer in (
                (b"login", b"\n"), (b"ours", b"\n"), (b"none)", b"\n"), (b"come from", b"\n"), (b"holds", b"\n"),
                (b"Password", b"geheim\n"),
            ):  # fmt: skip
                while question not in seen:
                    seen = os.read(ours, 4096)
                os.write(ours, answer)
            rest = b""
            while b"report" not in rest:
                rest += os.read(ours, 4096)
        os.close(ours)
        assert child.returncode == 0
        assert b"geheim" not in rest
        secret = config_of(program).accounts[0].password.file
        assert (secret.read_text(), secret.stat().st_mode & 0o777) == ("geheim\n", 0o600)


class TestPlaces:
    def test_a_config_is_never_overwritten(self, program):
        (program.folder / "replywatch.toml").write_text("mine")
        err = init(program, *OWN, "--yes", code=2)
        assert "replywatch.toml is there already and stays as it is" in err
        assert "--output" in err
        assert (program.folder / "replywatch.toml").read_text() == "mine"

    def test_nor_a_link_to_nowhere(self, program):
        (program.folder / "replywatch.toml").symlink_to("elsewhere")
        init(program, *OWN, "--yes", code=2)
        assert not (program.folder / "elsewhere").exists()

    def test_nor_one_that_comes_while_questions_are_asked(self, program):
        with program.start("init", "--host", OWN[3], stdin=subprocess.PIPE) as child:
            asked = child.stderr.read(len("The shared address"))
            (program.folder / "replywatch.toml").write_text("mine")
            _, err = child.communicate("info@firma.example\n" + "\n" * 6, timeout=60)
        assert asked == "The shared address"
        assert (child.returncode, "is there already" in err) == (2, True), err
        assert (program.folder / "replywatch.toml").read_text() == "mine"

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


def test_what_it_wrote_is_checked_polled_and_reported_at_once(program, dovecot_user):
    story = Story()
    story.reply(story.inbound("anna", "2024-03-04 09:00"), "2024-03-04 09:30")
    plant_dovecot(story, dovecot_user)
    server = dovecot_user.server
    program.environment["SSL_CERT_FILE"] = str(server.ca_file)
    (program.folder / "pw").write_text(f"{server.PASSWORD}\n")
    (program.folder / "pw").chmod(0o600)
    words = ("--address", "info@example.com", "--host", server.GOOD, "--port", str(server.tls_port))
    init(program, *words, "--username", dovecot_user.name, "--password-file", "pw", "--yes")
    program.output("check")
    program.output("poll")
    assert program.json("report", "--since", "all")["totals"]["answered"] == 1


def test_check_goes_on_from_there(program):
    """The first thing that is said after `init` is the password that is missing, and how to set it."""
    init(program, *OWN, "--yes")
    done = program.run("check")
    assert done.returncode == 1
    words = " ".join(done.stdout.split())
    assert "info.password can't be read: No such file" in words
    assert "Its first line is to be the password. Then: chmod 600" in words
