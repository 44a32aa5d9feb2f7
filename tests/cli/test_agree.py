"""Questions that are answered by yes or no, in English or in German."""

import click
import pytest
from click.testing import CliRunner

from replywatch.cli.asking.agreement import agree


@click.command()
def question():
    click.echo(agree("Erase it?"))


def asked(typed):
    return CliRunner().invoke(question, input=typed)


@pytest.mark.parametrize("typed", ["y", "Y", "yes", "YES", "j", "J", "ja", " Ja "])
def test_yes(typed):
    done = asked(typed + "\n")
    assert (done.stdout, done.exit_code) == ("True\n", 0)
    assert done.stderr.startswith("Erase it? [y/N]: ")


@pytest.mark.parametrize("typed", ["n", "N", "no", "nein", "NEIN", "", "  "])
def test_no(typed):
    assert asked(typed + "\n").stdout == "False\n"


@pytest.mark.parametrize("typed", ["x", "jn", "yn", "1", "oui", "y n"])
def test_anything_else_is_asked_again(typed):
    done = asked(f"{typed}\nj\n")
    assert done.stdout == "True\n"
    assert done.stderr.count("Erase it? [y/N]: ") == 2
    assert "y or n" in done.stderr


def test_nobody_there_is_no_answer():
    done = asked("")
    assert (done.exit_code, done.stdout) == (1, "")
