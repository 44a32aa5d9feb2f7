"""Passwords: had only when they are needed, never part of a text, a `repr` or a command line."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path

from replywatch.config.model import Secret
from replywatch.errors import SecretError
from replywatch.extras import in_this_python, install_command

_LOOK = "Look at what stands where it comes from; it is not shown here."
TIMEOUT = 30
"""Seconds that a command has to print the password."""
LONGEST = 65_536
"""Bytes of a password file's first line that are read; a token may be long, a disk image is no password."""


def resolve(secret: Secret, *, username: str, where: str, environ: Mapping[str, str]) -> str:
    """The password that `secret` leads to; `where` is its dotted path in the config, for errors.

    Raises:
        SecretError: there is none, or it can't be used. Neither the error nor its causes show the password or
            what a command wrote.
    """
    if secret.env is not None:
        found = _from_environment(secret.env, where, environ)
    elif secret.command is not None:
        visible = {name: value for name, value in environ.items() if name not in secret.withheld}
        found = _from_command(secret.command, where, visible)
    elif secret.file is not None:
        found = _from_file(secret.file, where)
    elif secret.keyring is not None:
        found = _from_keyring(secret.keyring, username, where)
    else:
        found = secret.literal or ""
    if not found:
        raise SecretError(f"{where}: the password is empty", _LOOK)
    if any(char in found for char in "\0\r\n"):
        raise SecretError(f"{where}: the password holds a line break or a NUL, which no server takes", _LOOK)
    return found


def _from_environment(variable: str, where: str, environ: Mapping[str, str]) -> str:
    """The value of `variable`."""
    if not environ.get(variable):
        raise SecretError(
            f"{where}: the environment variable {variable} is not set",
            f"Set it before the call: export {variable}=…; for cron, in a file that the job reads.",
        )
    return environ[variable]


def _from_command(command: str | tuple[str, ...], where: str, environ: Mapping[str, str]) -> str:
    """The first line that `command`, run without a shell, writes to its standard output."""
    words = shlex.split(command) if isinstance(command, str) else list(command)
    program = words[0]  # its arguments may be secret
    hint = "Run the command by hand to see what it says; its output is not shown here."
    try:
        with subprocess.Popen(  # noqa: S603 - the config's owner says what to run
            words,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # it can't ask at a terminal, and all that it starts ends with it
        ) as process:
            try:
                output, _ = process.communicate(timeout=TIMEOUT)
            except BaseException:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                raise
    except subprocess.TimeoutExpired:
        raise SecretError(f"{where}: {program} has not answered within {TIMEOUT} seconds", hint) from None
    except OSError as error:
        raise SecretError(
            f"{where}: {program} can't be run: {error.strerror}",
            "Name the program with its whole path: cron looks for programs in fewer places than a shell.",
        ) from None
    if process.returncode != 0:
        raise SecretError(f"{where}: {program} failed with exit status {process.returncode}", hint)
    return _first_line(output, where)


def _from_file(path: Path, where: str) -> str:
    """The first line of the file, which must be ours and closed to others; of a link the file behind it counts."""
    named = shlex.quote(str(path))
    try:
        # A pipe would be waited for: O_NONBLOCK opens it at once, and changes nothing for a file.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            status = os.fstat(file.fileno())
            line = file.readline(LONGEST) if stat.S_ISREG(status.st_mode) else None
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else error
        raise SecretError(
            f"{where}: the password file {path} can't be read: {said}",
            f"Its first line is to be the password. Then: chmod 600 {named}",
        ) from None
    if line is None:
        raise SecretError(f"{where}: the password file {path} is no ordinary file", "Name a file, mode 0600.")
    if open_to_others(status.st_mode):
        raise SecretError(f"{where}: others can read the password file {path}", f"Run: chmod 600 {named}")
    if status.st_uid not in (0, os.geteuid()):
        raise SecretError(
            f"{where}: the password file {path} belongs to somebody else, who can read it",
            f"Run: chown {os.geteuid()} {named}",
        )
    return _first_line(line, where)


def _from_keyring(service: str, username: str, where: str) -> str:
    """The password that the system's keyring has for `username` at `service`."""
    try:
        import keyring  # noqa: PLC0415 - an extra, and slow to import
        import keyring.errors  # noqa: PLC0415 - the same
    except ImportError:
        raise SecretError(
            f"{where}: the package keyring is not installed", f"Install it: {install_command('keyring')}"
        ) from None
    try:
        found = keyring.get_password(service, username)
    except keyring.errors.KeyringError as error:
        raise SecretError(
            f"{where}: the keyring can't be used ({type(error).__name__})",
            "Unlock it; where nobody is logged in, as in cron, let the password come from a file.",
        ) from None
    if found is None:
        raise SecretError(
            f"{where}: the keyring has no password for {username} at {service}",
            f"Store it: {in_this_python(f'keyring set {shlex.quote(service)} {shlex.quote(username)}')}",
        )
    return found


def open_to_others(mode: int) -> bool:
    """Whether group or others may read a file of this mode."""
    return bool(mode & (stat.S_IRGRP | stat.S_IROTH))


def _first_line(output: bytes, where: str) -> str:
    """The first line of `output` without its end; an error says nothing about the bytes."""
    try:
        return output.partition(b"\n")[0].removesuffix(b"\r").decode()
    except UnicodeDecodeError:
        raise SecretError(f"{where}: the password is not UTF-8 text", _LOOK) from None
