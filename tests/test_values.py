"""The core finds, it doesn't phrase: what it makes are values, and render/ has the words, one place a code."""

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from replywatch.render import because, findings, notices

SOURCE = Path(__file__).parents[1] / "src" / "replywatch"
CORE = [p for p in sorted(SOURCE.rglob("*.py")) if p.relative_to(SOURCE).parts[0] not in {"render", "cli"}]
VALUES = {"Finding": 3, "Warning": 0, "Because": 0, "Notice": 0, "Stretch": 0}
"""What the core makes, and at which place its code stands."""
PHRASES = {"Finding": findings.PHRASES, "Notice": notices.NOTICES, "Stretch": notices.STRETCHES}
ONLY_FINDS = ("app/checking/", "app/deriving/", "app/explaining/", "app/polling/", "app/reporting/")
"""Rooms in which no text is put together but that of errors."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def made(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    """The places where a value of this type is made."""
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.Call) and name_of(node) == name)


def sentences(tree: ast.AST) -> Iterator[str]:
    """Texts of three words or more that are neither a docstring nor said by an error or an assertion."""
    if isinstance(tree, ast.Call) and name_of(tree).endswith("Error"):
        return
    if isinstance(tree, ast.Expr) and isinstance(tree.value, ast.Constant):
        return
    inside = [tree.test] if isinstance(tree, ast.Assert) else list(ast.iter_child_nodes(tree))
    if isinstance(tree, ast.JoinedStr | ast.Constant):
        parts = inside if isinstance(tree, ast.JoinedStr) else [tree]
        text = "{}".join(str(part.value) for part in parts if isinstance(part, ast.Constant))
        if sum(any(map(str.isalpha, word)) for word in text.split()) >= 3:
            yield text
        inside = [part for part in inside if isinstance(part, ast.FormattedValue)]
    for child in inside:
        yield from sentences(child)


def phrased_in(tree: ast.Module, *, whole: bool) -> list[str]:
    """The sentences that stand where values are made: in the same function, or anywhere if `whole`."""
    if whole:
        return list(sentences(tree))
    functions = [node for node in ast.walk(tree) if isinstance(node, Function)]
    return [text for f in functions if any(next(made(f, v), None) for v in VALUES) for text in sentences(f)]


def codes(call: ast.Call, place: int) -> list[str]:
    """The code of a value, or the two between which a condition decides; it has to stand there as it is."""
    given = call.args[place] if len(call.args) > place else next(k.value for k in call.keywords if k.arg == "code")
    found = [given.body, given.orelse] if isinstance(given, ast.IfExp) else [given]
    assert all(isinstance(code, ast.Constant) for code in found), ast.unparse(call)
    return [code.value for code in found]


def all_codes(name: str, files: Sequence[Path] = CORE) -> set[str]:
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in files]
    return {code for tree in trees for call in made(tree, name) for code in codes(call, VALUES[name])}


@pytest.mark.parametrize("path", CORE, ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_sentence_where_values_are_made(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert phrased_in(tree, whole=str(path.relative_to(SOURCE)).startswith(ONLY_FINDS)) == []


HIDDEN = """
def f(n):
    what = f"{n} of the newest"
    return Finding(OK, "info", "sent", "sent", {"what": what})
"""
SAID_BY_ERRORS = """
def f():
    '''Says what is there.'''
    progress.say(Notice("a_code", {"name": "two words"}))
    raise UsageError("there is no account", f"There are: {', '.join(names)}, and no others.")
"""


def test_a_sentence_is_found_wherever_it_hides():
    assert phrased_in(ast.parse(HIDDEN), whole=False) == [" of the newest"]
    assert phrased_in(ast.parse(SAID_BY_ERRORS), whole=False) == []
    assert phrased_in(ast.parse(HIDDEN.replace("Finding", "Found")), whole=False) == []
    assert phrased_in(ast.parse(HIDDEN.replace("Finding", "Found")), whole=True) == [" of the newest"]


@pytest.mark.parametrize("name", PHRASES)
def test_every_code_has_words_and_all_words_are_used(name):
    assert all_codes(name) == set(PHRASES[name])


def test_every_reason_of_a_role_has_words():
    reasons = all_codes("Because", [SOURCE / "domain" / "mailboxes" / "roles.py"])
    assert reasons == {rule for rule in because.PHRASES if rule.startswith("role.")}
