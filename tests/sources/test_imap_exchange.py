"""How Microsoft Exchange is told from other servers."""

from __future__ import annotations

import pytest

from replywatch.config.providers import PROVIDERS
from replywatch.sources.imap.exchange import is_exchange


@pytest.mark.parametrize(
    ("host", "greeting", "capabilities", "found"),
    [
        ("mail.example.com", b"* OK The Microsoft Exchange IMAP4 service is ready. [TQBOADIA]", "IMAP4rev1", True),
        ("mail.example.com", b"* OK Microsoft Exchange Server 2003 IMAP4rev1 server version 6.5 ready.", "", True),
        ("mail.example.com", b"* ok the MICROSOFT EXCHANGE imap4 service is ready.", "", True),
        ("127.0.0.1", b"* OK ready", "IMAP4 IMAP4rev1 CLIENTACCESSRULES BACKENDAUTHENTICATE IDLE", True),
        ("outlook.office365.com", b"* OK ready", "IMAP4rev1", True),
        ("Outlook.Office365.com.", b"* OK ready", "", True),
        ("imap-mail.outlook.com", b"* OK Outlook.com IMAP4rev1 server version 17.4 ready", "IMAP4rev1", True),
        ("partner.outlook.cn", b"* OK ready", "", True),
        # no sure sign
        ("mail.example.com", b"* OK ready", "IMAP4 IMAP4rev1 AUTH=NTLM UIDPLUS IDLE NAMESPACE LITERAL+", False),
        ("exchange.example.com", b"* OK Dovecot ready.", "IMAP4rev1", False),
        ("myoutlook.com", b"* OK ready", "", False),
        ("outlook.com.example.com", b"* OK ready", "", False),
        ("mail.example.com", b"* OK DavMail 6.0 server ready", "IMAP4REV1", False),
        ("", b"", "", False),
    ],
)
def test_only_a_sure_sign_tells(host, greeting, capabilities, found):
    assert is_exchange(host, greeting, frozenset(capabilities.split())) is found


def test_of_the_providers_that_are_known_it_is_microsofts():
    hosts = {provider.key: (provider.host, provider.own_domain_host) for provider in PROVIDERS}
    found = {key for key, (host, own) in hosts.items() if is_exchange(host, b"", ()) or is_exchange(own, b"", ())}
    assert found == {"microsoft365"}
