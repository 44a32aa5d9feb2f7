"""Where a password comes from, and the password itself, typed unseen."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path

from replywatch.cli.asking import answers
from replywatch.cli.asking.given import Given
from replywatch.cli.asking.questions import Questions
from replywatch.config import names
from replywatch.config.account_names import password_variable
from replywatch.config.model import ImapAccount, Secret
from replywatch.config.secrets import resolve
from replywatch.errors import SecretError, UsageError


@dataclass(frozen=True, slots=True)
class Password:
    """Where a password comes from, and what was typed for that place. Never shows it when printed."""

    secret: Secret
    """As the config says it: a file is seen from the config's folder."""
    typed: str = field(default="", repr=False)
    """"" where it lies there already, or is put there by somebody else."""

    def used_by(self, account: ImapAccount, folder: Path) -> ImapAccount:
        """`account` with this password, as it will be once the config lies in `folder`."""
        if self.typed:
            return replace(account, password=Secret(literal=self.typed))
        file = self.secret.file and names.path(str(self.secret.file), folder.absolute())
        return replace(account, password=replace(self.secret, file=file) if file else self.secret)

    def file(self, folder: Path) -> Path | None:
        """The file that what was typed is to be written into; None if there is none."""
        return names.path(str(self.secret.file), folder) if self.typed and self.secret.file else None

    def is_there(self, account: ImapAccount, folder: Path, *, asks: bool) -> bool:
        """Whether it can be had already; no command is run, and no keyring opened unless it may ask a person."""
        if self.typed or self.secret.command or (self.secret.keyring and not asks):
            return bool(self.typed)
        used = self.used_by(account, folder)
        try:
            resolve(used.password, username=used.username, where=used.name, environ=os.environ)
        except SecretError:
            return False
        return True


def ask_password(ask: Questions, given: Given, account: str, path: Path) -> Password:
    """Where the password of `account` comes from, for the config at `path`."""
    said = {way: value for way in answers.WAYS if (value := getattr(given, f"password_{way}"))}
    if len(said) > 1:
        raise UsageError(
            "the password can come from one place only", "Give one of " + ", ".join(f"--password-{w}" for w in said)
        )
    if not said and ask.at_terminal:
        typed = ask.secret("Its password (nothing is shown; Enter: it comes from elsewhere)")
        if typed:
            return _in_a_file(account, typed, path.parent)
    way = next(iter(said), None) or ask.answer(
        "--password-…", None, f"Where does the password come from ({', '.join(answers.WAYS)})", answers.way, "file"
    )
    if way == "clear":
        typed = _clear_password(ask, path)
        return Password(Secret(literal=typed), typed)
    question, default = {
        "file": ("File that holds the password", f"{account}.password"),
        "env": ("Environment variable that holds the password", password_variable(account)),
        "command": ("Command that prints the password", f"pass show mail/{account}"),
        "keyring": ("Service name in the keyring", "replywatch"),
    }[way]
    value = ask.answer(f"--password-{way}", said.get(way), question, answers.something, default)
    secret = _secret(way, value, path.parent)
    return Password(secret, _typed_for(ask, secret, path.parent))


def ask_colleagues_password(ask: Questions, account: ImapAccount, like: Secret, path: Path) -> Password:
    """The password of a colleague's account: at a place like that of the shared one, or typed into a file."""
    place = Password(_place_like(like, account.name))
    if place.is_there(account, path.parent, asks=ask.at_terminal) or not ask.at_terminal:
        return place
    typed = ask.secret("Password (nothing is shown; Enter: later)")
    return _in_a_file(account.name, typed, path.parent) if typed else place


def to_do_for(secret: Secret, folder: Path) -> str:
    """What has to be done until this place has a password, as the end of "To change that, …"."""
    if secret.env:
        return f"set {secret.env} wherever replywatch runs"
    if secret.keyring:
        return f"put the password into the keyring, service {secret.keyring}"
    if secret.command:
        return f"see that `{secret.command}` prints the password"
    return f"put the password into {names.path(str(secret.file), folder.absolute())} (chmod 600)"


def _place_like(like: Secret, account: str) -> Secret:
    """Where the password of another account lies, if that of the shared one lies at `like`."""
    if like.env:
        return Secret(env=password_variable(account))
    if like.keyring:
        return like
    if like.command:
        return Secret(command=f"pass show mail/{account}")
    return Secret(file=Path(f"{account}.password"))


def _in_a_file(account: str, typed: str, folder: Path) -> Password:
    """The password that was typed, to lie in a new file beside the config."""
    number = 1
    file = Path(f"{account}.password")
    while (folder / file).exists():
        number += 1
        file = Path(f"{account}-{number}.password")
    return Password(Secret(file=file), typed)


def _secret(way: str, value: str, folder: Path) -> Secret:
    """The place that was named; a file that is there where one stands is meant, else one in the config's folder."""
    if way == "file":
        stands = names.path(value, Path.cwd())
        elsewhere = stands and stands.exists() and stands.parent != folder.absolute()
        return Secret(file=stands if elsewhere else Path(value))
    return Secret(
        env=value if way == "env" else None,
        command=value if way == "command" else None,
        keyring=value if way == "keyring" else None,
    )


def _typed_for(ask: Questions, secret: Secret, folder: Path) -> str:
    """What the person types for a file that is not there yet; "" to write it by hand."""
    file = secret.file and names.path(str(secret.file), folder.absolute())
    if file is None or file.exists() or not ask.at_terminal:
        return ""
    return ask.secret("Password (nothing is shown; Enter: write the file yourself)")


def _clear_password(ask: Questions, path: Path) -> str:
    """The password, to stand in the config; only after a yes."""
    if ask.asks:
        ask.say(f"The password will stand in clear in {path}, which only you may read.")
    if not ask.agree("Do you want that?"):
        raise UsageError("no config was written", "Let the password come from a file, env, a command or the keyring.")
    password = ask.secret("Password (nothing is shown)")
    if not password:
        raise UsageError("there is no password", "Without a terminal it is read from standard input, as one line.")
    return password
