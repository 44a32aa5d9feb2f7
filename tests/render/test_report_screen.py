"""The first screen of a report: it fits a terminal of 80 by 24 whatever is in it, and speaks plainly."""

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from replywatch.cli.main import COMMANDS
from replywatch.domain.figures.measure import Wait
from replywatch.domain.figures.summary import summarise
from replywatch.domain.instants import DAY, HOUR
from replywatch.domain.results.warning import Code, Warning  # noqa: A004 - the word that people know
from replywatch.render.report.details import report_details
from replywatch.render.report.json import report_json
from replywatch.render.report.labels import short_label
from replywatch.render.report.screen import HEIGHT, fitting, report_screen
from replywatch.render.warnings import warning_text
from sample_report import AS_OF, LOCALE, empty, full

COLOURS = re.compile(r"\x1b\[[0-9;]*m")
JARGON = re.compile(
    r"kaplan|meier|foreign|set.aside|rules \d|internaldate|expected|interval|fingerprint|excluded|outbound|percentile"
    r"|median|survival|cohort|censor",
    re.IGNORECASE,
)
"""Words that nobody should have to know."""
UNHEARD = Warning(Code.READ_LONG_AGO, values={"last_read_at": AS_OF, "age_seconds": 3 * DAY})
FAILED = Warning(Code.LAST_ATTEMPT_FAILED, "info", {"last_complete_at": AS_OF, "error": "a long story " * 40})
ADDRESSES = ("info@a.example", "sales@a.example", "a.very.long.address.of.ours@quite-a-long-domain.example")


ASKED = ("", "--since all", "--since 2026-01-01 --until 2026-03-31 --measure turn", "--since 'last month' " * 9)


def with_waits(waits, measure="first", **values):
    """The sample with other waits."""
    report = full(measure)
    summary = summarise(waits, as_of=AS_OF, never_after=14 * DAY, coverage=report.coverage)
    return replace(report, summary=summary, **values)


def waits_of(answered=(), *, silent=(), bounds=()):
    """Waits of so many seconds; `silent` are ages."""
    start = AS_OF - 50 * DAY
    waits = [Wait("a", start, start + seconds, None, None, None) for seconds in answered]
    waits += [Wait("b", start, None, start + low, start + low + more, None) for low, more in bounds]
    return waits + [Wait("s", AS_OF - age, None, None, None, None) for age in silent]


@st.composite
def reports(draw):
    seconds = st.integers(0, 70 * DAY)
    many = st.lists(seconds, max_size=draw(st.sampled_from([1, 4, 40])))
    waits = waits_of(draw(many), silent=draw(many), bounds=draw(st.lists(st.tuples(seconds, seconds), max_size=4)))
    base = full()
    warnings = draw(st.lists(st.sampled_from([*base.warnings, UNHEARD, FAILED]), max_size=9))
    return with_waits(
        waits,
        draw(st.sampled_from(["first", "turn"])),
        warnings=tuple(warnings),
        oldest_waiting=base.oldest_waiting[: draw(st.integers(0, 5))],
        addresses=draw(st.sampled_from([(), *(ADDRESSES[:n] for n in (1, 2, 3))])),
    )


@pytest.mark.parametrize(
    ("name", "made", "keys"),
    [
        ("screen_80.txt", full(), {}),
        ("screen_120.txt", full(), {"width": 120}),
        ("screen_40.txt", full(), {"width": 40}),
        ("screen_80_terminal.txt", full(), {"colours": True}),
        ("screen_80_ascii.txt", full(), {"ascii": True}),
        ("screen_turn_80.txt", full("turn"), {}),
        ("screen_few_80.txt", with_waits(waits_of([HOUR, 3 * DAY], silent=[DAY]), warnings=()), {}),
        ("screen_empty_80.txt", empty(), {}),
    ],
    ids=lambda value: value.removesuffix(".txt") if isinstance(value, str) else "",
)
def test_the_whole_text_is_as_expected(name, made, keys, golden):
    golden(name, report_screen(made, replace(LOCALE, **keys)))


@settings(max_examples=200)
@given(reports(), st.integers(80, 160), st.booleans(), st.booleans(), st.sampled_from(ASKED))
def test_it_fits_a_terminal_of_24_lines_with_the_prompt(report, width, colours, ascii_, asked):
    text = report_screen(report, replace(LOCALE, width=width, colours=colours, ascii=ascii_), asked)
    assert text.endswith("\n")
    lines = COLOURS.sub("", text).splitlines()
    assert len(lines) <= HEIGHT == 23
    assert max(map(cell_len, lines)) <= min(width, 120)
    assert lines[-1].endswith("all: --details")
    assert not any(line.endswith(" ") for line in lines)
    assert "\n\n\n" not in text


@settings(max_examples=100)
@given(reports(), st.integers(40, 79), st.sampled_from(ASKED))
def test_a_narrow_terminal_scrolls_but_nothing_runs_over_its_edge(report, width, asked):
    lines = report_screen(report, replace(LOCALE, width=width), asked).splitlines()
    assert max(map(cell_len, lines)) <= width


@settings(max_examples=100)
@given(reports())
def test_no_word_of_statistics_or_protocols_is_on_it(report):
    people = tuple(replace(person, subject="Hello") for person in report.oldest_waiting)
    assert JARGON.findall(report_screen(replace(report, oldest_waiting=people), LOCALE)) == []


def test_the_details_have_the_words_that_the_first_screen_has_not():
    assert JARGON.search(report_details(full(), LOCALE)), "the test above would see them"


@settings(max_examples=50)
@given(reports())
def test_counts_and_shares_are_those_of_the_json(report):
    lines = report_screen(report, replace(LOCALE, width=120)).splitlines()
    measure = report.definition.measure
    shown = 0
    for row in json.loads(report_json(report))["buckets"]:
        found = [line for line in lines if line.startswith(f"  {short_label(row['key'], measure)}  ")]
        if row["count"] or row["key"] not in ("answered_time_unknown", "unknown"):
            shown += bool(report.summary.total)
            for line in found:
                count, share = re.search(r" (\d+) +([<>]?\d+) %", line).groups()
                assert int(count) == row["count"]
                assert abs(float(share.strip("<>")) - 100 * row["share"]) <= 1
        assert len(found) == (
            bool(report.summary.total) and (row["count"] > 0 or row["key"] not in ("answered_time_unknown", "unknown"))
        )
    assert shown in {0, 7, 8, 9}


def test_the_last_two_rows_are_there_if_anybody_is_in_them():
    rows = ("answered, time unknown", "can't say: mail missing")
    neither = report_screen(with_waits(waits_of([HOUR] * 6)), LOCALE)
    assert [row for row in rows if row in neither] == []
    assert "never answered  " in neither
    assert all(row in report_screen(full(), LOCALE) for row in rows)


def test_rows_are_in_the_order_in_which_time_goes_by():
    text = report_screen(full(), LOCALE)
    labels = ["within 1 hour", "1 to 24 hours", "1 to 2 days", "2 to 14 days", "after 14 days", "no answer yet"]
    labels += ["never answered", "answered, time unknown", "can't say: mail missing"]
    places = [text.index(f"\n  {label} ") for label in labels]
    assert places == sorted(places)


def test_the_sample_stands_beside_enquiries_alone():
    assert re.search(r"1 to 24 hours .* 27 %  ┘ ~15 %\n", report_screen(full(), LOCALE))
    assert re.search(r"never answered .* 18 %    ~33 %\n", report_screen(full(), LOCALE))
    assert "sample" not in report_screen(full("turn"), LOCALE)
    narrow = " ".join(report_screen(full(), replace(LOCALE, width=50)).split())
    assert "sample: ~15 % within 24 hours, ~50 % between 2 and 14 days, ~33 % never answered" in narrow


def test_what_was_not_seen_comes_before_any_figure():
    text = report_screen(full(), LOCALE)
    assert text.index("! The mail was last read completely 3 days ago") < text.index("Half have")


def test_what_belongs_into_the_config_is_left_to_check():
    unseen = next(warning for warning in full().warnings if warning.code is Code.ANSWERS_UNSEEN)
    text = report_screen(replace(full(), warnings=(unseen,)), replace(LOCALE, width=120))
    assert "[accounts.eva]" not in text
    said = " ".join(line.strip("! ") for line in text.splitlines())
    assert f"{warning_text(unseen, LOCALE)} What to put into the config: replywatch check." in said


def test_who_waits_gives_way_to_warnings_but_for_the_one_who_waits_longest():
    calm = report_screen(with_waits(waits_of([HOUR] * 9, silent=[DAY] * 5), warnings=()), LOCALE)
    assert [name in calm for name in ("w0@", "w1@", "w2@", "w3@")] == [True, True, True, False]
    grave = report_screen(with_waits(waits_of([HOUR] * 9, silent=[DAY] * 5), warnings=(FAILED,) * 3), LOCALE)
    assert [name in grave for name in ("w0@", "w1@")] == [True, False]


@pytest.mark.parametrize(
    ("texts", "room", "shown"),
    [
        ([], 3, []),
        ([["a"]], 3, ["a"]),
        ([["a"], ["b"], ["c"]], 3, ["a", "b", "c"]),
        ([["a"], ["b"], ["c"], ["d"]], 3, ["a", "b", "  2 more: --details"]),
        ([["a1", "a2"], ["b1", "b2"]], 3, ["a1", "a2", "  1 more: --details"]),
        ([["a1", "a2"], ["b1", "b2"]], 4, ["a1", "a2", "b1", "b2"]),
        ([["a"], ["b1", "b2", "b3"], ["c"]], 3, ["a", "  2 more: --details"]),
        ([["a1", "a2", "a3"]], 3, ["a1", "a2", "a3"]),
        ([["a1", "a2", "a3", "a4"]], 3, ["a1", "a2 …", "  In full: --details"]),
        ([["a1", "a2", "a3"], ["b"]], 3, ["a1", "a2 …", "  In full, and 1 more: --details"]),
        ([["a1", "a2"], ["b"]], 2, ["a1 …", "  In full, and 1 more: --details"]),
    ],
)
def test_as_many_warnings_as_fit_are_whole(texts, room, shown):
    assert fitting(texts, room) == shown


def test_the_hints_name_commands_that_are_there():
    text = report_screen(full(), replace(LOCALE, width=120))
    hints = [hint.split(": ") for hint in text.splitlines()[-1].strip().split(" · ")]
    assert [question for question, _ in hints] == ["who", "which", "why", "all"]
    words = [command.split()[0] for _, command in hints]
    assert set(words) - {"list"} <= {*COMMANDS, "--details"}
    assert hints[2][1] == f"explain {full().oldest_waiting[0].short_id}"
    assert report_screen(empty(), LOCALE).splitlines()[-1] == "  all: --details"


@pytest.mark.parametrize(
    ("asked", "width", "shown"),
    [
        ("", 120, "list --bucket never · why"),
        ("--since all", 120, "list --bucket never --since all · why"),
        ("--since 2026-02-01 --until 2026-03-31 --measure turn", 80, "list --bucket never (and these options)"),
        ("--since 'last month' --measure turn", 80, "list --bucket never --since 'last month' --measure turn\n"),
        (
            "--since 'last month' --as-of 2026-05-01T12:00:00+02:00 --until 2026-04-01 --measure turn " * 2,
            80,
            "never (and these",
        ),
    ],
)
def test_the_hint_of_a_list_counts_what_the_report_counts(asked, width, shown):
    assert shown in report_screen(full(), replace(LOCALE, width=width), asked)


@pytest.mark.parametrize("colours", [True, False])
def test_hostile_mail_does_nothing_to_a_terminal(colours):
    people = tuple(replace(p, contact="\x1b[2Jx\u202e@evil.example") for p in full().oldest_waiting)
    report = replace(full(), warnings=(), oldest_waiting=people, addresses=("a\x1b]0;@a.example",))
    text = report_screen(report, replace(LOCALE, width=120, colours=colours))
    assert "=HYPERLINK" in text
    plain = COLOURS.sub("", text) if colours else text
    assert all(character.isprintable() for character in plain.replace("\n", ""))


def test_where_nothing_but_ascii_can_be_drawn_nothing_else_is():
    people = tuple(replace(person, subject="Offer " * 20) for person in full().oldest_waiting)
    for measure in ("first", "turn"):
        report = replace(full(measure), oldest_waiting=people)
        for render in (report_screen, report_details):
            text = render(report, replace(LOCALE, ascii=True, width=120))
            assert [line for line in text.splitlines() if not line.isascii()] == []
            assert "##" in text or render is report_details
            other = render(report, replace(LOCALE, width=120)).splitlines()
            assert [len(line) for line in other if "…" not in line] == [
                len(line) for line, wide in zip(text.splitlines(), other, strict=True) if "…" not in wide
            ]


def test_letters_of_mail_stay_where_only_ascii_can_be_drawn():
    assert "Ünïcödé" in report_screen(
        replace(full(), warnings=(), oldest_waiting=full().oldest_waiting[2:]), replace(LOCALE, ascii=True, width=120)
    )
