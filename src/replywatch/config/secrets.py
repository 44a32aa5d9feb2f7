"""Passwords: had only when they are needed, never part of a text, a `repr` or a command line."""

from __future__ import annotations

import os
import shlex
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
        found = _from_command(secret.command, where, environ)
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
        done = subprocess.run(  # noqa: S603 - the config's owner says what to run
            words,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise SecretError(f"{where}: {program} has not answered within {TIMEOUT} seconds", hint) from None
    except OSError as error:
        raise SecretError(
            f"{where}: {program} can't be run: {error.strerror}",
            "Name the program with its whole path: cron looks for programs in fewer places than a shell.",
        ) from None
    if done.returncode != 0:
        raise SecretError(f"{where}: {program} failed with exit status {done.returncode}", hint)
    return _first_line(done.stdout, where)


def _from_file(path: Path, where: str) -> str:
    """The first line of the file, which must be closed to others."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            line = file.readline(LONGEST)
    except OSError as error:
        raise SecretError(
            f"{where}: the password file {path} can't be read: {error.strerror}",
            f"Its first line is to be the password. Then: chmod 600 {shlex.quote(str(path))}",
        ) from None
    if open_to_others(mode):
        raise SecretError(
            f"{where}: others can read the password file {path}", f"Run: chmod 600 {shlex.quote(str(path))}"
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
