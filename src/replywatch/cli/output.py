"""Where output goes: data to stdout, all else to stderr; widths and progress bars for terminals."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

import click

from replywatch.cli.options import colours
from replywatch.render.locale import NARROW, Locale

if TYPE_CHECKING:
    from datetime import tzinfo

    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from replywatch.config.model import Config
    from replywatch.domain.results.notice import Notice, Stretch

NARROWEST, WIDEST = 40, 120
"""Columns that are used of a narrower and of a wider terminal."""
_DRAWN = "█▏▶│┐·…"
"""Some of the characters that `render.glyphs` replaces: who has these has all."""

_COERCED = ("C.UTF-8", "C.utf8", "UTF-8")
"""What Python sets LC_CTYPE to where the locale is C."""


def width() -> int:
    """Columns to write for: the terminal's, but at least 40 and at most 120; 80 where there is none."""
    return max(NARROWEST, min(WIDEST, columns(sys.stdout)))


def columns(stream: TextIO) -> int:
    """Columns of the terminal that `stream` writes to, or what COLUMNS says of it; 80 where there is none."""
    if stream.isatty():
        with suppress(ValueError):
            if (said := int(os.environ.get("COLUMNS", ""))) > 0:
                return said
        with suppress(OSError):
            return os.get_terminal_size(stream.fileno()).columns or NARROW
    return NARROW


def ascii_only(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether nothing but ASCII can be drawn on `stream`: its encoding, a dumb terminal, or the locale C says so."""
    try:
        _DRAWN.encode(getattr(stream, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return True
    # Python makes UTF-8 of the locale C (PEP 538 and 540), the terminal doesn't; what it sets for that is no wish
    letters = environment.get("LC_CTYPE", "")
    asked = environment.get("LC_ALL") or ("" if letters in _COERCED else letters) or environment.get("LANG")
    return asked in {"C", "POSIX"} or (stream.isatty() and environment.get("TERM") == "dumb")


def locale_of(config: Config) -> Locale:
    """How things are shown on stdout: in the config's zone, as wide as the terminal, with colours if it has some."""
    return locale_in(config.report.timezone)


def locale_in(zone: tzinfo) -> Locale:
    """The same in a given zone, where there is no config."""
    ascii_ = ascii_only(sys.stdout, os.environ)
    return Locale(zone, width=width(), colours=colours(sys.stdout), ascii=ascii_)


def write(text: str) -> None:
    """Write data to stdout as it is."""
    click.echo(text, nl=False)


def write_lines(lines: Iterable[str]) -> None:
    """Write lines of data to stdout as they come."""
    for line in lines:
        click.echo(line)


def show(lines: Iterable[str], locale: Locale) -> None:
    """Write lines for a person to stdout as they come, with what can be drawn there."""
    from replywatch.render.glyphs import drawn  # only for people

    write_lines(drawn(line, locale) for line in lines)


def tell(lines: Iterable[str]) -> None:
    """Write harmless lines for a person to stderr, as `fitted` does."""
    for line in lines:
        click.echo(fitted(line), err=True)


def fitted(text: str, *, beside: int = 0, stream: TextIO | None = None) -> str:
    """`text` as it fits on the terminal of a stream with what stands `beside` it, in columns; elsewhere as it is.

    So a line of a log stays one. The stream is stderr unless another one is given.
    """
    stream = stream or sys.stderr
    if not stream.isatty():
        return text
    from replywatch.render.folding import folded  # only for terminals

    return folded(text, columns(stream) - beside)


class _Display:
    """The bars of all that work at once, on stderr; there from the first stretch of work on that is worth one."""

    def __init__(self) -> None:
        self.bars: Bars | None = None
        self._lock = Lock()

    def shown(self) -> Bars:
        with self._lock:
            if self.bars is None:
                self.bars = _bars()
                self.bars.start()
            return self.bars


class Listener:
    """Shows progress on stderr: bars on a terminal, nothing elsewhere; what is said always appears, one line each.

    Used as a context manager.
    """

    def __init__(
        self,
        *,
        quiet: bool = False,
        unsaid: Collection[str] = (),
        beside: Listener | None = None,
        overhears: Callable[[Notice], None] = lambda _: None,
    ) -> None:
        """Its bar is among those of `beside`, if there is one.

        Notes of the codes `unsaid` are not shown; `overhears` gets every notice, shown or not.
        """
        self._quiet = quiet
        self._unsaid = unsaid
        self._overhears = overhears
        self._shows = sys.stderr.isatty() and not quiet
        self._beside = beside
        self.display: _Display = beside.display if beside else _Display()
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        """Nothing to show yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take its bar away, and with the first listener the display."""
        self._end()
        if self.display.bars and not self._beside:
            self.display.bars.stop()

    def worker(self) -> Listener:
        """A listener of its own for one of several that work side by side."""
        return Listener(quiet=self._quiet, unsaid=self._unsaid, beside=self, overhears=self._overhears)

    def begin(self, stretch: Stretch, total: int | None) -> None:
        """A stretch of work begins, and the one before is over; `total` steps if known."""
        self._end()
        if not self._shows or total == 0:
            return
        from replywatch.render.notices import stretch_text  # only where bars are shown

        self._task = self.display.shown().add_task(_plain(stretch_text(stretch)), total=total)

    def advance(self, steps: int) -> None:
        """So many more steps are done."""
        if self.display.bars and self._task is not None:
            self.display.bars.advance(self._task, steps)

    def _end(self) -> None:
        if self.display.bars and self._task is not None:
            self.display.bars.remove_task(self._task)
            self._task = None

    def note(self, notice: Notice) -> None:
        """The same as `say`, but not shown if quiet, or if nobody wants to read that."""
        if self._quiet or notice.code in self._unsaid:
            self._overhears(notice)
        else:
            self.say(notice)

    def say(self, notice: Notice) -> None:
        """Something a person should read now."""
        from replywatch.render.notices import notice_text  # only where something is said

        self._overhears(notice)
        self.line(notice_text(notice))

    def line(self, text: str) -> None:
        """A line of the command itself; blanks in front stay."""
        if self.display.bars:
            self.display.bars.console.print(fitted(_plain(text)), markup=False, highlight=False, soft_wrap=True)
        else:
            click.echo(fitted(_plain(text)), err=True)


def _bars() -> Bars:
    from rich.console import Console  # 60 ms that a cron job or a pipe need not pay
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )


def _plain(text: str) -> str:
    from replywatch.render.text import safe  # only where something is said

    return " " * (len(text) - len(text.lstrip(" "))) + safe(text)
