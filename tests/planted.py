"""A planted office: a config in a folder, mail of a story where it lies, and the program run as people run it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from unittest.mock import patch

from replywatch.cli import main
from servers.dovecot import Delivery, User
from story import Story

BODY = b"\r\nThis is never read.\r\n"


class Program:
    """`replywatch`, run in a folder of its own with its config there."""

    def __init__(self, folder: Path, *, apart: bool = False, **config: object) -> None:
        """`apart` says that every call is a process of its own."""
        self.folder = folder
        self.apart = apart
        self.store = folder / "data" / "mail.db"
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith(("REPLYWATCH_", "XDG_"))}
        self.environment |= {"HOME": str(folder), "LC_ALL": "C.UTF-8", "COLUMNS": "80"}
        if config:
            self.configure(**config)

    def configure(
        self,
        accounts: Mapping[str, Mapping[str, object]],
        *,
        team: Mapping[str, object] | None = None,
        report: Mapping[str, object] | None = None,
        privacy: Mapping[str, object] | None = None,
        store: str = "data/mail.db",
    ) -> None:
        """Write the config; accounts by name."""
        tables = {
            "team": team or {"addresses": ["info@example.com"], "domains": ["example.com"]},
            "report": {"timezone": "Europe/Berlin"} | dict(report or {}),
            "privacy": privacy or {},
            "store": {"path": store},
            **{f"accounts.{name}": keys for name, keys in accounts.items()},
        }
        lines = [line for name, keys in tables.items() for line in (f"[{name}]", *_assignments(keys), "")]
        path = self.folder / "replywatch.toml"
        path.write_text("\n".join(lines), encoding="utf-8")
        path.chmod(0o600)

    def start(self, *words: str, **settings: object) -> subprocess.Popen[str]:
        """The program, started and not waited for."""
        command = [sys.executable, "-m", "replywatch", *words]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
        return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
            command, cwd=self.folder, env=self.environment, encoding="utf-8", **(pipes | settings)
        )

    def run(self, *words: str, **settings: object) -> subprocess.CompletedProcess[str]:
        """The program, run to its end; never a traceback on stderr."""
        with self.start(*words, **settings) as child:
            out, err = child.communicate(timeout=60)
        assert "Traceback" not in (err or ""), err
        return subprocess.CompletedProcess(words, child.returncode, out, err)

    def call(self, *words: str, debug: bool = False) -> subprocess.CompletedProcess[str]:
        """The same in this process: the frame of the command line with its exit code, without 200 ms of starting.

        With `debug` a traceback may stand on stderr.
        """
        out, err = StringIO(), StringIO()
        with (
            patch.dict(os.environ, self.environment, clear=True),
            chdir(self.folder),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            code = main.run(words)
        assert debug or "Traceback" not in err.getvalue(), err.getvalue()
        return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())

    def output(self, *words: str, code: int = 0) -> str:
        """What a call that ends with `code` writes to stdout."""
        done = self.run(*words) if self.apart else self.call(*words)
        assert done.returncode == code, done.stderr
        return done.stdout

    def json(self, *words: str) -> dict[str, object]:
        """The JSON that a command writes."""
        found: dict[str, object] = json.loads(self.output(*words, "--format", "json"))
        return found

    def lines(self, *words: str) -> list[dict[str, object]]:
        """The JSON lines that a command writes."""
        return [json.loads(line) for line in self.output(*words, "--format", "jsonl").splitlines()]

    def fails(self, *words: str, code: int, **settings: object) -> str:
        """What a call that ends with the error `code` says on stderr, as `unfolded`; nothing is on stdout."""
        done = self.run(*words, **settings) if self.apart or settings else self.call(*words)
        assert (done.returncode, done.stdout) == (code, ""), done.stderr
        return unfolded(done.stderr)


def unfolded(stderr: str) -> str:
    """`stderr` with the error at its end as it was before it was broken into lines of 80 columns."""
    before, error, said = stderr.rpartition("Error: ")
    first, *others = re.sub(r"\n {7}(?=\S)", " ", said).split("\n")
    lines = [first]
    for line in others:
        blanks, above = (len(x) - len(x.lstrip(" ")) for x in (line, lines[-1]))
        if blanks == above + 2 and len(lines) > 1:
            lines[-1] += " " + line.lstrip(" ")
        else:
            lines.append(line)
    return before + error + "\n".join(lines)


def _assignments(keys: Mapping[str, object]) -> Iterable[str]:
    for key, value in keys.items():
        if isinstance(value, Mapping):
            inside = ", ".join(f"{k} = {json.dumps(v, ensure_ascii=False)}" for k, v in value.items())
            yield f"{key} = {{ {inside} }}"
        else:
            yield f"{key} = {json.dumps(value, ensure_ascii=False)}"


def plant_maildir(story: Story, folder: Path) -> None:
    """The mail of a story as a Maildir++; mailboxes of the account info alone."""
    for number, mail in enumerate(story.mails):
        for place in mail.places:
            mailbox = folder if place.mailbox == "INBOX" else folder / f".{place.mailbox.replace('/', '.')}"
            for part in ("cur", "new", "tmp"):
                (mailbox / part).mkdir(parents=True, exist_ok=True)
            path = mailbox / "cur" / f"{mail.when}.{number}.host:2,{'D' if place.draft else ''}"
            path.write_bytes(mail.raw(place) + BODY)
            if place.internal_date is not None:
                os.utime(path, (place.internal_date, place.internal_date))


def plant_dovecot(story: Story, user: User, account: str = "info") -> None:
    """The mail of a story in the mailboxes of a user of the server."""
    deliveries: dict[str, list[Delivery]] = {"INBOX": []}
    for mail in story.mails:
        for place in mail.places:
            if place.account == account:
                flags = ("\\Draft",) if place.draft else ()
                delivery = Delivery(mail.raw(place) + BODY, place.internal_date or mail.when, flags)
                deliveries.setdefault(place.mailbox, []).append(delivery)
    for mailbox, found in deliveries.items():
        user.fill(mailbox, found)


def maildir_account(**keys: object) -> dict[str, object]:
    """The keys of an account over the Maildir `mail` beside the config."""
    return {"type": "maildir", "path": "mail", **keys}


def dovecot_account(user: User, **keys: object) -> dict[str, object]:
    """The keys of an account over a user of the server."""
    return user.account() | keys


def interrupt(child: subprocess.Popen[str]) -> None:
    """Ctrl-C."""
    child.send_signal(signal.SIGINT)


def terminate(child: subprocess.Popen[str]) -> None:
    """What a system says that shuts down, or `systemctl stop`."""
    child.send_signal(signal.SIGTERM)
