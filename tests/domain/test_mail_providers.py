"""Where anybody can have an address: a domain that makes nobody a colleague."""

import pytest

from replywatch.config.providers import PROVIDERS
from replywatch.domain.mail_providers import is_mail_provider


@pytest.mark.parametrize(
    "domain",
    [
        *("gmail.com", "googlemail.com", "gmx.de", "gmx.net", "gmx.at", "web.de", "email.de", "t-online.de"),
        *("freenet.de", "posteo.de", "mailbox.org", "arcor.de", "vodafonemail.de", "netcologne.de", "ewetel.net"),
        *("bluewin.ch", "hispeed.ch", "sunrise.ch", "aon.at", "chello.at", "a1.net"),
        *("orange.fr", "wanadoo.fr", "laposte.net", "free.fr", "libero.it", "virgilio.it", "tin.it", "terra.es"),
        *("wp.pl", "o2.pl", "onet.pl", "interia.pl", "seznam.cz", "centrum.cz", "azet.sk", "freemail.hu", "abv.bg"),
        *("kpnmail.nl", "ziggo.nl", "telenet.be", "skynet.be", "telia.com", "online.no", "jubii.dk", "luukku.com"),
        *("mail.ru", "bk.ru", "list.ru", "yandex.ru", "ya.ru", "rambler.ru", "ukr.net", "qq.com", "163.com", "126.com"),
        *("naver.com", "hanmail.net", "docomo.ne.jp", "rediffmail.com", "uol.com.br", "sapo.pt"),
        *("aol.com", "aol.de", "icloud.com", "me.com", "mac.com", "proton.me", "protonmail.com", "pm.me", "tuta.io"),
        *("comcast.net", "verizon.net", "att.net", "btinternet.com", "virginmedia.com", "shaw.ca", "bigpond.com"),
        *("hey.com", "duck.com", "mail.com", "fastmail.fm", "privaterelay.appleid.com", "mozmail.com"),
        # One name, many countries.
        *("yahoo.de", "yahoo.co.uk", "yahoo.com.br", "yahoo.com.tr", "hotmail.it", "hotmail.co.uk", "live.nl"),
        *("live.com.pt", "outlook.fr", "outlook.com.au", "gmx.co.uk", "aol.co.uk", "tiscali.co.uk"),
        # However it is written, and below it.
        *("GMX.de", "Web.De.", "vip.163.com", "anna.fastmail.com", "mail.yahoo.de"),
    ],
)
def test_anybody_can_have_an_address_there(domain):
    assert is_mail_provider(domain)


@pytest.mark.parametrize(
    "domain",
    [
        *("firma.example", "example.com", "example.org", "werkstatt.de", "siemens.com", "uni-bonn.de", "berlin.de"),
        *("notgmx.de", "gmx-partner.de", "gmx.firma.de", "yahoo.firma.com", "live.example.com", "outlook.events"),
        *("microsoft.com", "google.com", "apple.com", "firma.onmicrosoft.com", "de", "com", "co.uk", "", ".", "..."),
        *("firma.uk.com", "firma.za.com", "live", "yahoo", "live.co.firma.de"),
    ],
)
def test_a_house_of_its_own(domain):
    assert not is_mail_provider(domain)


@pytest.mark.parametrize("domain", [domain for provider in PROVIDERS for domain in provider.domains])
def test_what_init_knows_is_known_here(domain):
    assert is_mail_provider(domain)
