"""The `oauth2` table of an account: which provider issues tokens, and how (RFC 6749).

Endpoints and scopes of Google and Microsoft are those of their documentation:
https://developers.google.com/workspace/gmail/imap/xoauth2-protocol,
https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from replywatch.config.model import Flow, OAuth2, Secret
from replywatch.config.secret_keys import read_secret
from replywatch.config.table import Table, excerpt
from replywatch.hosts import is_loopback

_TENANT = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
"""An id, a domain, or `common`, `organizations`, `consumers`."""
_ANYBODYS = ("common", "organizations", "consumers")
_VISIBLE = re.compile(r"[\x21-\x7e]+")


def read_oauth2(table: Table, base: Path) -> OAuth2:
    """Where tokens come from; worthless if something is wrong, which is noted."""
    readers = {"microsoft": _microsoft, "google": _google, "custom": _custom}
    provider = table.required("provider", "microsoft")
    if provider not in readers:
        if provider:
            table.problem("provider", f"must be one of {', '.join(readers)}, not {excerpt(provider)}")
        return OAuth2(provider, "", Flow.DEVICE, "")
    client_id = table.required("client_id", "00000000-0000-0000-0000-000000000000")
    if client_id and not _VISIBLE.fullmatch(client_id):
        table.problem("client_id", "must be letters, digits and signs without blanks")
    found = readers[provider](table, base, client_id)
    if found.flow is Flow.APP and found.client_secret is None:
        table.problem("client_secret", 'is missing: flow = "app" logs in with it, such as { file = "app.secret" }')
    table.close()
    return found


def _microsoft(table: Table, base: Path, client_id: str) -> OAuth2:
    """Microsoft Entra: Microsoft 365 and Outlook.com."""
    flow = table.choice("flow", Flow.DEVICE)
    tenant = table.text("tenant", "common")
    if tenant and not _TENANT.fullmatch(tenant):
        table.problem("tenant", f"must be a directory's id or domain, not {excerpt(tenant)}")
    elif flow is Flow.APP and tenant in _ANYBODYS:
        table.problem("tenant", 'must name your own directory, by id or domain, with flow = "app"')
    url = f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0"
    scope = "https://outlook.office.com/IMAP.AccessAsUser.All offline_access"
    return OAuth2(
        "microsoft",
        client_id,
        flow,
        token_url=f"{url}/token",
        scope="https://outlook.office365.com/.default" if flow is Flow.APP else scope,
        client_secret=_client_secret(table, base),
        device_url=f"{url}/devicecode",
        authorize_url=f"{url}/authorize",
        authorize_extra=(("prompt", "select_account"),),
        redirect_host="localhost",  # the only one that can be registered there for any port
        revoke_hint="https://myapps.microsoft.com (personal accounts: https://account.live.com/consent/Manage)",
    )


def _google(table: Table, base: Path, client_id: str) -> OAuth2:
    """Gmail and Google Workspace."""
    flow = table.choice("flow", Flow.BROWSER)
    if flow is not Flow.BROWSER:
        table.problem("flow", f'Google gives no access to mail by "{flow}"; leave it out, or say "browser"')
    if table.take("client_secret") is None:
        table.problem("client_secret", "is missing: Google gives one to desktop apps, too")
    return OAuth2(
        "google",
        client_id,
        Flow.BROWSER,
        token_url="https://oauth2.googleapis.com/token",  # noqa: S106 - an address, not a token
        scope="https://mail.google.com/",
        client_secret=_client_secret(table, base),
        authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
        # Without "consent" a second login gets no refresh token.
        authorize_extra=(("access_type", "offline"), ("prompt", "consent")),
        revoke_hint="https://myaccount.google.com/connections",
    )


def _custom(table: Table, base: Path, client_id: str) -> OAuth2:
    """Any other provider, by the addresses of its endpoints."""
    device_url, authorize_url = _url(table, "device_url"), _url(table, "authorize_url")
    flow = table.choice("flow", Flow.BROWSER if authorize_url and not device_url else Flow.DEVICE)
    table.required("token_url", "https://login.example.com/token")
    for wanted, key in ((Flow.DEVICE, "device_url"), (Flow.BROWSER, "authorize_url")):
        if flow is wanted and table.take(key) is None:
            table.problem(key, f'is missing: flow = "{flow}" begins there, such as "https://login.example.com/{flow}"')
    return OAuth2(
        "custom",
        client_id,
        flow,
        token_url=_url(table, "token_url"),
        scope=table.text("scope"),
        client_secret=_client_secret(table, base),
        device_url=device_url,
        authorize_url=authorize_url,
        ca_file=table.file("ca_file", base),
    )


def _client_secret(table: Table, base: Path) -> Secret | None:
    """Where the client's own secret comes from; None if it has none."""
    return None if table.take("client_secret") is None else read_secret(table, "client_secret", base)


def _url(table: Table, key: str) -> str:
    """The address of an endpoint, which gets secrets to see: https, or on this machine."""
    text = table.text(key)
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    if not host or not _VISIBLE.fullmatch(text) or parts.username is not None or parts.fragment:
        table.problem(key, "must be an address such as https://login.example.com/token, without a password in it")
    elif parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        table.problem(key, "must begin with https://: passwords and tokens go there")
    else:
        return text
    return ""
