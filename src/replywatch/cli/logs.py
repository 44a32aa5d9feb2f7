"""A log file for programs that run unattended: one line for each event, with its instant in UTC and its level."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from logging.handlers import WatchedFileHandler
from pathlib import Path

import click

from replywatch.errors import ReplywatchError, UsageError

LEVELS = ("debug", "info", "warning", "error")
_LOGGER = "replywatch"
"""No other: libraries write down whole dialogues with servers, passwords and subjects among them."""


class _LogFile(WatchedFileHandler):
    """A file for its owner alone, opened anew once something moved it away; what can't be written is said once."""

    _failed = False

    def _open(self) -> TextIOWrapper:
        def for_its_owner(path: str, flags: int) -> int:
            return os.open(path, flags, 0o600)

        return open(self.baseFilename, "a", encoding="utf-8", errors="backslashreplace", opener=for_its_owner)

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line; the folder may be gone by now."""
        try:
            super().emit(record)
        except OSError:
            self.handleError(record)

    def close(self) -> None:
        """Close the file; what the disk had no room for is lost."""
        with suppress(OSError):
            super().close()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 - as `logging` calls it
        """Say on stderr that there is no log: a poll matters more than what is written about it."""
        if not self._failed:
            self._failed = True
            click.echo(f"The log {self.baseFilename} can't be written; the poll goes on without it.", err=True)


@contextmanager
def logging_to(path: Path | None, level: str) -> Iterator[logging.Logger]:
    """A logger that writes to the file from this level on; one that writes nowhere where there is none.

    Whatever ends the block is written down, too.

    Raises:
        UsageError: the file can't be opened.
    """
    logger = logging.getLogger(_LOGGER)
    logger.propagate = False
    handler = _handler(path)
    logger.addHandler(handler)
    logger.setLevel(level.upper())
    try:
        with _end_noted(logger):
            yield logger
    finally:
        logger.removeHandler(handler)
        handler.close()


def _handler(path: Path | None) -> logging.Handler:
    if path is None:
        return logging.NullHandler()
    try:
        handler = _LogFile(path)
    except OSError as error:
        raise UsageError(
            f"the log {path} can't be written: {error.strerror}", "--log takes a file in a folder that is there."
        ) from error
    form = logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%SZ")
    form.converter = time.gmtime
    handler.setFormatter(form)
    return handler


@contextmanager
def _end_noted(logger: logging.Logger) -> Iterator[None]:
    """Write down how the block ends, if not by itself; of a bug only its sort, since its text may quote mail."""
    from replywatch.render.poll_log import harmless

    try:
        yield
    except ReplywatchError as error:
        logger.error("%s (exit code %d)", harmless(error.text), error.exit_code)  # noqa: TRY400 - a traceback may quote mail
        raise
    except click.exceptions.Exit as leave:
        logger.log(logging.WARNING if leave.exit_code else logging.INFO, "ended (exit code %d)", leave.exit_code)
        raise
    except KeyboardInterrupt:
        logger.info("interrupted")
        raise
    except Exception as error:
        logger.error("a bug: %s", type(error).__name__)  # noqa: TRY400 - a traceback may quote mail
        raise
