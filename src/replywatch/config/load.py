"""The config: where it is found, and how its TOML becomes a `Config`. All that is wrong is said at once."""

from __future__ import annotations

import os
import shlex
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from replywatch.config import names, places, zone
from replywatch.config.accounts import read_accounts
from replywatch.config.model import Config, PrivacySettings, ReportSettings
from replywatch.config.secrets import open_to_others
from replywatch.config.table import Table, excerpt
from replywatch.config.toml_faults import fault_of
from replywatch.config.trust import refuse_others_config
from replywatch.domain.periods import parse_start
from replywatch.domain.team import Team
from replywatch.errors import ConfigError, UsageError


def find_config(explicit: Path | None, environ: Mapping[str, str]) -> Path:
    """The config file to use: `explicit`, else REPLYWATCH_CONFIG, else the first of the usual places that is there.

    A file that was named is not looked for: `load_config` says if it is missing.

    Raises:
        ConfigError: no file was named, and none is in the usual places, which `problems` lists; or the one in the
            current folder may be somebody else's; or an address was named.
    """
    if explicit is not None:
        return explicit
    if named := environ.get("REPLYWATCH_CONFIG"):
        if names.is_url(named):
            raise ConfigError(f"REPLYWATCH_CONFIG must be a path on this machine, not {excerpt(named)}")
        return names.path(named, Path()) or Path(named)
    here, usual = Path.cwd() / places.CONFIG_HERE, places.usual_config()
    if here.exists():
        refuse_others_config(here)
        return here
    if usual.exists():
        return usual
    raise ConfigError(
        "there is no config file",
        "`replywatch init` makes one; or name yours with --config FILE or REPLYWATCH_CONFIG.\n"
        "`replywatch demo` shows a report without any config.",
        [f"{path} is not there" for path in (here, usual)],
    )


def load_config(path: Path, environ: Mapping[str, str]) -> Config:
    """The config in the file `path`; relative paths in it are seen from its folder.

    Raises:
        ConfigError: it can't be read, is no TOML, or holds a mistake; `problems` lists all of them.
    """
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read().decode("utf-8-sig")  # some editors put a mark in front
        data = tomllib.loads(text)
    except OSError as error:
        raise ConfigError(f"the config {path} can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"the config {path} is not UTF-8 text (at line {line})") from None
    except ValueError as error:  # what tomllib finds, and numbers with more digits than Python reads
        raise ConfigError(f"the config {path} is not valid TOML: {fault_of(text, error)}") from None
    except RecursionError:
        raise ConfigError(f"the config {path} is not valid TOML: brackets are nested too deeply") from None
    problems: list[str] = []
    config = _read(data, path.absolute().parent, environ, problems)
    if _holds_password(data) and open_to_others(mode):
        problems.append(
            f"the file holds a password in clear and others can read it; run: chmod 600 {shlex.quote(str(path))}"
        )
    _refuse(problems, f"the config {path}")
    return replace(config, path=path)


def parse_config(data: Mapping[str, object], base: Path, environ: Mapping[str, str]) -> Config:
    """The config in `data`, as `tomllib` gives it; relative paths are seen from `base`.

    Raises:
        ConfigError: something is wrong; `problems` lists all of it, each with its dotted path.
    """
    problems: list[str] = []
    config = _read(data, base, environ, problems)
    _refuse(problems, "the config")
    return config


def _refuse(problems: Sequence[str], where: str) -> None:
    """Raise if there are problems."""
    if problems:
        count = "a mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
        raise ConfigError(
            f"{where} has {count}", "`replywatch config example` shows every key with its meaning.", problems
        )


def _read(data: Mapping[str, object], base: Path, environ: Mapping[str, str], problems: list[str]) -> Config:
    """The config in `data`; worthless if it adds to `problems`."""
    root = Table(data, "", problems)
    config = Config(
        team=_read_team(root),
        accounts=read_accounts(root, base),
        report=_read_report(root.table("report"), environ),
        store_path=_read_store_path(root.table("store"), base, environ, problems),
        privacy=_read_privacy(root.table("privacy")),
    )
    _refuse_unsupported(root)
    root.close()
    return config


def _read_team(root: Table) -> Team:
    """Who counts as ours."""
    table = root.table("team")

    def folded(key: str, fold: Callable[[str], str | None], example: str) -> Iterator[str]:
        for text in table.texts(key):
            if (name := fold(text)) is None:
                table.problem(key, f"{excerpt(text)} is not {example}")
            else:
                yield name

    an_address = "an address such as info@example.com"
    team = Team(
        addresses=tuple(dict.fromkeys(folded("addresses", names.address, an_address))),
        domains=tuple(
            dict.fromkeys(folded("domains", names.domain_rule, "a domain such as example.com or *.example.com"))
        ),
        automatic_senders=frozenset(folded("automatic_senders", names.address, an_address)),
        webforms=frozenset(folded("webforms", names.address, an_address)),
        public_lists=frozenset(folded("public_lists", names.address, an_address)),
        people=frozenset(folded("people", names.address, an_address)),
    )
    if table.take("addresses") in (None, []) and table.take("domains") in (None, []):
        root.problem(
            "team",
            'needs addresses or domains, such as domains = ["example.com"]: without them an answer of yours '
            "can't be told from an enquiry",
        )
    table.close()
    return team


def _read_report(table: Table, environ: Mapping[str, str]) -> ReportSettings:
    """How figures are counted."""
    name = table.text("timezone")
    chosen = zone.named(name) if name else zone.system(environ)
    if chosen is None:
        table.problem("timezone", f"{excerpt(name)} is not a time zone such as Europe/Berlin{zone.suggestion(name)}")
    usual = ReportSettings(timezone=chosen or zone.UTC)
    settings = replace(
        usual,
        never_after=table.duration("never_after", usual.never_after),
        new_enquiry_after=table.duration("new_enquiry_after", usual.new_enquiry_after),
        period=_read_period(table, usual.period),
        stale_after=table.duration("stale_after", 0) or None,
    )
    table.close()
    return settings


def _read_period(table: Table, default: str) -> str:
    """The text under `period`, which any moment can tell from nonsense."""
    text = table.text("period", default)
    if text:
        try:
            parse_start(text, 0, 0, zone.UTC)
        except UsageError as error:
            table.problem("period", f'must be such as "90d", "12w" or "this year": {error.text}')
    return text


def _read_store_path(table: Table, base: Path, environ: Mapping[str, str], problems: list[str]) -> Path:
    """Where the store lies: REPLYWATCH_DATABASE, else the config, else the platform's data folder."""
    path = table.file("path", base)
    table.close()
    if named := environ.get("REPLYWATCH_DATABASE"):
        path = None if names.is_url(named) else names.path(named, Path.cwd())
        if names.is_url(named):
            problems.append(f"REPLYWATCH_DATABASE: must be a path on this machine, not {excerpt(named)}")
        elif path is None:
            problems.append(f"REPLYWATCH_DATABASE: the home folder in {excerpt(named)} is not known")
    return path or places.usual_store()


def _read_privacy(table: Table) -> PrivacySettings:
    """What may be kept. `agents` has one value so far, and it says what happens anyway."""
    if table.take("agents") not in (None, "off"):
        table.problem("agents", 'anything but "off" is not supported by this version')
    settings = PrivacySettings(subjects=table.flag("subjects", default=True))
    table.close()
    return settings


def _refuse_unsupported(root: Table) -> None:
    """Say which known settings do nothing yet."""
    for key in ("business_hours", "targets"):
        if root.take(key) not in (None, {}):
            root.problem(key, "is not supported by this version")


def _holds_password(data: Mapping[str, object]) -> bool:
    """Whether the password of an account, or a client's secret, stands in the config itself."""
    accounts = data.get("accounts")
    tables = [table for table in accounts.values() if isinstance(table, dict)] if isinstance(accounts, dict) else []
    clients = [table["oauth2"] for table in tables if isinstance(table.get("oauth2"), dict)]
    secrets = [*(table.get("password") for table in tables), *(client.get("client_secret") for client in clients)]
    return any(isinstance(secret, str) for secret in secrets)
