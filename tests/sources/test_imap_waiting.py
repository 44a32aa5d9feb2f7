"""How long a server is waited for, by a clock that the test holds."""

from __future__ import annotations

import pytest

from replywatch.sources.imap.waiting import USUAL, SlowError, Timeouts, Waiting
from story import cases

PHASES = [
    # verb → seconds as usual, and where an account's timeout is 2 s, and 600 s
    ("what the server can do", b"CAPABILITY", 15, 2, 600),
    ("STARTTLS", b"STARTTLS", 15, 2, 600),
    ("the login", b"LOGIN", 60, 2, 600),
    ("a token", b"AUTHENTICATE", 60, 2, 600),
    ("an ordinary command", b"UID FETCH", 60, 2, 600),
    ("the list of mailboxes", b"LIST", 60, 2, 600),
    ("opening", b"EXAMINE", 300, 2, 600),
    ("searching", b"UID SEARCH", 300, 2, 600),
    ("looking at", b"STATUS", 300, 2, 600),
    ("the good-bye", b"LOGOUT", 5, 2, 5),
]


@cases("verb", "usual", "short", "long", rows=PHASES)
def test_phases(verb, usual, short, long):
    assert [timeouts.after(verb) for timeouts in (USUAL, Timeouts.of(2), Timeouts.of(600))] == [usual, short, long]


class Channel:
    """A socket and a clock: each piece comes after a while."""

    def __init__(self, *pieces: tuple[float, bytes]) -> None:
        self.now = 100.0
        self._pieces = list(pieces)
        self._timeout = 0.0

    def settimeout(self, seconds: float) -> None:
        self._timeout = seconds

    def recv(self, _: int) -> bytes:
        after, piece = self._pieces.pop(0)
        if after > self._timeout:
            self.now += self._timeout
            raise TimeoutError("timed out")
        self.now += after
        return piece


def received(*pieces: tuple[float, bytes], seconds: float = 60, between: float = 0) -> tuple[int, float, type | None]:
    """What came of an answer in these pieces: how many were received, how long it took, and how it ended."""
    channel = Channel(*pieces)
    waiting = Waiting(lambda: channel.now)
    waiting.begin(channel, seconds)
    for number in range(len(pieces)):
        try:
            waiting.receive(channel)
        except TimeoutError as error:
            return number, channel.now - 100, type(error)
        channel.now += between
    return len(pieces), channel.now - 100, None


def test_silence():
    assert received((61, b"x")) == (0, 60, TimeoutError)
    assert received((10, b"x" * 50_000), (61, b"x")) == (1, 70, TimeoutError)


@pytest.mark.parametrize("seconds", [5, 60, 300])
def test_an_octet_a_second_is_given_up_when_the_time_is_over(seconds):
    pieces, took, error = received(*[(1, b"x")] * 10_000, seconds=seconds)
    assert error is SlowError
    assert seconds <= took <= seconds + 1
    assert pieces >= seconds - 1


def test_an_octet_just_before_each_silence_is_too_long():
    assert received(*[(59, b"x")] * 100) == (1, pytest.approx(60, abs=0.1), SlowError)


def test_an_answer_may_take_longer_the_more_comes():
    assert received(*[(1, b"x" * 1000)] * 10_000) == (10_000, 10_000, None)
    assert received(*[(10, b"x" * 64_000)] * 1000)[2] is None


def test_pauses_between_much():
    """As a server makes them that gathers one message after the other."""
    assert received(*[(50, b"x" * 60_000)] * 100)[2] is None


def test_what_is_done_with_the_pieces_does_not_count():
    assert received(*[(1, b"x")] * 50, between=1000)[2] is None


def test_a_new_command_begins_anew():
    channel = Channel(*[(50, b"x")] * 10)
    waiting = Waiting(lambda: channel.now)
    for _ in range(10):
        waiting.begin(channel, 60)
        assert waiting.receive(channel) == b"x"
