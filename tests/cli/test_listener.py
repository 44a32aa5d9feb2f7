"""Bars for several who work side by side: each has its own, and all are on one display."""

from __future__ import annotations

import sys
from threading import Barrier, Thread

import pytest

from replywatch.cli import output
from replywatch.cli.output import Listener
from replywatch.domain.results.notice import Notice, Stretch

READING, MATCHING = Stretch("reading_headers"), Stretch("matching_replies")


class Bars:
    """Stands for rich's display, and says what is on it."""

    def __init__(self):
        self.shown = {}
        self.said = []
        self.console = self
        self.running = False

    def start(self):
        self.running = True

    def stop(self):
        self.running = False

    def add_task(self, what, total):
        task = max(self.shown, default=0) + 1
        self.shown[task] = [what, 0, total]
        return task

    def remove_task(self, task):
        del self.shown[task]

    def advance(self, task, steps):
        self.shown[task][1] += steps

    def print(self, text, **_):
        self.said.append(text)


@pytest.fixture
def bars(monkeypatch):
    """The display, once there is one, on a terminal."""
    made = []
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(output, "_bars", lambda: made.append(Bars()) or made[-1])
    return made


def test_one_bar_after_the_other(bars):
    with Listener() as listener:
        listener.begin(READING, 3)
        listener.advance(2)
        assert list(bars[0].shown.values()) == [["Reading headers", 2, 3]]
        listener.begin(MATCHING, None)
        assert list(bars[0].shown.values()) == [["Matching replies", 0, None]]
        listener.begin(MATCHING, 0)
        assert bars[0].shown == {}, "what takes no time needs no bar"
        assert bars[0].running
    assert not bars[0].running
    assert len(bars) == 1


def test_two_side_by_side(bars):
    with Listener() as listener, listener.worker() as one:
        with listener.worker() as other:
            one.begin(READING, 3)
            other.begin(MATCHING, 4)
            one.advance(1)
            other.advance(2)
            assert list(bars[0].shown.values()) == [["Reading headers", 1, 3], ["Matching replies", 2, 4]]
            other.say(Notice("poll_at_work"))
            listener.note(Notice("poll_at_work"))
            assert len(bars[0].said) == 2, "above the bars, whoever says it"
        assert list(bars[0].shown.values()) == [["Reading headers", 1, 3]], "what one began ends with it"
        assert bars[0].running
    assert bars[0].shown == {}
    assert not bars[0].running
    assert len(bars) == 1


def test_in_threads_of_their_own(bars):
    """One display, whoever begins first."""
    together = Barrier(8)

    def work(listener):
        with listener.worker() as worker:
            together.wait()
            worker.begin(READING, 1)
            worker.advance(1)

    with Listener() as listener:
        threads = [Thread(target=work, args=[listener]) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(bars) == 1


def test_a_quiet_one_has_quiet_workers(bars, capsys):
    with Listener(quiet=True) as listener, listener.worker() as worker:
        worker.begin(READING, 3)
        worker.advance(1)
        worker.note(Notice("poll_at_work"))
    assert bars == []
    assert capsys.readouterr().err == ""


def test_where_there_is_no_terminal(bars, monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False, raising=False)
    with Listener() as listener, listener.worker() as worker:
        worker.begin(READING, 3)
        worker.note(Notice("poll_at_work"))
    assert bars == []
    assert capsys.readouterr().err.count("\n") == 1
