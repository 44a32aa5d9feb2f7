"""What is said of a config that is no TOML: what stands there twice is named, with its line."""

import tomllib

import pytest

from replywatch.config.load import load_config
from replywatch.config.toml_faults import fault_of
from replywatch.errors import ConfigError


def fault(text):
    with pytest.raises(tomllib.TOMLDecodeError) as caught:
        tomllib.loads(text)
    return fault_of(text, caught.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a = 1\na = 2\n", "a is there twice, again at line 2"),
        ("[team]\n\nx = 1\nx = 2\n", "team.x is there twice, again at line 4"),
        ('[team]\nx = [\n  "a",\n]\n# more\nx = [\n  "b",\n]\ny = 1\n', "team.x is there twice, again at line 6"),
        ('x = """\n[b]\n"""\nx = 1', "x is there twice, again at line 4"),
        ("[accounts.info]\nx = 1\n[team]\n[accounts.info]\ny = 1", "accounts.info is there twice, again at line 4"),
        ('[a]\n["b.c"]\n[ "b.c" ] # again', '"b.c" is there twice, again at line 3'),
        ("[a]\nb = { c = 1 }\n[a.b]\nd = 1\n", "a.b is there twice, again at line 3"),
        ("[a]\nb = { c = 1 }\nb.d = 2\n", "a.b is there twice, again at line 3"),
        ("[a.b]\nx = 1\n[a]\nb = 2\n", "a.b is there twice, again at line 4"),
        ("a.b = 1\na.b = 2", "a.b is there twice, again at line 2"),
        ("[[targets]]\nx = 1\n[[targets]]\nx = 2\nx = 3", "targets.x is there twice, again at line 5"),
        ('"a = b" = 1\n"a = b" = 2', '"a = b" is there twice, again at line 2'),
        ("[accounts.info]\nx = { env = 1 }\nx = { env = 2 }", "accounts.info.x is there twice, again at line 3"),
        ("x = [\n[1],\n[2],\n]\n[t]\ny = 1\ny = [\n[1]]", "t.y is there twice, again at line 7"),
        ("a = 1\r\na = 2\r\n", "a is there twice, again at line 2"),
    ],
)
def test_what_is_there_twice_is_named_with_its_line(text, says):
    assert fault(text) == says


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x = { a = 1, a = 2 }", "Duplicate inline table key 'a' (at line 1,"),
        ("[team]\nx = yes\n", "Invalid value (at line 2,"),
        ("[team\n", "(at line 1,"),
        ("x = 1 y = 2", "(at line 1,"),
        ("x = [\n1,\n", "Invalid value (at end of document)"),
        ("= 1", "(at line 1,"),
    ],
)
def test_other_faults_are_said_as_they_were_found(text, says):
    assert says in fault(text)


def test_a_secret_is_not_quoted(tmp_path):
    path = tmp_path / "c.toml"
    path.write_text('[accounts.info]\npassword = "geheim"\npassword = "geheim2"\n')
    with pytest.raises(ConfigError) as caught:
        load_config(path, {})
    assert str(caught.value).endswith(
        "c.toml is not valid TOML: accounts.info.password is there twice, again at line 3"
    )
