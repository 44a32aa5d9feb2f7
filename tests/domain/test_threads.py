"""Ties between messages, and their order (what is counted, points 4 and 6)."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from pathlib import Path

import pytest

from replywatch.domain.headers.header import parse_header
from replywatch.domain.judging.reading import read
from replywatch.domain.matching.match import match
from replywatch.domain.matching.threads import Ties, tie
from replywatch.domain.messages import Copy, Location, Message, Role, Rung
from replywatch.domain.team import Team
from story import LONG_AGO, Story, at, merged, settings_of

SAMPLES = Path(__file__).parents[2].parent / "shared/samples/threads"


def tied(story: Story) -> tuple[list[str | None], Ties]:
    messages = story.messages()
    return [m.message_id for m in messages], tie(messages)


def order(story: Story) -> list[str | None]:
    ids, ties = tied(story)
    return [ids[i] for i in ties.order]


def together(story: Story, rung: Rung) -> set[frozenset[str | None]]:
    ids, ties = tied(story)
    groups: dict[int, set[str | None]] = {}
    for one, root in zip(ids, ties.components[rung], strict=True):
        groups.setdefault(root, set()).add(one)
    return {frozenset(g) for g in groups.values()}


def mail(s: Story, one: str, when: str, *, by: str = "anna", **said: object) -> None:
    s.inbound(by, when, message_id=one, subject=one, **said)


# Components


def test_each_rung_ties_more() -> None:
    s = Story()
    mail(s, "q", "03-02 09:00", thread="gmail:1")
    mail(s, "a", "03-02 10:00", replies="q")
    mail(s, "b", "03-02 11:00", references="q")
    mail(s, "c", "03-02 12:00", thread="gmail:1")
    mail(s, "d", "03-02 13:00", thread="gmail:2")
    b, c, d = frozenset("b"), frozenset("c"), frozenset("d")
    assert together(s, Rung.IN_REPLY_TO) == {frozenset("qa"), b, c, d}
    assert together(s, Rung.REFERENCES) == {frozenset("qab"), c, d}
    assert together(s, Rung.PROVIDER) == {frozenset("qabc"), d}


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"replies": "ghost", "references": ("older", "ghost")},
        {"replies": "q", "references": ("ghost", "q")},
        {"thread": "gmail:1", "references": "ghost"},
    ],
)
def test_a_message_alone_is_tied_as_beside_a_stranger(said: dict[str, object]) -> None:
    s = Story()
    mail(s, "q", "03-02 09:00", **said)
    (alone,) = s.messages()
    stranger = alone._replace(
        identity="z" * 32, ids=frozenset({"z"}), in_reply_to=(), references=(), threads=frozenset()
    )
    ties, beside = tie([alone]), tie([alone, stranger])
    assert (ties.rungs[0], ties.order, ties.named[0], ties.answered[0], ties.ghosts[0]) == (
        beside.rungs[0],
        (0,),
        beside.named[0],
        beside.answered[0],
        beside.ghosts[0],
    )
    assert {rung: roots[:1] for rung, roots in beside.components.items()} == ties.components


def test_the_rung_of_a_message_is_the_strictest_that_ties_it() -> None:
    s = Story()
    mail(s, "q", "03-02 09:00", thread="gmail:1")
    mail(s, "a", "03-02 10:00", replies="q", references="q", thread="gmail:1")
    mail(s, "b", "03-02 11:00", references="q")
    mail(s, "c", "03-02 12:00", thread="gmail:1")
    mail(s, "d", "03-02 13:00", thread="gmail:2", replies="ghost")
    ids, ties = tied(s)
    assert dict(zip(ids, ties.rungs, strict=True)) == {
        "q": Rung.IN_REPLY_TO,
        "a": Rung.IN_REPLY_TO,
        "b": Rung.REFERENCES,
        "c": Rung.PROVIDER,
        "d": None,
    }


def test_ghosts_tie_and_are_told() -> None:
    s = Story()
    mail(s, "a", "03-02 09:00", references=["g1", "g2"])
    mail(s, "b", "03-02 10:00", replies="g2")
    mail(s, "c", "03-02 11:00", replies="g3", references="a")
    ids, ties = tied(s)
    assert together(s, Rung.REFERENCES) == {frozenset("abc")}
    assert dict(zip(ids, ties.ghosts, strict=True)) == {"a": {"g1", "g2"}, "b": {"g2"}, "c": {"g3"}}


def test_an_id_that_a_provider_rewrote_still_ties() -> None:
    s = Story()
    mail(s, "new", "03-02 09:00", fields="X-Microsoft-Original-Message-ID: <old>")
    mail(s, "a", "03-02 10:00", replies="old")
    assert together(s, Rung.IN_REPLY_TO) == {frozenset(["new", "a"])}


def test_naming_itself_says_nothing() -> None:
    s = Story()
    mail(s, "a", "03-02 09:00", replies="a", references=["a"])
    _, ties = tied(s)
    assert (ties.order, ties.rungs, ties.ghosts, ties.named) == ((0,), (None,), (frozenset(),), ((),))


def test_an_id_cannot_pose_as_a_providers_thread() -> None:
    s = Story()
    mail(s, "a", "03-02 09:00", thread="gmail:1")
    mail(s, "b", "03-02 10:00", replies="thread\0gmail:1")
    assert len(together(s, Rung.PROVIDER)) == 2


# Several messages with one id


def imposters(*people: str, namer: str = "anna") -> Story:
    """Messages with the id `same`, a day apart, of these people; then one of the namer's that names it."""
    s = Story()
    for day, who in enumerate(people, 2):
        s.inbound(who, f"03-{day:02} 09:00", message_id="same", subject=who)
    s.inbound(namer, "03-04 12:00", message_id="namer", replies="same")
    return s


@pytest.mark.parametrize(
    ("people", "meant"),
    [
        (("anna", "carl"), 0),  # the last of the same contact
        (("carl", "anna"), 1),
        (("anna", "anna", "carl"), 1),
        (("carl", "dora"), 1),  # else the last before
        (("carl", "dora", "emil", "anna"), 2),  # anna's came later
        (("anna", "carl", "dora", "anna", "anna"), 0),  # one of hers came before, two later
    ],
)
def test_who_names_a_reused_id_means_the_nearest_before(people: tuple[str, ...], meant: int) -> None:
    messages = imposters(*people).messages()
    of_days = sorted((m.clock, i) for i, m in enumerate(messages) if m.message_id == "same")
    namer = next(i for i, m in enumerate(messages) if m.message_id == "namer")
    assert tie(messages).named[namer] == (of_days[meant][1],)


def test_who_names_a_reused_id_may_spell_herself_otherwise() -> None:
    messages = imposters("annaberg@googlemail.com", "carl", namer="anna.berg@gmail.com").messages()
    first = min(range(len(messages)), key=lambda i: messages[i].clock)
    assert tie(messages).named[next(i for i, m in enumerate(messages) if m.message_id == "namer")] == (first,)


def test_messages_with_one_id_stay_apart() -> None:
    s = Story()
    s.inbound("anna", "03-02 09:00", message_id="same")
    s.inbound("carl", "03-03 09:00", message_id="same")
    assert len(set(tied(s)[1].components[Rung.PROVIDER])) == 2


def test_a_message_that_names_its_own_reused_id_means_the_other() -> None:
    s = Story()
    s.inbound("anna", "03-02 09:00", message_id="same")
    s.inbound("anna", "03-03 09:00", message_id="same", replies="same")
    assert len(set(tied(s)[1].components[Rung.IN_REPLY_TO])) == 1


@pytest.mark.parametrize(
    ("people", "meant"),
    [
        (("anna", "anna"), 1),  # the one before it, not the first
        (("anna", "carl"), 0),  # of the same contact
        (("carl", "dora"), 1),  # else the last before
    ],
)
def test_a_namer_that_carries_the_reused_id_itself_means_the_nearest_other(people: tuple[str, ...], meant: int) -> None:
    s = Story()
    for day, who in enumerate(people, 2):
        s.inbound(who, f"03-{day:02} 09:00", message_id="same", subject=who)
    s.inbound("anna", "03-05 09:00", message_id="same", replies="same")
    s.inbound("anna", "03-06 09:00", message_id="same", subject="later")
    messages = s.messages()
    in_order = sorted(range(len(messages)), key=lambda i: messages[i].clock)
    assert tie(messages).named[in_order[-2]] == (in_order[meant],)


def test_all_after_the_namer() -> None:
    s = Story()
    s.inbound("anna", "03-01 09:00", message_id="namer", replies="same")
    s.inbound("carl", "03-03 09:00", message_id="same")
    s.inbound("carl", "03-02 09:00", message_id="same")
    messages = s.messages()
    assert [messages[i].clock for i in tie(messages).named[0]] == [at("03-02 09:00")]


# Order (point 4)


def test_by_clock_where_nothing_else_is_said() -> None:
    s = Story()
    for one, when in (("b", "03-02 10:00"), ("c", "03-02 11:00"), ("a", "03-02 09:00")):
        mail(s, one, when)
    assert order(s) == ["a", "b", "c"]


def test_none_before_a_message_that_it_names() -> None:
    s = Story()
    mail(s, "late", "03-02 12:00")
    mail(s, "reply", "03-02 09:00", replies="late")
    mail(s, "reply2", "03-02 08:00", references=["late", "reply"])
    mail(s, "other", "03-02 10:00")
    assert order(s) == ["other", "late", "reply", "reply2"]


def test_in_a_circle_the_earliest_goes_first() -> None:
    s = Story()
    mail(s, "c", "03-02 11:00", replies="a")
    mail(s, "a", "03-02 09:00", replies="b")
    mail(s, "b", "03-02 10:00", replies="c")
    assert order(s) == ["a", "b", "c"]


def test_what_names_a_message_in_a_circle_still_comes_after_it() -> None:
    """It isn't in the circle itself, though nothing of the circle can go without breaking it."""
    s = Story()
    mail(s, "x", "03-02 11:00", replies="y")
    mail(s, "y", "03-02 12:00", replies="x")
    mail(s, "early", "03-02 09:00", replies="y")
    mail(s, "between", "03-02 10:00", replies="early")
    mail(s, "z", "03-02 13:00", replies=["z2"], references="between")
    mail(s, "z2", "03-02 08:30", replies="z", references="between")
    assert order(s) == ["x", "y", "early", "between", "z2", "z"]


def test_any_order_of_the_messages_gives_the_same_order() -> None:
    s = Story()
    mail(s, "x", "03-02 11:00", replies="y")
    mail(s, "y", "03-02 11:00", replies="x")
    mail(s, "r", "03-02 09:00", references=["y", "g"])
    mail(s, "n", "03-02 09:00", references=["g"])
    found = set()
    for messages in itertools.permutations(s.messages()):
        ties = tie(messages)
        found.add(tuple(messages[i].message_id for i in ties.order))
    assert len(found) == 1


# Hostile sizes: anything quadratic would take minutes


def chain(size: int, named: range) -> list[Message]:
    s = Story()
    mail(s, "m", "03-02 09:00")
    (one,) = s.messages()
    return [
        one._replace(identity=f"{n:06}", ids=frozenset([f"m{n}"]), clock=n, references=(f"m{named[n]}",))
        for n in range(size)
    ]


N = 20_000


@pytest.mark.parametrize(
    "named",
    [range(-1, N - 1), range(1, N + 1), range(N, 0, -1)],
    ids=["each the one before", "each the one after", "each its mirror"],
)
def test_long_chains(named: range) -> None:
    assert sorted(tie(chain(N, named)).order) == list(range(N))


def test_many_with_one_id() -> None:
    messages = [m._replace(ids=frozenset(["same"]), references=("same",)) for m in chain(N, range(N))]
    assert len(set(tie(messages).components[Rung.REFERENCES])) == 1


def test_many_references() -> None:
    ghosts = tuple(f"g{n}" for n in range(10_000))
    messages = [m._replace(references=ghosts, in_reply_to=ghosts[::-1]) for m in chain(20, range(20))]
    assert len(set(tie(messages).components[Rung.IN_REPLY_TO])) == 1


# Samples: threads that other programs' tests expect

CASES = sorted(SAMPLES.glob("*/expected.json"))
samples = pytest.mark.skipif(not CASES, reason="the samples are not there")
OUTSIDERS = Team(("info@example.com",))
DIFFERENT = {
    "james_8": "RFC 8621 starts a new thread where the subject changes; here the ids decide alone",
    "james_9": "the same",
    "jwz_subject_prefixes_mailkit": "no ids at all; see the test of the subject rung below",
}


def sample(name: str) -> list[Message]:
    copies = []
    for number, file in enumerate(sorted((SAMPLES / name).glob("*.eml"))):
        arrived = LONG_AGO + 60 * number
        location = Location(
            "info",
            watched=True,
            role=Role.INBOX,
            both_directions=False,
            internal_date=arrived,
            thread=None,
            first_seen=arrived,
            gone=None,
            draft=False,
        )
        copies.append(Copy(f"{number:04}", read(parse_header(file.read_bytes()), OUTSIDERS), (location,)))
    return merged(copies, OUTSIDERS)


def groups(messages: list[Message], field: str) -> list[list[str]]:
    """One field of the messages of each conversation, by ids alone."""
    found: dict[int, list[str]] = {}
    for message, root in zip(messages, tie(messages).components[Rung.PROVIDER], strict=True):
        found.setdefault(root, []).append(getattr(message, field))
    return sorted(map(sorted, found.values()))


@samples
def test_samples_are_grouped_as_other_programs_do() -> None:
    differ = set()
    for case in CASES:
        wanted = json.loads(case.read_text()).get("groups")
        if wanted and groups(sample(case.parent.name), "message_id") != sorted(
            sorted(one.strip("<>") for one in group) for group in wanted
        ):
            differ.add(case.parent.name)
    assert differ == set(DIFFERENT)


@samples
def test_the_subject_rung_joins_what_one_person_wrote_with_reply_prefixes() -> None:
    messages = sample("jwz_subject_prefixes_mailkit")
    assert len(set(match(messages, settings_of(OUTSIDERS, [])).conversations.values())) == 1


@samples
def test_the_trees_of_jamie_zawinskis_test() -> None:
    """Differences by design: he loses circles, joins by subject alone, and takes copies of a message for several."""
    wanted: list[list[str]] = []
    for line in json.loads((SAMPLES / "jwz_testthreader_mailkit/expected.json").read_text())["tree_by_subject"]:
        if not line.startswith(" "):
            wanted.append([])
        if line != "dummy":
            wanted[-1].append(line.strip())
    ours = Counter(map(tuple, groups(sample("jwz_testthreader_mailkit"), "subject")))
    theirs = Counter(tuple(sorted(tree)) for tree in wanted if tree != [""])
    assert ours - theirs == {
        ("Loop1", "Loop2", "Loop3"): 1,
        ("Loop10", "Loop7", "Loop8", "Loop8"): 1,
        ("lkjhlkjh",): 2,
        ("same subject 1",): 2,
        ("dup", "dup-kid", "dup-kid-2"): 1,
    }
    assert theirs - ours == {
        ("lkjhlkjh", "lkjhlkjh"): 1,
        ("same subject 1", "same subject 1"): 1,
        ("dup", *["dup-kid"] * 2, *["dup-kid-2"] * 3): 1,
    }
