"""`replywatch init` as somebody at a terminal goes through it, with a server that has a private authority."""

import pytest

from planted import Program, plant_dovecot
from replywatch.config.load import load_config
from replywatch.config.model import Tls
from story import Story
from typist import Typist

USUAL = "config/replywatch/config.toml"
ADDRESS = "info@firma.example"


@pytest.fixture
def program(tmp_path):
    made = Program(tmp_path)
    made.environment |= {"XDG_CONFIG_HOME": str(tmp_path / "config"), "XDG_DATA_HOME": str(tmp_path / "data")}
    made.environment |= {"TZ": "UTC", "LC_ALL": "de_DE.UTF-8"}
    return made


@pytest.fixture
def office(program, dovecot_server):
    """Two mailboxes: two enquiries came to the shared one, and a colleague answered one of them from hers."""
    info, anna = dovecot_server.new_user(), dovecot_server.new_user()
    names = f"{info.name}@example.com", f"{anna.name}@example.com"
    story = Story()
    first = story.inbound("kunde", "2026-03-04 09:00", to=names[0])
    story.inbound("wartet", "2026-03-05 09:00", to=names[0])
    story.reply(first, "2026-03-04 12:00", by="eva", account="anna")
    story.outbound("wartet", "2026-01-05 09:00")
    plant_dovecot(story, info)
    plant_dovecot(story, anna, account="anna")
    program.server, program.info, program.names = dovecot_server, info, names
    return program


def logins(program, user, before):
    """How often somebody tried to log in as `user` since the log had `before` characters, as (right, wrong)."""
    log = program.server.log()[before:].splitlines()
    return tuple(
        sum(sign in line and f"user=<{user.name}>" in line for line in log) for sign in ("Login:", "auth failed")
    )


def to_the_password(typist, program, server="localhost"):
    """Everything up to the password of the shared mailbox."""
    typist.type("shared address", "info@firma")
    typist.type("is not an address such as info@example.com The shared address", program.names[0])
    typist.type("internet?", "n")
    typist.type("name of the IMAP server", f"{server}:{program.server.tls_port}")
    typist.type("TLS: implicit")
    typist.type("Private authority", str(program.server.ca_file))
    typist.type(f"User name for the login [{program.names[0]}]", program.info.name)


def finish(typist):
    """Defaults for what comes after the colleagues."""
    typist.type("Time zone [Europe/Berlin]")
    typist.type("Write it? [Y/n]")


def test_from_an_empty_home_to_the_figures_of_two_mailboxes(office):
    """Nothing but what is asked for is typed: no config is opened, no option looked up."""
    password = office.server.PASSWORD
    with Typist(office, "init") as typist:
        to_the_password(typist, office)
        typist.type("Its password (nothing is shown", password)
        typist.type("Domains at which everybody is ours [example.com]")
        typist.type("Who else answers", office.names[1])
        typist.type("Password (nothing is shown; Enter: later)", password)
        finish(typist)
    assert typist.code == 0, typist.seen
    assert password not in typist.seen
    assert "The login works. 2 mailboxes: INBOX (2), Sent (1)." in " ".join(typist.seen.split())
    assert [line for line in typist.too_wide() if str(office.folder) not in line] == []
    config = load_config(office.folder / USUAL, {})
    info, anna = config.accounts
    assert (info.host, info.port, info.tls) == ("localhost", office.server.tls_port, Tls.IMPLICIT)
    assert info.ca_file == anna.ca_file == office.server.ca_file
    assert (info.watched, anna.watched) == (True, False)
    for account in config.accounts:
        assert account.password.file.read_text() == f"{password}\n"
        assert account.password.file.stat().st_mode & 0o777 == 0o600
    assert str(config.report.timezone) == "Europe/Berlin"
    assert f"{office.folder / USUAL}; only you" in typist.seen
    assert office.run("check").returncode == 0
    office.output("poll")
    totals = office.json("report", "--since", "all", "--as-of", "2026-03-06 09:00")["totals"]
    assert (totals["answered"], totals["exchanges"]) == (1, 2)


def test_a_wrong_password_is_asked_for_again(office):
    before = len(office.server.log())
    with Typist(office, "init") as typist:
        to_the_password(typist, office)
        typist.type("Its password", "falsch")
        typist.type("Its password", office.server.PASSWORD)
        typist.type("Domains at which")
        typist.type("Who else")
        finish(typist)
    assert typist.code == 0, typist.seen
    assert (
        load_config(office.folder / USUAL, {}).accounts[0].password.file.read_text().strip() == office.server.PASSWORD
    )
    assert "falsch" not in typist.seen
    assert logins(office, office.info, before) == (1, 1)


def test_three_times_at_most(office):
    """A fourth could lock the mailbox."""
    before = len(office.server.log())
    with Typist(office, "init") as typist:
        to_the_password(typist, office)
        for _ in range(3):
            typist.type("Its password", "wrong")
    assert typist.code == 1
    assert "is not tried again" in " ".join(typist.seen.split())
    assert logins(office, office.info, before) == (0, 3)
    assert not (office.folder / USUAL).exists()
    assert list(office.folder.rglob("*.password")) == []


def test_what_is_refused_is_told_in_sentences_and_broken_between_words(program):
    with Typist(program, "init", "--no-try", "--timezone", "Europe/Berlin") as typist:
        typist.type("shared address", ADDRESS)
        typist.type("internet?", "n")
        typist.type("name of the IMAP server", "https://imap.firma.example:")
        typist.type("name of the IMAP server", "imap.firma.example:993")
        typist.type("TLS: implicit")
        typist.type("Private authority")
        typist.type("User name")
        typist.type("Its password", "geheim")
        typist.type("Domains at which")
        typist.type("Who else")
        typist.type("Write it? [Y/n]")
    assert typist.code == 0, typist.seen
    assert "is not the name of a server, such as imap.example.com. No scheme in front." in " ".join(typist.seen.split())
    assert [line for line in typist.too_wide() if str(program.folder) not in line] == []


def test_back_to_an_answer_that_was_wrong(office):
    """The authority was forgotten: the connection fails, nothing was sent, and the person goes back to it."""
    before = len(office.server.log())
    with Typist(office, "init", "--address", office.names[0], "--username", office.info.name) as typist:
        typist.type("internet?", "n")
        typist.type("name of the IMAP server", f"localhost:{office.server.tls_port}")
        typist.type("TLS: implicit")
        typist.type("Private authority")
        typist.type("Its password", office.server.PASSWORD)
        typist.type("go on without", "<")
        typist.type("Its password", "<")
        typist.type("Private authority", str(office.server.ca_file))
        typist.type("Its password", office.server.PASSWORD)
        typist.type("Domains at which")
        typist.type("Who else", "<")
        typist.type("Domains at which", "example.com")
        typist.type("Who else")
        finish(typist)
    assert typist.code == 0, typist.seen
    assert logins(office, office.info, before) == (1, 0), "what worked is not tried again"
    assert load_config(office.folder / USUAL, {}).accounts[0].ca_file == office.server.ca_file


def test_on_without_a_server_that_is_down(office, unused_port):
    with Typist(office, "init", "--address", ADDRESS, "--host", f"localhost:{unused_port}") as typist:
        typist.type("TLS: implicit")
        typist.type("Private authority")
        typist.type("User name")
        typist.type("Its password", "geheim")
        typist.type("go on without")
        typist.type("go on without", "skip")
        typist.type("Domains at which")
        typist.type("Who else", "<")
        typist.type("Domains at which")
        typist.type("Who else")
        finish(typist)
    assert typist.code == 0, typist.seen
    assert "not tried" in typist.seen
    assert load_config(office.folder / USUAL, {}).accounts[0].password.file.read_text() == "geheim\n"


def test_a_colleague_whose_password_is_not_known_yet(office):
    """The poll reads what it can; what is left to do is said, and stands in the config."""
    with Typist(office, "init") as typist:
        to_the_password(typist, office)
        typist.type("Its password", office.server.PASSWORD)
        typist.type("Domains at which")
        typist.type("Who else", f"{office.names[1]} tom@example.com")
        typist.type("Password (nothing is shown; Enter: later)")
        for _ in range(3):
            typist.type("Password (nothing is shown; Enter: later)", "wrong")
        finish(typist)
    assert typist.code == 0, typist.seen
    assert "Left for later." in " ".join(typist.seen.split())
    assert f"{office.names[1]} is not read yet" in " ".join(typist.seen.split())
    assert [a.name for a in load_config(office.folder / USUAL, {}).accounts] == [f"{office.info.name}-example"]
    office.output("poll")
    assert [p.name for p in office.folder.rglob("*.password")] == [f"{office.info.name}-example.password"]


def test_nothing_is_tried_where_the_password_is_not_there_yet(office):
    with Typist(office, "init", "--address", "firma@gmail.com", "--password-env", "UNSET") as typist:
        typist.type("User name")
        typist.type("Domains at which")
        typist.type("Who else")
        finish(typist)
    assert typist.code == 0, typist.seen
    assert "So the login is not tried." in typist.seen


def test_it_can_be_left_out(office):
    before = len(office.server.log())
    with Typist(office, "init", "--no-try") as typist:
        to_the_password(typist, office)
        typist.type("Its password", office.server.PASSWORD)
        typist.type("Domains at which")
        typist.type("Who else")
        finish(typist)
    assert typist.code == 0, typist.seen
    assert logins(office, office.info, before) == (0, 0)
