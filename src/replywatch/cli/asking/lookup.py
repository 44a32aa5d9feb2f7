"""`replywatch init --autoconfig`: the mail server, looked up, shown and only taken after a yes."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

from replywatch.app.setup.autoconfig import MOZILLA, PACKAGES, Settings
from replywatch.app.setup.autoconfig import look_up as found_for
from replywatch.cli.asking.questions import Questions
from replywatch.config.model import Tls
from replywatch.errors import UsageError
from replywatch.extras import install_command
from replywatch.render.text import safe

QUESTION = "Look the mail server up on the internet?"

_TLS = {Tls.IMPLICIT: "TLS from the start", Tls.STARTTLS: "STARTTLS"}


def is_possible() -> bool:
    """Whether the packages are there."""
    return all(find_spec(package) for package in PACKAGES)


def look_up(ask: Questions, address: str) -> Settings | None:
    """The first server found that the person takes; None if there is none, so that questions go on.

    Raises `UsageError` if packages are missing.
    """
    if not is_possible():
        raise UsageError("packages that --autoconfig needs are not installed", f"Run: {install_command('autoconfig')}")
    domain = address.partition("@")[2]
    ask.say(f"Asking the web servers of {domain}, {MOZILLA} and the DNS …")
    shown = False
    for settings in _remembered(ask, address):
        shown = True
        named = f", user name {safe(settings.username)}" if settings.username else ""
        ask.say(f"{settings.source} says: {settings.host}, port {settings.port}, {_TLS[settings.tls]}{named}")
        if not settings.proved and settings.is_foreign(domain):
            ask.say(
                f"Records of the DNS can be forged, and {settings.host} is no part of {domain}: take it only if you"
                " know that your mail lies there. Whoever runs it is sent the password."
            )
            if not ask.asks:
                ask.say(f"Without somebody to ask it is not taken; if it is right, say --host {settings.host}.")
                continue
        if ask.agree("Take it?"):
            return settings
    ask.say("Nothing else was found." if shown else "Nothing was found that can be used.")
    return None


def _remembered(ask: Questions, address: str) -> Iterator[Settings]:
    """What is found for `address`; nobody is asked twice where somebody goes back."""
    seen, more = ask.looked_up.setdefault(address, ([], found_for(address)))
    yield from tuple(seen)
    for settings in more:
        seen.append(settings)
        yield settings
